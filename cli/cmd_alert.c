#include "cases/alerts.h"
#include "cases/case_file.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "core/text.h"

#include <stdlib.h>

const struct option_spec cmd_alert_options[] = {
    {"json", 0, NULL, N_("one object, ECS names")},
    {"raw", 0, NULL, N_("the vendor's own record, byte for byte")},
    {NULL, 0, NULL, NULL},
};

static int print_note(void *owner, const struct case_entry *n)
{
    const struct cli *c = owner;
    struct str out = STR_INIT;
    char time[CLOCK_TEXT_MAX];
    str_printf(&out, "%s  ", cli_time(c, n->time, time));
    text_clean(&out, slice_of(n->who));
    str_puts(&out, "  ");
    cli_put_lines(&out, n->text);
    str_char(&out, '\n');
    cli_out(&out);
    str_release(&out);
    return 0;
}

static int print_alert(struct cli *c, int64_t id, struct err *e)
{
    struct batch b;
    struct str out = STR_INIT;
    batch_init(&b);
    int rc = alert_get(c->store, id, &b, e);
    if (rc == 0 && options_has(&c->options, "raw")) {
        str_slice(&out, b.records[0].raw);
        str_char(&out, '\n');
        cli_out(&out);
    } else if (rc == 0 && c->json) {
        record_json(&b.records[0], &out);
        str_char(&out, '\n');
        cli_out(&out);
    } else if (rc == 0) {
        listing_page(c, &b.records[0]);
        rc = alert_notes_each(c->store, id, print_note, c, e);
    }
    str_release(&out);
    batch_release(&b);
    return rc;
}

int cmd_alert(struct cli *c, struct err *e)
{
    int64_t *ids;
    size_t count;
    int rc = 0;
    if (c->options.count == 0)
        return err_set(e, ERR_USAGE, "which alert? hinomi alert ID");
    if (cli_ids(c, 0, 'A', &ids, &count, e))
        return -1;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = print_alert(c, ids[i], e);
    free(ids);
    return rc;
}
