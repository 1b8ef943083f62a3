/* Process facts → forest. Pure: no store, no screen. Who is whose parent, in this order:
 *   1. the effective parent (COM, WMI, services) or the parent's entity id, when that process is
 * recorded;
 *   2. (host, parent's pid, parent's image) with the latest start not after the child's: pid reuse
 * and entity ids that disagree (6 of 2,000 in real logs) are met here;
 *   3. a ghost: never seen created, known only by what its children say of it.
 * Records of one process (start, end, fork and exec with one entity id) are merged. Cycles that
 * corrupt data makes are cut at the youngest link and said. Everything is iterative and O(n log n).
 */
#ifndef HINOMI_CORE_TREE_H
#define HINOMI_CORE_TREE_H

#include "core/arena.h"
#include "core/clock.h"

/* What one record says. Slices are borrowed until tree_build returns; the tree copies what it
 * keeps. */
struct tree_fact {
    struct slice host, entity_id, parent_entity_id, effective_parent_id;
    int64_t pid, parent_pid; /* -1: unknown */
    int64_t start, end;      /* CLOCK_NONE: unknown */
    struct slice image, command_line, user;
    struct slice parent_image, parent_command_line;
    int64_t parent_start;
    int64_t record; /* caller's number, kept in the node (of the first start record, or the exec
                     * after it); 0: none */
    int64_t seen; /* the record's own time; fork and exec may share `start`, and the later names the
                   * process; 0: unknown */
    bool is_start; /* a creation record, not an end or another activity */
};

enum tree_link {
    TREE_ROOT, /* says nothing of a parent */
    TREE_ID,   /* by entity id */
    TREE_NEAR, /* by host, pid, image and time */
    TREE_GHOST /* to a process never seen created */
};

struct tree_node {
    struct slice host, entity_id, image, command_line, user;
    int64_t pid, start, end;
    int64_t record;
    bool recorded;                     /* false: a ghost */
    bool cut;                          /* its link upwards would have closed a cycle */
    enum tree_link link;               /* how `parent` was found */
    int64_t parent;                    /* index of node, -1: a root */
    int64_t first_child, next_sibling; /* by start time; -1: none */
    uint32_t children;
};

struct tree {
    struct arena arena;
    struct tree_node *nodes;
    size_t count;
    int64_t first_root; /* roots are siblings, by host then start */
    uint32_t cycles;
};

/* Takes any order, any duplicates. Free with tree_release. */
void tree_build(struct tree *t, const struct tree_fact *facts, size_t count);
void tree_release(struct tree *t);

/* Ids compare whatever their case and braces. -1: not there. With several (reused id): the latest
 * start. */
int64_t tree_find_entity(const struct tree *t, struct slice host, struct slice entity_id);
/* The process that had this pid at `time` (CLOCK_NONE: the latest). */
int64_t tree_find_pid(const struct tree *t, struct slice host, int64_t pid, int64_t time);

/* Topmost known ancestor. */
int64_t tree_top(const struct tree *t, int64_t node);

/* Depth-first walk: next node after `at` within the subtree of `top`, -1 at the end; *depth is kept
 * up to date (start with at = top, depth 0). Skips the children of `at` when `fold` is true. */
int64_t tree_next(const struct tree *t, int64_t top, int64_t at, bool fold, uint32_t *depth);

#endif
