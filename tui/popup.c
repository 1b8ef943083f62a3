#include "tui/desk.h"
#include "tui/draw.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void popup_release(struct popup *p)
{
    field_release(&p->field);
    free(p->items);
    free(p->owner);
    *p = (struct popup){.kind = POPUP_NONE};
}

void popup_close(struct tui *t)
{
    popup_release(&t->popup);
    t->dirty = true;
}

static struct popup *begin(
    struct tui *t, enum popup_kind kind, const char *title, popup_accept *accept)
{
    struct popup *p = &t->popup;
    popup_release(p);
    if (kind == POPUP_CONFIRM) {
        input_drop(t->input);
    }
    t->asking = false;
    *p = (struct popup){.kind = kind, .accept = accept};
    snprintf(p->title, sizeof p->title, "%s", title);
    field_set(&p->field, "");
    t->dirty = true;
    return p;
}

void popup_menu(struct tui *t, const char *title, popup_accept *accept, void *owner)
{
    struct popup *p = begin(t, POPUP_MENU, title, accept);
    p->items = mem_zalloc(POPUP_ITEMS, sizeof *p->items);
    p->owner = owner;
}

struct popup_item *popup_item_add(struct tui *t, char key, int64_t value, const char *label)
{
    struct popup *p = &t->popup;
    if (p->item_count == POPUP_ITEMS) {
        return &p->items[POPUP_ITEMS - 1];
    }
    struct popup_item *item = &p->items[p->item_count++];
    *item = (struct popup_item){.key = key, .value = value};
    snprintf(item->label, sizeof item->label, "%s", label);
    return item;
}

void popup_prompt(
    struct tui *t, const char *title, const char *initial, popup_accept *accept, void *owner)
{
    struct popup *p = begin(t, POPUP_PROMPT, title, accept);
    field_set(&p->field, initial ? initial : "");
    p->owner = owner;
}

void popup_confirm(
    struct tui *t, const char *title, const char *expected, popup_accept *accept, void *owner)
{
    struct popup *p = begin(t, POPUP_CONFIRM, title, accept);
    snprintf(p->expected, sizeof p->expected, "%s", expected);
    p->field.no_paste = true;
    p->field.narrow = true;
    p->danger = true;
    p->owner = owner;
}

void popup_line(struct tui *t, const char *format, ...)
{
    struct popup *p = &t->popup;
    va_list list;
    if (p->line_count == POPUP_LINES) {
        return;
    }
    va_start(list, format);
    vsnprintf(p->lines[p->line_count++], POPUP_TEXT, format, list);
    va_end(list);
}

/* The pop-up is closed first: what is accepted may open the next one. */
static void accept(struct tui *t, const struct popup_item *item)
{
    struct popup p = t->popup;
    t->popup = (struct popup){.kind = POPUP_NONE};
    t->dirty = true;
    struct popup_answer answer = {p.field.text.p, item, p.owner};
    p.accept(t, &answer);
    popup_release(&p);
}

static void choose(struct tui *t, const struct popup_item *item)
{
    if (item->reason) {
        desk_say(t, ROLE_STATUS_WARN, "%s", item->reason);
        return;
    }
    accept(t, item);
}

static void menu_input(struct tui *t, const struct input_event *event)
{
    struct popup *p = &t->popup;
    struct key_stroke key = key_of(event);
    for (size_t i = 0; i < p->item_count && event->kind == INPUT_KEY; i++) {
        if (p->items[i].key && key.key == (uint32_t)p->items[i].key && !key.modifiers) {
            choose(t, &p->items[i]);
            return;
        }
    }
    if (event->kind != INPUT_KEY) {
        return;
    }
    if (key.key == INPUT_ESC || key.key == 'q') {
        popup_close(t);
    } else if (key.key == INPUT_DOWN || key.key == 'j') {
        p->at = p->at + 1 < p->item_count ? p->at + 1 : p->at;
    } else if (key.key == INPUT_UP || key.key == 'k') {
        p->at = p->at > 0 ? p->at - 1 : 0;
    } else if (key.key == INPUT_ENTER && p->item_count > 0) {
        choose(t, &p->items[p->at]);
    }
}

