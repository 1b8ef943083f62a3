/* STIX 2.1 (https://docs.oasis-open.org/cti/stix/v2.1/stix-v2.1.html): an identity, an indicator
 * for each value of the case that has a pattern, and a report that refers to them. */
#include "cases/export.h"

#include "core/hash.h"

#include <stdio.h>

static const struct {
    const char *type, *path;
} patterns[] = {{"ip", NULL}, {"domain", "domain-name:value"}, {"url", "url:value"},
    {"sha256", "file:hashes.'SHA-256'"}, {"md5", "file:hashes.MD5"},
    {"sha1", "file:hashes.'SHA-1'"}, {"hash", NULL}, {"file", "file:name"},
    {"email", "email-addr:value"}, {"user", "user-account:account_login"}};

/* Ids are made from what they stand for, so that a second export names the same objects. The
 * version nibble is 8: made by a rule of one's own (RFC 9562). */
static void add_id(struct str *out, const char *type, const char *seed, const char *value)
{
    char hex[65];
    struct str text = STR_INIT;
    str_printf(&text, "%s\n%s\n%s", type, seed, value);
    hash_sha256_hex(str_as_slice(&text), hex);
    str_release(&text);
    str_printf(out, "\"%s--%.8s-%.4s-8%.3s-a%.3s-%.12s\"", type, hex, hex + 8, hex + 12, hex + 15,
        hex + 18);
}

static void add_time(struct str *out, const char *name, int64_t ns)
{
    char text[CLOCK_TEXT_MAX];
    str_printf(out, ",\"%s\":\"%s\"", name, clock_format(ns / 1000000 * 1000000, text));
}

static const char *path_of(const char *type, const char *value)
{
    size_t n = strlen(value);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (strncmp(type, patterns[i].type, strlen(patterns[i].type)) != 0)
            continue;
        if (patterns[i].path)
            return patterns[i].path;
        if (strcmp(patterns[i].type, "ip") == 0)
            return strchr(value, ':') ? "ipv6-addr:value" : "ipv4-addr:value";
        return n == 64   ? "file:hashes.'SHA-256'"
               : n == 40 ? "file:hashes.'SHA-1'"
               : n == 32 ? "file:hashes.MD5"
                         : NULL;
    }
    return NULL;
}

struct bundle {
    struct str *out;
    struct str references;
    const char *uid;
};

static int add_indicator(void *owner, const struct case_entry *x)
{
    struct bundle *b = owner;
    struct str pattern = STR_INIT;
    const char *path = path_of(x->detail, x->text);
    if (!path)
        return 0;
    str_printf(&pattern, "[%s = '", path);
    for (const char *p = x->text; *p; p++) {
        if (*p == '\'' || *p == '\\')
            str_char(&pattern, '\\');
        str_char(&pattern, *p);
    }
    str_puts(&pattern, "']");
    str_puts(b->out, ",{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":");
    add_id(b->out, "indicator", x->uid, x->text);
    add_time(b->out, "created", x->time);
    add_time(b->out, "modified", x->time);
    add_time(b->out, "valid_from", x->time);
    str_puts(b->out, ",\"name\":");
    str_json(b->out, slice_of(x->text));
    str_puts(b->out, ",\"pattern_type\":\"stix\",\"pattern\":");
    str_json(b->out, str_as_slice(&pattern));
    str_puts(b->out, "}");
    str_char(&b->references, ',');
    add_id(&b->references, "indicator", x->uid, x->text);
    str_release(&pattern);
    return 0;
}

int export_stix(struct store *s, int64_t case_id, struct str *out, struct err *e)
{
    struct case_list list;
    if (case_get(s, case_id, &list, e))
        return -1;
    const struct case_row *c = &list.rows[0];
    struct bundle b = {.out = out, .references = STR_INIT, .uid = c->uid};
    struct export_kind kind = {"ioc", add_indicator, &b};
    str_puts(out, "{\"type\":\"bundle\",\"id\":");
    add_id(out, "bundle", c->uid, "");
    str_puts(out, ",\"objects\":[{\"type\":\"identity\",\"spec_version\":\"2.1\",\"id\":");
    add_id(out, "identity", c->organization, "");
    add_time(out, "created", c->opened);
    add_time(out, "modified", c->opened);
    str_puts(out, ",\"identity_class\":\"organization\",\"name\":");
    str_json(out, slice_of(c->organization));
    str_char(out, '}');
    add_id(&b.references, "identity", c->organization, "");
    int rc = export_each(s, case_id, &kind, e);
    str_puts(out, ",{\"type\":\"report\",\"spec_version\":\"2.1\",\"id\":");
    add_id(out, "report", c->uid, "");
    add_time(out, "created", c->opened);
    add_time(out, "modified", c->updated);
    add_time(out, "published", c->updated);
    str_puts(out, ",\"name\":");
    str_json(out, slice_of(c->title));
    if (*c->summary) {
        str_puts(out, ",\"description\":");
        str_json(out, slice_of(c->summary));
    }
    str_printf(out, ",\"object_refs\":[%s]}]}\n", b.references.p);
    str_release(&b.references);
    case_list_release(&list);
    return rc;
}
