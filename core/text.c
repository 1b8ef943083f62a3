#include "core/text.h"

#include "core/normalise.h"
#include "core/utf8.h"
#include "core/width_table.h"

enum { MARKS_MAX = 2 };

struct cleaning {
    struct str *out;
    bool keep_lines, signal;
    int32_t cluster[1 + MARKS_MAX]; /* a base and the marks on it, not yet written */
    size_t cluster_count;
    size_t marks_left_out;
};

int32_t text_decode(struct slice text, size_t *at)
{
    uint32_t code;
    size_t n = utf8_decode((struct slice){text.p + *at, text.n - *at}, &code);
    *at += n ? n : 1;
    return n ? (int32_t)code : -1;
}

size_t text_encode(int32_t code, char out[4])
{
    return utf8_encode((uint32_t)code, out);
}

static enum width_class class_of(int32_t code)
{
    size_t low = 0, high = width_table_count;
    uint32_t c = (uint32_t)code;
    if (c >= 0x20 && c < 0x7f)
        return WIDTH_ONE;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (width_table[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < width_table_count && width_table[low].first <= c ? width_table[low].width
                                                                  : WIDTH_ONE;
}

static void end_cluster(struct cleaning *c)
{
    char bytes[4];
    size_t n = normalise_compose(c->cluster, c->cluster_count);
    for (size_t i = 0; i < n; i++)
        str_add(c->out, bytes, text_encode(c->cluster[i], bytes));
    if (c->marks_left_out)
        str_printf(c->out, "<+%zu marks>", c->marks_left_out);
    c->cluster_count = c->marks_left_out = 0;
}

/* A mark without a base would join whatever the screen shows on its left, even a frame: it gets the
 * dotted circle that Unicode draws such marks on. */
static void add_mark(struct cleaning *c, int32_t code)
{
    if (c->cluster_count == 0) {
        c->cluster[c->cluster_count++] = 0x25cc;
        c->signal = true;
    }
    if (c->cluster_count <= MARKS_MAX) {
        c->cluster[c->cluster_count++] = code;
        return;
    }
    c->marks_left_out++;
    c->signal = true;
}

static void add_hidden(struct cleaning *c, int32_t code)
{
    end_cluster(c);
    if (c->keep_lines && (code == '\n' || code == '\t')) {
        str_char(c->out, (char)code);
        return;
    }
    if (code == '\n' || code == '\t') {
        str_puts(c->out, code == '\n' ? "\\n" : "\\t");
        return;
    }
    c->signal = true;
    if (code == 0x1b)
        str_puts(c->out, "\\e");
    else if (code == '\r')
        str_puts(c->out, "\\r");
    else if (code < 0xa0)
        str_printf(c->out, "\\x%02x", (unsigned)code);
    else
        str_printf(c->out, "<U+%04X>", (unsigned)code);
}

static void add_code(struct cleaning *c, int32_t code)
{
    enum width_class width = class_of(code);
    if (width == WIDTH_HIDDEN) {
        add_hidden(c, code);
    } else if (width == WIDTH_MARK) {
        add_mark(c, code);
    } else {
        end_cluster(c);
        c->cluster[c->cluster_count++] = code;
    }
}

/* Printable ASCII up to its last byte, which a mark may still follow. */
static size_t plain_run(struct slice raw, size_t at)
{
    size_t from = at;
    while (at < raw.n && raw.p[at] >= 0x20 && raw.p[at] < 0x7f)
        at++;
    return at - from;
}

static bool clean(struct str *out, struct slice raw, bool keep_lines)
{
    struct cleaning c = {.out = out, .keep_lines = keep_lines};
    str_add(out, "", 0);
    for (size_t at = 0; at < raw.n;) {
        size_t run = plain_run(raw, at);
        if (run > 1) {
            end_cluster(&c);
            str_add(out, raw.p + at, run - 1);
            at += run - 1;
        }
        if (raw.p[at] == '\r' && at + 1 < raw.n && raw.p[at + 1] == '\n') {
            end_cluster(&c);
            str_puts(out, keep_lines ? "" : "\\r");
            at++;
            continue;
        }
        size_t before = at;
        int32_t code = text_decode(raw, &at);
        if (code >= 0) {
            add_code(&c, code);
            continue;
        }
        end_cluster(&c);
        str_printf(out, "\\x%02x", (unsigned)(unsigned char)raw.p[before]);
        c.signal = true;
    }
    end_cluster(&c);
    return c.signal;
}

bool text_clean_whole(struct str *out, struct slice raw)
{
    return clean(out, raw, false);
}

bool text_clean_lines(struct str *out, struct slice raw)
{
    return clean(out, raw, true);
}

static bool has_signal(struct slice raw)
{
    if (plain_run(raw, 0) == raw.n)
        return false;
    struct str out = STR_INIT;
    bool signal = clean(&out, raw, false);
    str_release(&out);
    return signal;
}

bool text_clean(struct str *out, struct slice raw)
{
    if (raw.n <= TEXT_SHOWN_MAX)
        return clean(out, raw, false);
    struct slice shown = utf8_cut(raw, TEXT_SHOWN_MAX);
    size_t rest = raw.n - shown.n;
    bool signal = clean(out, shown, false);
    if (rest >= 1024)
        str_printf(out, "… %zu KiB more", (rest + 512) / 1024);
    else
        str_printf(out, "… %zu bytes more", rest);
    return signal || has_signal((struct slice){raw.p + shown.n, rest});
}

bool text_is_clean(struct slice raw)
{
    if (plain_run(raw, 0) == raw.n)
        return raw.n <= TEXT_SHOWN_MAX;
    struct str out = STR_INIT;
    clean(&out, raw, false);
    bool same = slice_equal(str_as_slice(&out), raw) && raw.n <= TEXT_SHOWN_MAX;
    str_release(&out);
    return same;
}

static int ambiguous_cells = 1;

void text_set_ambiguous_width(int cells)
{
    __atomic_store_n(&ambiguous_cells, cells == 2 ? 2 : 1, __ATOMIC_RELAXED);
}

int text_code_width(int32_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return 1;
    if (code < 0 || code > 0x10ffff)
        return -1;
    switch (class_of(code)) {
    case WIDTH_HIDDEN:
        return -1;
    case WIDTH_MARK:
        return 0;
    case WIDTH_WIDE:
        return 2;
    case WIDTH_AMBIGUOUS:
        return __atomic_load_n(&ambiguous_cells, __ATOMIC_RELAXED);
    case WIDTH_ONE:
        break;
    }
    return 1;
}
