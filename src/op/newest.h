/*
 * newest - the newest version and digest of every row, as the ledger tells; so that a row that was put back is found
 * when it is opened. Built in the background at start, then kept in step by the committer.
 */
#ifndef OP_NEWEST_H
#define OP_NEWEST_H

#include "base/id.h"

struct newest;

MUST_USE err newest_new(struct newest **newest_out);
void newest_free(struct newest **newest);
/* From the ledger, oldest first or not: the higher version wins. */
MUST_USE err newest_learn(struct newest *newest, struct id id, uint64_t version, const uint8_t digest[static 32]);
void newest_complete(struct newest *newest);   /* everything up to the start has been learned */
bool newest_is_complete(struct newest *newest);
/* The committer's: applied at once, undone when the batch fails. */
MUST_USE err newest_write(struct newest *newest, struct id id, uint64_t version, const uint8_t digest[static 32]);
void newest_settle(struct newest *newest, bool committed);
/* No write of this row waits for its commit: whoever reads the database after this sees what is known. */
bool newest_settled(struct newest *newest, struct id id);
/* false: unknown, or not complete yet. */
bool newest_find(struct newest *newest, struct id id, int64_t *version_out, uint8_t digest_out[static 8]);
bool newest_stands(struct newest *newest, struct id id);   /* known and not deleted */
/* Rows that should exist (digest not zero). */
uint64_t newest_count(struct newest *newest);
void newest_each(struct newest *newest, void (*visit)(void *context, struct id id, uint64_t version, const uint8_t digest[static 8]), void *context);

#endif
