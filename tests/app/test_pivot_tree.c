#include "app/ingest.h"
#include "app/pivot.h"
#include "core/str.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "tests/support/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
    char *folder;
    struct app *app;
    struct store *store;
    struct err e;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->folder = folder_new();
    struct app_options options = {.data_folder = p->folder, .program = "/bin/false"};
    setenv("XDG_CONFIG_HOME", p->folder, 1);
    if (app_open(&p->app, &options, &p->e) || app_store(p->app, &p->store, &p->e))
        fail_msg("%s", p->e.text);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    store_close(p->store);
    app_close(p->app);
    folder_remove(p->folder);
    free(p);
    return 0;
}

enum { LINE_MAX_BYTES = 262144, CELLS = 13 };

static size_t split(char *line, char *cells[CELLS])
{
    size_t n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; n < CELLS; at++) {
        cells[n++] = at;
        at += strcspn(at, "\t");
        if (!*at)
            break;
        *at = '\0';
    }
    return n;
}

static bool same_id(const char *a, const char *b)
{
    struct slice x = slice_of(a ? a : ""), y = slice_of(b);
    if (x.n > 2 && x.p[0] == '{')
        x = (struct slice){x.p + 1, x.n - 2};
    if (y.n > 2 && y.p[0] == '{')
        y = (struct slice){y.p + 1, y.n - 2};
    return slice_equal_nocase(x, y);
}

static const struct pivot_process *row_of(
    const struct pivot_tree *t, const char *guid, int64_t pid, bool recorded)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].recorded == recorded && t->rows[i].pid == pid &&
            (!*guid || same_id(t->rows[i].entity_id, guid)))
            return &t->rows[i];
    return NULL;
}

/* host, utc, guid, pid, image, user, link, parent guid, pid, image, command line */
static void check_edge(struct pivot_tree *t, char *const *c, size_t *wrong)
{
    const struct pivot_process *child = row_of(t, c[2], strtoll(c[3], NULL, 10), true);
    bool ghost = strcmp(c[6], "ghost") == 0;
    if (!child) {
        if ((*wrong)++ < 5)
            print_message("no creation of %s %s\n", c[3], c[4]);
        return;
    }
    const struct pivot_process *parent = child->parent >= 0 ? &t->rows[child->parent] : NULL;
    bool good = parent && parent->pid == strtoll(c[8], NULL, 10) && parent->recorded == !ghost;
    if (good && strcmp(c[6], "guid") == 0)
        good = same_id(parent->entity_id, c[7]);
    if (!good && (*wrong)++ < 5)
        print_message("%s %s: %s parent %s %s, not %lld%s\n", c[3], c[4], c[6], c[8], c[9],
            parent ? (long long)parent->pid : -1LL, parent && parent->recorded ? "" : " (ghost)");
}

static struct pivot_tree tree_of_host(struct place *p, const char *host)
{
    struct pivot_tree t;
    struct pivot_target target = {.host = host, .pid = -1, .time = CLOCK_NONE, .whole_host = true};
    if (pivot_tree(p->app, p->store, &target, &t, &p->e))
        fail_msg("%s: %s", host, p->e.text);
    return t;
}

/* Creations that the tree has and the oracle has not: those that only another recorder tells of. */
static size_t extra_rows(const struct pivot_tree *t, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = malloc(LINE_MAX_BYTES), *cells[CELLS];
    bool *told = calloc(t->count + 1, sizeof *told);
    size_t extra = 0;
    while (fgets(line, LINE_MAX_BYTES, f))
        if (split(line, cells) >= 10) {
            const struct pivot_process *row =
                row_of(t, cells[2], strtoll(cells[3], NULL, 10), true);
            if (row)
                told[row - t->rows] = true;
        }
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].recorded && !told[i]) {
            print_message("also: %lld %s %s\n", (long long)t->rows[i].pid,
                t->rows[i].executable ? t->rows[i].executable : "", t->rows[i].entity_id);
            extra += strncmp(t->rows[i].entity_id ? t->rows[i].entity_id : "", "h:", 2) != 0;
        }
    free(told);
    free(line);
    fclose(f);
    return extra;
}

