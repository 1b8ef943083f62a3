#include "cases/export.h"

#define N_(text) text

const struct exporter exporters[] = {
    {"markdown", "md", N_("a report to read and to paste into a ticket"), export_markdown},
    {"html", "html", N_("the same as one page, without scripts or outside links"), export_html},
    {"json", "json", N_("everything, for another program or another hinomi"), export_json},
    {"csv", "csv", N_("the story as a table"), export_csv},
    {"stix", "stix.json", N_("indicators and the report as a STIX 2.1 bundle"), export_stix},
    {NULL, NULL, NULL, NULL},
};

const struct exporter *exporter_find(const char *name)
{
    for (const struct exporter *x = exporters; x->name; x++)
        if (strcmp(name, x->name) == 0 || strcmp(name, x->extension) == 0)
            return x;
    return NULL;
}
