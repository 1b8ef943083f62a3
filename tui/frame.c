/* One frame: top bar, view, message, footer, status; pop-ups over it. State → canvas. */
#include "tui/desk.h"
#include "tui/draw.h"

#include <stdio.h>

enum { LEAST_WIDTH = 40, LEAST_HEIGHT = 10 };

static void top_bar(struct tui *t, struct canvas *c)
{
    char middle[200] = "", clock[DRAW_TIME_MAX], right[120];
    struct view *v = desk_top(t);
    struct area line = {0, 0, c->width, 1};
    int x = 1 + canvas_text(c, 1, 0, ROLE_BAR_TITLE, "hinomi") + 1;
    snprintf(right, sizeof right, "%s%s  %s", t->app->read_only ? N_("READ-ONLY  ") : "",
        t->app->actor.analyst ? t->app->actor.analyst : "",
        draw_clock(t->now, t->utc, false, clock));
    int right_at = c->width - canvas_measure(slice_of(right)) - 1;
    struct area former = canvas_clip(c, (struct area){0, 0, right_at - 1, 1});
    if (t->notice) {
        x += canvas_format(c, x, 0, ROLE_ENV_LAB, " %s ", t->notice) + 1;
    }
    size_t first = t->depth > 3 ? t->depth - 3 : 0;
    for (size_t i = first; i < t->depth; i++) {
        if (i > first) {
            x += canvas_format(c, x, 0, ROLE_CRUMB, " %s ", draw_glyph(GLYPH_CRUMB));
        }
        bool current = i + 1 == t->depth;
        x += canvas_put(c,
            &(struct put){.x = x,
                .y = 0,
                .width = current ? 44 : 24,
                .role = current ? ROLE_CRUMB_CURRENT : ROLE_CRUMB},
            slice_of(t->views[i]->crumb));
    }
    canvas_unclip(c, former);
    if (v->ops->bar) {
        v->ops->bar(v, middle, sizeof middle);
    }
    int wide = canvas_measure(slice_of(middle));
    int at = c->width >= 100 ? 44 : x + 3;
    at = at < x + 3 ? x + 3 : at;
    if (at + wide + 2 <= right_at) {
        canvas_text(c, at, 0, ROLE_BAR, middle);
    }
    canvas_text(c, right_at, 0, ROLE_BAR, right);
    canvas_ground(c, line, ROLE_BAR);
}

static bool shows_message(const struct tui *t)
{
    return t->message[0] && clock_monotonic() < t->message_until;
}

static void message_line(struct tui *t, struct canvas *c, int y)
{
    struct view *v = desk_top(t);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    if (shows_message(t)) {
        canvas_put(c, &(struct put){.x = 1, .y = y, .width = c->width - 2, .role = t->message_role},
            slice_of(t->message));
    } else if (l && l->mark_count > 0) {
        char text[160];
        snprintf(text, sizeof text, N_("%zu marked"), l->mark_count);
        int x = 1 + canvas_text(c, 1, y, ROLE_MARK, text);
        canvas_text(c, x + 2, y, ROLE_TEXT_MUTED,
            l->anchor ? N_("range: move to extend, v ends it")
                      : N_("Esc clears, acts apply to marked rows"));
    }
}

static void footer(struct tui *t, struct canvas *c, int y)
{
    char key[KEY_TEXT_MAX], label[64];
    struct view *v = desk_top(t);
    int end = c->width - 8, x = 1;
    for (const struct view_key *k = v->ops->keys; k->command >= 0; k++) {
        if (!k->label || !*keymap_key(&t->keymap, k->command, key)) {
            continue;
        }
        snprintf(label, sizeof label, "%s", k->label);
        int width = canvas_measure(slice_of(key)) + canvas_measure(slice_of(label)) + 1;
        if (x + width > end) {
            break;
        }
        bool off = desk_refusal(t, k->command) != NULL;
        x += canvas_text(c, x, y, off ? ROLE_TEXT_FAINT : ROLE_KEY, key) + 1;
        x += canvas_text(c, x, y, off ? ROLE_TEXT_FAINT : ROLE_HINT, label) + 2;
    }
    if (c->width > 20) {
        canvas_text(c, c->width - 7, y, ROLE_KEY, "?");
        canvas_text(c, c->width - 5, y, ROLE_HINT, N_("help"));
    }
}

static int source_word(const struct source_health *s, char *out, size_t size, enum role *role)
{
    char age[CLOCK_TEXT_MAX] = "";
    *role = s->error ? ROLE_STATUS_ERROR : s->ok ? ROLE_STATUS_OK : ROLE_STATUS_WARN;
    if (s->lag_ns != CLOCK_NONE && s->lag_ns >= 0) {
        clock_format_age(s->lag_ns, age);
    }
    const char *word = s->error   ? (s->error_code ? s->error_code : N_("failed"))
                       : s->never ? N_("not asked yet")
                                  : age;
    return snprintf(out, size, "%s %s", draw_glyph(s->error ? GLYPH_BAD : GLYPH_OK), word);
}

