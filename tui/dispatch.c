/* Keys → commands: counts, prefixes, what every view shares. */
#include "tui/desk.h"
#include "tui/draw.h"
#include "tui/screen.h"

#include <stdio.h>

enum { DIGIT_WAIT_MS = 450, COUNT_MAX = 100000 };

static void clear_typed(struct tui *t)
{
    t->typed.count = 0;
    t->count = 0;
    t->typed_at = CLOCK_NONE;
}

static bool move_in_list(struct tui *t, int command, int count)
{
    static const struct {
        int command;
        enum list_move move;
    } moves[] = {{COMMAND_NEXT, LIST_NEXT}, {COMMAND_PREVIOUS, LIST_PREVIOUS},
        {COMMAND_FIRST, LIST_FIRST}, {COMMAND_LAST, LIST_LAST}, {COMMAND_HALF_DOWN, LIST_HALF_DOWN},
        {COMMAND_HALF_UP, LIST_HALF_UP}, {COMMAND_PAGE_DOWN, LIST_PAGE_DOWN},
        {COMMAND_PAGE_UP, LIST_PAGE_UP}};
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    for (size_t i = 0; l && i < sizeof moves / sizeof *moves; i++) {
        if (moves[i].command == command) {
            list_move(l, moves[i].move, count);
            if (l->anchor) {
                list_mark_range(l);
            }
            return true;
        }
    }
    return false;
}

static bool mark_in_list(struct tui *t, int command)
{
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    if (!l) {
        return false;
    }
    if (command == COMMAND_MARK) {
        list_mark_toggle(l, l->current);
        list_move(l, LIST_NEXT, 1);
    } else if (command == COMMAND_MARK_ALL) {
        list_mark_all(l);
    } else if (command == COMMAND_RANGE) {
        bool ending = l->anchor != 0;
        l->anchor = ending ? 0 : l->current;
        if (!ending) {
            list_mark_range(l);
        }
    } else {
        return false;
    }
    return true;
}

static void back(struct tui *t)
{
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    bool handled = false;
    if (l && (l->mark_count || l->anchor)) {
        list_marks_clear(l);
        return;
    }
    if (v->ops->back) {
        v->ops->back(v, &handled);
    }
    if (!handled && t->depth > 1) {
        desk_close_top(t);
    } else if (!handled) {
        desk_say(t, ROLE_TEXT_MUTED, N_("this is the first view; :quit leaves"));
    }
}

static void close_view(struct tui *t)
{
    if (t->depth > 1) {
        desk_close_top(t);
    } else if (t->quit_asked) {
        t->quit = true;
    } else {
        t->quit_asked = true;
        desk_say(t, ROLE_STATUS_WARN, N_("q once more leaves hinomi; runs on hosts go on"));
    }
}

static void go(struct tui *t, const struct view_ops *ops)
{
    if (!desk_return_to(t, ops)) {
        desk_open(t, ops, NULL);
    }
}

static void next_theme(struct tui *t)
{
    static const char *const names[] = {
        "default", "midnight", "midnight-light", "cvd", "high-contrast", "mono"};
    struct err e = ERR_INIT;
    t->theme_index = (t->theme_index + 1) % (sizeof names / sizeof *names);
    struct theme *theme = theme_load(names[t->theme_index], NULL, NULL, NULL, &e);
    if (!theme) {
        desk_fail(t, &e);
        return;
    }
    theme_free(t->theme);
    t->theme = theme;
    draw_use_theme(theme);
    desk_say(t, ROLE_TEXT, N_("theme: %s"), theme_name(theme));
}

static void set_mouse(struct tui *t)
{
    t->mouse = !t->mouse;
    screen_mouse(t->mouse);
    desk_say(t, ROLE_TEXT,
        t->mouse ? N_("mouse on: Shift-drag selects text")
                 : N_("mouse off: the terminal selects text"));
}

static void set_utc(struct tui *t)
{
    t->utc = !t->utc;
    desk_say(t, ROLE_TEXT, t->utc ? N_("times are UTC") : N_("times are local"));
}

static bool desk_command(struct tui *t, int command)
{
    static const struct {
        int command;
        const struct view_ops *ops;
    } places[] = {{COMMAND_GO_QUEUE, &view_queue}, {COMMAND_GO_CASES, &view_cases},
        {COMMAND_GO_SOURCES, &view_sources}, {COMMAND_GO_LEDGER, &view_ledger},
        {COMMAND_GO_RUNS, &view_runs}};
    static const struct {
        int command;
        void (*run)(struct tui *);
    } acts[] = {{COMMAND_BACK, back}, {COMMAND_CLOSE_VIEW, close_view}, {COMMAND_THEME, next_theme},
        {COMMAND_MOUSE, set_mouse}, {COMMAND_UTC, set_utc}, {COMMAND_PALETTE, palette_open},
        {COMMAND_HELP, help_open}, {COMMAND_PULL, intake_now}, {COMMAND_CONTAIN, contain_menu},
        {COMMAND_NOTE_EDITOR, note_in_editor}, {COMMAND_CASE_ADD, case_menu},
        {COMMAND_CASE_NEW, case_new_prompt}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i].command == command) {
            go(t, places[i].ops);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (acts[i].command == command) {
            acts[i].run(t);
            return true;
        }
    }
    if (command == COMMAND_QUIT) {
        t->quit = true;
    } else if (command == COMMAND_REDRAW) {
        screen_redraw();
    } else if (command == COMMAND_SUSPEND) {
        screen_suspend();
    } else if (command == COMMAND_LAST_VIEW) {
        back(t);
    } else if (command == COMMAND_COPY || command == COMMAND_COPY_DEFANGED) {
        copy_subject(t, command == COMMAND_COPY_DEFANGED);
    } else {
        return false;
    }
    return true;
}

