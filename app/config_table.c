#include "app/config_table.h"

#include "core/command.h"

/* section, name, type, struct, member, choices, example, help */
#define CONFIG_LIST(X)                                                                             \
    X("hinomi", "analyst", TEXT, config, analyst, NULL, "kato",                                    \
        N_("who acts: stands in the journal; HINOMI_ANALYST or the login name otherwise"))         \
    X("hinomi", "theme", TEXT, config, theme, NULL, "dark", N_("colours: see `hinomi theme`"))     \
    X("hinomi", "lang", TEXT, config, lang, NULL, "ja",                                            \
        N_("language of the screens; that of the locale otherwise"))                               \
    X("hinomi", "time", CHOICE, config, time, "utc local", "local",                                \
        N_("times are shown as utc (the default) or local"))                                       \
    X("hinomi", "read_only", BOOL, config, read_only, NULL, "no",                                  \
        N_("yes: refuse every write, to the record and to hosts"))                                 \
    X("hinomi", "allow_plain_secrets", BOOL, config, allow_plain_secrets, NULL, "no",              \
        N_("yes: a secret may stand in this file in the clear"))                                   \
    X("hinomi", "ssh_config", PATH, config, ssh_config, NULL, "~/.ssh/config",                     \
        N_("the OpenSSH client configuration that tells the way to hosts"))                        \
    X("hinomi", "known_hosts", PATH, config, known_hosts, NULL, "~/.ssh/known_hosts",              \
        N_("host keys that are trusted, beside those that ssh_config names"))                      \
    X("hinomi", "default_lease", DURATION, config, default_lease_ns, NULL, "8h",                   \
        N_("how long a containment lasts when nobody says"))                                       \
    X("hinomi", "dead_man", DURATION, config, dead_man_ns, NULL, "180s",                           \
        N_("a host frees itself after this time unless the isolation was proved"))                 \
    X("hinomi", "never_touch", WORDS, config, never_touch, NULL, "dc01 192.0.2.53",                \
        N_("names, addresses and host keys that no runbook ever acts on"))                         \
    X("source", "kind", TEXT, source_config, kind, NULL, "elastic",                                \
        N_("what the source is: see `hinomi sources`"))                                            \
    X("source", "customer", TEXT, source_config, organization, NULL, "acme",                       \
        N_("organization.id of all that comes from here; \"default\" if left out"))                \
    X("source", "via", TEXT, source_config, via, NULL, "bastion",                                  \
        N_("SSH host through which the source is reached"))                                        \
    X("source", "proxy", TEXT, source_config, proxy, NULL, "socks5h://127.0.0.1:1080",             \
        N_("proxy through which the source is reached"))                                           \
    X("source", "interval", DURATION, source_config, interval_ns, NULL, "60s",                     \
        N_("how often it is polled"))                                                              \
    X("source", "since", SINCE, source_config, since, NULL, "30d",                                 \
        N_("how far back the first pull reaches: a length of time or a time"))                     \
    X("host", "platform", CHOICE, host_config, platform, "linux windows macos", "linux",           \
        N_("operating system, where the records do not say"))                                      \
    X("host", "criticality", CHOICE, host_config, criticality, "low medium high critical", "high", \
        N_("how much depends on it"))                                                              \
    X("host", "via", TEXT, host_config, via, NULL, "bastion",                                      \
        N_("SSH hosts on the way, comma-separated; else what ssh_config says"))                    \
    X("host", "address", TEXT, host_config, address, NULL, "192.0.2.17",                           \
        N_("where it is reached; else what ssh_config says"))                                      \
    X("host", "port", PORT, host_config, port, NULL, "22", N_("its SSH port"))                     \
    X("host", "user", TEXT, host_config, user, NULL, "responder", N_("login there"))               \
    X("host", "identity", PATH, host_config, identity, NULL, "~/.ssh/id_ed25519",                  \
        N_("private key file; the agent's keys come first"))                                       \
    X("host", "config", PATH, host_config, config, NULL, "~/.ssh/config",                          \
        N_("OpenSSH client configuration for this host alone"))                                    \
    X("host", "tags", TEXT, host_config, tags, NULL, "finance",                                    \
        N_("words of yours, blank-separated"))                                                     \
    X("host", "protected", TRISTATE, host_config, is_protected, NULL, "yes",                       \
        N_("yes: only runbooks that read run there"))

const struct config_key config_keys[] = {
#define KEY(section, name, type, owner, member, choices, example, help)                            \
    {section, name, example, help},
    CONFIG_LIST(KEY)
#undef KEY
        {NULL, NULL, NULL, NULL},
};

const struct config_binding config_bindings[] = {
#define BINDING(section, name, type, owner, member, choices, example, help)                        \
    {CONFIG_##type, offsetof(struct owner, member), choices},
    CONFIG_LIST(BINDING)
#undef BINDING
};

int config_key_find(const char *section, const char *name)
{
    for (int i = 0; config_keys[i].name; i++)
        if (strcmp(config_keys[i].section, section) == 0 && strcmp(config_keys[i].name, name) == 0)
            return i;
    return -1;
}
