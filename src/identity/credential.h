/*
 * credential - an account's password and how often it was missed in a row.
 *
 *   open ──as many failures as are set, credential_count──▶ locked ──30 minutes, credential_count──▶ open
 *   any ──right password, credential_clear──▶ open
 *
 * Logins that have no credential are counted in a decoy, so that they cost the same. T-24; ID-3.
 */
#ifndef IDENTITY_CREDENTIAL_H
#define IDENTITY_CREDENTIAL_H

#include "op/op.h"

#define CREDENTIAL_LOCK_US ((int64_t)30 * 60 * 1000000)

struct credential {
	struct row row;
	struct id account;
	struct bytes phc;
	int64_t rounds;
	int64_t failures;      /* in a row, attempts during a lock included */
	int64_t last_failure;
	int64_t locked_at;     /* 0: not locked */
	int64_t changed;       /* when the password was set; not moved by rehashing */
};

extern const struct entity credential_entity;

MUST_USE err credential_start(void);
/* NOT_FOUND: the account has no password. */
MUST_USE err credential_of(struct row_context *c, struct id account, struct credential *credential_out);
MUST_USE err credential_decoy(struct call *call, struct credential *credential_out);
/* Does the lock still hold? */
bool credential_locked(const struct credential *credential, int64_t now_us);
/* How many failures in a row lock this account: the setting, or the contract's number for its facility where that is stricter. */
MUST_USE err credential_failures_max(struct call *call, struct id account, int64_t *max_out);
/* Counts one attempt as failed; so many lock. locked_out: it was locked already, so the
 * password must not decide. */
MUST_USE err credential_count(struct call *call, struct credential *credential, bool *locked_out);
/* The attempt that was counted is none after all; earlier ones stay counted. */
MUST_USE err credential_uncount(struct call *call, struct credential *credential);
/* The attempt was right. phc: the new hash, or empty to keep the old one. */
MUST_USE err credential_clear(struct row_context *c, struct credential *credential, struct bytes phc, uint32_t rounds);
/* Sets or replaces the password of an account. */
MUST_USE err credential_set(struct call *call, struct id account, struct bytes phc);
/* Whoever has left has none any more; nothing where there is none. */
MUST_USE err credential_remove(struct call *call, struct id account);

#endif
