#include "app/open_case.h"

#include "cases/alerts.h"

#include <string.h>

/* NULL when the sources belong to several customers, or there is none. */
static const char *only_customer(const struct config *c)
{
    const char *only = NULL;
    for (size_t i = 0; i < c->source_count; i++) {
        const char *customer = c->sources[i].organization;
        if (only && strcmp(only, customer) != 0)
            return NULL;
        only = customer;
    }
    return only;
}

int open_case(struct app *a, struct store *s, const struct case_opening *opening, int64_t *id,
    struct act_result *r, struct err *e)
{
    struct alert_page page = {.count = 0};
    struct actor who = {a->actor.analyst, opening->customer};
    if (!who.organization && opening->alert) {
        if (alert_row_get(s, opening->alert, &page, e))
            return -1;
        who.organization = page.rows[0].organization;
    }
    if (!who.organization)
        who.organization = only_customer(a->config);
    int rc = case_new(s, &who, opening->title, id, r, e);
    alert_page_release(&page);
    return rc;
}
