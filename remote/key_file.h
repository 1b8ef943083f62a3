/* What kind of private key a file holds, without unlocking it (PROTOCOL.key of OpenSSH; PEM). */
#ifndef HINOMI_REMOTE_KEY_FILE_H
#define HINOMI_REMOTE_KEY_FILE_H

#include "core/slice.h"

enum key_kind {
    KEY_ABSENT,
    KEY_USABLE,    /* ed25519 or ecdsa in the clear: libssh2 can use it */
    KEY_ENCRYPTED, /* only through an agent */
    KEY_FOREIGN    /* RSA, sk, or a shape that is not known: the system's ssh decides */
};

/* Judges the text of a key file. */
enum key_kind key_file_judge(struct slice text);

/* Reads `path` (at most 64 KiB) and judges it; unreadable is KEY_ABSENT. */
enum key_kind key_file_kind(const char *path);

/* The blob of `path`.pub into `out`; its size, or 0. */
size_t key_file_public(const char *path, unsigned char *out, size_t size);

#endif
