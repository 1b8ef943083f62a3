#include "app/config_table.h"

#include "core/ini.h"
#include "core/mem.h"
#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1024 * 1024, NAME_LIMIT = 64 };

struct reading {
    struct config *config;
    struct ini ini;
    size_t section_count;
    bool names_commands;
};

static int wrong(const struct reading *r, int line, struct err *e)
{
    return err_prefix(e, "%s:%d: ", r->config->file, line);
}

static int unknown(const struct reading *r, const struct ini_section *section,
    const struct ini_entry *entry, const struct config_guess *guess, struct err *e)
{
    err_set(e, ERR_CONFIG, "unknown key \"%.60s\" in [%s%s%.60s]%s%s%s", entry->key, section->word,
        *section->name ? " " : "", section->name, guess->word ? "; did you mean \"" : "",
        guess->word ? guess->word : "", guess->word ? "\"?" : "");
    return wrong(r, entry->line, e);
}

static bool is_name(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return n && n <= NAME_LIMIT && !text[n] && text[0] != '.' && text[0] != '-';
}

static int unknown_section(const struct ini_section *s, struct config_guess guess, struct err *e)
{
    if (!*s->word)
        return err_set(e, ERR_CONFIG, "stands before the first section; did you mean [hinomi]?");
    if (guess.word)
        return err_set(e, ERR_CONFIG, "unknown section [%.60s]; did you mean [%s%s]?", s->word,
            guess.word, *s->name ? " …" : "");
    return err_set(e, ERR_CONFIG,
        "unknown section [%.60s]; there are [hinomi], [source NAME] and [host PATTERN]", s->word);
}

static int check_title(const struct ini_section *s, struct err *e)
{
    static const char *const kinds[] = {"hinomi", "source", "host"};
    struct config_guess guess = {NULL, 0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(s->word, kinds[i]) != 0) {
            config_guess(&guess, s->word, kinds[i]);
            continue;
        }
        if (i == 0 && *s->name)
            return err_set(e, ERR_CONFIG, "[hinomi] takes no name");
        if (i > 0 && !*s->name)
            return err_set(
                e, ERR_CONFIG, "[%s] needs a name, as in [%s web-1]", kinds[i], kinds[i]);
        if (i == 1 && !is_name(s->name))
            return err_set(e, ERR_CONFIG,
                "a source's name is made of letters, digits, dot, dash and underscore, at most %d",
                NAME_LIMIT);
        return 0;
    }
    return unknown_section(s, guess, e);
}

/* Titles first, and whether the file is one that only its owner may write. */
static int survey(struct reading *r, struct err *e)
{
    for (const struct ini_section *s = r->ini.sections; s; s = s->next) {
        r->section_count++;
        if (check_title(s, e) < 0)
            return wrong(r, s->line, e);
        for (const struct ini_entry *k = s->entries; k; k = k->next)
            if (slice_ends(slice_of(k->key), SLICE("_command")))
                r->names_commands = true;
    }
    return 0;
}

/* 1: it was one of the section's own keys; 0: it was not; guess gets the nearest. */
static int own_key(struct reading *r, const struct ini_section *s, const struct ini_entry *entry,
    void *base, struct err *e)
{
    int row = config_key_find(s->word, entry->key);
    if (row < 0)
        return 0;
    if (config_value_set(&r->config->arena, row, entry->value, base, e) < 0) {
        err_prefix(e, "%s: ", entry->key);
        return wrong(r, entry->line, e);
    }
    return 1;
}

static struct config_guess nearest_key(const struct ini_section *s, const char *typed)
{
    struct config_guess guess = {NULL, 0};
    for (const struct config_key *k = config_keys; k->name; k++)
        if (strcmp(k->section, s->word) == 0)
            config_guess(&guess, typed, k->name);
    return guess;
}

static int plain_section(struct reading *r, const struct ini_section *s, void *base, struct err *e)
{
    for (const struct ini_entry *k = s->entries; k; k = k->next) {
        int known = own_key(r, s, k, base, e);
        if (known < 0)
            return -1;
        struct config_guess guess = nearest_key(s, k->key);
        if (!known)
            return unknown(r, s, k, &guess, e);
    }
    return 0;
}

