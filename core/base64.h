/* RFC 4648 base64: keys, credentials, encoded commands. */
#ifndef HINOMI_CORE_BASE64_H
#define HINOMI_CORE_BASE64_H

#include "core/str.h"

/* Appends the standard alphabet with padding, no line breaks. */
void base64_encode(struct str *out, struct slice bytes);

/* Appends the bytes. Takes the standard and the URL alphabet, with or without padding, and skips
 * ASCII white space. False, with nothing added, if anything else stands in it or it is cut short.
 */
bool base64_decode(struct str *out, struct slice text);

#endif