static void check_edges(struct place *p, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = malloc(LINE_MAX_BYTES), *cells[CELLS], host[256] = "";
    struct pivot_tree t = {.count = 0};
    size_t wrong = 0, edges = 0, extra = 0;
    assert_non_null(f);
    assert_non_null(fgets(line, LINE_MAX_BYTES, f));
    while (fgets(line, LINE_MAX_BYTES, f)) {
        assert_true(split(line, cells) >= 10);
        if (strcmp(host, cells[0]) != 0) {
            pivot_tree_release(&t);
            snprintf(host, sizeof host, "%s", cells[0]);
            t = tree_of_host(p, host);
            extra += extra_rows(&t, path);
        }
        check_edge(&t, cells, &wrong);
        edges++;
    }
    pivot_tree_release(&t);
    fclose(f);
    free(line);
    assert_true(edges > 0);
    if (wrong || extra)
        fail_msg(
            "%s: %zu of %zu edges are wrong, %zu creations too many", path, wrong, edges, extra);
}

static void import(struct place *p, const char *path)
{
    struct import_options options = {.as = IMPORT_AUTO};
    struct put_counts counts = {0};
    if (ingest_import(p->app, p->store, path, &options, NULL, &counts, &p->e))
        fail_msg("%s: %s", path, p->e.text);
}

static void scenario(struct place *p, const char *name)
{
    char path[256];
    if (access("../shared/data/otrf", R_OK) < 0)
        skip();
    snprintf(path, sizeof path, "../shared/data/otrf/%s.jsonl.zst", name);
    import(p, path);
    snprintf(path, sizeof path, "../shared/data/oracle/%s.edges.tsv", name);
    check_edges(p, path);
}

static void tree_of_uac_fodhelper_equals_the_oracle(void **state)
{
    scenario(*state, "uac_fodhelper");
}
static void tree_of_mshta_hta_equals_the_oracle(void **state)
{
    scenario(*state, "mshta_hta");
}
static void tree_of_empire_launcher_vbs_equals_the_oracle(void **state)
{
    scenario(*state, "empire_launcher_vbs");
}
static void trees_of_two_hosts_in_schtask_create_equal_the_oracle(void **state)
{
    scenario(*state, "schtask_create");
}
static void tree_of_proxylogon_equals_the_oracle(void **state)
{
    scenario(*state, "proxylogon");
}
static void tree_of_lsass03_comsvcs_equals_the_oracle(void **state)
{
    scenario(*state, "lsass03_comsvcs");
}

static void store(struct place *p, struct batch *b)
{
    struct put_context context = {"siem", "elastic", "acme", 1, NULL};
    struct put_counts counts = {0};
    if (put_batch(p->store, &context, b, &counts, &p->e))
        fail_msg("%s", p->e.text);
}

static void creation(struct batch *b, int64_t second, int64_t pid, int64_t parent, const char *name)
{
    char id[32], raw[64];
    snprintf(id, sizeof id, "p-%lld-%lld", (long long)pid, (long long)second);
    snprintf(raw, sizeof raw, "{\"n\":\"%s\"}", id);
    struct record *r = records_event(b, &(struct event_spec){.id = id,
                                            .host = "ws-fin-01",
                                            .user = "mori",
                                            .category = "process",
                                            .entity = id,
                                            .raw = raw,
                                            .second = second});
    record_set_text(r, &b->arena, FIELD_EVENT_ACTION, "start");
    record_set_text(r, &b->arena, FIELD_PROCESS_EXECUTABLE, name);
    record_set_int(r, &b->arena, FIELD_PROCESS_PID, pid);
    record_set_int(r, &b->arena, FIELD_PARENT_PID, parent);
    record_set_int(r, &b->arena, FIELD_PROCESS_START, records_time(second));
}

