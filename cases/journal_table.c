#include "cases/journal_inside.h"

/* Every object whose columns change only through the journal. */
const struct journal_kind journal_kinds[] = {
    {"alert", "alert", "id",
        {"status", "verdict", "assignee", "reason", "tags", "snoozed_until", "case_id"},
        "{\"status\":\"new\",\"verdict\":\"\",\"assignee\":\"\",\"reason\":\"\",\"tags\":\"\","
        "\"snoozed_until\":0,\"case_id\":0}"},
    {"case", "case_file", "uid",
        {"organization", "opened", "closed", "status", "severity", "verdict", "title", "summary",
            "lead"},
        NULL},
    {"note", "note", "uid", {"parent_kind", "parent", "time", "author", "text"}, NULL},
    {"task", "task", "uid", {"case_id", "time", "author", "text", "assignee", "due", "done"}, NULL},
    {"ioc", "ioc", "uid", {"case_id", "time", "author", "type", "value", "note"}, NULL},
    {"evidence", "evidence", "uid",
        {"case_id", "time", "author", "name", "origin", "sha256", "size"}, NULL},
    {"pin", "pin", "uid",
        {"case_id", "time", "author", "ts", "source", "identity", "sha256", "host", "text"}, NULL},
    {"plan", "plan", "sha256", {"made", "author", "json"}, NULL},
    {"run", "run", "id",
        {"plan", "case_id", "organization", "analyst", "started", "ended", "state"}, NULL},
    {"step", "run_step", "uid", {"run", "host", "step", "detail", "state", "begun", "ended"}, NULL},
    {"result", "run_host", "uid", {"run", "host", "ended", "result"}, NULL},
    {"ledger", "ledger", "id",
        {"run", "case_id", "organization", "host", "runbook", "owner", "approver", "reason",
            "state", "proof", "revert", "started", "expires", "proved", "ended"},
        NULL},
    {NULL, NULL, NULL, {NULL}, NULL},
};
