#include "core/vocabulary.h"

#define LENGTH(table) (sizeof(table) / sizeof *(table))

static const char *const severities[] = {"info", "low", "medium", "high", "critical"};
static const char *const badges[] = {"INFO", "LOW", "MED", "HIGH", "CRIT"};
static const char *const statuses[] = {"new", "ack", "closed"};
static const char *const verdicts[] = {"", "tp", "benign", "fp", "duplicate", "test"};
static const char *const dispositions[] = {
    "unknown", "prevented", "quarantined", "detected", "allowed", "failed"};
static const char *const case_statuses[] = {
    "new", "triage", "investigate", "contain", "eradicate", "recover", "review", "closed"};
static const char *const host_states[] = {
    "unknown", "free", "containing", "unproved", "contained", "releasing"};

static int find(struct slice name, const char *const *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (name.n && slice_equal_nocase(name, slice_of(table[i])))
            return (int)i;
    return -1;
}

#define VOCABULARY(type, table)                                                                    \
    const char *type##_name(enum type v)                                                           \
    {                                                                                              \
        return (size_t)v < LENGTH(table) ? table[v] : "";                                          \
    }                                                                                              \
    int type##_find(struct slice name)                                                             \
    {                                                                                              \
        return find(name, table, LENGTH(table));                                                   \
    }

VOCABULARY(severity, severities)
VOCABULARY(status, statuses)
VOCABULARY(verdict, verdicts)
VOCABULARY(disposition, dispositions)
VOCABULARY(case_status, case_statuses)
VOCABULARY(host_state, host_states)

const char *severity_badge(enum severity v)
{
    return (size_t)v < LENGTH(badges) ? badges[v] : "";
}
