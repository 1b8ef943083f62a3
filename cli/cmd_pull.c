/* pull, push, watch, import, quarantine: sources and files into the record, verdicts back out. */
#include "app/ingest.h"
#include "app/watch.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "core/text.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option_spec cmd_pull_options[] = {
    {"json", 0, NULL, N_("one object a source")},
    {"pages", 0, "N", N_("stop after N pages")},
    {NULL, 0, NULL, NULL},
};
const struct option_spec cmd_push_options[] = {
    {"json", 0, NULL, N_("one object a source")},
    {"now", 0, NULL, N_("do not wait for the hold to end")},
    {NULL, 0, NULL, NULL},
};
const struct option_spec cmd_watch_options[] = {
    {NULL, 0, NULL, NULL},
};
const struct option_spec cmd_import_options[] = {
    {"json", 0, NULL, N_("one object a file")},
    {"source", 0, "NAME", N_("file the records under this source (\"import\")")},
    {"format", 0, "NAME", N_("instead of sniffing; `hinomi formats` lists them")},
    {"as", 0, "alerts|events|auto", N_("take only alerts, only events, or both")},
    {NULL, 0, NULL, NULL},
};

static volatile sig_atomic_t interrupted;

static void on_signal(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static void catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool is_cancelled(void *owner)
{
    (void)owner;
    return interrupted;
}

static void show_progress(void *owner, const struct put_counts *n, uint64_t done, uint64_t total)
{
    struct cli *c = owner;
    if (!c->terminal_err)
        return;
    fprintf(stderr,
        "\r%" PRIu64 " read, %" PRIu64 " alerts, %" PRIu64 " events, %" PRIu64 " quarantined",
        n->read, n->alerts_new, n->events_new, n->quarantined);
    if (total)
        fprintf(stderr, "  %d %%", (int)(done * 100 / total));
    fputs("   ", stderr);
}

struct outcome {
    const char *source;
    struct put_counts counts;
    int64_t began;
    struct err error; /* code ERR_NONE: fine */
};

static void print_outcome(struct cli *c, const struct outcome *o)
{
    const struct put_counts *n = &o->counts;
    struct str out = STR_INIT;
    double seconds = (double)(clock_monotonic() - o->began) / 1e9;
    if (c->terminal_err)
        fputs("\r\033[K", stderr);
    if (c->json) {
        str_char(&out, '{');
        json_text(&out, "source", o->source);
        str_printf(&out,
            ",\"pages\":%" PRIu64 ",\"read\":%" PRIu64 ",\"alerts\":{\"new\":%" PRIu64
            ",\"updated\":%" PRIu64 ",\"duplicate\":%" PRIu64 "}",
            n->pages, n->read, n->alerts_new, n->alerts_updated, n->alerts_duplicate);
        str_printf(&out,
            ",\"events\":{\"new\":%" PRIu64 ",\"duplicate\":%" PRIu64 "},\"quarantined\":%" PRIu64
            ",\"seconds\":%.3f",
            n->events_new, n->events_duplicate, n->quarantined, seconds);
        json_text(&out, "error", o->error.code ? o->error.text : NULL);
        str_puts(&out, "}\n");
    } else {
        text_clean(&out, slice_of(o->source));
        str_printf(&out,
            ": %" PRIu64 " read; alerts %" PRIu64 " new, %" PRIu64 " updated, %" PRIu64
            " known; events %" PRIu64 " new, %" PRIu64 " known; %" PRIu64 " quarantined; %.1f s\n",
            n->read, n->alerts_new, n->alerts_updated, n->alerts_duplicate, n->events_new,
            n->events_duplicate, n->quarantined, seconds);
    }
    cli_out(&out);
    str_release(&out);
    if (o->error.code)
        cli_say("%s: %s", o->source, o->error.text);
}

/* 0 all well, 1 all failed, 3 some */
static int status_of(size_t failed, size_t count)
{
    if (!failed)
        return 0;
    return failed == count ? 1 : 3;
}

static const char *source_at(const struct cli *c, size_t i)
{
    return c->options.count ? c->options.operands[i] : c->app->config->sources[i].name;
}

static size_t source_total(const struct cli *c)
{
    return c->options.count ? c->options.count : c->app->config->source_count;
}

int cmd_pull(struct cli *c, struct err *e)
{
    struct progress progress = {show_progress, is_cancelled, c};
    size_t count = source_total(c), failed = 0;
    int64_t pages;
    if (options_number(&c->options, "pages", 0, &pages, e))
        return -1;
    if (count == 0)
        return err_set(e, ERR_CONFIG, "no source is configured; `hinomi config` shows how");
    catch_interrupt();
    for (size_t i = 0; i < count && !interrupted; i++) {
        struct outcome o = {.source = source_at(c, i), .began = clock_monotonic()};
        failed += ingest_pull(c->app, c->store, o.source, (size_t)pages, &progress, &o.counts,
                      &o.error) != 0;
        print_outcome(c, &o);
    }
    return interrupted ? 1 : status_of(failed, count);
}

int cmd_import(struct cli *c, struct err *e)
{
    static const char *const words[] = {"auto", "alerts", "events"};
    struct progress progress = {show_progress, is_cancelled, c};
    struct import_options options = {.source = options_value(&c->options, "source"),
        .format = options_value(&c->options, "format")};
    const char *as = options_value(&c->options, "as");
    size_t failed = 0;
    bool known = !as;
    for (int i = 0; as && i < 3; i++)
        if (strcmp(as, words[i]) == 0) {
            options.as = (enum import_as)i;
            known = true;
        }
    if (!known)
        return err_set(e, ERR_USAGE, "--as: alerts, events or auto, not \"%s\"", as);
    if (c->options.count == 0)
        return err_set(e, ERR_USAGE, "which file? hinomi import FILE… or -");
    catch_interrupt();
    for (size_t i = 0; i < c->options.count && !interrupted; i++) {
        struct outcome o = {.source = c->options.operands[i], .began = clock_monotonic()};
        failed += ingest_import(
                      c->app, c->store, o.source, &options, &progress, &o.counts, &o.error) != 0;
        print_outcome(c, &o);
    }
    return interrupted ? 1 : status_of(failed, c->options.count);
}

int cmd_push(struct cli *c, struct err *e)
{
    size_t count = source_total(c), failed = 0;
    for (size_t i = 0; i < count; i++) {
        struct push_counts n = {.sent = 0};
        struct err error = ERR_INIT;
        struct str out = STR_INIT;
        bool bad = ingest_push(c->app, c->store, source_at(c, i), options_has(&c->options, "now"),
                       &n, &error) != 0;
        str_puts(&out, c->json ? "{" : "");
        if (c->json) {
            json_text(&out, "source", source_at(c, i));
            json_number(&out, "sent", (int64_t)n.sent);
            json_number(&out, "failed", (int64_t)n.failed);
            json_number(&out, "waiting", (int64_t)n.waiting);
            json_number(&out, "conflicts", (int64_t)n.conflicts);
            json_text(&out, "error", bad ? error.text : NULL);
            str_puts(&out, "}\n");
        } else {
            text_clean(&out, slice_of(source_at(c, i)));
            str_printf(&out,
                ": %" PRIu64 " sent, %" PRIu64 " failed, %" PRIu64 " held, %" PRIu64
                " in conflict\n",
                n.sent, n.failed, n.waiting, n.conflicts);
        }
        cli_out(&out);
        str_release(&out);
        if (bad)
            cli_say("%s: %s", source_at(c, i), error.text);
        failed += bad || n.failed || n.conflicts;
    }
    (void)e;
    return status_of(failed, count);
}

int cmd_watch(struct cli *c, struct err *e)
{
    catch_interrupt();
    return watch_run(c->app, is_cancelled, NULL, e);
}