/* Is it an option of the kind, or one of the three ways to give a secret of it? */
static int kind_option(struct reading *r, const struct connector_ops *ops,
    const struct ini_section *s, const struct ini_entry *entry, struct err *e)
{
    static const char *const ways[] = {"_command", "_env", "_file"};
    struct config_guess guess = nearest_key(s, entry->key);
    for (const struct connector_option *o = ops->options; o && o->name; o++) {
        if (strcmp(o->name, entry->key) == 0) {
            if (!o->secret || r->config->allow_plain_secrets)
                return 0;
            err_set(e, ERR_CONFIG,
                "a secret does not stand here in the clear: use %s_command, %s_env or %s_file "
                "(or allow_plain_secrets = yes in [hinomi])",
                o->name, o->name, o->name);
            return wrong(r, entry->line, e);
        }
        for (size_t i = 0; o->secret && i < 3; i++) {
            const char *spelled = arena_printf(&r->config->arena, "%s%s", o->name, ways[i]);
            if (strcmp(spelled, entry->key) == 0)
                return 0;
            config_guess(&guess, entry->key, spelled);
        }
        if (!o->secret)
            config_guess(&guess, entry->key, o->name);
    }
    return unknown(r, s, entry, &guess, e);
}

static bool is_given(
    struct config *c, const struct ini_section *s, const struct connector_option *o)
{
    static const char *const ways[] = {"", "_command", "_env", "_file"};
    for (size_t w = 0; w < (o->secret ? 4u : 1u); w++)
        if (ini_find(s, arena_printf(&c->arena, "%s%s", o->name, ways[w])))
            return true;
    return false;
}

static const struct connector_ops *kind_of(
    struct reading *r, const struct ini_section *s, struct err *e)
{
    struct config_guess guess = {NULL, 0};
    struct str all = STR_INIT;
    const struct ini_entry *entry = ini_find(s, "kind");
    const struct connector_ops *ops = entry ? connector_find(entry->value) : NULL;
    if (ops)
        return ops;
    for (const struct connector_ops *const *k = connector_kinds; *k; k++) {
        str_printf(&all, "%s%s", all.n ? ", " : "", (*k)->name);
        if (entry)
            config_guess(&guess, entry->value, (*k)->name);
    }
    if (!entry)
        err_set(e, ERR_CONFIG, "[source %s] has no kind; there are: %s", s->name, all.p);
    else if (guess.word)
        err_set(e, ERR_CONFIG, "kind: unknown kind \"%.60s\"; did you mean \"%s\"?", entry->value,
            guess.word);
    else
        err_set(e, ERR_CONFIG, "kind: unknown kind \"%.60s\"; there are: %s", entry->value, all.p);
    str_release(&all);
    wrong(r, entry ? entry->line : s->line, e);
    return NULL;
}

static int source_section(struct reading *r, const struct ini_section *s, struct err *e)
{
    struct config *c = r->config;
    struct source_config *out = &c->sources[c->source_count];
    const struct connector_ops *ops = kind_of(r, s, e);
    if (!ops)
        return -1;
    *out = (struct source_config){.name = s->name,
        .organization = "default",
        .interval_ns = 60 * CLOCK_SECOND,
        .since = clock_now() - 30 * 86400 * CLOCK_SECOND,
        .line = s->line};
    size_t count = 0;
    for (const struct ini_entry *k = s->entries; k; k = k->next)
        count++;
    struct config_entry *kept = arena_alloc(&c->arena, (count + 1) * sizeof *kept);
    for (const struct ini_entry *k = s->entries; k; k = k->next) {
        int known = own_key(r, s, k, out, e);
        if (known < 0 || (!known && kind_option(r, ops, s, k, e) < 0))
            return -1;
        if (!known)
            kept[out->entry_count++] = (struct config_entry){k->key, k->value, k->line};
    }
    out->entries = kept;
    if (out->via && out->proxy)
        return err_set(e, ERR_CONFIG, "[source %s] has both via and proxy: one way only", s->name),
               wrong(r, s->line, e);
    for (const struct connector_option *o = ops->options; o && o->name; o++)
        if (o->required && !is_given(c, s, o)) {
            err_set(e, ERR_CONFIG, "[source %s] needs %s%s, for example: %s = %s", s->name, o->name,
                o->secret ? "_command" : "", o->name, o->example ? o->example : "…");
            return wrong(r, s->line, e);
        }
    c->source_count++;
    return 0;
}

