#include "core/escape.h"
#include "core/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* Whatever goes in, nothing that a terminal obeys comes out, and cells are what they say. */
static void check_clean(struct slice clean, bool lines)
{
    for (size_t at = 0; at < clean.n;) {
        int32_t code = text_decode(clean, &at);
        must(text_code_width(code) >= 0 || (lines && (code == '\n' || code == '\t')));
    }
}

/* JSON is lossless: private and unassigned characters stay, what steers a terminal does not. */
static void check_json(struct slice json)
{
    for (size_t at = 0; at < json.n;) {
        int32_t code = text_decode(json, &at);
        must(code >= 0x20 && (code < 0x7f || code >= 0xa0));
        must(code != 0x202e && code != 0x200b && code != 0xfeff);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice raw = {(const char *)data, size};
    struct str clean = STR_INIT, lines = STR_INIT, again = STR_INIT, cells = STR_INIT;
    text_clean_whole(&clean, raw);
    text_clean_lines(&lines, raw);
    check_clean(str_as_slice(&clean), false);
    check_clean(str_as_slice(&lines), true);
    text_clean_whole(&again, str_as_slice(&clean));
    must(slice_equal(str_as_slice(&again), str_as_slice(&clean)));
    for (size_t n = 0; n < 12; n++) {
        str_clear(&cells);
        text_pad(&cells, str_as_slice(&clean), n);
        must(text_width(str_as_slice(&cells)) == n);
        str_clear(&cells);
        text_middle(&cells, str_as_slice(&clean), n);
        must(text_width(str_as_slice(&cells)) <= n);
    }
    str_clear(&cells);
    escape_csv(&cells, raw);
    escape_markdown(&cells, raw);
    escape_markdown_code(&cells, raw);
    escape_html(&cells, raw);
    check_clean(str_as_slice(&cells), true);
    str_clear(&cells);
    str_json(&cells, raw);
    check_json(str_as_slice(&cells));
    text_defang(&cells, str_as_slice(&clean));
    str_release(&clean);
    str_release(&lines);
    str_release(&again);
    str_release(&cells);
    return 0;
}
