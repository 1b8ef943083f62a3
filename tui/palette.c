/* The palette (`:`) and the help (`?`): lists of commands, filtered by what is typed. */
#include "tui/desk.h"
#include "tui/draw.h"

#include <ctype.h>
#include <stdio.h>

/* Letters in order, anywhere: "clh" finds close-host. */
static bool fuzzy(const char *text, struct slice want)
{
    size_t at = 0;
    for (; *text && at < want.n; text++) {
        at += tolower((unsigned char)*text) == tolower((unsigned char)want.p[at]);
    }
    return at == want.n;
}

static struct slice first_word(const struct popup *p)
{
    struct slice all = slice_trim(str_as_slice(&p->field.text));
    const char *blank = all.n ? memchr(all.p, ' ', all.n) : NULL;
    return (struct slice){all.p, blank ? (size_t)(blank - all.p) : all.n};
}

static int rank(const struct command *c, struct slice want, bool help)
{
    struct slice name = slice_of(c->name);
    if (slice_starts(name, want)) {
        return 2;
    }
    return fuzzy(c->name, want) || (help && fuzzy(c->help, want)) ? 1 : 0;
}

void palette_filter(struct tui *t)
{
    struct popup *p = &t->popup;
    int commands[COMMAND_COUNT + 1];
    bool help = p->kind == POPUP_HELP;
    struct slice want = help ? slice_trim(str_as_slice(&p->field.text)) : first_word(p);
    desk_commands(t, commands);
    p->row_count = 0;
    for (int r = 2; r >= 1; r--) {
        for (const int *id = commands; *id >= 0 && p->row_count < 127; id++) {
            if (rank(command_of(*id), want, help) == r) {
                p->rows[p->row_count++] = *id;
            }
        }
    }
}

static void open_list(struct tui *t, enum popup_kind kind, const char *title)
{
    struct popup *p = &t->popup;
    popup_release(p);
    p->kind = kind;
    snprintf(p->title, sizeof p->title, "%s", title);
    field_set(&p->field, "");
    p->field.narrow = true;
    palette_filter(t);
    t->dirty = true;
}

void palette_open(struct tui *t)
{
    open_list(t, POPUP_PALETTE, N_("COMMANDS"));
}

void help_open(struct tui *t)
{
    open_list(t, POPUP_HELP, N_("KEYS"));
}

static void run_with_argument(struct tui *t, int command, struct slice argument);

void palette_accept(struct tui *t)
{
    struct popup *p = &t->popup;
    if (p->row_count == 0) {
        desk_say(t, ROLE_STATUS_WARN, N_("no such command; ? lists them"));
        return;
    }
    int command = p->rows[p->at];
    struct slice all = slice_trim(str_as_slice(&p->field.text));
    struct slice word = first_word(p);
    struct slice argument = slice_trim((struct slice){all.p + word.n, all.n - word.n});
    char copy[256];
    snprintf(copy, sizeof copy, "%.*s", (int)(argument.n < 250 ? argument.n : 250),
        argument.p ? argument.p : "");
    bool palette = p->kind == POPUP_PALETTE;
    popup_close(t);
    run_with_argument(t, command, palette ? slice_of(copy) : SLICE(""));
}

/* A command that asks a question takes the argument as its answer. */
static void run_with_argument(struct tui *t, int command, struct slice argument)
{
    dispatch_command(t, command, 0);
    if (argument.n > 0 && t->popup.kind == POPUP_PROMPT) {
        field_set(&t->popup.field, argument.p);
        popup_input(t, &(struct input_event){.kind = INPUT_KEY, .key = INPUT_ENTER});
    }
}

static void draw_row(struct tui *t, struct canvas *c, struct area line, int command)
{
    char key[KEY_TEXT_MAX], label[96];
    const struct command *info = command_of(command);
    const char *reason = desk_refusal(t, command);
    enum role role = reason ? ROLE_TEXT_FAINT : ROLE_TEXT;
    int names = line.width < 100 ? 18 : 26;
    snprintf(label, sizeof label, "%s %s", info->name, info->arguments ? info->arguments : "");
    canvas_put(
        c, &(struct put){.x = line.x, .y = line.y, .width = names, .role = role}, slice_of(label));
    canvas_put(c, &(struct put){.x = line.x + names + 1, .y = line.y, .width = 9, .role = ROLE_KEY},
        slice_of(keymap_key(&t->keymap, command, key)));
    int x = line.x + names + 11;
    int room = line.width - names - 11;
    int used = canvas_put(
        c, &(struct put){.x = x, .y = line.y, .width = room, .role = role}, slice_of(info->help));
    if (reason && room - used > 6) {
        canvas_put(c,
            &(struct put){
                .x = x + used + 2, .y = line.y, .width = room - used - 2, .role = ROLE_STATUS_WARN},
            slice_of(reason));
    }
}

void palette_draw(struct tui *t, struct canvas *c)
{
    struct popup *p = &t->popup;
    int rows = p->kind == POPUP_HELP ? c->height - 7 : 11;
    rows = rows > c->height - 7 ? c->height - 7 : rows;
    rows = rows < 1 ? 1 : rows;
    int y = c->height - 3 - rows - 2;
    char note[48];
    y = y < 0 ? 0 : y;
    snprintf(note, sizeof note, "%d", p->row_count);
    canvas_fill(c, (struct area){0, y, c->width, rows + 3}, " ", ROLE_POPUP);
    draw_rule(c, (struct area){0, y, c->width, 1}, p->title, note);
    canvas_text(c, 1, y + 1, ROLE_KEY, p->kind == POPUP_HELP ? "/" : ":");
    field_draw(&p->field, c, 2, y + 1, c->width - 3);
    int top = (int)p->at >= rows ? (int)p->at - rows + 1 : 0;
    for (int i = 0; i < rows && top + i < p->row_count; i++) {
        struct area line = {3, y + 2 + i, c->width - 4, 1};
        draw_row(t, c, line, p->rows[top + i]);
        if (top + i == (int)p->at) {
            canvas_text(c, 1, line.y, ROLE_CURSOR_ROW, draw_glyph(GLYPH_CURSOR));
            canvas_over(c, (struct area){0, line.y, c->width, 1}, ROLE_SELECTION);
        }
    }
    canvas_text(
        c, 1, y + 2 + rows, ROLE_HINT, N_("Type to filter  Up/Down choose  Enter run  Esc close"));
}
