/*
 * recovery_code - ten codes for the day on which the device with the second factor is not at hand.
 *
 * 128 random bits each, shown once; kept as SHA-256 only. Each opens one sign-in. New ones void all former ones. K-2
 */
#ifndef IDENTITY_RECOVERY_CODE_H
#define IDENTITY_RECOVERY_CODE_H

#include "op/op.h"

#define RECOVERY_CODE_COUNT 10
#define RECOVERY_CODE_TEXT_MAX 40   /* of what is typed */

struct recovery_code {
	struct row row;
	struct id account;
	struct bytes hash;
	int64_t made;
	int64_t used;                   /* 0: not yet */
};

extern const struct entity recovery_code_entity;

MUST_USE err recovery_code_start(void);
/* Makes new ones, removes all former ones, and tells the new ones as the array "recovery_codes". */
MUST_USE err recovery_code_renew(struct call *call, struct id account);
MUST_USE err recovery_code_void(struct call *call, struct id account);
MUST_USE err recovery_code_left(struct row_context *c, struct id account, int64_t *left_out);
/* An unused code of the account, as typed: letters of any case, hyphens and spaces anywhere. NOT_FOUND: it is none. */
MUST_USE err recovery_code_find(struct row_context *c, struct id account, struct bytes text, struct recovery_code *code_out);
/* CONFLICT: somebody else has used it meanwhile. */
MUST_USE err recovery_code_use(struct call *call, struct recovery_code *code);

#endif
