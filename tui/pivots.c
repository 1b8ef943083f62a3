/* From what is under the cursor to another view of it. Back is one key, to the same row. */
#include "tui/desk.h"

#include <stdio.h>

static bool is_set(const char *text)
{
    return text && *text;
}

static void tree(struct tui *t, const struct subject *s)
{
    struct tree_argument argument = {.alert = s->alert,
        .pid = s->pid,
        .time = s->time,
        .host = s->host,
        .entity_id = s->entity_id};
    desk_open(t, &view_tree, &argument);
}

static void timeline(struct tui *t, const struct subject *s)
{
    bool of_case = desk_top(t)->ops == &view_case;
    struct timeline_argument argument = {.host = of_case ? NULL : s->host,
        .case_id = of_case ? s->case_id : 0,
        .around = of_case ? CLOCK_NONE : s->time};
    desk_open(t, &view_timeline, &argument);
}

static void entity(struct tui *t, const struct subject *s)
{
    char query[300];
    snprintf(query, sizeof query, "host.name: \"%.250s\"", s->host);
    desk_open(t, &view_queue, query);
}

static void raw(struct tui *t, const struct subject *s)
{
    struct raw_argument argument = {.alert = s->alert, .event = s->event};
    desk_open(t, &view_raw, &argument);
}

bool pivots_command(struct tui *t, int command)
{
    struct subject s = desk_subject(t);
    if (command == COMMAND_TREE && is_set(s.host)) {
        tree(t, &s);
    } else if (command == COMMAND_TIMELINE) {
        timeline(t, &s);
    } else if (command == COMMAND_ENTITY && is_set(s.host)) {
        entity(t, &s);
    } else if (command == COMMAND_RAW && (s.alert || s.event)) {
        raw(t, &s);
    } else if (command == COMMAND_LOOK && is_set(s.host)) {
        desk_open(t, &view_look, s.host);
    } else if (command == COMMAND_ENTER && s.alert) {
        desk_open(t, &view_alert, &s.alert);
    } else if (command == COMMAND_ENTER && s.case_id) {
        desk_open(t, &view_case, &s.case_id);
    } else {
        return false;
    }
    return true;
}
