#include "connectors/format.h"
#include "connectors/windows.h"
#include "core/command.h"

static bool holds(struct slice text, const char *word)
{
    return text.n && memmem(text.p, text.n, word, strlen(word));
}

/* Sysmon's members are unmistakable; other Windows events are known by an event number beside a
 * channel or provider. */
static int sniff_sysmon(struct slice head)
{
    if (holds(head, "kibana.alert") || holds(head, "\"rule\":{\"level\""))
        return 0;
    if (holds(head, "Microsoft-Windows-Sysmon") || holds(head, "Linux-Sysmon"))
        return 85;
    return holds(head, "ProcessGuid") && holds(head, "UtcTime") ? 80 : 0;
}

static int sniff_windows(struct slice head)
{
    bool number = holds(head, "\"EventID\"") || holds(head, "\"event_id\"");
    bool origin = holds(head, "\"Channel\"") || holds(head, "\"SourceName\"") ||
                  holds(head, "\"EventSourceName\"") || holds(head, "\"channel\"");
    return number && origin ? 75 : 0;
}

static void feed(void *state, struct slice piece, struct slice place, struct batch *out)
{
    struct windows_names *names = state;
    struct windows_event w = {.names = names, .arena = &out->arena};
    struct scan_fault fault;
    if (!names->ready)
        windows_names_compile(names);
    if (scan_each(piece, windows_leaf, &w, &fault)) {
        batch_add_bad(out, piece, place, "byte %zu: %s", fault.position, fault.what);
        return;
    }
    struct record *r = batch_add(out, RECORD_EVENT);
    r->raw = piece;
    r->place = place;
    const char *why = windows_fill(&w, r);
    if (why) {
        batch_drop_last(out);
        batch_add_bad(out, piece, place, "%s", why);
    }
}

const struct file_format format_sysmon = {
    .name = "sysmon",
    .help = N_("Sysmon events as JSON, as any shipper writes them; Sysmon for Linux inside syslog"),
    .state_size = sizeof(struct windows_names),
    .sniff = sniff_sysmon,
    .frame = FRAME_LINES,
    .feed = feed,
};
const struct file_format format_windows = {
    .name = "windows",
    .help = N_("Windows Security, PowerShell, System and other events as JSON"),
    .state_size = sizeof(struct windows_names),
    .sniff = sniff_windows,
    .frame = FRAME_LINES,
    .feed = feed,
};
