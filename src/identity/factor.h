/*
 * factor - a person's second factor: a secret shared with an authenticator app (TOTP), and recovery codes for when it is lost.
 *
 *   none ──factor_begin──▶ pending ──factor_confirm, one right code──▶ active ──factor_remove──▶ none
 *   active ──factor_begin──▶ active + pending ──factor_confirm──▶ the new one is active
 *
 * F1  The secret is sealed under the person's key, and shown once.
 * F2  A step is accepted once: the last one stands in the row that the accepting transaction writes. K-2 T-13 U-02
 */
#ifndef IDENTITY_FACTOR_H
#define IDENTITY_FACTOR_H

#include "identity/recovery_code.h"
#include "op/op.h"

#define FACTOR_PENDING_US ((int64_t)10 * 60 * 1000000)
#define FACTOR_TRIES_MAX 5   /* wrong codes at enrolment */

enum factor_state { FACTOR_PENDING, FACTOR_ACTIVE };

struct factor {
	struct row row;
	struct id account;
	int32_t state;         /* enum factor_state */
	struct bytes secret;
	int64_t last_step;     /* accepted; 0 = none */
	int64_t tries;         /* wrong codes while pending */
	int64_t made;
	int64_t since;         /* active */
	int64_t expires;       /* pending */
};

extern const struct entity factor_entity;

MUST_USE err factor_start(void);
/* NOT_FOUND: the account has none in this state. */
MUST_USE err factor_of(struct row_context *c, struct id account, enum factor_state state, struct factor *factor_out);

enum factor_verdict { FACTOR_NONE /* the account has none: nothing is asked */, FACTOR_MISSING, FACTOR_WRONG, FACTOR_RIGHT };

struct factor_look {
	enum factor_verdict verdict;
	bool by_recovery_code;
	struct factor factor;
	struct recovery_code recovery_code;
	int64_t step;
};

/* Looks at a code, six digits or a recovery code, without using it up. */
MUST_USE err factor_look(struct call *call, struct id account, struct bytes code, struct factor_look *look_out);
/* Uses up what was found right; nothing where the account has no factor. */
MUST_USE err factor_use(struct call *call, struct factor_look *look);
/* Makes this the account's active factor, in place of any other. */
MUST_USE err factor_activate(struct call *call, struct factor *factor, int64_t step);
/* Removes factor and recovery codes, pending ones too. found_out: an active one was there. */
MUST_USE err factor_remove(struct call *call, struct id account, bool *found_out);

#endif
