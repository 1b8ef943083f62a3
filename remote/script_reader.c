/* From the bytes of a hostile host to lines, values and one verdict. */
#include "core/base64.h"
#include "remote/script.h"

#include <stdio.h>
#include <string.h>

void script_reader_init(
    struct script_reader *r, const char *nonce, const struct script_events *events)
{
    *r = (struct script_reader){.events = *events, .rc = -1};
    snprintf(r->nonce, sizeof r->nonce, "%s", nonce);
}

void script_reader_release(struct script_reader *r)
{
    str_release(&r->line[0]);
    str_release(&r->line[1]);
    str_release(&r->decoded);
}

/* Splits at the first blank. */
static struct slice first_word(struct slice *rest)
{
    const char *blank = rest->n ? memchr(rest->p, ' ', rest->n) : NULL;
    size_t n = blank ? (size_t)(blank - rest->p) : rest->n;
    struct slice word = {rest->p, n};
    *rest = blank ? (struct slice){blank + 1, rest->n - n - 1} : (struct slice){rest->p + n, 0};
    return word;
}

static void begin(struct script_reader *r, struct slice rest)
{
    if (r->begun)
        return;
    r->begun = true;
    if (!slice_int(first_word(&rest), &r->pid) || !slice_int(rest, &r->started))
        r->pid = r->started = 0;
    r->events.begun(r->events.owner);
}

static void end(struct script_reader *r, struct slice rest)
{
    int64_t rc;
    if (!r->begun || !slice_starts(rest, SLICE("rc=")) ||
        !slice_int((struct slice){rest.p + 3, rest.n - 3}, &rc) || rc < 0 || rc > 255)
        return;
    r->ended = true;
    r->rc = (int)rc;
}

static void fault(struct script_reader *r, struct slice rest)
{
    size_t n = rest.n < sizeof r->fault - 1 ? rest.n : sizeof r->fault - 1;
    memcpy(r->fault, rest.p, n);
    r->fault[n] = '\0';
}

static void named_value(struct script_reader *r, struct slice rest)
{
    struct slice name = first_word(&rest);
    if (r->begun && name.n > 0 && name.n <= 128)
        r->events.value(r->events.owner, name, rest);
}

static void data_begin(struct script_reader *r, struct slice rest)
{
    if (r->begun && rest.n > 0 && rest.n < sizeof r->data) {
        memcpy(r->data, rest.p, rest.n);
        r->data[rest.n] = '\0';
    }
}

static void data_end(struct script_reader *r, struct slice rest)
{
    (void)rest;
    if (r->data[0])
        r->events.data_end(r->events.owner, r->data);
    r->data[0] = '\0';
}

static const struct {
    const char *word;
    void (*read)(struct script_reader *, struct slice);
} words[] = {
    {"BEGIN", begin},
    {"END", end},
    {"FAULT", fault},
    {"VALUE", named_value},
    {"DATA", data_begin},
    {"DATA-END", data_end},
};

/* True if the line was one of ours: nonce, blank, word. */
static bool marker(struct script_reader *r, struct slice line)
{
    if (line.n < SCRIPT_NONCE_LENGTH + 1 || memcmp(line.p, r->nonce, SCRIPT_NONCE_LENGTH) != 0 ||
        line.p[SCRIPT_NONCE_LENGTH] != ' ')
        return false;
    struct slice rest = {line.p + SCRIPT_NONCE_LENGTH + 1, line.n - SCRIPT_NONCE_LENGTH - 1};
    struct slice word = first_word(&rest);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_is(word, words[i].word))
            words[i].read(r, rest);
    return true;
}

static void out_line(struct script_reader *r, struct slice line)
{
    if (r->ended || marker(r, line))
        return;
    if (!r->data[0]) {
        if (line.n)
            r->events.line(r->events.owner, r->begun, line);
        return;
    }
    str_clear(&r->decoded);
    if (base64_decode(&r->decoded, line))
        r->events.data(r->events.owner, r->data, str_as_slice(&r->decoded));
    else
        fault(r, SLICE("the data stream from the host was damaged"));
}

static void err_line(struct script_reader *r, struct slice line)
{
    /* a command may have left a half line on stderr before the beat */
    if (line.n >= SCRIPT_NONCE_LENGTH + 5 && memcmp(line.p + line.n - 5, " BEAT", 5) == 0 &&
        memcmp(line.p + line.n - 5 - SCRIPT_NONCE_LENGTH, r->nonce, SCRIPT_NONCE_LENGTH) == 0)
        r->beats++;
    else if (line.n)
        r->events.line(r->events.owner, false, line);
}

static void take_line(struct script_reader *r, enum script_stream stream)
{
    struct slice line = str_as_slice(&r->line[stream]);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!r->skipping[stream])
        (stream == SCRIPT_OUT ? out_line : err_line)(r, line);
    r->skipping[stream] = false;
    str_clear(&r->line[stream]);
}

void script_reader_feed(struct script_reader *r, enum script_stream stream, struct slice bytes)
{
    struct str *line = &r->line[stream];
    while (bytes.n) {
        const char *newline = memchr(bytes.p, '\n', bytes.n);
        size_t n = newline ? (size_t)(newline - bytes.p) : bytes.n;
        size_t room = SCRIPT_LINE_MAX - line->n;
        if (!r->skipping[stream] && n <= room) {
            str_add(line, bytes.p, n);
        } else if (!r->skipping[stream]) {
            /* an overlong line is shown in its first part; what follows is dropped */
            str_add(line, bytes.p, room);
            (stream == SCRIPT_OUT ? out_line : err_line)(r, str_as_slice(line));
            str_clear(line);
            r->skipping[stream] = true;
        }
        if (newline)
            take_line(r, stream);
        n += newline ? 1 : 0;
        bytes = (struct slice){bytes.p + n, bytes.n - n};
    }
}
