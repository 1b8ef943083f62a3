/* What tree_build.c, tree_index.c and tree.c share; nobody else includes it. */
#ifndef HINOMI_CORE_TREE_INSIDE_H
#define HINOMI_CORE_TREE_INSIDE_H

#include "core/tree.h"

/* What a node says of its parent, beside the nodes while the tree is built. */
struct tree_hint {
    struct slice id, effective_id, image, command_line;
    int64_t pid, start, seen; /* seen: when its image was told */
};

struct tree_index {
    int64_t *slots; /* open addressing: node + 1, 0 empty; by host and entity id */
    size_t size;
    int64_t *by_pid; /* nodes sorted by host, pid, start */
    size_t count;
};

/* Case, braces and the domain behind a host's name do not tell two apart. */
/* An id of nothing but zeros says that the recorder did not know: empty. */
struct slice tree_known_id(struct slice id);
bool tree_same_id(struct slice a, struct slice b);
int tree_compare_host(struct slice a, struct slice b);
struct slice tree_base_name(struct slice path);

void tree_index_init(struct tree_index *x, size_t most);
void tree_index_release(struct tree_index *x);
void tree_index_add_entity(struct tree_index *x, const struct tree *t, int64_t node);
int64_t tree_index_entity(
    const struct tree_index *x, const struct tree *t, struct slice host, struct slice id);
void tree_index_sort_pids(struct tree_index *x, const struct tree *t);
/* Latest start not after `time` (CLOCK_NONE: any) whose image agrees (empty: any). -1: none. */
int64_t tree_index_pid(
    const struct tree_index *x, const struct tree *t, const struct tree_fact *key);

#endif
