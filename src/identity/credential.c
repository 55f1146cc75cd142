#include <string.h>

#include "crypto/crypto.h"
#include "identity/account.h"
#include "identity/identity_int.h"
#include "identity/membership.h"
#include "identity/recovery.h"
#include "op/setting.h"

#include "identity/credential.h"

#define AT(member) .offset = offsetof(struct credential, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "phc", .ja = "パスワードのハッシュ", .en = "Password hash", .type = FIELD_BYTES, .grade = GRADE_3B,
	    .personal = true, .sealed = true, .required = true, .max = PASSWORD_PHC_MAX, AT(phc)},
	{.name = "rounds", .ja = "反復回数", .en = "Rounds", .type = FIELD_INT, .grade = GRADE_2, .max = INT32_MAX,
	    AT(rounds)},
	{.name = "failures", .ja = "連続失敗回数", .en = "Failures in a row", .type = FIELD_INT, .grade = GRADE_2,
	    .max = INT32_MAX, AT(failures)},
	{.name = "last_failure", .ja = "最後の失敗", .en = "Last failure", .type = FIELD_TIME, .grade = GRADE_2,
	    AT(last_failure)},
	{.name = "locked_at", .ja = "ロック日時", .en = "Locked at", .type = FIELD_TIME, .grade = GRADE_2, AT(locked_at)},
	{.name = "changed", .ja = "設定日時", .en = "Changed at", .type = FIELD_TIME, .grade = GRADE_2, AT(changed)},
};

static const char *const unique[] = {"account", NULL};

const struct entity credential_entity = {
	.name = "credential",
	.ja = "パスワード",
	.en = "Password",
	.size = sizeof(struct credential),
	.seal = SEAL_PERSON,
	.owner = "account",
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_account = {
	.name = "identity.credential-by-account",
	.entity = &credential_entity,
	.where = "account = :account",
};

/* Nobody: the account that unknown logins are counted on. Its password is not a hash, so nothing fits. */
static const struct id decoy = {{'n', 'o', 'b', 'o', 'd', 'y', ' ', 's', 'i', 'g', 'n', 's', ' ', 'i', 'n', '.'}};

err credential_start(void)
{
	return row_list_make(&by_account);
}

err credential_of(struct row_context *c, struct id account, struct credential *credential_out)
{
	return identity_find(c, &by_account, "account", id_bytes(&account), false, credential_out);
}

/* A login that nobody can type, because nobody knows it. */
static err decoy_login(struct call *call, struct bytes *login_out)
{
	uint8_t random[HASH_LEN];
	OWN(buf) text = {0};

	TRY(random_bytes(random, sizeof(random)));
	TRY(hex_append(&text, (struct bytes){random, sizeof(random)}));
	return arena_copy(call->arena, bytes_of(&text), login_out);
}

static err decoy_make(struct call *call)
{
	struct account account = {
		.row.id = decoy,
		.name = BYTES_LIT("-"),
		.state = ACCOUNT_LEFT,
	};
	struct credential credential = {
		.account = decoy,
		.phc = BYTES_LIT("-"),
		.rounds = call->compartment->password_rounds,
		.changed = call->now_us,
	};

	TRY(decoy_login(call, &account.login));
	TRY(keys_create(call->rows.keys, KEY_PERSON, &decoy, 1));
	TRY(row_insert(&call->rows, &account_entity, &account));
	TRY(row_insert(&call->rows, &credential_entity, &credential));
	return recovery_make(call, decoy);
}

err credential_decoy(struct call *call, struct credential *credential_out)
{
	err e = credential_of(&call->rows, decoy, credential_out);

	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	TRY(decoy_make(call));
	return credential_of(&call->rows, decoy, credential_out);
}

bool credential_locked(const struct credential *credential, int64_t now_us)
{
	return credential->locked_at != 0 && now_us - credential->locked_at < CREDENTIAL_LOCK_US;
}

/* Nobody's, too: an unknown login costs the same as a known one. ID-3 */
err credential_failures_max(struct call *call, struct id account, int64_t *max_out)
{
	struct membership membership = {0};
	struct contract_limits agreed = {0};
	err e = membership_of(&call->rows, account, call->now_us, &membership);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	TRY(contract_limits(call, membership.facility, &agreed));
	TRY(setting_of(call, SETTING_SIGN_IN_ATTEMPTS, max_out));
	if (agreed.lock_attempts != 0 && agreed.lock_attempts < *max_out)
		*max_out = agreed.lock_attempts;
	return OK;
}

err credential_count(struct call *call, struct credential *credential, bool *locked_out)
{
	int64_t now_us = call->now_us;
	bool locked = credential->locked_at != 0;
	int64_t max = 0;

	TRY(credential_failures_max(call, credential->account, &max));
	if (locked && now_us - credential->locked_at >= CREDENTIAL_LOCK_US) {
		locked = false;
		credential->locked_at = 0;
		credential->failures = 0;
	}
	if (credential->failures < INT32_MAX)
		credential->failures++;
	credential->last_failure = now_us;
	/* The lock's time does not move while it lasts: trying on must not keep the owner out for longer. */
	if (!locked && credential->failures >= max)
		credential->locked_at = now_us;
	TRY(row_update(&call->rows, &credential_entity, credential)); /* ID-3 */
	*locked_out = locked;
	return OK;
}

err credential_uncount(struct call *call, struct credential *credential)
{
	int64_t max = 0;

	TRY(credential_failures_max(call, credential->account, &max));
	if (credential->failures > 0)
		credential->failures--;
	if (credential->failures < max)
		credential->locked_at = 0;
	return row_update(&call->rows, &credential_entity, credential);
}

err credential_clear(struct row_context *c, struct credential *credential, struct bytes phc, uint32_t rounds)
{
	credential->failures = 0;
	credential->locked_at = 0;
	if (phc.len > 0) {
		credential->phc = phc;
		credential->rounds = rounds;
	}
	return row_update(c, &credential_entity, credential);
}

err credential_set(struct call *call, struct id account, struct bytes phc)
{
	struct credential credential = {0};
	err e = credential_of(&call->rows, account, &credential);

	credential.changed = call->now_us;
	if (err_is_ok(e))
		return credential_clear(&call->rows, &credential, phc, call->compartment->password_rounds);
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	credential.account = account;
	credential.phc = phc;
	credential.rounds = call->compartment->password_rounds;
	TRY(row_insert(&call->rows, &credential_entity, &credential));
	return recovery_make(call, account);
}

err credential_remove(struct call *call, struct id account)
{
	struct credential credential = {0};
	err e = credential_of(&call->rows, account, &credential);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return row_delete(&call->rows, &credential_entity, &credential);
}
