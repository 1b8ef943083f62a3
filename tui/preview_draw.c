#include "tui/preview.h"

#include "core/command.h"

#include <stdio.h>

enum { LABEL = 8, LINE_MAX = 320 };

struct pen {
    struct canvas *c;
    struct area area;
    int y;
};

static void fact(struct pen *pen, const char *label, enum role role, const char *value)
{
    if (pen->y >= pen->area.height) {
        return;
    }
    struct area line = {pen->area.x, pen->area.y + pen->y, pen->area.width, 1};
    draw_fact(pen->c, line, LABEL, &(struct fact){label, role, value});
    pen->y++;
}

static const char *first_ip(const struct preview *p, char out[64])
{
    struct slice ip = preview_field(p, FIELD_HOST_IP);
    snprintf(out, 64, "%.*s", (int)(ip.n < 60 ? ip.n : 60), ip.p ? ip.p : "");
    return out;
}

static void host_fact(const struct preview *p, struct pen *pen)
{
    char text[LINE_MAX], ip[64];
    const struct alert_row *row = &p->row.rows[0];
    struct slice os = preview_field(p, FIELD_HOST_OS);
    snprintf(text, sizeof text, "%s  %s%s  %s  %.*s", *row->host ? row->host : "-",
        p->tier[0] ? N_("tier ") : N_("tier not set"), p->tier, first_ip(p, ip),
        (int)(os.n < 40 ? os.n : 40), os.p ? os.p : "");
    fact(pen, N_("Host"), ROLE_ENTITY_HOST, text);
}

static void user_fact(const struct preview *p, struct pen *pen)
{
    char text[LINE_MAX];
    struct slice domain = preview_field(p, FIELD_USER_DOMAIN);
    const char *user = p->row.rows[0].user;
    snprintf(text, sizeof text, "%.*s%s%s", (int)(domain.n < 100 ? domain.n : 100),
        domain.p ? domain.p : "", domain.n ? "\\" : "", *user ? user : N_("not named"));
    fact(pen, N_("User"), ROLE_ENTITY_USER, text);
}

static void seen_fact(const struct preview *p, struct pen *pen, const struct preview_place *at)
{
    char text[LINE_MAX], first[DRAW_TIME_MAX], last[DRAW_TIME_MAX], age[CLOCK_TEXT_MAX];
    const struct alert_row *row = &p->row.rows[0];
    int64_t newest = row->last_seen > row->time ? row->last_seen : row->time;
    draw_time(row->time, at->now, at->utc, first);
    draw_time(newest, at->now, at->utc, last);
    clock_format_age(at->now - newest, age);
    if (newest > row->time) {
        snprintf(text, sizeof text, "x%llu  %s to %s, %s ago", (unsigned long long)row->count,
            first, last, age);
    } else {
        snprintf(
            text, sizeof text, "x%llu  %s, %s ago", (unsigned long long)row->count, first, age);
    }
    fact(pen, N_("Seen"), ROLE_TIME, text);
}

static void rule_fact(const struct preview *p, struct pen *pen)
{
    char text[LINE_MAX];
    const struct alert_row *row = &p->row.rows[0];
    if (p->rule_judged) {
        snprintf(text, sizeof text, N_("right %llu of %llu here (%llu %%)  %s"),
            (unsigned long long)p->rule_right, (unsigned long long)p->rule_judged,
            (unsigned long long)(p->rule_right * 100 / p->rule_judged), row->rule_id);
    } else {
        snprintf(text, sizeof text, N_("never judged here  %s"), row->rule_id);
    }
    fact(pen, N_("Rule"), ROLE_TEXT, text);
}

static void outcome_fact(const struct preview *p, struct pen *pen)
{
    static const struct {
        enum role role;
        const char *words;
    } outcomes[] = {
        [DISPOSITION_UNKNOWN] = {ROLE_STATUS_UNKNOWN, N_("unknown: the source does not say")},
        [DISPOSITION_PREVENTED] = {ROLE_STATUS_OK, N_("prevented: it did not run")},
        [DISPOSITION_QUARANTINED] = {ROLE_STATUS_OK, N_("quarantined: put away")},
        [DISPOSITION_DETECTED] = {ROLE_STATUS_WARN, N_("detected: it ran and was seen")},
        [DISPOSITION_ALLOWED] = {ROLE_STATUS_WARN, N_("allowed: a policy let it run")},
        [DISPOSITION_FAILED] = {ROLE_STATUS_ERROR, N_("failed: could not be stopped")}};
    enum disposition d = p->row.rows[0].disposition;
    fact(pen, N_("Outcome"), outcomes[d].role, outcomes[d].words);
}

