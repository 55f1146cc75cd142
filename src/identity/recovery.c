#include "crypto/crypto.h"
#include "identity/account.h"
#include "identity/credential.h"
#include "identity/identity_int.h"
#include "identity/reach.h"

#include "identity/recovery.h"

#define AT(member) .offset = offsetof(struct recovery, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "asked_at", .ja = "依頼日時", .en = "Asked at", .type = FIELD_TIME, .grade = GRADE_2, AT(asked_at)},
};

static const char *const unique[] = {"account", NULL};

const struct entity recovery_entity = {
	.name = "recovery",
	.ja = "パスワードの再設定の依頼",
	.en = "Request for a new password",
	.size = sizeof(struct recovery),
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_account = {
	.name = "identity.recovery-by-account",
	.entity = &recovery_entity,
	.where = "account = :account",
};

err recovery_start(void)
{
	return row_list_make(&by_account);
}

err recovery_make(struct call *call, struct id account)
{
	struct recovery recovery = {.account = account};

	return row_insert(&call->rows, &recovery_entity, &recovery);
}

static err recovery_of(struct call *call, struct id account, struct recovery *recovery_out)
{
	return identity_find(&call->rows, &by_account, "account", id_bytes(&account), false, recovery_out);
}

err recovery_settle(struct call *call, struct id account)
{
	struct recovery recovery = {0};
	err e = recovery_of(call, account, &recovery);

	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && recovery.asked_at == 0))
		return OK;
	TRY(e);
	recovery.asked_at = 0;
	return row_update(&call->rows, &recovery_entity, &recovery);
}

/* ---- asking ---- */

static err ask_prepare(struct call *call)
{
	(void)call;
	return OK;
}

/* What a stranger may make the server write costs as much as trying a password. */
static err ask_slow(struct call *call)
{
	static const uint8_t salt[16];
	uint8_t out[HASH_LEN];
	err e = password_derive(call_text(call, "login"), (struct bytes){salt, sizeof(salt)}, call->compartment->password_rounds, out,
	    sizeof(out));

	wipe(out, sizeof(out));
	return e;
}

/* R1: a login that is none, or whose account cannot sign in, is written down on the decoy. */
static err ask_apply(struct call *call)
{
	struct account account = {0};
	struct credential decoy = {0};
	struct recovery recovery = {0};
	err e;

	TRY(credential_decoy(call, &decoy));
	e = account_by_login(&call->rows, account_local_part(call_text(call, "login"), call->compartment), &account);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	if (!err_is_ok(e) || account.state != ACCOUNT_ACTIVE)
		TRY(account_by_id(&call->rows, decoy.account, &account));
	TRY(recovery_of(call, account.row.id, &recovery));
	recovery.asked_at = call->now_us;
	TRY(row_update(&call->rows, &recovery_entity, &recovery));
	return call_object(call, "account", account.row.id);
}

static const struct input ask_inputs[] = {
	{.place = IN_BODY, .field = {.name = "login", ACCOUNT_LOGIN_WORDS, .required = true, .min = 1,
	    .max = ACCOUNT_LOGIN_INPUT_MAX}},
	{0},
};

const struct op recovery_ask = {
	.id = "recovery.ask",
	.ja = "パスワードを忘れたことを知らせる",
	.en = "Say that one's password is forgotten",
	.method = "POST",
	.path = "/v1/recovery",
	.kind = OP_WRITE,
	.route = ROUTE_LOGIN,
	.open = true, /* PUBLIC: whoever cannot sign in */
	.form_login = true,
	.policy = "recovery ask",
	.inputs = ask_inputs,
	.entity = &recovery_entity,
	.status = 202,
	.purpose_ja = "パスワードを忘れた人が園や市に頼めるようにするため",
	.purpose_en = "To let people who forgot their password ask for a new one",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 T-24",
	.turns = "login",
	.prepare = ask_prepare,
	.slow = ask_slow,
	.apply = ask_apply,
};

/* ---- answering ---- */

static err put_item(struct call *call, const void *row, const char *groups)
{
	const struct recovery *recovery = row;
	struct membership all[MEMBERSHIP_MAX];
	struct account account = {0};
	size_t count = 0;
	int32_t role = ROLE_NONE;

	(void)groups;
	TRY(row_get(&call->rows, &account_entity, recovery->account, &account));
	TRY(membership_all(&call->rows, recovery->account, all, &count));
	for (size_t i = 0; i < count && role == ROLE_NONE; i++)
		if (reach_manages(&call->actor, &all[i]))
			role = all[i].role;
	json_id(&call->out, "id", recovery->row.id);
	json_id(&call->out, "account", account.row.id);
	json_text(&call->out, "login", account.login);
	json_text(&call->out, "name", account.name);
	json_str(&call->out, "role", access_role_names[role]);
	json_time(&call->out, "asked_at", recovery->asked_at);
	return OK;
}

static err list_apply(struct call *call)
{
	call->event_facility = call->actor.facility;
	return call_list(call, put_item);
}

static const struct grant grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static const struct input list_inputs[] = {OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};

static const struct field list_output[] = {
	{.name = "id", .ja = "依頼", .en = "Request", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "login", ACCOUNT_LOGIN_WORDS},
	{.name = "name", ACCOUNT_NAME_WORDS},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = access_role_names},
	{.name = "asked_at", .ja = "依頼日時", .en = "Asked at", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op recovery_list = {
	.id = "recovery.list",
	.ja = "パスワードの再設定の依頼を見る",
	.en = "List who has forgotten a password",
	.method = "GET",
	.path = "/v1/recoveries",
	.kind = OP_READ,
	.grants = grants,
	.policy = "recovery see",
	.inputs = list_inputs,
	.entity = &recovery_entity,
	.output = &recovery_entity,
	.output_fields = list_output,
	.list = true,
	.where = "recovery.asked_at IS NOT NULL",
	.status = 200,
	.purpose_ja = "パスワードを忘れた人を助けるため",
	.purpose_en = "To help people who forgot their password",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.apply = list_apply,
};

static err dismiss_apply(struct call *call)
{
	struct recovery recovery = {0};
	struct reach reach;

	TRY(row_get(&call->rows, &recovery_entity, call_id(call, "recovery"), &recovery));
	TRY(reach_account(call, recovery.account, &reach));
	if (recovery.asked_at == 0)
		return FAIL(NOT_FOUND);
	TRY(call_object(call, "account", recovery.account));
	return recovery_settle(call, recovery.account);
}

static const struct input dismiss_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "recovery", .ja = "依頼", .en = "Request", .type = FIELD_ID,
	    .grade = GRADE_2, .required = true, .refers = "recovery"}},
	{0},
};

const struct op recovery_dismiss = {
	.id = "recovery.dismiss",
	.ja = "パスワードの再設定の依頼を取り下げる",
	.en = "Dismiss a request for a new password",
	.method = "POST",
	.path = "/v1/recoveries/{recovery}/dismiss",
	.kind = OP_WRITE,
	.grants = grants,
	.policy = "recovery dismiss",
	.inputs = dismiss_inputs,
	.entity = &recovery_entity,
	.status = 204,
	.purpose_ja = "本人の依頼ではないものを片付けるため",
	.purpose_en = "To put away what the person did not ask for",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1",
	.apply = dismiss_apply,
};
