/* known_hosts and `ssh -G` from any bytes; the verdict never says more than the file. */
#include "remote/known_hosts.h"
#include "remote/ssh_config.h"

#include <stdlib.h>
#include <string.h>

/* The blob of "AAAAC3NzaC1lZDI1NTE5AAAAIA==": a type and an empty rest are enough here. */
static const char blob[] = "\0\0\0\13ssh-ed25519\0\0\0\0";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char known[HOSTKEY_FINGERPRINT_MAX], types[128];
    bool authority;
    struct slice text = {(const char *)data, size};
    struct known_hosts *k = known_hosts_new();
    known_hosts_parse(k, text);
    enum hostkey_verdict v =
        known_hosts_judge(k, "web-1", 22, (struct slice){blob, sizeof blob - 1}, known);
    known_hosts_types(k, "web-1", 22, types, sizeof types, &authority);
    if ((v == HOSTKEY_CHANGED) != (known[0] != '\0') || (v == HOSTKEY_UNKNOWN && strlen(types) > 0))
        abort();
    known_hosts_free(k);
    struct arena a = ARENA_INIT;
    struct ssh_config c;
    struct ssh_jump j;
    ssh_config_parse(&c, text, &a, "/home/kato");
    if (c.port < 1 || c.port > 65535)
        abort();
    if (c.proxyjump)
        ssh_jump_parse(&j, slice_of(c.proxyjump));
    arena_release(&a);
    return 0;
}