static void status_sources(struct tui *t, struct canvas *c, int y, int end)
{
    int x = 1;
    size_t well = 0;
    bool narrow = c->width < 100;
    struct source_list *l = &t->status.sources;
    for (size_t i = 0; i < l->count; i++) {
        well += l->rows[i].ok && !l->rows[i].error;
    }
    if (narrow && well > 0) {
        x += canvas_format(c, x, y, ROLE_BAR_MUTED, N_("%zu ok"), well) + 2;
    }
    for (size_t i = 0; i < l->count; i++) {
        const struct source_health *s = &l->rows[i];
        char word[80];
        enum role role;
        if (narrow && s->ok && !s->error) {
            continue;
        }
        source_word(s, word, sizeof word, &role);
        int need = canvas_measure(slice_of(s->name)) + canvas_measure(slice_of(word)) + 3;
        if (x + need > end) {
            break;
        }
        x += canvas_text(c, x, y, ROLE_BAR_MUTED, s->name) + 1;
        x += canvas_text(c, x, y, role, word) + 2;
    }
    if (l->count == 0 && t->status.loaded) {
        canvas_put(c, &(struct put){.x = x, .y = y, .width = end - x, .role = ROLE_BAR_MUTED},
            slice_of(N_("no source is configured: hinomi.conf, or hinomi import FILE")));
    }
}

static void status_bar(struct tui *t, struct canvas *c, int y)
{
    char right[80] = "";
    struct desk_status *s = &t->status;
    int end = c->width - 1, bar = c->width < 100 ? 8 : 12;
    if (s->run.id) {
        snprintf(right, sizeof right, "R-%lld %lld/%lld", (long long)s->run.id,
            (long long)s->run.done, (long long)s->run.total);
        int width = canvas_measure(slice_of(right));
        end -= width + bar + 2;
        canvas_text(c, end + 1, y, ROLE_BAR, right);
        draw_progress(c, (struct area){end + width + 2, y, bar, 1}, (uint64_t)s->run.done,
            (uint64_t)(s->run.total ? s->run.total : 1));
    } else if (s->waiting) {
        snprintf(right, sizeof right, N_("%llu to write back"), (unsigned long long)s->waiting);
        end -= canvas_measure(slice_of(right)) + 1;
        canvas_text(c, end + 1, y, ROLE_BAR_MUTED, right);
    }
    status_sources(t, c, y, end);
    canvas_ground(c, (struct area){0, y, c->width, 1}, ROLE_BAR);
}

/* After a prefix key, what may follow; at once, lower right. */
static void which_key(struct tui *t, struct canvas *c)
{
    int commands[COMMAND_COUNT + 1], rows[32], count = 0, widest = 16;
    char key[KEY_TEXT_MAX], title[KEY_TEXT_MAX + 8];
    if (t->typed.count == 0) {
        return;
    }
    desk_commands(t, commands);
    for (const int *id = commands; *id >= 0 && count < 32; id++) {
        for (size_t i = 0; i < t->keymap.count[*id]; i++) {
            const struct key_sequence *k = &t->keymap.keys[*id][i];
            if (k->count == 2 && key_equal(k->stroke[0], t->typed.stroke[0])) {
                int wide = canvas_measure(slice_of(command_of(*id)->help));
                widest = wide > widest ? wide : widest;
                rows[count++] = *id << 4 | (int)i;
            }
        }
    }
    int width = widest + 9 < c->width ? widest + 9 : c->width;
    int height = count + 2 < c->height - 2 ? count + 2 : c->height - 2;
    snprintf(title, sizeof title, "%s %s", keys_text(&t->typed, key), draw_glyph(GLYPH_MORE));
    struct area in = draw_box(
        c, (struct area){c->width - width, c->height - 2 - height, width, height}, title, false);
    for (int i = 0; i < count && i < in.height; i++) {
        int id = rows[i] >> 4;
        const char *off = desk_refusal(t, id);
        key_text(t->keymap.keys[id][rows[i] & 15].stroke[1], key);
        canvas_text(c, in.x, in.y + i, off ? ROLE_TEXT_FAINT : ROLE_KEY, key);
        canvas_put(c,
            &(struct put){.x = in.x + 3,
                .y = in.y + i,
                .width = in.width - 3,
                .role = off ? ROLE_TEXT_FAINT : ROLE_TEXT},
            slice_of(command_of(id)->help));
    }
}

static void too_small(struct canvas *c)
{
    char text[80];
    snprintf(text, sizeof text, N_("too small: %dx%d, need %dx%d"), c->width, c->height,
        LEAST_WIDTH, LEAST_HEIGHT);
    canvas_put(
        c, &(struct put){.x = 0, .y = 0, .width = c->width, .role = ROLE_TEXT}, slice_of(text));
}

void frame_draw(struct tui *t)
{
    struct canvas *c = &t->canvas;
    struct view *v = desk_top(t);
    canvas_clear(c);
    t->now = clock_now();
    if (c->width < LEAST_WIDTH || c->height < LEAST_HEIGHT) {
        too_small(c);
        return;
    }
    bool roomy = c->height >= 30;
    struct area area = {0, 1, c->width, c->height - (roomy ? 4 : 3)};
    struct area former = canvas_clip(c, area);
    if (v->ops->settle) {
        v->ops->settle(v);
    }
    v->ops->draw(v, c, area);
    canvas_unclip(c, former);
    top_bar(t, c);
    struct list *l = v->ops->list ? v->ops->list(v) : NULL;
    bool words = shows_message(t) || (l && l->mark_count > 0);
    if (roomy) {
        message_line(t, c, c->height - 3);
        footer(t, c, c->height - 2);
    } else if (words) {
        message_line(t, c, c->height - 2);
    } else {
        footer(t, c, c->height - 2);
    }
    status_bar(t, c, c->height - 1);
    which_key(t, c);
    popup_draw(t, c);
}
