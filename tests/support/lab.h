/* Acts on real hosts in namespaces of their own: what the lab's tests share. */
#ifndef HINOMI_TESTS_SUPPORT_LAB_H
#define HINOMI_TESTS_SUPPORT_LAB_H

#include "core/clock.h"
#include "core/str.h"
#include "remote/remote.h"
#include "tests/support/cmocka.h"

#include <sys/types.h>

/* All that one order told. */
struct told {
    struct remote_result result;
    struct str values, lines, data; /* values: NAME=TEXT lines */
    int connected, begun, ended;
};
void hear(void *owner, const struct remote_event *event);
void forget(struct told *t);

struct act {
    const char *host, *config, *runbook; /* config NULL: the lab's usual one */
    enum runbook_step step;
    enum transport_kind transport;
    struct runbook_value values[6];
};
int act(const struct act *a, struct told *told);
void must(const struct act *a, struct told *told); /* fails the test with the host's own words */
bool has(const struct str *text, const char *words);
void must_have(const struct told *t, const char *words);

struct remote *lab_fleet(void);
const struct runbook *lab_runbook(const char *name);
const char *lab(const char *name); /* a path in the lab's folder; four are alive at a time */
bool exists(const char *name);
struct target *target_by(const char *name, const char *config);

/* Waits for `holds(owner)` at most `seconds`. */
bool within(int seconds, bool (*holds)(const void *), const void *owner);
pid_t in_namespace(const char *name, const char *const *command);
void end(pid_t pid);

/* Outside the lab: enters it (exit status 77 with a word where that cannot be). Inside: true. */
bool lab_entered(const char *self, int *status);
int lab_set_up(void **state);
int lab_tear_down(void **state);

#endif
