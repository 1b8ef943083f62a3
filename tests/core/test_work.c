#include "core/work.h"

#include "core/clock.h"
#include "tests/support/cmocka.h"

#include <poll.h>
#include <stdlib.h>

struct step {
    struct job job; /* first: a job is its step */
    int number, *order, *at;
    int started, go; /* atomic */
    int ran, ended;  /* ended: 1 done, 2 cancelled */
};

static void remember(struct job *job)
{
    struct step *s = (struct step *)job;
    s->ran = 1;
    if (s->order)
        s->order[(*s->at)++] = s->number;
}

/* Waits for another thread without a sleep: polls nothing until the word is set. */
static bool wait_for(int *word)
{
    int64_t deadline = clock_monotonic() + 20 * CLOCK_SECOND;
    while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
        if (clock_monotonic() > deadline || poll(NULL, 0, 1) < 0)
            return false;
    return true;
}

static void block(struct job *job)
{
    struct step *s = (struct step *)job;
    s->ran = 1;
    __atomic_store_n(&s->started, 1, __ATOMIC_RELEASE);
    wait_for(&s->go);
}

static void let_go(struct job *job)
{
    __atomic_store_n(&((struct step *)job)->go, 1, __ATOMIC_RELEASE);
}

static void mark_done(struct job *job)
{
    ((struct step *)job)->ended = 1;
}

static void mark_cancelled(struct job *job)
{
    ((struct step *)job)->ended = 2;
}

static struct step step_of(void (*run)(struct job *))
{
    return (struct step){.job = {.run = run, .done = mark_done, .cancelled = mark_cancelled}};
}

static void drain_all(struct work *w)
{
    struct pollfd p = {.fd = work_fd(w), .events = POLLIN};
    int64_t deadline = clock_monotonic() + 20 * CLOCK_SECOND;
    while (work_pending(w)) {
        assert_true(clock_monotonic() < deadline);
        poll(&p, 1, 1000);
        work_drain(w);
    }
}

static void one_store_thread_keeps_the_order(void **state)
{
    (void)state;
    enum { STEPS = 200 };
    static struct step steps[STEPS];
    static int order[STEPS];
    int at = 0;
    struct work *w = work_new(4);
    for (int i = 0; i < STEPS; i++) {
        steps[i] = step_of(remember);
        steps[i].number = i;
        steps[i].order = order;
        steps[i].at = &at;
        work_submit(w, LANE_STORE, &steps[i].job);
    }
    drain_all(w);
    for (int i = 0; i < STEPS; i++) {
        assert_int_equal(order[i], i);
        assert_int_equal(steps[i].ended, 1);
    }
    struct pollfd p = {.fd = work_fd(w), .events = POLLIN};
    assert_int_equal(poll(&p, 1, 0), 0);
    work_free(w);
}

static void a_cancelled_job_that_waits_never_runs(void **state)
{
    (void)state;
    struct step first = step_of(block), second = step_of(remember);
    struct work *w = work_new(1);
    work_submit(w, LANE_STORE, &first.job);
    work_submit(w, LANE_STORE, &second.job);
    assert_true(wait_for(&first.started));
    work_cancel(w, &second.job);
    let_go(&first.job);
    drain_all(w);
    assert_int_equal(first.ended, 1);
    assert_int_equal(second.ended, 2);
    assert_int_equal(second.ran, 0);
    work_free(w);
}

static void a_running_job_is_interrupted(void **state)
{
    (void)state;
    struct step s = step_of(block);
    s.job.interrupt = let_go;
    struct work *w = work_new(1);
    work_submit(w, LANE_QUERY, &s.job);
    assert_true(wait_for(&s.started));
    work_cancel(w, &s.job);
    drain_all(w);
    assert_int_equal(s.ran, 1);
    assert_int_equal(s.ended, 2);
    work_free(w);
}

static void fetches_run_beside_each_other(void **state)
{
    (void)state;
    struct step a = step_of(block), b = step_of(block);
    struct work *w = work_new(2);
    work_submit(w, LANE_FETCH, &a.job);
    work_submit(w, LANE_FETCH, &b.job);
    assert_true(wait_for(&a.started));
    assert_true(wait_for(&b.started));
    let_go(&a.job);
    let_go(&b.job);
    drain_all(w);
    work_free(w);
}

static struct work *again_in;
static struct step *again_step;

static void submit_again(struct job *job)
{
    mark_cancelled(job);
    if (again_step)
        work_submit(again_in, LANE_FETCH, &again_step->job);
    again_step = NULL;
}

static void freeing_calls_back_for_every_job(void **state)
{
    (void)state;
    struct step running = step_of(block), waiting[5], late = step_of(remember);
    running.job.interrupt = let_go;
    struct work *w = work_new(1);
    work_submit(w, LANE_FETCH, &running.job);
    assert_true(wait_for(&running.started));
    for (int i = 0; i < 5; i++) {
        waiting[i] = step_of(remember);
        work_submit(w, LANE_FETCH, &waiting[i].job);
    }
    again_in = w;
    again_step = &late;
    waiting[0].job.cancelled = submit_again;
    work_free(w);
    assert_int_equal(running.ended, 2);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(waiting[i].ended, 2);
        assert_int_equal(waiting[i].ran, 0);
    }
    assert_int_equal(late.ended, 2);
    assert_int_equal(late.ran, 0);
    work_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_store_thread_keeps_the_order),
        cmocka_unit_test(a_cancelled_job_that_waits_never_runs),
        cmocka_unit_test(a_running_job_is_interrupted),
        cmocka_unit_test(fetches_run_beside_each_other),
        cmocka_unit_test(freeing_calls_back_for_every_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
