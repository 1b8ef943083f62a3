/* Lanes of jobs: the whole concurrency of hinomi. A lane is one or more threads that take jobs
 * in order; run() touches only its job; done() or cancelled() runs on the owner's thread when it
 * calls work_drain(). Ownership of a job moves with it. Locks exist only here and in log.c. */
#ifndef HINOMI_CORE_WORK_H
#define HINOMI_CORE_WORK_H

#include <stdbool.h>

enum work_lane { LANE_FETCH, LANE_STORE, LANE_QUERY, LANE_COUNT };

struct job {
    void (*run)(struct job *);  /* on a lane's thread; may ask job_cancelled() */
    void (*done)(struct job *); /* on the owner's thread; frees the job */
    void (*cancelled)(
        struct job *); /* instead of done when it was cancelled before or while it ran */
    void (*interrupt)(
        struct job *); /* any thread: makes a running run() return soon; may be NULL */
    struct job *next;  /* work.c's */
    int cancel, lane;  /* work.c's */
};

struct work;

/* fetch threads at most 16; one STORE thread; two QUERY threads. */
struct work *work_new(int fetch_threads);

/* Cancels what has not begun, interrupts what runs, waits, calls cancelled() for each. */
void work_free(struct work *w);

void work_submit(struct work *w, enum work_lane lane, struct job *job);
void work_cancel(struct work *w, struct job *job);
bool job_cancelled(const struct job *job);

/* Readable when finished jobs wait; put it in the owner's poll(). */
int work_fd(const struct work *w);

/* Runs done()/cancelled() of all finished jobs on this thread; returns how many. */
int work_drain(struct work *w);

/* Jobs submitted and not yet drained. */
int work_pending(const struct work *w);

#endif
