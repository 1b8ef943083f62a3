#include "connectors/framer.h"

#include "core/scan.h"

static struct slice take_line(struct slice *text)
{
    const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
    size_t n = end ? (size_t)(end - text->p) : text->n;
    struct slice line = slice_trim((struct slice){text->p, n});
    n += end ? 1 : 0;
    *text = (struct slice){text->p + n, text->n - n};
    return line;
}

static bool is_object(struct slice line)
{
    return line.n && line.p[0] == '{' && scan_each(line, NULL, NULL, NULL) == 0;
}

/* Objects over several lines never have a whole object on a line of the outermost level, so one
 * whole line among the first says that they are JSON lines, whatever is wrong with the others. */
enum frame framer_guess(struct slice head)
{
    struct slice text = slice_trim(head);
    if (slice_starts(text, SLICE("\xef\xbb\xbf")))
        text = slice_trim((struct slice){text.p + 3, text.n - 3});
    if (text.n && text.p[0] == '[')
        return FRAME_JSON_ARRAY;
    struct slice first = take_line(&text);
    if (!first.n || first.p[0] != '{' || !text.n || is_object(first))
        return FRAME_LINES;
    while (text.n) {
        bool indented = text.p[0] == ' ' || text.p[0] == '\t';
        struct slice line = take_line(&text);
        if (!indented && is_object(line))
            return FRAME_LINES;
    }
    return FRAME_MULTI_LINE;
}

static bool next_line(
    struct framer *f, struct slice bytes, bool last, struct slice *piece, size_t *used)
{
    const char *end =
        bytes.n > f->scanned ? memchr(bytes.p + f->scanned, '\n', bytes.n - f->scanned) : NULL;
    if (!end && !last) {
        f->scanned = bytes.n;
        return false;
    }
    f->scanned = 0;
    *used = end ? (size_t)(end - bytes.p) + 1 : bytes.n;
    *piece = slice_trim((struct slice){bytes.p, end ? *used - 1 : *used});
    return *used > 0;
}

/* One byte of a value; true when the value ends with it. */
static bool step(struct framer *f, char c)
{
    if (f->in_string) {
        if (f->escaped)
            f->escaped = false;
        else if (c == '\\')
            f->escaped = true;
        else if (c == '"')
            f->in_string = false;
        return false;
    }
    if (c == '"')
        f->in_string = true;
    else if (c == '{' || c == '[')
        f->depth++;
    else if ((c == '}' || c == ']') && f->depth)
        return --f->depth == 0;
    return false;
}

static bool is_between(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == '\xef' ||
           c == '\xbb' || c == '\xbf';
}

static bool finish(
    struct framer *f, struct slice bytes, size_t end, struct slice *piece, size_t *used)
{
    f->scanned = 0;
    f->begun = f->in_string = f->escaped = false;
    f->depth = 0;
    *used = end;
    *piece = slice_trim((struct slice){bytes.p, end});
    return true;
}

/* Separators, and the brackets of the one array, in front of a value. */
static size_t lead(struct framer *f, struct slice bytes)
{
    size_t n = 0;
    for (; n < bytes.n; n++) {
        char c = bytes.p[n];
        bool bracket = f->frame == FRAME_JSON_ARRAY && (c == ']' || (c == '[' && !f->in_array));
        if (bracket)
            f->in_array = c == '[';
        else if (!is_between(c))
            break;
    }
    return n;
}

/* Objects one after another, or the elements of one array. What stands in front of a value is a
 * piece of nothing. */
static bool next_value(
    struct framer *f, struct slice bytes, bool last, struct slice *piece, size_t *used)
{
    if (!f->begun) {
        *used = lead(f, bytes);
        *piece = (struct slice){bytes.p, 0};
        if (*used)
            return true;
        if (!bytes.n)
            return false;
        f->begun = true;
    }
    for (size_t i = f->scanned; i < bytes.n; i++) {
        if (step(f, bytes.p[i]))
            return finish(f, bytes, i + 1, piece, used);
        if (f->depth == 0 && !f->in_string && (bytes.p[i] == '\n' || bytes.p[i] == ','))
            return finish(f, bytes, i, piece, used);
    }
    f->scanned = bytes.n;
    return last && finish(f, bytes, bytes.n, piece, used);
}

bool framer_next(struct framer *f, struct slice bytes, bool last, struct slice *piece, size_t *used)
{
    if (f->frame == FRAME_LINES)
        return next_line(f, bytes, last, piece, used);
    return next_value(f, bytes, last, piece, used);
}
