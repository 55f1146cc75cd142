/*
 * cosign - the city's witness at the ledger's door: hands in what it cosigned, and everybody gets it.
 */
#ifndef OP_COSIGN_H
#define OP_COSIGN_H

#include "op/op.h"

extern const struct op *const cosign_ops[]; /* ends with NULL */

/* When the newest cosignature is of exactly this checkpoint, its line is appended. */
MUST_USE err cosign_add(struct call *call, struct buf *checkpoint);
/* Members witness {name, size, at} or null, and witness_key. */
MUST_USE err cosign_tell(struct call *call);

#endif
