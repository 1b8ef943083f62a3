/* Records as JSON lines or CSV, values of a field as a table: what alerts and events share. */
#ifndef HINOMI_CLI_LISTING_H
#define HINOMI_CLI_LISTING_H

#include "cases/alerts.h"
#include "cli/cli.h"

struct listing {
    const struct cli *cli;
    bool csv;
    struct str out;
};

void listing_init(struct listing *l, const struct cli *c, bool csv);
int listing_record(void *owner, const struct record *r); /* record_sink; owner: struct listing */
void listing_end(struct listing *l);

/* FIELD_NONE with ERR_USAGE and the nearest name. */
enum field listing_field(const char *name, struct err *e);
void listing_groups(const struct cli *c, const struct field_group *groups, size_t count);

/* One record for a person: every field that is there, one a line. */
void listing_page(const struct cli *c, const struct record *r);

#endif
