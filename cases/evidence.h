/* Files of evidence: FOLDER/evidence/CASE/SHA256. */
#ifndef HINOMI_CASES_EVIDENCE_H
#define HINOMI_CASES_EVIDENCE_H

#include "cases/store_inside.h"

char *evidence_path(const struct store *s, int64_t case_id, const char *sha256); /* malloced */
int evidence_hash(const char *path, char sha256[65], struct err *e);
/* Over the packed record and its raw bytes, length-prefixed. */
void evidence_pin_hash(struct slice record, struct slice raw, char sha256[65]);

#endif