void dispatch_command(struct tui *t, int command, int count)
{
    struct view *v = desk_top(t);
    const char *reason = desk_refusal(t, command);
    t->dirty = true;
    t->quit_asked = t->quit_asked && command == COMMAND_CLOSE_VIEW;
    if (reason) {
        desk_say(t, ROLE_STATUS_WARN, "%s: %s", command_of(command)->name, reason);
        return;
    }
    if (v->ops->act && v->ops->act(v, command, count)) {
        return;
    }
    if (move_in_list(t, command, count) || mark_in_list(t, command) || acts_command(t, command) ||
        pivots_command(t, command) || desk_command(t, command)) {
        return;
    }
    desk_say(t, ROLE_TEXT_MUTED, N_("%s has nothing to do here"), command_of(command)->name);
}

static bool listed(const int *commands, int command)
{
    while (*commands >= 0 && *commands != command) {
        commands++;
    }
    return *commands >= 0;
}

/* A digit is the start of a count, or, when nothing follows it for a moment, a saved view. */
static bool take_digit(struct tui *t, struct key_stroke key, const int *commands)
{
    bool digit = !key.modifiers && key.key >= '0' && key.key <= '9';
    if (t->typed.count > 0 || !digit || (key.key == '0' && t->count == 0)) {
        return false;
    }
    t->count = t->count * 10 + (int)(key.key - '0');
    t->count = t->count > COUNT_MAX ? COUNT_MAX : t->count;
    t->typed_at =
        listed(commands, COMMAND_SAVED_VIEW) && t->count < 10 ? clock_monotonic() : CLOCK_NONE;
    return true;
}

static void settle_digit(struct tui *t)
{
    int number = t->count;
    clear_typed(t);
    dispatch_command(t, COMMAND_SAVED_VIEW, number);
}

bool dispatch_waiting(const struct tui *t)
{
    return t->typed_at != CLOCK_NONE;
}

void dispatch_timeout(struct tui *t)
{
    if (t->typed_at != CLOCK_NONE &&
        clock_monotonic() >= t->typed_at + DIGIT_WAIT_MS * CLOCK_MILLISECOND) {
        settle_digit(t);
    }
}

static void command_key(struct tui *t, const struct input_event *event)
{
    int commands[COMMAND_COUNT + 1], command = -1;
    struct key_stroke key = key_of(event);
    desk_commands(t, commands);
    if (take_digit(t, key, commands)) {
        return;
    }
    if (key.key == INPUT_ESC && (t->typed.count || t->count)) {
        clear_typed(t);
        return;
    }
    if (t->typed.count == KEYS_MAX) {
        clear_typed(t);
    }
    t->typed.stroke[t->typed.count++] = key;
    struct keymap_query q = {commands, &t->typed};
    enum keymap_result result = keymap_find(&t->keymap, &q, &command);
    if (result == KEYMAP_PREFIX) {
        return;
    }
    if (result == KEYMAP_NONE) {
        char text[KEY_TEXT_MAX];
        keys_text(&t->typed, text);
        clear_typed(t);
        desk_say(t, ROLE_TEXT_MUTED, N_("%s does nothing here; ? lists the keys"), text);
        return;
    }
    int count = t->count;
    if (count && !command_takes_count(command) && dispatch_waiting(t)) {
        settle_digit(t);
    }
    clear_typed(t);
    dispatch_command(t, command, command_takes_count(command) ? count : 0);
}

static void mouse(struct tui *t, const struct input_event *event)
{
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    if (l && event->pressed && event->button == 0 && t->canvas.cursor_y >= 0) {
        int by = event->y - t->canvas.cursor_y;
        long long row = (long long)l->position + by;
        if (row >= (long long)l->top && row < (long long)l->top + l->height) {
            list_move(l, by < 0 ? LIST_PREVIOUS : LIST_NEXT, by < 0 ? -by : by);
            if (by == 0) {
                list_go(l, l->current);
            }
        }
    }
}

void dispatch_event(struct tui *t, const struct input_event *event)
{
    t->dirty = true;
    t->touched |= event->kind == INPUT_KEY;
    if (event->kind == INPUT_FOCUS) {
        t->focused = event->pressed;
        return;
    }
    if (event->kind == INPUT_REPLY) {
        return;
    }
    if (t->popup.kind != POPUP_NONE) {
        popup_input(t, event);
        return;
    }
    if (event->kind == INPUT_PASTE) {
        desk_say(t, ROLE_STATUS_WARN,
            N_("%zu pasted bytes were not taken as keys; / or : opens a field for them"),
            event->text.n);
        return;
    }
    if (event->kind == INPUT_MOUSE) {
        mouse(t, event);
        return;
    }
    command_key(t, event);
}
