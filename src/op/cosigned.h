/*
 * cosigned - the newest checkpoint that the city's witness has cosigned, in a file of its own beside the heads.
 *
 * Like a head it is not an event: it would grow the tree that it speaks of. The file has two slots of one size, written
 * in turn: it never grows, and a torn slot leaves the other. When its sync fails, the process ends (committer's C3).
 *
 *   slot: SHA-256 of the rest | u64 number | u64 time | u64 entries | u32 length | note | zeros
 */
#ifndef OP_COSIGNED_H
#define OP_COSIGNED_H

#include "base/bytes.h"

#define COSIGNED_SLOT_LEN 4096
#define COSIGNED_NOTE_MAX 3500

struct cosigned;

struct cosigned_note {
	uint64_t time_s;      /* of the cosignature */
	uint64_t size;        /* entries of the head */
	struct bytes note;
};

MUST_USE err cosigned_open(const char *path, struct cosigned **cosigned_out);
void cosigned_close(struct cosigned **cosigned);
/* The note is copied into copy. NOT_FOUND: none. Any thread. */
MUST_USE err cosigned_get(struct cosigned *cosigned, struct buf *copy, struct cosigned_note *note_out);
/*
 * Any thread. newer: takes the place of an older one only, of fewer entries or an earlier time; else of whatever stands there.
 * CONFLICT: it is not newer. TOO_LARGE: over COSIGNED_NOTE_MAX.
 */
MUST_USE err cosigned_put(struct cosigned *cosigned, const struct cosigned_note *note, bool newer);

#endif
