#include "connectors/ecs_map.h"
#include "connectors/format.h"
#include "core/command.h"

static int sniff(struct slice head)
{
    static const char *const words[] = {"\"kibana.alert", "\"event\"", "\"event.kind\"",
        "\"event.category\"", "\"ecs\"", "\"process\"", "\"host\""};
    int sure = 0;
    if (!head.n || !memmem(head.p, head.n, "\"@timestamp\"", 12))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (memmem(head.p, head.n, words[i], strlen(words[i])))
            sure += i == 0 ? 60 : 25;
    return sure > 90 ? 90 : sure;
}

static void feed(void *state, struct slice piece, struct slice place, struct batch *out)
{
    struct record *r = batch_add(out, RECORD_EVENT);
    r->raw = piece;
    r->place = place;
    const char *why = ecs_fill(state, piece, r, &out->arena);
    if (why) {
        batch_drop_last(out);
        batch_add_bad(out, piece, place, "%s", why);
    }
}

const struct file_format format_ecs = {
    .name = "ecs",
    .help = N_("Elastic Common Schema: telemetry and detection alerts, nested or dotted"),
    .state_size = sizeof(struct ecs_state),
    .sniff = sniff,
    .frame = FRAME_LINES,
    .feed = feed,
};
