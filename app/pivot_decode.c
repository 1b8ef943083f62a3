#include "app/pivot.h"

#include "core/base64.h"
#include "core/text.h"

enum { PIECE_LEAST = 16, PIECES_MAX = 8, DECODED_MAX = 65536 };

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

/* Every second byte NUL in most places: UTF-16LE of a western text, as PowerShell's -enc takes. */
static bool looks_wide(struct slice bytes)
{
    size_t zeros = 0;
    for (size_t i = 1; i < bytes.n; i += 2)
        zeros += bytes.p[i] == '\0';
    return bytes.n >= 4 && bytes.n % 2 == 0 && zeros * 4 >= bytes.n / 2 * 3;
}

static void add_wide(struct str *out, struct slice bytes)
{
    for (size_t i = 0; i + 1 < bytes.n; i += 2) {
        char utf8[4];
        int32_t c = (unsigned char)bytes.p[i] | (unsigned char)bytes.p[i + 1] << 8;
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < bytes.n) {
            int32_t low = (unsigned char)bytes.p[i + 2] | (unsigned char)bytes.p[i + 3] << 8;
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        if (c >= 0xd800 && c < 0xe000)
            c = 0xfffd;
        str_add(out, utf8, text_encode(c, utf8));
    }
}

static bool looks_like_text(struct slice bytes)
{
    size_t odd = 0;
    for (size_t at = 0; at < bytes.n;) {
        size_t from = at;
        int32_t c = text_decode(bytes, &at);
        if (c < 0 || (c < 32 && c != '\n' && c != '\r' && c != '\t'))
            odd += at - from;
    }
    return bytes.n >= 4 && odd * 10 <= bytes.n;
}

/* A long word of one case is a name or a path, not base64. */
static bool is_mixed(struct slice word)
{
    bool upper = false, lower = false;
    for (size_t i = 0; i < word.n; i++) {
        upper |= word.p[i] >= 'A' && word.p[i] <= 'Z';
        lower |= word.p[i] >= 'a' && word.p[i] <= 'z';
    }
    return upper && lower;
}

static bool decode(struct slice word, bool sure, struct str *out)
{
    struct str bytes = STR_INIT, text = STR_INIT;
    bool good = base64_decode(&bytes, word) && bytes.n && bytes.n <= DECODED_MAX;
    struct slice b = str_as_slice(&bytes);
    if (good && (looks_wide(b) || (sure && b.n % 2 == 0 && !looks_like_text(b))))
        add_wide(&text, b);
    else if (good && looks_like_text(b))
        str_slice(&text, b);
    good = text.n > 0;
    if (good) {
        if (out->n)
            str_char(out, '\n');
        str_slice(out, str_as_slice(&text));
    }
    str_release(&bytes);
    str_release(&text);
    return good;
}

/* -e, -ec, -enc, … -EncodedCommand: PowerShell takes any prefix, with - or /. */
static bool is_encoded_flag(struct slice word)
{
    static const char full[] = "encodedcommand";
    if (word.n < 2 || (word.p[0] != '-' && word.p[0] != '/'))
        return false;
    struct slice name = {word.p + 1, word.n - 1};
    if (slice_equal_nocase(name, SLICE("ec")))
        return true;
    return name.n < sizeof full && slice_equal_nocase(name, (struct slice){full, name.n});
}

void pivot_decode(const char *command_line, struct str *out)
{
    size_t pieces = 0;
    bool after_flag = false;
    str_add(out, "", 0);
    for (const char *at = command_line; *at && pieces < PIECES_MAX;) {
        at += strspn(at, " \t\"'");
        size_t n = strcspn(at, " \t\"'"), from = 0;
        struct slice word = {at, n};
        if (after_flag && n)
            pieces += decode(word, true, out);
        /* pieces inside a word as well: FromBase64String(…) */
        while (!after_flag && from < n) {
            size_t run = 0;
            while (from + run < n && is_base64(word.p[from + run]))
                run++;
            struct slice piece = {word.p + from, run};
            if (run >= PIECE_LEAST && is_mixed(piece))
                pieces += decode(piece, false, out);
            from += run + 1;
        }
        after_flag = is_encoded_flag(word);
        at += n;
    }
}
