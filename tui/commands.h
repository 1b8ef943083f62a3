/* What a person can ask of the screen, as data. With app/acts.h ACT_LIST this is the whole of the
 * keymap, the help and the palette. A key means the same in every view. */
#ifndef HINOMI_TUI_COMMANDS_H
#define HINOMI_TUI_COMMANDS_H

#include "app/acts.h"
#include "core/command.h"

/*  id, name, group, keys, help, needs, danger, arguments */
#define VIEW_COMMAND_LIST(X)                                                                       \
    X(NEXT, "next", MOVE, "j Down WheelDown", N_("next row"), 0, NONE, NULL)                       \
    X(PREVIOUS, "previous", MOVE, "k Up WheelUp", N_("previous row"), 0, NONE, NULL)               \
    X(FIRST, "first", MOVE, "gg Home", N_("first row (with a count: that row)"), 0, NONE, NULL)    \
    X(LAST, "last", MOVE, "G End", N_("last row (with a count: that row)"), 0, NONE, NULL)         \
    X(HALF_DOWN, "half-down", MOVE, "Ctrl-D", N_("half a page down"), 0, NONE, NULL)               \
    X(HALF_UP, "half-up", MOVE, "Ctrl-U", N_("half a page up"), 0, NONE, NULL)                     \
    X(PAGE_DOWN, "page-down", MOVE, "PgDn Ctrl-F", N_("a page down"), 0, NONE, NULL)               \
    X(PAGE_UP, "page-up", MOVE, "PgUp Ctrl-B", N_("a page up"), 0, NONE, NULL)                     \
    X(LEFT, "left", MOVE, "h Left", N_("fold, or scroll left"), 0, NONE, NULL)                     \
    X(RIGHT, "right", MOVE, "l Right", N_("unfold, or scroll right"), 0, NONE, NULL)               \
    X(FOLD_ALL, "fold-all", MOVE, "<", N_("fold all"), 0, NONE, NULL)                              \
    X(UNFOLD_ALL, "unfold-all", MOVE, ">", N_("unfold all"), 0, NONE, NULL)                        \
    X(ENTER, "enter", MOVE, "Enter", N_("open what is under the cursor"), 0, NONE, NULL)           \
    X(BACK, "back", MOVE, "Esc Backspace", N_("clear marks or filter, or back one level"), 0,      \
        NONE, NULL)                                                                                \
    X(CLOSE_VIEW, "close-view", MOVE, "q", N_("close this view"), 0, NONE, NULL)                   \
    X(LAST_VIEW, "last-view", MOVE, "-", N_("the view before this one"), 0, NONE, NULL)            \
    X(ITEM_PREVIOUS, "previous-alert", MOVE, "[", N_("previous alert or flag"), 0, NONE, NULL)     \
    X(ITEM_NEXT, "next-alert", MOVE, "]", N_("next alert or flag"), 0, NONE, NULL)                 \
    X(PANE, "pane", MOVE, "Tab", N_("next pane"), 0, NONE, NULL)                                   \
    X(SAVED_VIEW, "saved-view", LOOK_FOR, "1 2 3 4 5 6 7 8 9", N_("saved view by number"), 0,      \
        NONE, "N")                                                                                 \
    X(FIND, "find", LOOK_FOR, "/", N_("find: words or a query"), 0, NONE, "QUERY")                 \
    X(MATCH_NEXT, "next-match", LOOK_FOR, "Ctrl-N", N_("next row that matches"), 0, NONE, NULL)    \
    X(MATCH_PREVIOUS, "previous-match", LOOK_FOR, "Ctrl-P", N_("previous row that matches"), 0,    \
        NONE, NULL)                                                                                \
    X(FILTER_HOST, "filter-host", LOOK_FOR, "fh", N_("only this host"), NEEDS_HOST, NONE, NULL)    \
    X(FILTER_USER, "filter-user", LOOK_FOR, "fu", N_("only this user"), NEEDS_SELECTION, NONE,     \
        NULL)                                                                                      \
    X(FILTER_RULE, "filter-rule", LOOK_FOR, "fr", N_("only this rule"), NEEDS_SELECTION, NONE,     \
        NULL)                                                                                      \
    X(FILTER_SOURCE, "filter-source", LOOK_FOR, "fs", N_("only this source"), NEEDS_SELECTION,     \
        NONE, NULL)                                                                                \
    X(FILTER_OUT, "filter-out", LOOK_FOR, "ff", N_("without this rule"), NEEDS_SELECTION, NONE,    \
        NULL)                                                                                      \
    X(FILTER_CLEAR, "filter-clear", LOOK_FOR, "fc", N_("no filter"), 0, NONE, NULL)                \
    X(GROUP_FOLD, "group", LOOK_FOR, "bb", N_("fold alike alerts into one row, or unfold"), 0,     \
        NONE, NULL)                                                                                \
    X(SORT, "sort", LOOK_FOR, "o", N_("sort by the next column"), 0, NONE, NULL)                   \
    X(REVERSE, "reverse", LOOK_FOR, "O", N_("reverse the order"), 0, NONE, NULL)                   \
    X(MARK, "mark", MARKS, "Space", N_("mark and move down"), NEEDS_SELECTION, NONE, NULL)         \
    X(RANGE, "range", MARKS, "v", N_("begin or end a range of marks"), NEEDS_SELECTION, NONE,      \
        NULL)                                                                                      \
    X(MARK_ALL, "mark-all", MARKS, "*", N_("mark all shown"), 0, NONE, NULL)                       \
    X(CLOSE_LAST, "close-again", TRIAGE, "e", N_("close with the last verdict and reason"),        \
        NEEDS_WRITE | NEEDS_ALERT, BULK, NULL)                                                     \
    X(REPEAT, "repeat", TRIAGE, ".", N_("the last triage act again, on this selection"),           \
        NEEDS_WRITE | NEEDS_ALERT, BULK, NULL)                                                     \
    X(CASE_ADD, "to-case", TRIAGE, "E", N_("put into a case, or open a new one"),                  \
        NEEDS_WRITE | NEEDS_ALERT, NONE, NULL)                                                     \
    X(NOTE_EDITOR, "note-editor", TRIAGE, "N", N_("note in your editor"),                          \
        NEEDS_WRITE | NEEDS_SELECTION, NONE, NULL)                                                 \
    X(TREE, "tree", PIVOT, "p", N_("process tree"), NEEDS_HOST, NONE, NULL)                        \
    X(TIMELINE, "timeline", PIVOT, "t", N_("timeline"), NEEDS_SELECTION, NONE, NULL)               \
    X(ENTITY, "entity", PIVOT, "i", N_("all alerts of this host"), NEEDS_HOST, NONE, NULL)         \
    X(RAW, "raw", PIVOT, "w", N_("the vendor's own record"), NEEDS_SELECTION, NONE, NULL)          \
    X(LOOK, "look", PIVOT, "L", N_("look live, read only: processes, sockets, users"), NEEDS_HOST, \
        NONE, NULL)                                                                                \
    X(CONTAIN, "contain", REACH, "x", N_("acts that reach out: a menu, then a plan"), 0, REACHES,  \
        NULL)                                                                                      \
    X(GO_QUEUE, "queue", GO, "gq", N_("the queue"), 0, NONE, NULL)                                 \
    X(GO_CASES, "cases", GO, "gc", N_("cases"), 0, NONE, NULL)                                     \
    X(GO_SOURCES, "sources", GO, "gs", N_("sources and their health"), 0, NONE, NULL)              \
    X(GO_LEDGER, "ledger", GO, "gl", N_("the ledger of containments"), 0, NONE, NULL)              \
    X(GO_RUNS, "runs", GO, "gr", N_("runs on hosts"), 0, NONE, NULL)                               \
    X(GO_TIME, "time", GO, "gt", N_("go to a time: 11:40, -15m, 2026-03-10T22:00"), 0, NONE,       \
        "TIME")                                                                                    \
    X(NOISE, "noise", SHOW, "z", N_("fold or show what is not flagged"), 0, NONE, NULL)            \
    X(WRAP, "wrap", SHOW, "W", N_("wrap long values"), 0, NONE, NULL)                              \
    X(FOLLOW, "follow", SHOW, "F", N_("follow new rows, or hold them back"), 0, NONE, NULL)        \
    X(ZOOM_IN, "zoom-in", SHOW, "+", N_("zoom in about the cursor"), 0, NONE, NULL)                \
    X(ZOOM_OUT, "zoom-out", SHOW, "_", N_("zoom out"), 0, NONE, NULL)                              \
    X(GAP_PREVIOUS, "previous-gap", SHOW, "{", N_("previous gap"), 0, NONE, NULL)                  \
    X(GAP_NEXT, "next-gap", SHOW, "}", N_("next gap"), 0, NONE, NULL)                              \
    X(UTC, "utc", SHOW, "Z", N_("UTC or local time"), 0, NONE, NULL)                               \
    X(MOUSE, "mouse", SHOW, "%", N_("mouse on or off (off: the terminal selects text)"), 0, NONE,  \
        NULL)                                                                                      \
    X(PREVIEW, "preview", SHOW, ",p", N_("preview: below, right, off"), 0, NONE, NULL)             \
    X(THEME, "theme", SHOW, ",t", N_("next theme"), 0, NONE, "[NAME]")                             \
    X(COPY, "copy", SHOW, "y", N_("copy what is under the cursor"), NEEDS_SELECTION, NONE, NULL)   \
    X(COPY_DEFANGED, "copy-defanged", SHOW, "Y", N_("copy it defanged (hxxp, [.])"),               \
        NEEDS_SELECTION, NONE, NULL)                                                               \
    X(PALETTE, "command", SHOW, ":", N_("a command by name"), 0, NONE, NULL)                       \
    X(HELP, "help", SHOW, "? F1", N_("keys of this view; type to filter"), 0, NONE, NULL)          \
    X(REDRAW, "redraw", SHOW, "Ctrl-L", N_("draw everything again"), 0, NONE, NULL)                \
    X(SUSPEND, "suspend", SHOW, "Ctrl-Z", N_("suspend (runs go on)"), 0, NONE, NULL)               \
    X(CASE_STATUS, "case-status", CASES, "c", N_("change the case's status"),                      \
        NEEDS_WRITE | NEEDS_CASE, NONE, NULL)                                                      \
    X(CASE_NEW, "case-new", CASES, NULL, N_("open a new case"), NEEDS_WRITE, NONE, "TITLE")        \
    X(TASK_ADD, "task", CASES, "T", N_("add a task"), NEEDS_WRITE | NEEDS_CASE, NONE, "TEXT")      \
    X(TASK_DONE, "task-done", CASES, "Space", N_("task done, or open again"),                      \
        NEEDS_WRITE | NEEDS_CASE, NONE, NULL)                                                      \
    X(EXPORT, "export", CASES, "M", N_("write the case as Markdown to a file"), NEEDS_CASE, NONE,  \
        "[FILE]")                                                                                  \
    X(DRY_RUN, "dry-run", REACH, "d", N_("read-only check of every host in the plan"),             \
        NEEDS_WRITE, NONE, NULL)                                                                   \
    X(SCRIPT, "script", REACH, "w", N_("the exact script that will run"), 0, NONE, NULL)           \
    X(START, "start", REACH, "x", N_("start the plan: asks you to type its name"), NEEDS_WRITE,    \
        REACHES, NULL)                                                                             \
    X(CANCEL_RUN, "cancel-run", REACH, NULL, N_("stop a run before its next step"), NEEDS_WRITE,   \
        REACHES, NULL)                                                                             \
    X(PULL, "pull", REACH, NULL, N_("ask every source now"), NEEDS_WRITE, REACHES, NULL)           \
    X(QUIT, "quit", SHOW, "F10", N_("leave hinomi (runs go on)"), 0, NONE, NULL)

/* Commands are numbered through: first app's acts, then these. */
enum command_id {
    COMMAND_FIRST_VIEW = ACT_COUNT - 1,
#define VIEW_COMMAND_ID(id, ...) COMMAND_##id,
    VIEW_COMMAND_LIST(VIEW_COMMAND_ID)
#undef VIEW_COMMAND_ID
        COMMAND_COUNT
};

const struct command *command_of(int id);
int command_find(const char *name); /* -1: none */

/* Movement takes a count; nothing that writes does. */
bool command_takes_count(int id);

#endif
