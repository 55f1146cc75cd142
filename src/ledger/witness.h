/*
 * witness - what a witness has to decide: does the head that is shown follow from the head it holds (C2SP tlog-witness)?
 *
 * Pure: whoever calls it keeps the head held, and must have it durable before a cosignature of the next one leaves.
 */
#ifndef LEDGER_WITNESS_H
#define LEDGER_WITNESS_H

#include "ledger/ledger.h"
#include "ledger/note.h"

#define WITNESS_BODY_MAX 65536
#define WITNESS_PROOF_MAX 63

/* The body of add-checkpoint. */
struct witness_request {
	uint64_t old;
	uint8_t hashes[WITNESS_PROOF_MAX * LEDGER_HASH_LEN];
	size_t count;
	struct bytes checkpoint;   /* borrows from the body; a note, not looked into yet */
};

struct witness_reply {
	int status;                /* 200, 400, 403, 404, 409, 422 */
	bool fork;                 /* the log's own key has signed two heads that cannot both be true */
	struct ledger_head head;   /* with 200: to be kept, then cosigned; with fork: the other head */
	struct bytes text;         /* with 200: what is cosigned; borrows from the checkpoint */
};

/* INVALID: not exactly what the protocol writes. */
MUST_USE err witness_parse(struct bytes body, struct witness_request *request_out);
/* key: the log's. held: size 0 = none yet. */
MUST_USE err witness_decide(const struct note_key *key, const struct ledger_head *held, const struct witness_request *request,
    struct witness_reply *reply_out);
/* A line of decimal digits without zeros in front, at most 2^63-1; rest advances behind its newline. INVALID: anything else. */
MUST_USE err witness_number(struct bytes *rest, uint64_t *number_out);

#endif
