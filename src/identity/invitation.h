/*
 * invitation - a link by which somebody sets a password: the first one (invitation), or a new one (recovery).
 *
 *   open ──invitation_accept──▶ used
 *     ├──a new one, invitation_make──▶ void
 *     ├──account suspended or left, password changed, a membership added or ended, invitation_void──▶ void
 *     └──its time is over──▶ dead, by the clock alone
 *
 * V1  Of the token only the SHA-256 is kept; the token stands in the reply that issues it, behind the '#' of the link, which
 *     no browser sends, and in no event.
 * V2  A token is used once: the accepting transaction looks again and marks it.
 * V3  Unknown, used, void, expired, of a suspended account: one and the same answer.
 * V4  A recovery keeps the second factor: where one is active its code is asked for, and wrong ones count toward the lock.
 */
#ifndef IDENTITY_INVITATION_H
#define IDENTITY_INVITATION_H

#include "identity/account.h"

#define INVITATION_TOKEN_LEN 32
#define INVITATION_US ((int64_t)14 * 24 * 3600 * 1000000)
#define INVITATION_RECOVERY_US ((int64_t)24 * 3600 * 1000000)

enum invitation_purpose { INVITATION_FIRST, INVITATION_RECOVERY };

struct invitation {
	struct row row;
	struct id account;
	int32_t purpose;        /* enum invitation_purpose */
	struct bytes token_hash;
	struct id issuer;
	int64_t issued;
	int64_t expires;
	int64_t used;           /* 0: not */
	int64_t voided;         /* 0: not */
};

/* What the link carries; wiped by whoever made it. */
struct invitation_token {
	uint8_t secret[INVITATION_TOKEN_LEN];
	int64_t expires;
};

extern const struct entity invitation_entity;
extern const struct op invitation_issue;
extern const struct op invitation_recover;
extern const struct op invitation_look;
extern const struct op invitation_accept;

MUST_USE err invitation_start(void);
/* May it still be used, by an account in this state? */
bool invitation_live(const struct invitation *invitation, enum account_state state, int64_t now_us);
/* The newest open one of the account. NOT_FOUND. */
MUST_USE err invitation_open(struct call *call, struct id account, enum invitation_purpose purpose, struct invitation *invitation_out);
/* Voids all open ones of the account. */
MUST_USE err invitation_void(struct call *call, struct id account);
MUST_USE err invitation_token_new(const struct call *call, enum invitation_purpose purpose, struct invitation_token *token_out);
/* Shortens its time to what is set. */
MUST_USE err invitation_limit(struct call *call, enum invitation_purpose purpose, struct invitation_token *token);
/* Makes the token good, in place of any other of the account. */
MUST_USE err invitation_make(struct call *call, struct id account, enum invitation_purpose purpose, const struct invitation_token *token);
/* "<city>.<43>" and "https://HOST/#/invitation/<city>.<43>" */
MUST_USE err invitation_text(const struct call *call, const struct invitation_token *token, struct buf *out);
MUST_USE err invitation_link(const struct call *call, enum invitation_purpose purpose, const struct invitation_token *token, struct buf *out);
/*
 * May the caller give the account such a link now? As reach_account; CONFLICT: the account is not in the state for it.
 */
struct reach;
MUST_USE err invitation_due(struct call *call, struct id account, enum invitation_purpose purpose, struct reach *reach_out);

#endif
