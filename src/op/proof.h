/*
 * proof - that an entry stands in the ledger: its leaf, the path to a root, and a signed head of that root (C2SP tlog-proof).
 *
 * An operation that answers one is SLOW: prepare finds the entry and sets `index`, slow calls proof_head, apply proof_path.
 */
#ifndef OP_PROOF_H
#define OP_PROOF_H

#include "ledger/ledger.h"
#include "op/op.h"

struct proof {
	uint64_t index;
	uint64_t size;              /* of the head */
	struct bytes checkpoint;    /* the signed head, in the call's arena */
	uint8_t hashes[LEDGER_PROOF_MAX * LEDGER_HASH_LEN];
	size_t count;
};

/* A signed head that holds the entry; waits a moment for the next one. UNAVAILABLE: none came. */
MUST_USE err proof_head(struct call *call, struct proof *proof);
/* From the entry to the head's root. */
MUST_USE err proof_path(struct call *call, struct proof *proof);
/* C2SP tlog-proof: the extra data is the entry itself, from which the leaf's hash is made. */
MUST_USE err proof_text(const struct proof *proof, struct bytes leaf, struct buf *out);

#endif
