#include "core/mem.h"
#include "core/tree_inside.h"

#include <stdlib.h>

/* Two recorders of one process may stamp it a second apart. */
#define TOLERANCE CLOCK_SECOND

static struct slice bare(struct slice id)
{
    if (id.n >= 2 && id.p[0] == '{' && id.p[id.n - 1] == '}')
        return (struct slice){id.p + 1, id.n - 2};
    return id;
}

struct slice tree_known_id(struct slice id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!memchr("{0-}", id.p[i], 4))
            return id;
    return (struct slice){NULL, 0};
}

bool tree_same_id(struct slice a, struct slice b)
{
    return a.n && slice_equal_nocase(bare(a), bare(b));
}

static struct slice short_host(struct slice host)
{
    const char *dot = host.n ? memchr(host.p, '.', host.n) : NULL;
    if (!dot || (host.p[0] >= '0' && host.p[0] <= '9'))
        return host;
    return (struct slice){host.p, (size_t)(dot - host.p)};
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

int tree_compare_host(struct slice a, struct slice b)
{
    a = short_host(a);
    b = short_host(b);
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return (unsigned char)lower(a.p[i]) < (unsigned char)lower(b.p[i]) ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

struct slice tree_base_name(struct slice path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/' || path.p[i - 1] == '\\')
            return (struct slice){path.p + i, path.n - i};
    return path;
}

static uint64_t hash_lower(struct slice s, uint64_t seed)
{
    uint64_t h = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)lower(s.p[i])) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static uint64_t entity_hash(struct slice host, struct slice id)
{
    return hash_lower(bare(id), hash_lower(short_host(host), 0));
}

void tree_index_init(struct tree_index *x, size_t most)
{
    *x = (struct tree_index){.size = 64};
    while (x->size < most * 2)
        x->size *= 2;
    x->slots = mem_zalloc(x->size, sizeof *x->slots);
}

void tree_index_release(struct tree_index *x)
{
    free(x->slots);
    free(x->by_pid);
}

static size_t find_slot(
    const struct tree_index *x, const struct tree *t, struct slice host, struct slice id)
{
    size_t at = entity_hash(host, id) & (x->size - 1);
    while (x->slots[at]) {
        const struct tree_node *n = &t->nodes[x->slots[at] - 1];
        if (tree_same_id(n->entity_id, id) && tree_compare_host(n->host, host) == 0)
            break;
        at = (at + 1) & (x->size - 1);
    }
    return at;
}

void tree_index_add_entity(struct tree_index *x, const struct tree *t, int64_t node)
{
    const struct tree_node *n = &t->nodes[node];
    if (n->entity_id.n)
        x->slots[find_slot(x, t, n->host, n->entity_id)] = node + 1;
}

int64_t tree_index_entity(
    const struct tree_index *x, const struct tree *t, struct slice host, struct slice id)
{
    return bare(tree_known_id(id)).n ? x->slots[find_slot(x, t, host, id)] - 1 : -1;
}

static int compare_pid(const struct tree_node *a, struct slice host, int64_t pid, int64_t start)
{
    int c = tree_compare_host(a->host, host);
    if (c)
        return c;
    if (a->pid != pid)
        return a->pid < pid ? -1 : 1;
    return a->start == start ? 0 : a->start < start ? -1 : 1;
}

static int compare_nodes(const void *a, const void *b, void *tree)
{
    const struct tree *t = tree;
    const struct tree_node *y = &t->nodes[*(const int64_t *)b];
    return compare_pid(&t->nodes[*(const int64_t *)a], y->host, y->pid, y->start);
}

void tree_index_sort_pids(struct tree_index *x, const struct tree *t)
{
    x->count = t->count;
    x->by_pid = mem_alloc((t->count + 1) * sizeof *x->by_pid);
    for (size_t i = 0; i < t->count; i++)
        x->by_pid[i] = (int64_t)i;
    qsort_r(x->by_pid, x->count, sizeof *x->by_pid, compare_nodes, (void *)t);
}

static bool image_agrees(const struct tree_node *n, struct slice image)
{
    if (!image.n || !n->image.n)
        return true;
    return slice_equal_nocase(n->image, image) ||
           slice_equal_nocase(tree_base_name(n->image), tree_base_name(image));
}

/* How many of the processes between `from` and `to` are looked at: a pid is not reused more often
 * within the time that an answer could be right, and hostile data must not cost n². */
enum { CANDIDATES_MAX = 256 };

static bool is_pid_of(const struct tree_node *n, const struct tree_fact *key)
{
    return n->pid == key->pid && tree_compare_host(n->host, key->host) == 0;
}

static size_t first_after(
    const struct tree_index *x, const struct tree *t, const struct tree_fact *key, int64_t start)
{
    size_t low = 0, high = x->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_pid(&t->nodes[x->by_pid[middle]], key->host, key->pid, start) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t tree_index_pid(
    const struct tree_index *x, const struct tree *t, const struct tree_fact *key)
{
    int64_t start = key->start == CLOCK_NONE ? INT64_MAX : key->start, distance;
    size_t after = first_after(x, t, key, start);
    for (size_t i = after; i > 0 && after - i < CANDIDATES_MAX; i--) {
        const struct tree_node *n = &t->nodes[x->by_pid[i - 1]];
        if (!is_pid_of(n, key))
            break;
        if (image_agrees(n, key->image))
            return x->by_pid[i - 1];
    }
    for (size_t i = after; i < x->count && i - after < CANDIDATES_MAX; i++) {
        const struct tree_node *n = &t->nodes[x->by_pid[i]];
        if (!is_pid_of(n, key) || __builtin_sub_overflow(n->start, start, &distance) ||
            distance > TOLERANCE)
            break;
        if (image_agrees(n, key->image))
            return x->by_pid[i];
    }
    return -1;
}
