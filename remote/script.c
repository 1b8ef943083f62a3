#include "remote/script.h"

#include "core/mem.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

void script_nonce(char out[SCRIPT_NONCE_LENGTH + 1])
{
    unsigned char bytes[SCRIPT_NONCE_LENGTH / 2];
    size_t have = 0;
    while (have < sizeof bytes) {
        ssize_t n = getrandom(bytes + have, sizeof bytes - have, 0);
        assert(n > 0 || errno == EINTR);
        have += n > 0 ? (size_t)n : 0;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    out[SCRIPT_NONCE_LENGTH] = '\0';
}

void script_quote(struct str *out, struct slice text)
{
    str_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        assert(text.p[i] != '\0');
        if (text.p[i] == '\'')
            str_puts(out, "'\\''");
        else
            str_char(out, text.p[i]);
    }
    str_char(out, '\'');
}

/* The outer shell. All is inside one function that is called by the last line, so that a connection
 * cut while the script travels runs nothing; the end token is the last argument, so that a call
 * line cut short is recognised. Heartbeats go to stderr: they must not fall into a line of stdout.
 * The body reads a here-document of its own, because data that follows a script on stdin is
 * executed by shells that read ahead. SSH_CONNECTION is handed over since sudo clears the
 * environment. */
static const char outer_head[] =
    "hinomi_main() {\n"
    "for hinomi_last do :; done\n"
    "if [ $# -ne 3 ] || [ \"$hinomi_last\" != \"end-$1\" ]; then\n"
    "echo 'hinomi: the script arrived cut short' >&2; return 97; fi\n"
    "trap '' PIPE HUP\n"
    "LC_ALL=C; TZ=UTC; PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH; export LC_ALL TZ PATH\n"
    "read -r hinomi_stat </proc/$$/stat || hinomi_stat=\n"
    "hinomi_pid=$$; hinomi_root=$2; hinomi_n=$1; set -- ${hinomi_stat##*) }\n"
    "printf '\\n%s BEGIN %s %s\\n' \"$hinomi_n\" \"$hinomi_pid\" \"${20:-0}\"\n"
    "set -- /bin/sh -s \"${SSH_CONNECTION:--}\"\n"
    "if [ \"$hinomi_root\" = root ] && [ \"$(id -u)\" != 0 ]; then\n"
    "if ! command -v sudo >/dev/null 2>&1; then\n"
    "printf '%s FAULT this needs root and the host has no sudo\\n' \"$hinomi_n\"\n"
    "printf '\\n%s END rc=77\\n' \"$hinomi_n\"; return 77; fi\n"
    "if ! sudo -n true </dev/null >/dev/null 2>&1; then\n"
    "printf '%s FAULT this needs root and sudo asks for a password: log in as root or allow this "
    "user sudo without one\\n' \"$hinomi_n\"\n"
    "printf '\\n%s END rc=77\\n' \"$hinomi_n\"; return 77; fi\n"
    "set -- sudo -n \"$@\"\n"
    "fi\n"
    "( while :; do sleep 5 >/dev/null 2>&1; printf '%s BEAT\\n' \"$hinomi_n\" >&2 || exit 0; done "
    ") >/dev/null </dev/null &\n"
    "hinomi_beat=$!\n";

static const char outer_tail[] = "hinomi_rc=$?\n"
                                 "kill \"$hinomi_beat\" 2>/dev/null\n"
                                 "printf '\\n%s END rc=%s\\n' \"$hinomi_n\" \"$hinomi_rc\"\n"
                                 "return \"$hinomi_rc\"\n"
                                 "}\n";