static void state_fact(const struct preview *p, struct pen *pen)
{
    char text[LINE_MAX], in_case[32] = "";
    const struct alert_row *row = &p->row.rows[0];
    if (row->case_id) {
        snprintf(in_case, sizeof in_case, "  C-%lld", (long long)row->case_id);
    }
    snprintf(text, sizeof text, "%s%s%s  %s%s", status_name(row->status), row->verdict ? " " : "",
        verdict_name(row->verdict), *row->assignee ? row->assignee : N_("nobody's"), in_case);
    fact(pen, N_("State"), row->status == STATUS_NEW ? ROLE_TEXT_STRONG : ROLE_TEXT, text);
}

static void contain_fact(const struct preview *p, struct pen *pen, const struct preview_place *at)
{
    char text[LINE_MAX], since[DRAW_TIME_MAX];
    static const struct {
        enum role role;
        const char *words;
    } states[] = {[HOST_STATE_UNKNOWN] = {ROLE_STATUS_UNKNOWN, N_("nothing on the ledger")},
        [HOST_STATE_FREE] = {ROLE_TEXT, N_("not contained")},
        [HOST_STATE_CONTAINING] = {ROLE_STATUS_RUNNING, N_("being contained")},
        [HOST_STATE_UNPROVED] = {ROLE_STATUS_WARN, N_("contained, NOT PROVED")},
        [HOST_STATE_CONTAINED] = {ROLE_STATUS_OK, N_("contained, proved")},
        [HOST_STATE_RELEASING] = {ROLE_STATUS_RUNNING, N_("being released")}};
    snprintf(text, sizeof text, "%s", states[p->host_state].words);
    if (p->host_state_since != CLOCK_NONE && p->host_state > HOST_STATE_FREE) {
        snprintf(text, sizeof text, "%s since %s", states[p->host_state].words,
            draw_time(p->host_state_since, at->now, at->utc, since));
    }
    if (p->host_protected) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s", N_("  PROTECTED"));
    }
    fact(pen, N_("Contain"), states[p->host_state].role, text);
}

static void attack_fact(const struct preview *p, struct pen *pen)
{
    char text[LINE_MAX];
    struct slice tactic = preview_field(p, FIELD_THREAT_TACTIC);
    snprintf(text, sizeof text, "%s %.*s", p->row.rows[0].technique,
        (int)(tactic.n < 80 ? tactic.n : 80), tactic.p ? tactic.p : "");
    if (*p->row.rows[0].technique || tactic.n) {
        fact(pen, N_("ATT&CK"), ROLE_ATTACK, text);
    }
}

void preview_draw_facts(const struct preview *p, struct canvas *c, const struct preview_place *at)
{
    struct pen pen = {c, at->area, 0};
    host_fact(p, &pen);
    user_fact(p, &pen);
    outcome_fact(p, &pen);
    state_fact(p, &pen);
    seen_fact(p, &pen, at);
    contain_fact(p, &pen, at);
    rule_fact(p, &pen);
    attack_fact(p, &pen);
}

void preview_draw_lineage(const struct preview *p, struct canvas *c, struct area area)
{
    size_t count = p->lineage.count, rows = area.height > 3 ? (size_t)area.height - 3 : 1;
    size_t first = count > rows ? count - rows : 0;
    int y = area.y;
    for (size_t i = first; i < count && y < area.y + area.height; i++, y++) {
        const struct pivot_process *process = &p->lineage.rows[i];
        int indent = (int)(i - first) * 2;
        indent = indent > area.width / 2 ? area.width / 2 : indent;
        char text[600];
        int x = area.x + indent;
        if (i > first) {
            canvas_format(c, x < area.x + 2 ? area.x : x - 2, y, ROLE_GUIDE, "%s%s",
                draw_glyph(GLYPH_ELBOW), draw_glyph(GLYPH_STUB));
        }
        enum role role =
            process->severity >= 0 ? draw_severity_role(process->severity) : ROLE_TEXT_MUTED;
        x += canvas_put(c,
            &(struct put){.x = x, .y = y, .width = area.x + area.width - x, .role = role},
            slice_of(process->name && *process->name ? process->name : N_("(not recorded)")));
        snprintf(text, sizeof text, "%lld", (long long)process->pid);
        if (process->pid >= 0 && area.x + area.width - x > 8) {
            canvas_text(c, x + 1, y, ROLE_TEXT_MUTED, text);
        }
    }
    struct slice line = preview_field(p, FIELD_PROCESS_COMMAND_LINE);
    if (count == 0) {
        canvas_put(c,
            &(struct put){.x = area.x, .y = y++, .width = area.width, .role = ROLE_TEXT_MUTED},
            slice_of(p->lineage.why[0] ? p->lineage.why : N_("no process is named")));
    }
    if (line.n && y < area.y + area.height) {
        canvas_text(c, area.x, y, ROLE_GUIDE, draw_glyph(GLYPH_CRUMB));
        canvas_wrap(c, (struct area){area.x + 2, y, area.width - 2, area.y + area.height - y},
            ROLE_CMDLINE, line);
    }
}

