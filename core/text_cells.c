#include "core/text.h"

#include "core/utf8.h"

/* The whole of this file counts in cells of a terminal; its input is clean already. */

static size_t cells_of(int32_t code)
{
    int width = text_code_width(code);
    if (width >= 0)
        return (size_t)width;
    return code == '\n' ? 0 : 1;
}

static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((signed char)text.p[i] < 0x20 || text.p[i] == 0x7f)
            return false;
    return true;
}

size_t text_width(struct slice clean)
{
    size_t cells = 0;
    if (is_plain(clean))
        return clean.n;
    for (size_t at = 0; at < clean.n;)
        cells += cells_of(text_decode(clean, &at));
    return cells;
}

/* How many bytes of the start fit, with the marks on the last character; *used gets their cells. */
static size_t head_bytes(struct slice text, size_t cells, size_t *used)
{
    size_t at = 0;
    *used = 0;
    while (at < text.n) {
        size_t next = at;
        size_t width = cells_of(text_decode(text, &next));
        if (*used + width > cells)
            break;
        *used += width;
        at = next;
    }
    return at;
}

/* The offset from which the end fits; never begins with a mark. */
static size_t tail_start(struct slice text, size_t cells)
{
    size_t at = text.n, fits = text.n, used = 0;
    while (at > 0) {
        size_t begin = at - 1;
        while (begin > 0 && at - begin < 4 && ((unsigned char)text.p[begin] & 0xc0) == 0x80)
            begin--;
        size_t next = begin;
        size_t width = cells_of(text_decode(text, &next));
        if (used + width > cells)
            break;
        used += width;
        at = begin;
        if (width)
            fits = at;
    }
    return fits;
}

/* The sign of a cut is ambiguous in width: two cells of it would move what follows. */
static const char *cut_sign(void)
{
    return text_code_width(0x2026) == 1 ? "…" : "~";
}

static size_t fit(struct str *out, struct slice clean, size_t cells)
{
    size_t used;
    size_t n = head_bytes(clean, cells, &used);
    if (n == clean.n || cells == 0) {
        str_add(out, clean.p, cells ? n : 0);
        return cells ? used : 0;
    }
    n = head_bytes(clean, cells - 1, &used);
    str_add(out, clean.p, n);
    str_puts(out, cut_sign());
    return used + 1;
}

void text_fit(struct str *out, struct slice clean, size_t cells)
{
    fit(out, clean, cells);
}

void text_middle(struct str *out, struct slice clean, size_t cells)
{
    size_t used, whole;
    if (head_bytes(clean, cells, &whole) == clean.n || cells < 3) {
        fit(out, clean, cells);
        return;
    }
    size_t head = head_bytes(clean, cells / 2, &used);
    size_t tail = tail_start(clean, cells - 1 - used);
    str_add(out, clean.p, head);
    str_puts(out, cut_sign());
    str_add(out, clean.p + tail, clean.n - tail);
}

static void blanks(struct str *out, size_t n)
{
    for (; n; n--)
        str_char(out, ' ');
}

void text_pad(struct str *out, struct slice clean, size_t cells)
{
    str_add(out, "", 0);
    blanks(out, cells - fit(out, clean, cells));
}

void text_pad_left(struct str *out, struct slice clean, size_t cells)
{
    struct str cut = STR_INIT;
    blanks(out, cells - fit(&cut, clean, cells));
    str_slice(out, str_as_slice(&cut));
    str_release(&cut);
}

static bool is_name(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

void text_defang(struct str *out, struct slice clean)
{
    static const struct {
        const char *from, *to;
    } schemes[] = {
        {"https://", "hxxps://"}, {"http://", "hxxp://"}, {"ftp://", "fxp://"}, {"://", "[:]//"}};
    str_add(out, "", 0);
    for (size_t i = 0; i < clean.n;) {
        struct slice rest = {clean.p + i, clean.n - i};
        size_t taken = 0;
        for (size_t k = 0; k < sizeof schemes / sizeof *schemes && !taken; k++) {
            size_t n = strlen(schemes[k].from);
            if (rest.n >= n &&
                slice_equal_nocase((struct slice){rest.p, n}, slice_of(schemes[k].from))) {
                str_puts(out, schemes[k].to);
                taken = n;
            }
        }
        if (!taken) {
            bool dot = rest.p[0] == '.' && i && is_name(clean.p[i - 1]) && rest.n > 1 &&
                       is_name(rest.p[1]);
            if (dot || rest.p[0] == '@')
                str_puts(out, dot ? "[.]" : "[@]");
            else
                str_char(out, rest.p[0]);
            taken = 1;
        }
        i += taken;
    }
}