/* Enter alone never confirms: the text has to be there, typed. */
static void field_popup_input(struct tui *t, const struct input_event *event)
{
    struct popup *p = &t->popup;
    enum field_result result = field_input(&p->field, event);
    if (p->field.hint) {
        desk_say(t, ROLE_STATUS_WARN, "%s", p->field.hint);
    }
    if (result == FIELD_CANCEL) {
        popup_close(t);
    } else if (result == FIELD_ACCEPT) {
        if (p->kind == POPUP_CONFIRM && strcmp(p->field.text.p, p->expected) != 0) {
            desk_say(t, ROLE_STATUS_WARN, N_("nothing started: type \"%s\" first"), p->expected);
            return;
        }
        accept(t, NULL);
    }
}

static void list_popup_input(struct tui *t, const struct input_event *event)
{
    struct popup *p = &t->popup;
    struct key_stroke key = key_of(event);
    bool down = key.key == INPUT_DOWN || (key.key == 'n' && key.modifiers == INPUT_CTRL);
    bool up = key.key == INPUT_UP || (key.key == 'p' && key.modifiers == INPUT_CTRL);
    if (event->kind == INPUT_KEY &&
        (down || up || key.key == INPUT_PAGE_DOWN || key.key == INPUT_PAGE_UP)) {
        int step = key.key == INPUT_PAGE_DOWN || key.key == INPUT_PAGE_UP ? 10 : 1;
        int at = (int)p->at + (down || key.key == INPUT_PAGE_DOWN ? step : -step);
        at = at >= p->row_count ? p->row_count - 1 : at;
        p->at = at < 0 ? 0 : (size_t)at;
        return;
    }
    enum field_result result = field_input(&p->field, event);
    if (result == FIELD_CANCEL) {
        popup_close(t);
    } else if (result == FIELD_ACCEPT) {
        palette_accept(t);
    } else if (result == FIELD_EDITED) {
        p->at = 0;
        palette_filter(t);
    }
}

void popup_input(struct tui *t, const struct input_event *event)
{
    t->dirty = true;
    switch (t->popup.kind) {
    case POPUP_NONE:
        return;
    case POPUP_MENU:
        menu_input(t, event);
        return;
    case POPUP_PROMPT:
    case POPUP_CONFIRM:
        field_popup_input(t, event);
        return;
    case POPUP_PALETTE:
    case POPUP_HELP:
        list_popup_input(t, event);
        return;
    }
}

static struct area centred(const struct canvas *c, int width, int height)
{
    width = width < c->width ? width : c->width;
    height = height < c->height ? height : c->height;
    return (struct area){(c->width - width) / 2, (c->height - height) / 2, width, height};
}

