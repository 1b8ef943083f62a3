#include "core/query.h"

#include "core/str.h"
#include "tests/support/query_table.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Printed queries parse, print the same and match the same rows; faults lie inside the text. */
static void check_printed(const struct query *q, const struct batch *rows)
{
    struct str first = STR_INIT, second = STR_INIT;
    struct query *again;
    size_t position;
    struct err e = ERR_INIT;
    query_print(q, &first);
    if (first.n <= QUERY_TEXT_MAX) {
        if (query_parse(&again, str_as_slice(&first), 0, &position, &e) < 0)
            abort();
        query_print(again, &second);
        if (!slice_equal(str_as_slice(&first), str_as_slice(&second)))
            abort();
        for (size_t i = 0; i < rows->count; i++)
            if (query_match(q, &rows->records[i]) != query_match(again, &rows->records[i]))
                abort();
        query_free(again);
    }
    str_release(&first);
    str_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct batch rows;
    struct query *q;
    size_t position = 0;
    struct err e = ERR_INIT;
    if (!rows.count)
        query_table_fill(&rows);
    struct slice text = {(const char *)data, size};
    if (query_parse(&q, text, INT64_C(1773232496000000000), &position, &e) < 0) {
        if (position > size || !e.text[0])
            abort();
        return 0;
    }
    check_printed(q, &rows);
    query_free(q);
    return 0;
}
