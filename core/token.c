#include "core/token.h"

#include "core/normalise.h"
#include "core/utf8.h"

/* Folded text arrives one code point at a time, each with the bytes of the input it came from. A
 * word is a run; a run of CJK gives its bigrams while it is read, one behind, so that the last one
 * can be told. */
struct run {
    char text[TOKEN_MAX];
    size_t n, from, to;
    int script; /* SCRIPT_NONE: digits only so far */
    bool open, full;
};

struct character {
    char text[4];
    size_t n, from, to;
};

struct tokens {
    token_sink *sink;
    void *owner;
    struct run run;           /* of a script that is spelled */
    struct character cjk[2];  /* the last characters of a CJK run */
    size_t cjk_count;         /* characters of the run so far */
    struct character pair[2]; /* a bigram not yet given out */
    bool has_pair;
    int rc;
};

enum { SCRIPT_NONE, SCRIPT_CJK, SCRIPT_LATIN, SCRIPT_GREEK, SCRIPT_CYRILLIC, SCRIPT_OTHER };

/* Scripts by block (UAX #24), as far as a change of script can end a word. A letter of none of
 * these belongs to SCRIPT_OTHER plus its 256-block, which separates the scripts of India and
 * further Asia well enough. */
static const struct block {
    int32_t first, last;
    int script;
} blocks[] = {
    {0x0041, 0x024f, SCRIPT_LATIN},
    {0x0250, 0x02af, SCRIPT_LATIN},
    {0x0370, 0x03ff, SCRIPT_GREEK},
    {0x0400, 0x052f, SCRIPT_CYRILLIC},
    {0x1100, 0x11ff, SCRIPT_CJK},
    {0x1c80, 0x1c8f, SCRIPT_CYRILLIC},
    {0x1d00, 0x1d7f, SCRIPT_LATIN},
    {0x1e00, 0x1eff, SCRIPT_LATIN},
    {0x1f00, 0x1fff, SCRIPT_GREEK},
    {0x2c60, 0x2c7f, SCRIPT_LATIN},
    {0x2de0, 0x2dff, SCRIPT_CYRILLIC},
    {0x2e80, 0x2fdf, SCRIPT_CJK},
    {0x3005, 0x3007, SCRIPT_CJK},
    {0x3021, 0x302f, SCRIPT_CJK},
    {0x3031, 0x303c, SCRIPT_CJK},
    {0x3041, 0x30ff, SCRIPT_CJK},
    {0x3105, 0x31ff, SCRIPT_CJK},
    {0x3400, 0x4dbf, SCRIPT_CJK},
    {0x4e00, 0x9fff, SCRIPT_CJK},
    {0xa640, 0xa69f, SCRIPT_CYRILLIC},
    {0xa720, 0xa7ff, SCRIPT_LATIN},
    {0xa960, 0xa97f, SCRIPT_CJK},
    {0xab30, 0xab6f, SCRIPT_LATIN},
    {0xac00, 0xd7ff, SCRIPT_CJK},
    {0xf900, 0xfaff, SCRIPT_CJK},
    {0x1aff0, 0x1b16f, SCRIPT_CJK},
    {0x20000, 0x323af, SCRIPT_CJK},
};

static int script_of(int32_t code)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks && blocks[i].first <= code; i++)
        if (code <= blocks[i].last)
            return blocks[i].script;
    return SCRIPT_OTHER + (code >> 8);
}

static void give(struct tokens *t, const char *text, size_t n, size_t from, size_t to)
{
    if (t->rc == 0)
        t->rc = t->sink(t->owner, (struct slice){text, n}, from, to);
}

static void end_word(struct tokens *t)
{
    if (t->run.open)
        give(t, t->run.text, t->run.n, t->run.from, t->run.to);
    t->run = (struct run){.script = SCRIPT_NONE};
}

static void give_pair(struct tokens *t)
{
    char text[8];
    memcpy(text, t->pair[0].text, t->pair[0].n);
    memcpy(text + t->pair[0].n, t->pair[1].text, t->pair[1].n);
    give(t, text, t->pair[0].n + t->pair[1].n, t->pair[0].from, t->pair[1].to);
    t->has_pair = false;
}

static void end_cjk(struct tokens *t)
{
    if (t->has_pair)
        give_pair(t);
    else if (t->cjk_count == 1)
        give(t, t->cjk[0].text, t->cjk[0].n, t->cjk[0].from, t->cjk[0].to);
    t->cjk_count = 0;
}