/* What every section may use. The checks repeat those of runbook_value.c on the host itself. */
static const char inner_head[] =
    "trap '' PIPE HUP\n"
    "LC_ALL=C; TZ=UTC; PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH; export LC_ALL TZ PATH\n"
    "umask 077\n"
    "ssh_connection=$1\n"
    "have() { command -v \"$1\" >/dev/null 2>&1; }\n"
    "one_line() { printf %s \"$1\" | tr '\\001-\\037\\177' ' '; }\n"
    "value() { printf '%s VALUE %s %s\\n' \"$hinomi_n\" \"$1\" \"$(one_line \"$2\")\"; }\n"
    "fail() { printf '%s FAULT %s\\n' \"$hinomi_n\" \"$(one_line \"$1\")\"; exit \"${2:-1}\"; }\n"
    "data() { printf '%s DATA %s\\n' \"$hinomi_n\" \"$1\"; base64; "
    "printf '%s DATA-END\\n' \"$hinomi_n\"; }\n"
    "start_of() { read -r start_line <\"/proc/$1/stat\" || return 1; "
    "set -- ${start_line##*) }; printf %s \"${20}\"; }\n"
    "refuse() { fail \"the parameter $1 was refused on the host\" 2; }\n"
    "check_number() { case $2 in ''|*[!0-9]*) refuse \"$1\";; esac; "
    "[ \"${#2}\" -le 20 ] || refuse \"$1\"; }\n"
    "check_pid() { check_number \"$1\" \"$2\"; [ \"$2\" -ge 2 ] && [ \"$2\" -le 4194304 ] || "
    "refuse \"$1\"; }\n"
    "check_seconds() { check_number \"$1\" \"$2\"; [ \"$2\" -le 31536000 ] || refuse \"$1\"; }\n"
    "check_sha256() { case $2 in *[!0-9a-f]*) refuse \"$1\";; esac; [ \"${#2}\" -eq 64 ] || "
    "refuse \"$1\"; }\n"
    "check_inode() { case $2 in *[!0-9:]*|*:*:*|:*|*:) refuse \"$1\";; *:*) ;; *) refuse "
    "\"$1\";; esac; }\n"
    "check_path() { case $2 in */../*|*/..|*/./*|*/.|*//*|*/) refuse \"$1\";; /?*) ;; *) refuse "
    "\"$1\";; esac; }\n"
    "check_ip() { case $2 in ''|*[!0-9A-Fa-f:.]*) refuse \"$1\";; esac; }\n"
    "check_addresses() { case $2 in ''|*[!]0-9A-Fa-f:.,[]*) refuse \"$1\";; esac; }\n"
    "check_word() { case $2 in ''|-*|*[!A-Za-z0-9._-]*) refuse \"$1\";; esac; }\n"
    "check_text() { [ \"${#2}\" -ge 1 ] && [ \"${#2}\" -le 500 ] || refuse \"$1\"; "
    "[ \"$(one_line \"$2\")\" = \"$2\" ] || refuse \"$1\"; }\n"
    "hinomi_section() {\n";

static void parameter_names(struct str *out, const struct runbook *r)
{
    for (size_t i = 0; i < r->parameter_count; i++) {
        const struct runbook_parameter *p = &r->parameters[i];
        str_printf(out, "p_%s=${%zu}\n", p->name, i + 1);
        bool may_lack = p->fallback && strcmp(p->fallback, "-") == 0;
        if (may_lack)
            str_printf(out, "[ \"$p_%s\" = - ] || ", p->name);
        str_printf(out, "check_%s %s \"$p_%s\"\n", value_type_name(p->type), p->name, p->name);
    }
}

void script_frame(struct str *out, const struct runbook *r, enum runbook_step step,
    const char *const *values, const char *nonce)
{
    str_puts(out, outer_head);
    str_printf(out, "\"$@\" <<'HINOMI-%s'\n", nonce);
    str_printf(out, "hinomi_n=%s\n%s", nonce, inner_head);
    parameter_names(out, r);
    if (r->common)
        str_puts(out, r->common);
    str_puts(out, r->sections[step]);
    str_puts(out, "\n}\nhinomi_section");
    for (size_t i = 0; i < r->parameter_count; i++) {
        str_char(out, ' ');
        script_quote(out, slice_of(values[i]));
    }
    str_printf(out, " </dev/null\nHINOMI-%s\n%s", nonce, outer_tail);
    str_printf(out, "hinomi_main %s %s end-%s\n", nonce, r->needs_root ? "root" : "user", nonce);
}
