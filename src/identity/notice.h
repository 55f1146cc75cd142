/*
 * notice - what a person is told about the own account: that a password was changed, a link issued, a factor removed.
 *
 * Whoever did it to the account, its owner sees it at the next sign-in. N1 A notice names no secret and no token.
 * N2 An account keeps its newest NOTICE_KEEP notices.
 */
#ifndef IDENTITY_NOTICE_H
#define IDENTITY_NOTICE_H

#include "op/op.h"

#define NOTICE_KEEP 100

enum notice_kind { /* only grows: stored as its number */
	NOTICE_PASSWORD_CHANGED, NOTICE_FACTOR_ADDED, NOTICE_FACTOR_REMOVED, NOTICE_RECOVERY_CODES, NOTICE_PIN_SET, NOTICE_PIN_REMOVED,
	NOTICE_RECOVERY_ISSUED, NOTICE_RECOVERY_USED, NOTICE_NEW_DEVICE, NOTICE_LOCKED, NOTICE_UNLOCKED, NOTICE_SUSPENDED,
	NOTICE_REACTIVATED, NOTICE_MEMBERSHIP_ADDED, NOTICE_MEMBERSHIP_ENDED, NOTICE_SESSIONS_ENDED, NOTICE_RECOVERY_CODE_USED,
	NOTICE_KIND_COUNT
};

struct notice {
	struct row row;
	struct id account;
	int32_t kind;           /* enum notice_kind */
	int64_t at;
	bool seen;
};

extern const struct entity notice_entity;
extern const struct op notice_list;   /* GET /v1/me/notices */
extern const struct op notice_seen;   /* POST /v1/me/notices/seen */

MUST_USE err notice_start(void);
/* Tells the account's owner, in the transaction of what is told. */
MUST_USE err notice_put(struct call *call, struct id account, enum notice_kind kind);
/* How many have not been seen yet. */
MUST_USE err notice_unseen(struct call *call, struct id account, int64_t *count_out);

#endif