void preview_draw_related(const struct preview *p, struct canvas *c, const struct preview_place *at)
{
    struct area area = at->area;
    for (size_t i = 0; i < p->related.count && (int)i < area.height; i++) {
        const struct alert_row *row = &p->related.rows[i];
        char age[CLOCK_TEXT_MAX];
        int y = area.y + (int)i, x = area.x;
        x += canvas_format(c, x, y, ROLE_LINK, "A-%lld", (long long)row->id) + 1;
        x += canvas_text(
                 c, x, y, draw_severity_role((int)row->severity), severity_badge(row->severity)) +
             1;
        x += canvas_format(
                 c, x, y, ROLE_TEXT_MUTED, "%4s", clock_format_age(at->now - row->time, age)) +
             1;
        canvas_put(c,
            &(struct put){.x = x, .y = y, .width = area.x + area.width - x, .role = ROLE_TEXT},
            slice_of(row->title));
    }
    if (p->related.count == 0) {
        canvas_put(c,
            &(struct put){.x = area.x, .y = area.y, .width = area.width, .role = ROLE_TEXT_MUTED},
            slice_of(N_("no other alert on this host")));
    }
}

void preview_draw_notes(const struct preview *p, struct canvas *c, const struct preview_place *at)
{
    struct area area = at->area;
    size_t rows = (size_t)(area.height > 0 ? area.height : 0);
    size_t first = p->note_count > rows ? p->note_count - rows : 0;
    for (size_t i = first; i < p->note_count; i++) {
        char time[DRAW_TIME_MAX];
        int y = area.y + (int)(i - first), x = area.x;
        x += canvas_text(c, x, y, ROLE_TIME, draw_time(p->notes[i].time, at->now, at->utc, time)) +
             1;
        x += canvas_text(c, x, y, ROLE_NOTE_OTHER, p->notes[i].who) + 1;
        canvas_put(c,
            &(struct put){.x = x, .y = y, .width = area.x + area.width - x, .role = ROLE_TEXT},
            slice_of(p->notes[i].text));
    }
}

/* 80 columns: the nine facts, then the chain on one line. */
static void draw_narrow(const struct preview *p, struct canvas *c, const struct preview_place *at)
{
    struct preview_place facts = *at;
    facts.area.x++;
    facts.area.width--;
    preview_draw_facts(p, c, &facts);
}

void preview_draw(const struct preview *p, struct canvas *c, const struct preview_place *at)
{
    struct area a = at->area;
    if (a.width < 100) {
        draw_narrow(p, c, at);
        return;
    }
    int third = a.width * 2 / 5, second = a.width / 3, notes = p->note_count ? 3 : 0;
    notes = a.height >= 10 ? notes : 0;
    int height = a.height - notes;
    struct preview_place place = *at;
    int x2 = a.x + third, x3 = x2 + second;
    canvas_text(c, a.x + 1, a.y, ROLE_TITLE, N_("FACTS"));
    canvas_text(c, x2 + 2, a.y, ROLE_TITLE, N_("LINEAGE"));
    canvas_text(c, x3 + 2, a.y, ROLE_TITLE, N_("SAME HOST"));
    place.area = (struct area){a.x + 1, a.y + 1, third - 2, height - 1};
    preview_draw_facts(p, c, &place);
    for (int y = 0; y < height; y++) {
        canvas_text(c, x2, a.y + y, ROLE_BORDER, draw_glyph(GLYPH_VLINE));
        canvas_text(c, x3, a.y + y, ROLE_BORDER, draw_glyph(GLYPH_VLINE));
    }
    preview_draw_lineage(p, c, (struct area){x2 + 2, a.y + 1, second - 3, height - 1});
    place.area = (struct area){x3 + 2, a.y + 1, a.x + a.width - x3 - 3, height - 1};
    preview_draw_related(p, c, &place);
    if (notes) {
        char count[32];
        snprintf(count, sizeof count, "%zu", p->note_count);
        draw_rule(c, (struct area){a.x, a.y + height, a.width, 1}, N_("NOTES"), count);
        place.area = (struct area){a.x + 1, a.y + height + 1, a.width - 2, notes - 1};
        preview_draw_notes(p, c, &place);
    }
}
