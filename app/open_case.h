/* A new case belongs to one customer from the start: to that of its first alert, else to the only
 * one that the configuration names, else to "default". */
#ifndef HINOMI_APP_OPEN_CASE_H
#define HINOMI_APP_OPEN_CASE_H

#include "app/app.h"
#include "cases/case_file.h"

/* `alert` 0: none yet; `customer` NULL: as above. */
struct case_opening {
    const char *title, *customer;
    int64_t alert;
};
int open_case(struct app *a, struct store *s, const struct case_opening *opening, int64_t *id,
    struct act_result *r, struct err *e);

#endif
