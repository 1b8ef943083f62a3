/* Foreign text inside other languages. Each takes raw bytes and cleans them first (core/text.h). */
#ifndef HINOMI_CORE_ESCAPE_H
#define HINOMI_CORE_ESCAPE_H

#include "core/str.h"

/* A CSV cell, always quoted (RFC 4180), with ' in front of what a spreadsheet would take for a
 * formula. */
void escape_csv(struct str *out, struct slice raw);
/* Markdown text that shows as typed: no links, images, HTML or emphasis; only what Markdown would
 * act on is escaped, so that names and times stay readable; newlines become <br> in a cell. */
void escape_markdown(struct str *out, struct slice raw);
/* A fenced or inline code span that the content cannot leave. */
void escape_markdown_code(struct str *out, struct slice raw);
/* HTML text and attribute values. */
void escape_html(struct str *out, struct slice raw);
/* One POSIX shell word in single quotes; NUL is refused (false, nothing added). */
bool escape_shell(struct str *out, struct slice raw);

#endif
