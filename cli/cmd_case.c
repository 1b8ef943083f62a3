/* `hinomi case VERB …`: one row per verb. */
#include "cases/case_file.h"
#include "cli/case_verbs.h"
#include "cli/commands.h"

#include <string.h>

const struct option_spec cmd_case_options[] = {
    {"json", 0, NULL, N_("one object a line")},
    {"all", 0, NULL, N_("list: closed ones too")},
    {"customer", 0, "ID", N_("new: the customer it belongs to (the only one configured)")},
    {"message", 'm', "TEXT", N_("note: the text (else $VISUAL or $EDITOR, else stdin)")},
    {"verdict", 0, "V", N_("close: tp, benign, fp, duplicate or test")},
    {"reason", 0, "TEXT", N_("close: why")},
    {"to", 0, "NAME", N_("task: who; status: the lead")},
    {"due", 0, "T", N_("task: by when")},
    {"done", 0, "TASK", N_("task: mark task number TASK done")},
    {"type", 0, "TYPE", N_("ioc: ip, domain, hash, url, file, email")},
    {"format", 0, "md|html|json|csv", N_("export: as what")},
    {"output", 'o', "FILE", N_("export: where to (stdout)")},
    {NULL, 0, NULL, NULL},
};

static const struct case_verb {
    const char *name, *usage;
    size_t operands; /* at least, behind the verb */
    bool writes, takes_id;
    int (*run)(struct cli *c, int64_t id, struct err *e);
} verbs[] = {
    {"new", "TITLE", 1, true, false, case_verb_new},
    {"list", "", 0, false, false, case_verb_list},
    {"show", "ID", 1, false, true, case_verb_show},
    {"add", "ID ALERT… (events as E-1)", 2, true, true, case_verb_add},
    {"note", "ID [-m TEXT]", 1, true, true, case_verb_note},
    {"task", "ID TEXT | ID --done TASK", 1, true, true, case_verb_task},
    {"ioc", "ID VALUE… --type TYPE", 2, true, true, case_verb_ioc},
    {"evidence", "ID FILE…", 2, true, true, case_verb_evidence},
    {"status", "ID STATUS", 2, true, true, case_verb_status},
    {"close", "ID --verdict V --reason TEXT", 1, true, true, case_verb_close},
    {"export", "ID --format md|html|json|csv [-o FILE]", 1, false, true, case_verb_export},
};

int cmd_case(struct cli *c, struct err *e)
{
    const struct options *o = &c->options;
    int64_t id = 0;
    for (size_t i = 0; o->count && i < sizeof verbs / sizeof *verbs; i++) {
        const struct case_verb *v = &verbs[i];
        if (strcmp(o->operands[0], v->name) != 0)
            continue;
        if (o->count <= v->operands)
            return err_set(e, ERR_USAGE, "hinomi case %s %s", v->name, v->usage);
        if (v->writes && app_may_write(c->app, e))
            return -1;
        if (v->takes_id && cli_id(o->operands[1], 'C', &id, e))
            return -1;
        return v->run(c, id, e);
    }
    return err_set(
        e, ERR_USAGE, "hinomi case new|list|show|add|note|task|ioc|evidence|status|close|export …");
}
