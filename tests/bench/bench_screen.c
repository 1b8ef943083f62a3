/* The real program in a pseudo-terminal on a data folder that holds alerts: from start to the first
 * settled screen, key to settled frame, bytes on the wire. Prints one JSON line a size.
 * usage: bench_screen DATA */
#include "core/clock.h"
#include "tests/support/pty.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STARTS = 7, KEYS = 60, PAGES = 20, IDLE_SECONDS = 5 };

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median_ms(int64_t *all, size_t n)
{
    qsort(all, n, sizeof *all, by_value);
    return (double)all[n / 2] / 1e6;
}

static bool must(bool good, const char *what)
{
    if (!good)
        fprintf(stderr, "bench_screen: %s\n", what);
    return good;
}

static bool first_screen(const struct pty_options *o, double *ms, double *bytes)
{
    int64_t all[STARTS];
    struct pty p;
    for (int i = 0; i < STARTS; i++) {
        int64_t start = clock_monotonic();
        if (!must(pty_start(&p, o), "it does not start"))
            return false;
        all[i] = clock_monotonic() - start;
        *bytes = (double)p.received;
        pty_stop(&p);
    }
    *ms = median_ms(all, STARTS);
    return true;
}

/* Each key waits for its frame. */
static bool keys(struct pty *p, const char *key, int n, double *ms, double *bytes)
{
    int64_t all[KEYS];
    unsigned long long before = p->received;
    for (int i = 0; i < n; i++) {
        int64_t start = clock_monotonic();
        if (!must(pty_type(p, key), "no frame after a key"))
            return false;
        all[i] = clock_monotonic() - start;
    }
    *bytes = (double)(p->received - before) / n;
    *ms = median_ms(all, (size_t)n);
    return true;
}

static double idle_bytes(struct pty *p)
{
    unsigned long long before = p->received;
    pty_wait(p, "no screen shows this", IDLE_SECONDS);
    return (double)(p->received - before) / IDLE_SECONDS;
}

static bool measure(const char *data, int columns, int rows)
{
    struct pty p;
    double start_ms, start_bytes, key_ms, key_bytes, scroll_ms, scroll_bytes, page_ms, page_bytes;
    const char *const plain[] = {pty_program(), "--data", data, NULL};
    struct pty_options o = {.columns = columns, .rows = rows, .data = data, .command = plain};
    if (!first_screen(&o, &start_ms, &start_bytes) || !must(pty_start(&p, &o), "it does not start"))
        return false;
    /* the first rows move the cursor only; once it stands at the edge the list scrolls */
    bool good = pty_type(&p, "j") && keys(&p, "j", 4, &key_ms, &key_bytes) &&
                keys(&p, "\x06", PAGES, &page_ms, &page_bytes) && pty_type(&p, "G") &&
                pty_type(&p, "gg") && keys(&p, "j", KEYS, &scroll_ms, &scroll_bytes);
    double idle = good ? idle_bytes(&p) : 0;
    pty_stop(&p);
    if (good)
        printf("{\"bench\":\"screen\",\"size\":\"%dx%d\",\"start_ms\":%.1f,\"start_bytes\":%.0f,"
               "\"key_ms\":%.2f,\"move_bytes\":%.0f,\"moves60_ms\":%.2f,\"moves60_bytes\":%.0f,"
               "\"page_ms\":%.2f,\"page_bytes\":%.0f,\"idle_bytes_per_second\":%.1f}\n",
            columns, rows, start_ms, start_bytes, key_ms, key_bytes, scroll_ms, scroll_bytes,
            page_ms, page_bytes, idle);
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    return measure(argv[1], 200, 50) && measure(argv[1], 80, 24) ? 0 : 1;
}
