/* The one way of foreign text to any output: screen, terminal, log, export. Input may be any bytes.
 * Controls, bidi and zero-width characters, tags, private use and invalid UTF-8 become visible (\e,
 * \x9b, <U+202E>); at most two combining marks stay on a base. Widths are terminal cells by our own
 * table (Unicode 15, wcwidth semantics). */
#ifndef HINOMI_CORE_TEXT_H
#define HINOMI_CORE_TEXT_H

#include "core/str.h"

enum { TEXT_SHOWN_MAX = 4096 }; /* bytes of one value shown; the rest is "… 60 KiB more" */

/* Appends a clean copy, composed to NFC. True if anything hidden or hostile was made visible (a
 * signal in itself); tabs and line ends are made visible too, but are no signal. What is longer
 * than TEXT_SHOWN_MAX ends in words that say how much more there is. */
bool text_clean(struct str *out, struct slice raw);
/* The same, whole: for exports. */
bool text_clean_whole(struct str *out, struct slice raw);
/* Whole too, and line feeds and tabs stay (bodies of notes, scripts); CR LF becomes LF. */
bool text_clean_lines(struct str *out, struct slice raw);
/* Would text_clean change nothing? */
bool text_is_clean(struct slice raw);

/* Next code point of valid UTF-8, or -1 for a bad byte; *at moves on by what was read (at least 1).
 */
int32_t text_decode(struct slice text, size_t *at);
size_t text_encode(int32_t code, char out[4]);

/* Cells of one code point: 0, 1 or 2; -1 for what must not reach a terminal. Ambiguous ones count
 * text_ambiguous_width (1 unless configured 2). */
int text_code_width(int32_t code);
void text_set_ambiguous_width(int cells);

/* For clean text. */
size_t text_width(struct slice clean);
/* Cuts to at most `cells`, ending in … when it was cut; a wide character is never halved. */
void text_fit(struct str *out, struct slice clean, size_t cells);
/* Cuts in the middle: start and tail stay. */
void text_middle(struct str *out, struct slice clean, size_t cells);
/* Exactly `cells` wide: cut or padded with blanks behind; text_pad_left pads in front. */
void text_pad(struct str *out, struct slice clean, size_t cells);
void text_pad_left(struct str *out, struct slice clean, size_t cells);

/* hxxp://, [.] and [@]: safe to paste into a mail or a ticket. */
void text_defang(struct str *out, struct slice clean);

#endif