static struct character character_of(int32_t code, size_t from, size_t to)
{
    struct character c = {.from = from, .to = to};
    c.n = utf8_encode((uint32_t)code, c.text);
    return c;
}

static void add_cjk(struct tokens *t, struct character c)
{
    end_word(t);
    if (t->has_pair)
        give_pair(t);
    if (t->cjk_count) {
        t->pair[0] = t->cjk[0];
        t->pair[1] = c;
        t->has_pair = true;
    }
    t->cjk[0] = c;
    t->cjk_count++;
}

static void add_spelled(struct tokens *t, struct character c, int script)
{
    struct run *run = &t->run;
    end_cjk(t);
    if (run->open && script != SCRIPT_NONE && run->script != SCRIPT_NONE && run->script != script)
        end_word(t);
    if (!run->open)
        *run = (struct run){.from = c.from, .open = true};
    if (script != SCRIPT_NONE)
        run->script = script;
    if (run->n + c.n > sizeof run->text)
        run->full = true;
    if (!run->full) {
        memcpy(run->text + run->n, c.text, c.n);
        run->n += c.n;
    }
    run->to = c.to;
}

static void add_code(struct tokens *t, int32_t code, size_t from, size_t to)
{
    enum normalise_class class = normalise_classify(code);
    struct character c = character_of(code, from, to);
    if (class == CLASS_MARK && t->run.open)
        add_spelled(t, c, SCRIPT_NONE);
    else if (class == CLASS_MARK && t->cjk_count)
        return; /* a mark that no precomposed kana has; it changes no word */
    else if (class == CLASS_NUMBER && script_of(code) != SCRIPT_CJK)
        add_spelled(t, c, SCRIPT_NONE);
    else if (class == CLASS_LETTER || class == CLASS_NUMBER) {
        int script = script_of(code);
        if (script == SCRIPT_CJK)
            add_cjk(t, c);
        else
            add_spelled(t, c, script);
    } else {
        end_word(t);
        end_cjk(t);
    }
}

/* A starter and what combines with it, across input characters: half-width ﾀ and ﾞ are one ダ. */
struct segment {
    int32_t codes[NORMALISE_MAX + 32];
    size_t n, from, to;
};

static void end_segment(struct tokens *t, struct segment *s)
{
    size_t n = normalise_compose(s->codes, s->n);
    for (size_t i = 0; i < n; i++)
        add_code(t, s->codes[i], s->from, s->to);
    s->n = 0;
}

static void add_input(struct tokens *t, struct segment *s, int32_t code, size_t from, size_t to)
{
    int32_t folded[NORMALISE_MAX];
    size_t n = normalise_fold_code(code, folded);
    for (size_t i = 0; i < n; i++) {
        if (s->n && (normalise_is_starter(folded[i]) || s->n == 32))
            end_segment(t, s);
        if (s->n == 0)
            s->from = from;
        s->codes[s->n++] = folded[i];
        s->to = to;
    }
}

static bool is_ascii_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ASCII folds to itself or to its lower case; what follows may still combine with the last one. */
static void add_ascii(struct tokens *t, struct segment *s, char c, size_t at)
{
    if (s->n)
        end_segment(t, s);
    s->codes[0] = c >= 'A' && c <= 'Z' ? c + 32 : c;
    s->n = 1;
    s->from = at;
    s->to = at + 1;
}

static size_t skip_separators(struct slice text, size_t at)
{
    while (at < text.n && (unsigned char)text.p[at] < 0x80 && !is_ascii_word(text.p[at]))
        at++;
    return at;
}

int token_each(struct slice text, token_sink *sink, void *owner)
{
    struct tokens t = {.sink = sink, .owner = owner};
    struct segment s = {.n = 0};
    for (size_t at = 0; at < text.n && t.rc == 0;) {
        uint32_t code;
        size_t n = utf8_decode((struct slice){text.p + at, text.n - at}, &code);
        if (n == 1 && is_ascii_word(text.p[at])) {
            add_ascii(&t, &s, text.p[at], at);
        } else if (n <= 1) { /* a separator, or a byte that is no character */
            end_segment(&t, &s);
            end_word(&t);
            end_cjk(&t);
            at = skip_separators(text, at + 1);
            continue;
        } else {
            add_input(&t, &s, (int32_t)code, at, at + n);
        }
        at += n;
    }
    end_segment(&t, &s);
    end_word(&t);
    end_cjk(&t);
    return t.rc;
}
