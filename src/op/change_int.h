/*
 * change_int - what the files about changes share.
 */
#ifndef OP_CHANGE_INT_H
#define OP_CHANGE_INT_H

#include "op/change.h"
#include "op/engine_int.h"

#define CHANGE_AHEAD_US ((int64_t)366 * 24 * 3600 * 1000000) /* how far ahead a change may be scheduled */

/* change_state.c */

/* Where an input stands, -1: there is none of this name. */
int change_state_input(const struct op *op, const char *name);
/* What the call's operation would change, as it is now: digest of the object's row, else of the values before; empty where neither is known. */
MUST_USE err change_state_before(struct call *call, struct bytes *digest_out);
/* The values before, encoded; empty: not known. */
MUST_USE err change_state_was(struct call *call, struct bytes *encoded_out);
MUST_USE err change_state_encode(struct call *call, const struct op *op, const struct value *values, struct bytes *encoded_out);
/* values_out[FIELD_MAX]; texts borrow. CORRUPT: it is not of this operation. */
MUST_USE err change_state_decode(const struct op *op, struct bytes encoded, struct value *values_out);
/* The operation of a change. CONFLICT: it was filed by another version of the program. */
MUST_USE err change_state_op(const struct change *change, const struct op **op_out);

/* change_apply.c */

enum change_why { CHANGE_WHY_MOVED, CHANGE_WHY_REQUESTER, CHANGE_WHY_APPROVER, CHANGE_WHY_REFUSED };
/* A call of the change's operation by its requester, as far as to the objects. NOT_FOUND, DENIED: the requester may no longer. */
MUST_USE err change_apply_asked(struct call *call, const struct change *change, const struct op *op, struct call **asked_out);
/* Applies it, or says in *change why not; the change's row is not written. Errors: what the operation itself refuses. */
MUST_USE err change_apply_now(struct call *call, struct change *change, const struct op *op);
/* DENIED: it is done to the person who decides. */
MUST_USE err change_apply_not_oneself(struct call *call, const struct call *about);
extern const struct job_kind change_apply_job;

/* change_view.c: the members of one change. */
MUST_USE err change_view_put(struct call *call, const struct change *change, const char *groups);

/* change.c: with change->approver, and what is set of undoes and reason: a change by asked->actor, who would call asked->op at once. Written, named in call's event, told in call's reply. */
MUST_USE err change_make(struct call *call, struct call *asked, struct change *change);

/* change_undo.c */
extern const struct op change_undo_op;

#endif
