#include "cases/export.h"

#include "core/escape.h"

static int line(void *owner, const struct case_entry *x)
{
    struct str *out = owner;
    char time[CLOCK_TEXT_MAX];
    const char *cells[] = {clock_format(x->time, time), x->kind, x->who, x->text, x->detail, x->uid,
        x->severity >= 0 ? severity_name((enum severity)x->severity) : ""};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (i)
            str_char(out, ',');
        escape_csv(out, slice_of(cells[i]));
    }
    str_puts(out, "\r\n");
    return 0;
}

int export_csv(struct store *s, int64_t case_id, struct str *out, struct err *e)
{
    str_puts(out, "\"time\",\"kind\",\"who\",\"text\",\"detail\",\"id\",\"severity\"\r\n");
    return case_each(s, case_id, line, out, e);
}