static void draw_menu(const struct popup *p, struct canvas *c)
{
    int width = canvas_measure(slice_of(p->title)) + 10;
    for (size_t i = 0; i < p->item_count; i++) {
        const struct popup_item *item = &p->items[i];
        int label = canvas_measure(slice_of(item->label)),
            note = canvas_measure(slice_of(item->reason ? item->reason : item->note));
        width = label + note + 14 > width ? label + note + 14 : width;
    }
    struct area box = centred(c, width, (int)(p->item_count + p->line_count) + 4);
    struct area in = draw_box(c, box, p->title, p->danger);
    struct area former = canvas_clip(c, in);
    for (size_t i = 0; i < p->line_count; i++) {
        canvas_text(c, in.x, in.y + (int)i, ROLE_TEXT_MUTED, p->lines[i]);
    }
    int y = in.y + (int)p->line_count;
    size_t rows =
        in.height > (int)p->line_count + 1 ? (size_t)(in.height - (int)p->line_count - 1) : 1;
    size_t top = p->at >= rows ? p->at - rows + 1 : 0;
    for (size_t i = top; i < p->item_count && i - top < rows; i++, y++) {
        const struct popup_item *item = &p->items[i];
        enum role role = item->reason ? ROLE_TEXT_FAINT : ROLE_POPUP;
        char key[2] = {item->key ? item->key : ' ', '\0'};
        canvas_text(c, in.x + 1, y, item->reason ? ROLE_TEXT_FAINT : ROLE_KEY, key);
        int x = in.x + 4 + canvas_text(c, in.x + 4, y, role, item->label);
        canvas_text(c, x + 2, y, ROLE_TEXT_MUTED, item->reason ? item->reason : item->note);
        if (i == p->at) {
            canvas_over(c, (struct area){in.x, y, in.width, 1}, ROLE_SELECTION);
            c->cursor_x = in.x + 1;
            c->cursor_y = y;
        }
    }
    canvas_unclip(c, former);
    canvas_text(c, in.x, in.y + in.height - 1, ROLE_HINT, N_("Enter choose  Esc close"));
}

static void draw_prompt(const struct popup *p, struct canvas *c)
{
    int width = c->width > 100 ? 90 : c->width - 4;
    struct area box = centred(c, width, (int)p->line_count + 5);
    struct area in = draw_box(c, box, p->title, false);
    for (size_t i = 0; i < p->line_count; i++) {
        canvas_put(c,
            &(struct put){
                .x = in.x, .y = in.y + (int)i, .width = in.width, .role = ROLE_TEXT_MUTED},
            slice_of(p->lines[i]));
    }
    int y = in.y + (int)p->line_count;
    canvas_text(c, in.x, y, ROLE_KEY, draw_glyph(GLYPH_CRUMB));
    field_draw(&p->field, c, in.x + 2, y, in.width - 2);
    canvas_text(c, in.x, in.y + in.height - 1, ROLE_HINT, N_("Enter take it  Esc leave"));
}

static void draw_confirm(const struct popup *p, struct canvas *c)
{
    int width = c->width > 100 ? 88 : c->width - 2;
    struct area box = centred(c, width, (int)p->line_count + 8);
    struct area in = draw_box(c, box, p->title, true);
    int y = in.y + 1;
    for (size_t i = 0; i < p->line_count; i++, y++) {
        canvas_put(c, &(struct put){.x = in.x, .y = y, .width = in.width, .role = ROLE_TEXT},
            slice_of(p->lines[i]));
    }
    char label[160];
    bool match = strcmp(p->field.text.p, p->expected) == 0;
    snprintf(label, sizeof label, N_("Type %s to start: "), p->expected);
    int used = canvas_text(c, in.x, y + 1, ROLE_TEXT_STRONG, label);
    field_draw(&p->field, c, in.x + used, y + 1, in.width - used);
    canvas_text(c, in.x, y + 3, match ? ROLE_KEY : ROLE_HINT,
        match ? N_("Enter start   Esc cancel")
              : N_("Enter start (off until the text matches)   Esc cancel"));
    canvas_put(c, &(struct put){.x = in.x, .y = y + 4, .width = in.width, .role = ROLE_TEXT_MUTED},
        slice_of(N_("Paste is refused here. Keys typed before this box opened were dropped.")));
}

void popup_draw(struct tui *t, struct canvas *c)
{
    switch (t->popup.kind) {
    case POPUP_NONE:
        return;
    case POPUP_MENU:
        draw_menu(&t->popup, c);
        return;
    case POPUP_PROMPT:
        draw_prompt(&t->popup, c);
        return;
    case POPUP_CONFIRM:
        draw_confirm(&t->popup, c);
        return;
    case POPUP_PALETTE:
    case POPUP_HELP:
        palette_draw(t, c);
        return;
    }
}
