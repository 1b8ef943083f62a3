#include "core/work.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    FETCH_THREADS_MAX = 16,
    QUERY_THREADS = 2,
    THREADS_MAX = FETCH_THREADS_MAX + 1 + QUERY_THREADS
};

struct queue {
    struct job *first, *last;
};

struct lane {
    struct queue waiting;
    pthread_cond_t arrived;
};

struct thread {
    struct work *work;
    struct lane *lane;
    struct job *running; /* NULL: idle */
    pthread_t id;
};

struct work {
    pthread_mutex_t lock; /* guards all that follows, and job->next */
    struct lane lanes[LANE_COUNT];
    struct thread threads[THREADS_MAX];
    int thread_count;
    struct queue finished;
    int pending;
    bool ending;
    int fd; /* eventfd: non-zero while finished holds jobs */
};

static void queue_put(struct queue *q, struct job *job)
{
    job->next = NULL;
    if (q->last)
        q->last->next = job;
    else
        q->first = job;
    q->last = job;
}

static struct job *queue_take(struct queue *q)
{
    struct job *job = q->first;
    if (!job)
        return NULL;
    q->first = job->next;
    if (!q->first)
        q->last = NULL;
    job->next = NULL;
    return job;
}

static void set_cancelled(struct job *job)
{
    __atomic_store_n(&job->cancel, 1, __ATOMIC_RELEASE);
}

bool job_cancelled(const struct job *job)
{
    return __atomic_load_n(&job->cancel, __ATOMIC_ACQUIRE) != 0;
}

static void announce(struct work *w)
{
    uint64_t one = 1;
    while (write(w->fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void *thread_main(void *argument)
{
    struct thread *t = argument;
    struct work *w = t->work;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        struct job *job = queue_take(&t->lane->waiting);
        if (!job) {
            if (w->ending)
                break;
            pthread_cond_wait(&t->lane->arrived, &w->lock);
            continue;
        }
        t->running = job;
        pthread_mutex_unlock(&w->lock);
        if (!job_cancelled(job))
            job->run(job);
        pthread_mutex_lock(&w->lock);
        t->running = NULL;
        queue_put(&w->finished, job);
        announce(w);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* A thread that cannot be had leaves its lane with fewer; a lane with none would never end a job.
 */
static void start_threads(struct work *w, enum work_lane lane, int count)
{
    for (int i = 0; i < count; i++) {
        struct thread *t = &w->threads[w->thread_count];
        t->work = w;
        t->lane = &w->lanes[lane];
        if (pthread_create(&t->id, NULL, thread_main, t) == 0)
            w->thread_count++;
        else if (i == 0)
            abort();
    }
}

struct work *work_new(int fetch_threads)
{
    struct work *w = mem_zalloc(1, sizeof *w);
    if (fetch_threads < 1)
        fetch_threads = 1;
    if (fetch_threads > FETCH_THREADS_MAX)
        fetch_threads = FETCH_THREADS_MAX;
    pthread_mutex_init(&w->lock, NULL);
    for (int i = 0; i < LANE_COUNT; i++)
        pthread_cond_init(&w->lanes[i].arrived, NULL);
    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->fd < 0)
        abort();
    pthread_mutex_lock(&w->lock);
    start_threads(w, LANE_FETCH, fetch_threads);
    start_threads(w, LANE_STORE, 1);
    start_threads(w, LANE_QUERY, QUERY_THREADS);
    pthread_mutex_unlock(&w->lock);
    return w;
}

void work_free(struct work *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    for (int i = 0; i < LANE_COUNT; i++) {
        for (struct job *job = w->lanes[i].waiting.first; job; job = job->next)
            set_cancelled(job);
        pthread_cond_broadcast(&w->lanes[i].arrived);
    }
    for (int i = 0; i < w->thread_count; i++) {
        struct job *job = w->threads[i].running;
        if (!job)
            continue;
        set_cancelled(job);
        if (job->interrupt)
            job->interrupt(job);
    }
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->thread_count; i++)
        pthread_join(w->threads[i].id, NULL);
    while (w->pending) { /* a callback may have submitted once more */
        for (int i = 0; i < LANE_COUNT; i++)
            for (struct job *job; (job = queue_take(&w->lanes[i].waiting)) != NULL;)
                queue_put(&w->finished, job);
        for (struct job *job = w->finished.first; job; job = job->next)
            set_cancelled(job);
        work_drain(w);
    }
    for (int i = 0; i < LANE_COUNT; i++)
        pthread_cond_destroy(&w->lanes[i].arrived);
    pthread_mutex_destroy(&w->lock);
    close(w->fd);
    free(w);
}

void work_submit(struct work *w, enum work_lane lane, struct job *job)
{
    pthread_mutex_lock(&w->lock);
    job->cancel = 0;
    job->lane = (int)lane;
    w->pending++;
    queue_put(&w->lanes[lane].waiting, job);
    pthread_cond_signal(&w->lanes[lane].arrived);
    pthread_mutex_unlock(&w->lock);
}

/* The lock is held while interrupt() runs, so that the job cannot end and be drained under it. */
void work_cancel(struct work *w, struct job *job)
{
    pthread_mutex_lock(&w->lock);
    set_cancelled(job);
    for (int i = 0; i < w->thread_count; i++)
        if (w->threads[i].running == job && job->interrupt)
            job->interrupt(job);
    pthread_mutex_unlock(&w->lock);
}

int work_fd(const struct work *w)
{
    return w->fd;
}

int work_drain(struct work *w)
{
    uint64_t count;
    int drained = 0;
    pthread_mutex_lock(&w->lock);
    while (read(w->fd, &count, sizeof count) < 0 && errno == EINTR)
        ;
    struct queue finished = w->finished;
    w->finished = (struct queue){NULL, NULL};
    for (struct job *job = finished.first; job; job = job->next)
        w->pending--;
    pthread_mutex_unlock(&w->lock);
    for (struct job *job; (job = queue_take(&finished)) != NULL; drained++) {
        if (job_cancelled(job) && job->cancelled)
            job->cancelled(job);
        else
            job->done(job);
    }
    return drained;
}

int work_pending(const struct work *w)
{
    struct work *own =
        (struct work *)w; /* the lock is not part of what the caller may not change */
    pthread_mutex_lock(&own->lock);
    int n = own->pending;
    pthread_mutex_unlock(&own->lock);
    return n;
}
