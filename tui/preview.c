#include "tui/preview.h"

#include "cases/case_file.h"
#include "cases/ledger.h"

#include <stdio.h>

void preview_release(struct preview *p)
{
    if (!p->id) {
        return;
    }
    alert_page_release(&p->row);
    alert_page_release(&p->related);
    batch_release(&p->record);
    pivot_tree_release(&p->lineage);
    *p = (struct preview){.id = 0};
}

struct slice preview_field(const struct preview *p, enum field field)
{
    return p->record.count ? record_get(&p->record.records[0], field) : (struct slice){NULL, 0};
}

static int take_note(void *owner, const struct case_entry *entry)
{
    struct preview *p = owner;
    if (strcmp(entry->kind, "note") != 0) {
        return 0;
    }
    if (p->note_count == PREVIEW_NOTES) { /* the newest stay */
        memmove(p->notes, p->notes + 1, sizeof p->notes[0] * (PREVIEW_NOTES - 1));
        p->note_count--;
    }
    struct preview_note *n = &p->notes[p->note_count++];
    n->time = entry->time;
    snprintf(n->who, sizeof n->who, "%s", entry->who ? entry->who : "");
    snprintf(n->text, sizeof n->text, "%s", entry->text ? entry->text : "");
    return 0;
}

static int take_host(void *owner, const struct host_row *row)
{
    struct preview *p = owner;
    p->host_state = row->state;
    p->host_state_since = row->state_since;
    return 1;
}

static void load_host(struct app *a, struct store *s, struct preview *p)
{
    const struct alert_row *row = &p->row.rows[0];
    struct err ignored = ERR_INIT;
    struct host_config h = config_host(a->config, row->host);
    snprintf(p->tier, sizeof p->tier, "%s", h.criticality ? h.criticality : "");
    p->host_protected = h.is_protected == 1;
    p->host_state_since = CLOCK_NONE;
    host_get(s, row->host, take_host, p, &ignored);
}

static void load_related(struct store *s, struct preview *p)
{
    const struct alert_row *row = &p->row.rows[0];
    struct str text = STR_INIT;
    struct query *query = NULL;
    struct err ignored = ERR_INIT;
    size_t position;
    if (!*row->host) {
        return;
    }
    str_printf(&text, "host.name: \"");
    for (const char *h = row->host; *h; h++) {
        if (*h == '"' || *h == '\\') {
            str_char(&text, '\\');
        }
        str_char(&text, *h);
    }
    str_printf(&text, "\" and not hinomi.id: %lld", (long long)p->id);
    if (query_parse(&query, str_as_slice(&text), clock_now(), &position, &ignored) == 0) {
        struct alert_list list = {.query = query, .sort = ALERT_BY_TIME};
        alerts_page(s, &list, 0, false, PREVIEW_RELATED, &p->related, &ignored);
        query_free(query);
    }
    str_release(&text);
}

int preview_load(struct app *a, struct store *s, int64_t id, struct preview *p, struct err *e)
{
    struct err ignored = ERR_INIT;
    *p = (struct preview){.id = id};
    batch_init(&p->record);
    if (alert_row_get(s, id, &p->row, e) != 0 || p->row.count == 0 ||
        alert_get(s, id, &p->record, e) != 0) {
        return -1;
    }
    const struct alert_row *row = &p->row.rows[0];
    alert_rule_record(s, row->rule_id, row->title, &p->rule_right, &p->rule_judged, &ignored);
    if (*row->host) {
        load_host(a, s, p);
    }
    load_related(s, p);
    alert_notes_each(s, id, take_note, p, &ignored);
    pivot_lineage(a, s, id, &p->lineage, &ignored);
    return 0;
}
