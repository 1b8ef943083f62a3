#include "app/probe.h"
#include "app/run.h"

#include <stdlib.h>

struct column {
    const char *name;
    bool number;
};

/* The tab-separated lines of the look runbook, first word first. */
static const struct table {
    const char *word, *member;
    struct column columns[9];
} tables[] = {
    {"process", "processes",
        {{"pid", true}, {"ppid", true}, {"start", true}, {"started", true}, {"user", false},
            {"state", false}, {"exe", false}, {"args", false}, {NULL, false}}},
    {"socket", "sockets",
        {{"proto", false}, {"state", false}, {"local", false}, {"peer", false}, {"pid", true},
            {NULL, false}}},
    {"user", "users",
        {{"user", false}, {"tty", false}, {"since", false}, {"from", false}, {NULL, false}}},
};
enum { TABLES = sizeof tables / sizeof *tables };

static json_t *cell(const struct column *c, const char *text, size_t n)
{
    int64_t v;
    if (c->number)
        return slice_int((struct slice){text, n}, &v) ? json_integer(v) : json_null();
    json_t *j = json_stringn(text, n);
    return j ? j : json_null();
}

/* Missing cells are null; the last column takes the rest of the line. */
static json_t *row(const struct table *t, const char *line)
{
    json_t *j = json_object();
    for (const struct column *c = t->columns; c->name; c++) {
        size_t n = c[1].name ? strcspn(line, "\t") : strlen(line);
        json_object_set_new(j, c->name, n ? cell(c, line, n) : json_null());
        line += n + (line[n] == '\t');
    }
    return j;
}

static void add_line(json_t *lists[TABLES], const char *line)
{
    for (size_t i = 0; i < TABLES; i++) {
        size_t n = strlen(tables[i].word);
        if (strncmp(line, tables[i].word, n) == 0 && line[n] == '\t')
            json_array_append_new(lists[i], row(&tables[i], line + n + 1));
    }
}

static void add_facts(json_t *out, const json_t *answer)
{
    static const char *const names[] = {"hostname", "load", "isolation"};
    char span[CLOCK_TEXT_MAX];
    double seconds = strtod(probe_value(answer, "uptime"), NULL);
    if (seconds < 0 || seconds > 1e10)
        seconds = 0;
    json_object_set_new(
        out, "uptime", json_string(clock_format_span((int64_t)(seconds * 1e9), span)));
    json_object_set_new(out, "uptime_seconds", json_integer((json_int_t)seconds));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*probe_value(answer, names[i]))
            json_object_set_new(out, names[i], json_string(probe_value(answer, names[i])));
}

static char *render(const char *host, const json_t *answer)
{
    json_t *out = json_object(), *lists[TABLES], *line;
    size_t i;
    json_object_set_new(out, "host", json_string(host));
    json_object_set(out, "transport", json_object_get(answer, "transport"));
    add_facts(out, answer);
    for (size_t k = 0; k < TABLES; k++)
        lists[k] = json_array();
    json_array_foreach(json_object_get(answer, "lines"), i, line)
        add_line(lists, json_string_value(line));
    for (size_t k = 0; k < TABLES; k++)
        json_object_set_new(out, tables[k].member, lists[k]);
    char *text = json_dumps(out, JSON_COMPACT);
    json_decref(out);
    return text;
}

int look_host(struct app *a, const char *host, struct str *json, struct err *e)
{
    struct probe_order order = {.runbook = "look", .step = STEP_SCRIPT};
    json_t *answers = NULL;
    if (probe_ask(a, &host, 1, &order, 1, &answers, e) < 0)
        return -1;
    const json_t *answer = probe_answer(answers, host, 0);
    int rc = probe_done(answer) ? 0 : probe_error(answer, e);
    if (rc == 0) {
        char *text = render(host, answer);
        str_puts(json, text ? text : "{}");
        free(text);
    } else {
        err_prefix(e, "%s: ", host);
    }
    json_decref(answers);
    return rc;
}
