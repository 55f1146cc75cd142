#include <string.h>

#include "crypto/totp.h"
#include "identity/identity_int.h"
#include "identity/notice.h"

#include "identity/factor.h"

static const char *const states[] = {[FACTOR_PENDING] = "pending", [FACTOR_ACTIVE] = "active", NULL};

#define AT(member) .offset = offsetof(struct factor, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = states, AT(state)},
	{.name = "secret", .ja = "共有の秘密", .en = "Shared secret", .type = FIELD_BYTES, .grade = GRADE_3B,
	    .personal = true, .sealed = true, .required = true, .min = TOTP_SECRET_LEN, .max = TOTP_SECRET_LEN, AT(secret)},
	{.name = "last_step", .ja = "最後に受け付けた時刻の番号", .en = "Last step accepted", .type = FIELD_INT,
	    .grade = GRADE_2, AT(last_step)},
	{.name = "tries", .ja = "登録時の誤り", .en = "Wrong codes at enrolment", .type = FIELD_INT, .grade = GRADE_2,
	    AT(tries)},
	{.name = "made", .ja = "作成日時", .en = "Made", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(made)},
	{.name = "since", .ja = "有効になった日時", .en = "Active since", .type = FIELD_TIME, .grade = GRADE_2, AT(since)},
	{.name = "expires", .ja = "登録の期限", .en = "Enrolment ends", .type = FIELD_TIME, .grade = GRADE_2, AT(expires)},
};

static const char *const unique[] = {"account,state", NULL};

const struct entity factor_entity = {
	.name = "factor",
	.ja = "二つ目の要素",
	.en = "Second factor",
	.size = sizeof(struct factor),
	.seal = SEAL_PERSON,
	.owner = "account",
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_account[] = {
	[FACTOR_PENDING] = {"identity.factor-pending", &factor_entity, "account = :account AND state = 0", NULL},
	[FACTOR_ACTIVE] = {"identity.factor-active", &factor_entity, "account = :account AND state = 1", NULL},
};

err factor_start(void)
{
	TRY(row_list_make(&by_account[FACTOR_PENDING]));
	return row_list_make(&by_account[FACTOR_ACTIVE]);
}

err factor_of(struct row_context *c, struct id account, enum factor_state state, struct factor *factor_out)
{
	return identity_find(c, &by_account[state], "account", id_bytes(&account), false, factor_out);
}

static bool is_recovery_code(struct bytes code)
{
	return code.len > TOTP_DIGITS;
}

static err try_code(struct call *call, struct id account, struct bytes code, struct factor_look *look)
{
	err e;

	look->by_recovery_code = is_recovery_code(code);
	if (look->by_recovery_code)
		e = recovery_code_find(&call->rows, account, code, &look->recovery_code);
	else
		e = totp_check(look->factor.secret, code, call->now_us, look->factor.last_step, &look->step);
	if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_UNAUTHENTICATED)) {
		look->verdict = FACTOR_WRONG;
		return OK;
	}
	TRY(e);
	look->verdict = FACTOR_RIGHT;
	return OK;
}

err factor_look(struct call *call, struct id account, struct bytes code, struct factor_look *look_out)
{
	struct factor_look look = {.verdict = FACTOR_NONE};
	err e = factor_of(&call->rows, account, FACTOR_ACTIVE, &look.factor);

	if (err_is_ok(e)) {
		look.verdict = FACTOR_MISSING;
		if (code.len > 0)
			TRY(try_code(call, account, code, &look));
	} else if (!err_is(e, ERR_NOT_FOUND)) {
		return e;
	}
	*look_out = look;
	return OK;
}

err factor_use(struct call *call, struct factor_look *look)
{
	if (look->verdict == FACTOR_NONE)
		return OK;
	REQUIRE(look->verdict == FACTOR_RIGHT);
	TRY(buf_printf(&call->detail, "%s\"second_factor\":\"%s\"", call->detail.len > 0 ? "," : "",
	    look->by_recovery_code ? "recovery-code" : "totp"));
	if (look->by_recovery_code) {
		TRY(recovery_code_use(call, &look->recovery_code));
		return notice_put(call, look->recovery_code.account, NOTICE_RECOVERY_CODE_USED);
	}
	look->factor.last_step = look->step;
	return row_update(&call->rows, &factor_entity, &look->factor);
}

static err drop(struct call *call, struct id account, enum factor_state state, bool *found_out)
{
	struct factor factor = {0};
	err e = factor_of(&call->rows, account, state, &factor);

	*found_out = err_is_ok(e);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return row_delete(&call->rows, &factor_entity, &factor);
}

err factor_activate(struct call *call, struct factor *factor, int64_t step)
{
	bool found = false;

	TRY(drop(call, factor->account, FACTOR_ACTIVE, &found));
	factor->state = FACTOR_ACTIVE;
	factor->last_step = step;
	factor->tries = 0;
	factor->since = call->now_us;
	factor->expires = 0;
	if (factor->row.version == 0)
		return row_insert(&call->rows, &factor_entity, factor);
	return row_update(&call->rows, &factor_entity, factor);
}

err factor_remove(struct call *call, struct id account, bool *found_out)
{
	bool pending = false;

	TRY(drop(call, account, FACTOR_PENDING, &pending));
	TRY(recovery_code_void(call, account));
	return drop(call, account, FACTOR_ACTIVE, found_out);
}
