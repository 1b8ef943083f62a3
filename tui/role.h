/* The meanings that a cell can have, and the glyphs that a theme can change. */
#ifndef HINOMI_TUI_ROLE_H
#define HINOMI_TUI_ROLE_H

#include "core/slice.h"

#define ROLE_LIST(X)                                                                               \
    X(NONE, "none")                                                                                \
    X(TEXT, "text")                                                                                \
    X(TEXT_STRONG, "text.strong")                                                                  \
    X(TEXT_MUTED, "text.muted")                                                                    \
    X(TEXT_FAINT, "text.faint")                                                                    \
    X(TITLE, "title")                                                                              \
    X(HEADER, "header")                                                                            \
    X(BORDER, "border")                                                                            \
    X(GUIDE, "guide")                                                                              \
    X(BAR, "bar")                                                                                  \
    X(BAR_TITLE, "bar.title")                                                                      \
    X(BAR_MUTED, "bar.muted")                                                                      \
    X(CRUMB, "crumb")                                                                              \
    X(CRUMB_CURRENT, "crumb.current")                                                              \
    X(TAB, "tab")                                                                                  \
    X(TAB_CURRENT, "tab.current")                                                                  \
    X(SELECTION, "selection")                                                                      \
    X(SELECTION_INACTIVE, "selection.inactive")                                                    \
    X(MARK, "mark")                                                                                \
    X(CURSOR_ROW, "cursor.row")                                                                    \
    X(MATCH, "match")                                                                              \
    X(KEY, "key")                                                                                  \
    X(HINT, "hint")                                                                                \
    X(LINK, "link")                                                                                \
    X(INPUT, "input")                                                                              \
    X(INPUT_PLACEHOLDER, "input.placeholder")                                                      \
    X(POPUP, "popup")                                                                              \
    X(POPUP_BORDER, "popup.border")                                                                \
    X(POPUP_DANGER, "popup.danger")                                                                \
    X(SEVERITY_CRITICAL, "severity.critical")                                                      \
    X(SEVERITY_HIGH, "severity.high")                                                              \
    X(SEVERITY_MEDIUM, "severity.medium")                                                          \
    X(SEVERITY_LOW, "severity.low")                                                                \
    X(SEVERITY_INFO, "severity.info")                                                              \
    X(STATUS_OK, "status.ok")                                                                      \
    X(STATUS_WARN, "status.warn")                                                                  \
    X(STATUS_ERROR, "status.error")                                                                \
    X(STATUS_UNKNOWN, "status.unknown")                                                            \
    X(STATUS_PENDING, "status.pending")                                                            \
    X(STATUS_RUNNING, "status.running")                                                            \
    X(STATUS_DONE, "status.done")                                                                  \
    X(STATUS_SKIPPED, "status.skipped")                                                            \
    X(ALERT_NEW, "alert.new")                                                                      \
    X(ALERT_ACK, "alert.ack")                                                                      \
    X(ALERT_CASE, "alert.case")                                                                    \
    X(ALERT_CLOSED, "alert.closed")                                                                \
    X(ENTITY_HOST, "entity.host")                                                                  \
    X(ENTITY_USER, "entity.user")                                                                  \
    X(ENTITY_IP, "entity.ip")                                                                      \
    X(ENTITY_DOMAIN, "entity.domain")                                                              \
    X(ENTITY_HASH, "entity.hash")                                                                  \
    X(ENTITY_FILE, "entity.file")                                                                  \
    X(ENTITY_PROCESS, "entity.process")                                                            \
    X(SOURCE, "source")                                                                            \
    X(ATTACK, "attack")                                                                            \
    X(CMDLINE, "cmdline")                                                                          \
    X(TIME, "time")                                                                                \
    X(TIME_GAP, "time.gap")                                                                        \
    X(CHART_1, "chart.1")                                                                          \
    X(CHART_2, "chart.2")                                                                          \
    X(CHART_HOT, "chart.hot")                                                                      \
    X(CHART_WARM, "chart.warm")                                                                    \
    X(CHART_AXIS, "chart.axis")                                                                    \
    X(CHART_GAP, "chart.gap")                                                                      \
    X(CHART_CURSOR, "chart.cursor")                                                                \
    X(CHART_RANGE, "chart.range")                                                                  \
    X(ENV_LAB, "env.lab")                                                                          \
    X(SANITISED, "sanitised")                                                                      \
    X(NOTE_MINE, "note.mine")                                                                      \
    X(NOTE_OTHER, "note.other")

enum role {
#define ROLE_ID(id, name) ROLE_##id,
    ROLE_LIST(ROLE_ID)
#undef ROLE_ID
        ROLE_COUNT
};

/* id, name in theme files, UTF-8, ASCII; each exactly one cell (bars: one cell a step, nine steps)
 */
#define GLYPH_LIST(X)                                                                              \
    X(MARK, "mark", "∙", "*")                                                                      \
    X(CURSOR, "cursor", "▸", ">")                                                                  \
    X(OK, "ok", "✓", "+")                                                                          \
    X(BAD, "bad", "✗", "X")                                                                        \
    X(MORE, "more", "…", "~")                                                                      \
    X(HLINE, "hline", "─", "-")                                                                    \
    X(VLINE, "vline", "│", "|")                                                                    \
    X(CORNER_TL, "corner.tl", "╭", "+")                                                            \
    X(CORNER_TR, "corner.tr", "╮", "+")                                                            \
    X(CORNER_BL, "corner.bl", "╰", "+")                                                            \
    X(CORNER_BR, "corner.br", "╯", "+")                                                            \
    X(TEE, "tee", "├", "|")                                                                        \
    X(ELBOW, "elbow", "└", "`")                                                                    \
    X(STUB, "stub", "╴", "-")                                                                      \
    X(OPEN, "open", "▾", "v")                                                                      \
    X(FOLDED, "folded", "▸", ">")                                                                  \
    X(CRUMB, "crumb", "›", ">")                                                                    \
    X(DOT, "dot", "·", ".")                                                                        \
    X(LIFE, "life", "━", "=")                                                                      \
    X(INSTANT, "instant", "╸", "-")                                                                \
    X(GAP, "gap", "╌", "~")                                                                        \
    X(EMPTY, "empty", "░", ".")                                                                    \
    X(FULL, "full", "█", "#")                                                                      \
    X(RANGE_LEFT, "range.left", "┝", "[")                                                          \
    X(RANGE_RIGHT, "range.right", "┥", "]")                                                        \
    X(TICK, "tick", "┴", "+")                                                                      \
    X(BAR_1, "bar.1", "▁", "_")                                                                    \
    X(BAR_2, "bar.2", "▂", "_")                                                                    \
    X(BAR_3, "bar.3", "▃", ".")                                                                    \
    X(BAR_4, "bar.4", "▄", "-")                                                                    \
    X(BAR_5, "bar.5", "▅", "-")                                                                    \
    X(BAR_6, "bar.6", "▆", "=")                                                                    \
    X(BAR_7, "bar.7", "▇", "=")                                                                    \
    X(BAR_8, "bar.8", "█", "#")

enum glyph {
#define GLYPH_ID(id, name, utf8, ascii) GLYPH_##id,
    GLYPH_LIST(GLYPH_ID)
#undef GLYPH_ID
        GLYPH_COUNT
};

const char *role_name(enum role role);
enum role role_find(struct slice name); /* ROLE_COUNT: there is none */

#endif