static int host_section(struct reading *r, const struct ini_section *s, struct err *e)
{
    struct config *c = r->config;
    struct host_config *out = &c->hosts[c->host_count];
    *out = (struct host_config){.pattern = s->name, .is_protected = -1, .line = s->line};
    if (plain_section(r, s, out, e) < 0)
        return -1;
    c->host_count++;
    return 0;
}

static int build(struct reading *r, struct err *e)
{
    struct config *c = r->config;
    c->sources = mem_zalloc(r->section_count + 1, sizeof *c->sources);
    c->hosts = mem_zalloc(r->section_count + 1, sizeof *c->hosts);
    const struct ini_section *own = ini_section(&r->ini, "hinomi", "");
    if (own && plain_section(r, own, c, e) < 0)
        return -1;
    for (const struct ini_section *s = r->ini.sections; s; s = s->next) {
        if (strcmp(s->word, "source") == 0 && source_section(r, s, e) < 0)
            return -1;
        if (strcmp(s->word, "host") == 0 && host_section(r, s, e) < 0)
            return -1;
    }
    return 0;
}

static int read_file(const char *path, struct str *text, struct stat *st, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char buffer[16384];
    ssize_t n = -1;
    if (fd < 0 || fstat(fd, st) < 0)
        err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot read %s: %s", path,
            strerror(errno));
    else if (!S_ISREG(st->st_mode) || st->st_size > FILE_MAX)
        err_set(
            e, ERR_CONFIG, "%s is not a configuration file (a plain file of at most 1 MiB)", path);
    else {
        while ((n = read(fd, buffer, sizeof buffer)) > 0)
            str_add(text, buffer, (size_t)n);
        if (n < 0)
            err_set(e, ERR_IO, "cannot read %s: %s", path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return n < 0 ? -1 : 0;
}

static const char *default_path(struct arena *a)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (base && base[0] == '/')
        return arena_printf(a, "%s/hinomi/hinomi.conf", base);
    return home ? arena_printf(a, "%s/.config/hinomi/hinomi.conf", home) : NULL;
}

int config_parse(struct config *c, struct slice text, bool only_ours, struct err *e)
{
    struct reading r = {.config = c};
    const char *file = c->file;
    if (ini_parse(&r.ini, file, text, e) < 0)
        return -1;
    int rc = survey(&r, e);
    if (rc == 0 && r.names_commands && !only_ours)
        rc = err_set(e, ERR_CONFIG,
            "%s names commands to run, so nobody but you may be able to write it: chmod go-w it",
            file);
    if (rc == 0)
        rc = build(&r, e);
    /* the settings point into the text that was read */
    c->text = r.ini.arena;
    r.ini.arena = (struct arena)ARENA_INIT;
    ini_release(&r.ini);
    return rc;
}

int config_read(struct config **out, const char *path, struct err *e)
{
    static const char *nothing[] = {NULL};
    struct config *c = mem_zalloc(1, sizeof *c);
    struct str text = STR_INIT;
    struct stat st = {0};
    int rc = 0;
    c->time = "utc";
    c->default_lease_ns = 8 * 3600 * CLOCK_SECOND;
    c->dead_man_ns = 180 * CLOCK_SECOND;
    c->never_touch = nothing;
    c->file = path ? arena_strdup(&c->arena, path) : default_path(&c->arena);
    if (!path && (!c->file || access(c->file, F_OK) < 0))
        c->file = NULL;
    if (c->file) {
        rc = read_file(c->file, &text, &st, e);
        bool only_ours = !(st.st_mode & 022) && (st.st_uid == geteuid() || st.st_uid == 0);
        if (rc == 0)
            rc = config_parse(c, str_as_slice(&text), only_ours, e);
    }
    str_release(&text);
    if (rc < 0) {
        config_free(c);
        return -1;
    }
    *out = c;
    return 0;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    free(c->sources);
    free(c->hosts);
    arena_release(&c->text);
    arena_release(&c->arena);
    free(c);
}

const struct source_config *config_source(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->source_count; i++)
        if (strcmp(c->sources[i].name, name) == 0)
            return &c->sources[i];
    return NULL;
}
