/* Polling for ever: every source by its interval on its own FETCH thread, verdicts pushed, runs
 * whose runner died looked after. `hinomi watch` and the TUI share it. */
#ifndef HINOMI_APP_WATCH_H
#define HINOMI_APP_WATCH_H

#include "app/app.h"
#include "core/work.h"

struct watch;

/* Starts on the caller's lanes; `changed` runs on the owner's thread (work_drain) after each stored
 * page, push or failure. Under --read-only nothing is polled. */
struct watch *watch_start(struct app *a, struct work *w, void (*changed)(void *owner), void *owner);

/* When the next poll is due (clock_monotonic): the owner's poll() waits no longer, then calls
 * watch_tick. */
int64_t watch_next(const struct watch *w);
void watch_tick(struct watch *w);
/* Poll this source now (NULL: all). */
void watch_now(struct watch *w, const char *source);
/* Is a poll of it under way? */
bool watch_busy(const struct watch *w, const char *source);
/* Cancels polls; the lanes' owner drains and then frees. */
void watch_stop(struct watch *w);

/* Without a face: returns 0 when cancelled() says so, -1 when it cannot go on. */
int watch_run(struct app *a, bool (*cancelled)(void *owner), void *owner, struct err *e);

#endif
