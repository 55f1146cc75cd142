/*
 * recovery - "I have forgotten my password": asked by anybody for any login, answered by whoever looks after the account.
 *
 * Each account that has a password has one row from the day it got it, and so has the decoy: asking writes the same row anew,
 * whether the login exists or not, and costs a derivation like a sign-in. R1 Asking never tells anything. T-24
 */
#ifndef IDENTITY_RECOVERY_H
#define IDENTITY_RECOVERY_H

#include "op/op.h"

struct recovery {
	struct row row;
	struct id account;
	int64_t asked_at;       /* 0: nothing is asked */
};

extern const struct entity recovery_entity;
extern const struct op recovery_ask;      /* POST /v1/recovery */
extern const struct op recovery_list;     /* GET /v1/recoveries */
extern const struct op recovery_dismiss;  /* POST /v1/recoveries/{recovery}/dismiss */

MUST_USE err recovery_start(void);
/* With the account's first password. */
MUST_USE err recovery_make(struct call *call, struct id account);
/* What was asked for has been done. */
MUST_USE err recovery_settle(struct call *call, struct id account);

#endif
