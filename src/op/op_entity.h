/*
 * op_entity - what the engine itself keeps: changes that wait for a second person, promised confirmations, kept replies.
 */
#ifndef OP_OP_ENTITY_H
#define OP_OP_ENTITY_H

#include "entity/entity.h"

enum change_state { CHANGE_WAITING, CHANGE_APPLIED, CHANGE_REJECTED, CHANGE_WITHDRAWN, CHANGE_STALE, CHANGE_SCHEDULED, CHANGE_FAILED };

struct change {
	struct row row;
	struct bytes operation;      /* id in the table of operations */
	struct id object;            /* what the operation's grants were decided on; zero = none */
	struct bytes before;         /* digest of the object's row when filed */
	struct id requester, membership;
	int64_t role;                /* enum role of the requester */
	struct id facility;
	int64_t approver;            /* mask of roles */
	struct bytes inputs;         /* value_encode of each input, in order */
	struct bytes impact;
	int32_t state;               /* enum change_state */
	int64_t filed_at;
	struct id decided_by;
	int64_t decided_at;
	struct id decided_membership; /* in which the approver decided: asked again when it takes effect later */
	int64_t decided_role;
	struct id decided_facility;
	int64_t effective_at;        /* when it is to take effect; 0 = on approval */
	int64_t applied_at;
	struct id undoes, undone_by; /* changes */
	struct bytes made;           /* what it was applied to and what it made: u8 length | entity | id, repeated */
	struct bytes was;            /* value_encode of each input as it was when filed, in order; empty = not known */
	struct bytes reason;
	struct bytes warning_ja, warning_en;
	int32_t why;                 /* stale and failed: which of change_whys; -1 = none */
};

struct confirmation {
	struct row row;
	struct bytes token_hash;
	struct bytes bound;          /* digest over actor, operation, input and state */
	int64_t expires_at;
};

struct kept_reply {
	struct row row;
	struct id account;
	struct bytes key_hash;       /* over actor, operation and Idempotency-Key */
	struct bytes input;          /* digest of the input it answered */
	int64_t made_at;
	int64_t status;
	struct bytes body;
};

extern const struct entity op_entity_change, op_entity_confirmation, op_entity_kept_reply;
extern const struct entity *const op_entity_list[]; /* ends with NULL */

#endif
