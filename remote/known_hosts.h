/* Our own reader of known_hosts (sshd(8) SSH_KNOWN_HOSTS FILE FORMAT). libssh2's own ignores
 * revocation, negation and wildcards and stops at the first bad line, so it is not used. */
#ifndef HINOMI_REMOTE_KNOWN_HOSTS_H
#define HINOMI_REMOTE_KNOWN_HOSTS_H

#include "core/err.h"
#include "core/slice.h"

struct known_hosts;

enum hostkey_verdict { HOSTKEY_OK, HOSTKEY_CHANGED, HOSTKEY_REVOKED, HOSTKEY_UNKNOWN };
const char *hostkey_verdict_name(enum hostkey_verdict verdict); /* ok changed revoked unknown */

enum { HOSTKEY_FINGERPRINT_MAX = 64 };

struct known_hosts *known_hosts_new(void);
void known_hosts_free(struct known_hosts *k);

/* Adds a file's lines; a missing file is no error. Lines that cannot be read are counted and
 * skipped. */
int known_hosts_read(struct known_hosts *k, const char *path, struct err *e);
void known_hosts_parse(struct known_hosts *k, struct slice text);
size_t known_hosts_skipped(const struct known_hosts *k);

/* Judges a key blob (SSH wire format). `port` 0 or 22: the plain name; else only [host]:port.
 * Order: any @revoked match → REVOKED; an equal key → OK; the same type with another key, or only
 * other types → CHANGED; nothing → UNKNOWN. `known` gets the fingerprint of the key that was
 * expected (CHANGED), else "". */
enum hostkey_verdict known_hosts_judge(const struct known_hosts *k, const char *host, int port,
    struct slice blob, char known[HOSTKEY_FINGERPRINT_MAX]);

/* Key types known for this host, comma-separated in file order ("" if none), to be the HOSTKEY
 * preference of the handshake: a host known by ed25519 must not look new with ecdsa. A blank host
 * known only by a @cert-authority sets *authority. */
void known_hosts_types(const struct known_hosts *k, const char *host, int port, char *out,
    size_t size, bool *authority);

/* "SHA256:…" without padding, as ssh-keygen -l prints. */
void hostkey_fingerprint(struct slice blob, char out[HOSTKEY_FINGERPRINT_MAX]);

/* The type name inside a blob ("ssh-ed25519"); empty if malformed. */
struct slice hostkey_type(struct slice blob);

#endif