static int64_t alert(struct place *p, int64_t second, int64_t pid, const char *host)
{
    struct batch b;
    batch_init(&b);
    struct record *r = records_alert(&b, &(struct alert_spec){.id = "a1",
                                             .rule = "Beacon",
                                             .host = host,
                                             .severity = "high",
                                             .raw = "{}",
                                             .second = second});
    record_set_int(r, &b.arena, FIELD_PROCESS_PID, pid);
    record_set_text(r, &b.arena, FIELD_PROCESS_NAME, "curl");
    record_set_int(r, &b.arena, FIELD_PARENT_PID, 70);
    record_set_text(r, &b.arena, FIELD_PARENT_NAME, "sh");
    store(p, &b);
    batch_release(&b);
    struct alert_list list = {.query = NULL};
    int64_t *ids, id;
    size_t count;
    if (alerts_ids(p->store, &list, &ids, &count, &p->e) || count != 1)
        fail_msg("%s (%zu alerts)", p->e.text, count);
    id = ids[0];
    free(ids);
    return id;
}

static void the_alert_is_pinned_to_the_process_that_had_its_pid_then(void **state)
{
    struct place *p = *state;
    struct batch b;
    struct pivot_tree t;
    batch_init(&b);
    creation(&b, 10, 50, 1, "/usr/bin/soffice");
    creation(&b, 20, 60, 50, "/bin/sh");
    creation(&b, 30, 71, 60, "/usr/bin/curl");
    creation(&b, 500, 71, 2, "/usr/bin/vim");
    store(p, &b);
    batch_release(&b);
    int64_t id = alert(p, 40, 71, "ws-fin-01");
    struct pivot_target target = {.alert = id, .pid = -1, .time = CLOCK_NONE};
    if (pivot_tree(p->app, p->store, &target, &t, &p->e))
        fail_msg("%s", p->e.text);
    assert_true(t.focus >= 0);
    const struct pivot_process *focus = &t.rows[t.focus];
    assert_string_equal(focus->name, "curl");
    assert_true(focus->focus && focus->recorded);
    assert_int_equal(focus->alert_count, 1);
    assert_int_equal(focus->alerts[0], id);
    assert_int_equal(focus->severity, SEVERITY_HIGH);
    assert_string_equal(t.why, "");
    for (size_t i = 0; i < t.count; i++)
        assert_string_not_equal(t.rows[i].name ? t.rows[i].name : "", "vim");
    pivot_tree_release(&t);

    if (pivot_lineage(p->app, p->store, id, &t, &p->e))
        fail_msg("%s", p->e.text);
    assert_string_equal(t.rows[t.count - 1].name, "curl");
    assert_string_equal(t.rows[t.count - 2].name, "sh");
    assert_string_equal(t.rows[t.count - 3].name, "soffice");
    pivot_tree_release(&t);
}

static void without_telemetry_the_alert_speaks_for_itself_and_says_so(void **state)
{
    struct place *p = *state;
    struct pivot_tree t;
    int64_t id = alert(p, 40, 71, "ws-fin-02");
    struct pivot_target target = {.alert = id, .pid = -1, .time = CLOCK_NONE};
    if (pivot_tree(p->app, p->store, &target, &t, &p->e))
        fail_msg("%s", p->e.text);
    assert_non_null(strstr(t.why, "no process telemetry"));
    assert_true(t.focus >= 0);
    assert_string_equal(t.rows[t.focus].name, "curl");
    assert_true(t.rows[t.focus].parent >= 0);
    assert_string_equal(t.rows[t.rows[t.focus].parent].name, "sh");
    pivot_tree_release(&t);
}

int main(void)
{
#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SCENARIO(the_alert_is_pinned_to_the_process_that_had_its_pid_then),
        SCENARIO(without_telemetry_the_alert_speaks_for_itself_and_says_so),
        SCENARIO(tree_of_uac_fodhelper_equals_the_oracle),
        SCENARIO(tree_of_mshta_hta_equals_the_oracle),
        SCENARIO(tree_of_empire_launcher_vbs_equals_the_oracle),
        SCENARIO(trees_of_two_hosts_in_schtask_create_equal_the_oracle),
        SCENARIO(tree_of_proxylogon_equals_the_oracle),
        SCENARIO(tree_of_lsass03_comsvcs_equals_the_oracle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
