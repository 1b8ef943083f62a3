#include "cases/export.h"

static void member(struct str *out, const char *name, const char *value)
{
    str_printf(out, ",\"%s\":", name);
    str_json(out, slice_of(value));
}

static void time_member(struct str *out, const char *name, int64_t ns)
{
    char text[CLOCK_TEXT_MAX];
    if (ns == CLOCK_NONE)
        str_printf(out, ",\"%s\":null", name);
    else
        str_printf(out, ",\"%s\":\"%s\"", name, clock_format(ns, text));
}

static void head(struct str *out, const struct case_row *c)
{
    str_puts(out, "{\"title\":");
    str_json(out, slice_of(c->title));
    member(out, "summary", c->summary);
    str_puts(out, ",\"organization\":{\"id\":");
    str_json(out, slice_of(c->organization));
    str_puts(out, "},\"hinomi\":{\"format\":1");
    member(out, "uid", c->uid);
    member(out, "status", case_status_name(c->status));
    member(out, "severity", severity_name(c->severity));
    member(out, "verdict", verdict_name(c->verdict));
    member(out, "lead", c->lead);
    time_member(out, "opened", c->opened);
    time_member(out, "closed", c->closed);
    str_char(out, '}');
}

struct list {
    struct str *out;
    bool any;
};

static void between(struct list *l)
{
    if (l->any)
        str_char(l->out, ',');
    l->any = true;
}

static int add_record(void *owner, const struct record *r)
{
    struct list *l = owner;
    between(l);
    record_json(r, l->out);
    return 0;
}

static int add_entry(void *owner, const struct case_entry *x)
{
    struct list *l = owner;
    char text[CLOCK_TEXT_MAX];
    between(l);
    str_printf(l->out, "{\"@timestamp\":\"%s\"", clock_format(x->time, text));
    member(l->out, "uid", x->uid);
    member(l->out, "who", x->who);
    member(l->out, "text", x->text);
    member(l->out, "detail", x->detail);
    str_printf(l->out, ",\"done\":%s}", x->done ? "true" : "false");
    return 0;
}

static const struct {
    const char *kind, *name;
} lists[] = {{"note", "notes"}, {"task", "tasks"}, {"ioc", "iocs"}, {"evidence", "evidence"},
    {"containment", "containment"}, {"act", "acts"}};

int export_json(struct store *s, int64_t case_id, struct str *out, struct err *e)
{
    struct case_list found;
    struct list l = {out, false};
    if (case_get(s, case_id, &found, e))
        return -1;
    head(out, &found.rows[0]);
    case_list_release(&found);
    str_puts(out, ",\"alerts\":[");
    int rc = export_alerts(s, case_id, add_record, &l, e);
    str_puts(out, "],\"events\":[");
    l.any = false;
    if (!rc)
        rc = export_events(s, case_id, add_record, &l, e);
    str_char(out, ']');
    for (size_t i = 0; !rc && i < sizeof lists / sizeof *lists; i++) {
        struct export_kind kind = {lists[i].kind, add_entry, &l};
        l.any = false;
        str_printf(out, ",\"%s\":[", lists[i].name);
        rc = export_each(s, case_id, &kind, e);
        str_char(out, ']');
    }
    str_puts(out, "}\n");
    return rc;
}
