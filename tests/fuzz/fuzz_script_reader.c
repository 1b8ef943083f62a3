/* Answers of hostile hosts: whatever comes, only a well-formed END after BEGIN ends it, and cutting
 * the bytes elsewhere changes nothing. First byte: where to cut. */
#include "remote/script.h"

#include <stdio.h>
#include <stdlib.h>

static const char nonce[] = "00112233445566778899aabbccddeeff";

static void on_begun(void *owner)
{
    str_puts(owner, "begun\n");
}

static void on_line(void *owner, bool ours, struct slice text)
{
    str_printf(owner, "line %d ", ours);
    str_slice(owner, text);
    str_char(owner, '\n');
}

static void on_value(void *owner, struct slice name, struct slice text)
{
    str_slice(owner, name);
    str_char(owner, '=');
    str_slice(owner, text);
    str_char(owner, '\n');
}

static void on_data(void *owner, const char *name, struct slice bytes)
{
    str_puts(owner, name);
    str_slice(owner, bytes);
}

static void on_data_end(void *owner, const char *name)
{
    str_printf(owner, "end %s\n", name);
}

static int read_all(struct str *told, struct slice bytes, size_t piece)
{
    struct script_events events = {on_begun, on_line, on_value, on_data, on_data_end, told};
    struct script_reader r;
    script_reader_init(&r, nonce, &events);
    for (size_t i = 0; i < bytes.n; i += piece) {
        size_t n = bytes.n - i < piece ? bytes.n - i : piece;
        script_reader_feed(&r, SCRIPT_OUT, (struct slice){bytes.p + i, n});
    }
    script_reader_feed(&r, SCRIPT_ERR, bytes);
    if (r.ended && (!r.begun || r.rc < 0 || r.rc > 255))
        abort();
    int rc = r.rc;
    script_reader_release(&r);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str whole = STR_INIT, cut = STR_INIT;
    if (size < 2)
        return 0;
    struct slice bytes = {(const char *)data + 1, size - 1};
    int rc = read_all(&whole, bytes, bytes.n);
    if (read_all(&cut, bytes, 1u + data[0]) != rc ||
        !slice_equal(str_as_slice(&whole), str_as_slice(&cut)))
        abort();
    str_release(&whole);
    str_release(&cut);
    return 0;
}
