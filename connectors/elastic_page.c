/* The reply of a search: the hits one by one, each on its own, so that a broken one costs itself
 * only. */
#include "connectors/elastic.h"

#include "connectors/elastic_hit.h"
#include "core/clock.h"
#include "core/scan.h"

#include <stdio.h>

static void put_fault(struct elastic_page *page, const char *what, struct slice why)
{
    int n = why.n > 120 ? 120 : (int)why.n;
    snprintf(
        page->fault, sizeof page->fault, "%s%s%.*s", what, n ? ": " : "", n, why.p ? why.p : "");
    for (char *c = page->fault; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
}

/* 200 does not say that all answered. */
static void read_health(struct slice body, struct elastic_page *page)
{
    struct scan_value v, one, why = {0};
    size_t at = 0;
    int64_t failed = 0;
    if (scan_find(body, "timed_out", &v) && v.type == SCAN_TRUE)
        put_fault(page, "the search ran out of time at the server", (struct slice){NULL, 0});
    if (!scan_find(body, "_shards.failed", &v) || !slice_int(v.raw, &failed) || failed == 0)
        return;
    if (scan_find(body, "_shards.failures", &v) && v.type == SCAN_ARRAY &&
        scan_element(v.raw, &at, &one) == 1)
        scan_find(one.raw, "reason.reason", &why);
    char text[64];
    snprintf(text, sizeof text, "%lld shards failed", (long long)failed);
    put_fault(page, text, why.raw);
}

/* A date's sort value: text with the format that was asked for, milliseconds where it is ignored.
 */
static bool sort_time(struct slice sort, int64_t *ns)
{
    struct scan_value first;
    size_t at = 0;
    return scan_element(sort, &at, &first) == 1 && clock_parse(first.raw, ns);
}

static void read_hit(struct slice hit, struct elastic_page *page)
{
    char place[200];
    struct scan_value sort;
    int64_t ns;
    page->hits++;
    snprintf(place, sizeof place, "%s, page %llu, hit %zu", page->index,
        (unsigned long long)page->number, page->hits);
    if (scan_find(hit, "sort", &sort) && sort.type == SCAN_ARRAY && sort_time(sort.raw, &ns)) {
        page->after = sort.raw;
        page->last = ns;
        if (page->first == CLOCK_NONE)
            page->first = ns;
    }
    elastic_hit_read(hit, slice_of(place), page);
}

int elastic_page_read(struct slice body, struct elastic_page *page, struct err *e)
{
    struct scan_value hits, pit, hit;
    size_t at = 0;
    int more;
    page->hits = 0;
    page->first = page->last = CLOCK_NONE;
    page->fault[0] = '\0';
    page->after = page->pit = (struct slice){NULL, 0};
    if (!scan_find(body, "hits.hits", &hits) ||
        (hits.type != SCAN_ARRAY && hits.type != SCAN_EMPTY))
        return err_set(
            e, ERR_INPUT, "the answer is no search result: does `url` name Elasticsearch itself?");
    if (scan_find(body, "pit_id", &pit) && pit.type == SCAN_STRING)
        page->pit = pit.raw;
    read_health(body, page);
    page->out->pages++;
    if (hits.type == SCAN_EMPTY)
        return 0;
    while ((more = scan_element(hits.raw, &at, &hit)) == 1)
        read_hit(hit.raw, page);
    return more == 0 ? 0
                     : err_set(e, ERR_INPUT, "the answer of %s ends in the middle", page->index);
}

bool elastic_page_is_last(const struct elastic_page *page, size_t size)
{
    return page->hits == 0 || (page->hits < size && !page->fault[0]);
}
