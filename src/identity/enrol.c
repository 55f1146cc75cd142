#include <string.h>

#include "crypto/totp.h"
#include "identity/account.h"
#include "identity/credential.h"
#include "identity/factor.h"
#include "identity/membership.h"
#include "identity/notice.h"
#include "identity/pin.h"
#include "identity/qr.h"
#include "identity/session.h"

#include "identity/enrol.h"

#define ISSUER "Sekimori"
#define SECRET_TEXT_LEN 52   /* of base 32 */

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input no_inputs[] = {{0}};

/* The event names whose factor it is, and stands at the facility where they act. */
static err about_oneself(struct call *call)
{
	call->event_facility = call->actor.facility;
	return call_object(call, "account", call->actor.account);
}

/* ---- seeing ---- */

static err put_totp(struct call *call)
{
	struct factor factor = {0};
	err e = factor_of(&call->rows, call->actor.account, FACTOR_ACTIVE, &factor);

	if (err_is(e, ERR_NOT_FOUND)) {
		json_null(&call->out, "totp");
		return OK;
	}
	TRY(e);
	json_object(&call->out, "totp");
	json_bool(&call->out, "active", true);
	json_time(&call->out, "since", factor.since);
	json_object_end(&call->out);
	return OK;
}

static err see_apply(struct call *call)
{
	struct credential credential = {0};
	struct pin pin = {0};
	int64_t left = 0;
	err e;

	TRY(credential_of(&call->rows, call->actor.account, &credential));
	TRY(recovery_code_left(&call->rows, call->actor.account, &left));
	json_time(&call->out, "password_changed_at", credential.changed);
	TRY(put_totp(call));
	json_int(&call->out, "recovery_codes_left", left);
	e = pin_of(&call->rows, call->actor.account, &pin);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	json_bool(&call->out, "pin", err_is_ok(e));
	return about_oneself(call);
}

static const struct field see_output[] = {
	{.name = "password_changed_at", .ja = "パスワードの設定日時", .en = "Password set at", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "recovery_codes_left", .ja = "残りの回復コード", .en = "Recovery codes left", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "pin", .ja = "暗証番号", .en = "PIN", .type = FIELD_BOOL, .grade = GRADE_2},
	{0},
};

const struct op enrol_see = {
	.id = "me.factors",
	.ja = "自分のサインイン方法を見る",
	.en = "See one's own ways to sign in",
	.method = "GET",
	.path = "/v1/me/factors",
	.kind = OP_READ,
	.grants = own,
	.policy = "account see",
	.inputs = no_inputs,
	.entity = &account_entity,
	.output_fields = see_output,
	.status = 200,
	.purpose_ja = "本人に自分のサインイン方法を示すため",
	.purpose_en = "To show people how they sign in",
	.before_factor = true,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1 K-2",
	.apply = see_apply,
};

/* ---- enrolment ---- */

/* otpauth://totp/Sekimori:taro@otaru?… as authenticator apps read it; logins and cities need no escapes. */
static err write_uri(struct call *call, struct bytes secret, struct buf *uri)
{
	struct account account = {0};

	TRY(row_get(&call->rows, &account_entity, call->actor.account, &account));
	TRY(buf_append_str(uri, "otpauth://totp/" ISSUER ":"));
	TRY(buf_append(uri, account.login));
	TRY(buf_printf(uri, "@%s?secret=", call->compartment->name));
	TRY(buf_append(uri, secret));
	return buf_printf(uri, "&issuer=" ISSUER "&algorithm=SHA256&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP_S);
}

static err put_secret(struct call *call, const struct factor *factor)
{
	OWN(buf) text = {0};
	OWN(buf) uri = {0};

	TRY(base32_append(&text, factor->secret));
	TRY(write_uri(call, bytes_of(&text), &uri));
	json_text(&call->out, "secret", bytes_of(&text));
	json_text(&call->out, "uri", bytes_of(&uri));
	TRY(qr_put(&call->out, "qr", bytes_of(&uri)));
	json_time(&call->out, "expires_at", factor->expires);
	return OK;
}

/* The latest attempt counts: an older one that was not finished is given up. */
static err drop_pending(struct call *call)
{
	struct factor old = {0};
	err e = factor_of(&call->rows, call->actor.account, FACTOR_PENDING, &old);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return row_delete(&call->rows, &factor_entity, &old);
}

static err begin_with(struct call *call, uint8_t secret[static TOTP_SECRET_LEN])
{
	struct factor factor = {
		.account = call->actor.account,
		.state = FACTOR_PENDING,
		.secret = {secret, TOTP_SECRET_LEN},
		.made = call->now_us,
		.expires = call->now_us + FACTOR_PENDING_US,
	};

	TRY(random_bytes(secret, TOTP_SECRET_LEN));
	TRY(row_insert(&call->rows, &factor_entity, &factor));
	return put_secret(call, &factor);
}

static err begin_apply(struct call *call)
{
	uint8_t secret[TOTP_SECRET_LEN];
	err e;

	TRY(drop_pending(call));
	e = begin_with(call, secret);
	wipe(secret, sizeof(secret));
	TRY(e);
	return about_oneself(call);
}

static const struct field begin_output[] = {
	{.name = "secret", .ja = "秘密の文字列", .en = "Secret", .type = FIELD_TEXT, .grade = GRADE_3B},
	{.name = "uri", .ja = "登録用のアドレス", .en = "Address for the app", .type = FIELD_TEXT, .grade = GRADE_3B},
	{.name = "expires_at", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

/* Whoever found somebody's phone unlocked must not put a factor of their own on the account: a recent proof is asked. */
const struct op enrol_begin = { /* K-2 */
	.id = "me.totp",
	.outside_trial = true,
	.ja = "確認コードのアプリを登録し始める",
	.en = "Begin to enrol an authenticator app",
	.method = "POST",
	.path = "/v1/me/totp",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "account change-own-factors",
	.inputs = no_inputs,
	.entity = &account_entity,
	.output_fields = begin_output,
	.status = 201,
	.purpose_ja = "本人が二つ目の要素を登録するため",
	.purpose_en = "To let people enrol a second factor",
	.step_up_s = OP_STEP_UP_S,
	.before_factor = true,
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-2 T-13 U-02",
	.apply = begin_apply,
};

static err confirm_missed(struct call *call, const char *reason)
{
	call->reason = reason;
	return call_flaw(call, "code", FLAW_RULE, "確認コードが違うか、登録の期限が切れています。新しいコードを入れるか、登録をやり直してください。",
	    "The code is not right, or the time to enrol is over. Enter the newest code, or begin anew.");
}

/* From now on this session has proved its person with the factor; all others end, and this one's former token too. */
static err raise_session(struct call *call)
{
	struct session session = {0};

	TRY(session_end_others(call, call->actor.account, call->actor.session));
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	session.factor = true;
	call->actor.factor = true;
	return session_rotate(call, &session);
}

static err confirm_apply(struct call *call)
{
	struct factor *factor = arena_alloc(call->arena, sizeof(*factor));
	int64_t step = 0;
	err e;

	if (factor == NULL)
		return FAIL(UNAVAILABLE);
	e = factor_of(&call->rows, call->actor.account, FACTOR_PENDING, factor);
	if (err_is(e, ERR_NOT_FOUND))
		return confirm_missed(call, "no enrolment begun");
	TRY(e);
	if (factor->expires <= call->now_us || factor->tries >= FACTOR_TRIES_MAX)
		return confirm_missed(call, "enrolment over");
	call->state = factor;
	e = totp_check(factor->secret, call_text(call, "code"), call->now_us, 0, &step);
	if (err_is(e, ERR_UNAUTHENTICATED))
		return confirm_missed(call, "wrong code");
	TRY(e);
	TRY(factor_activate(call, factor, step));
	TRY(raise_session(call));
	TRY(recovery_code_renew(call, call->actor.account));
	TRY(notice_put(call, call->actor.account, NOTICE_FACTOR_ADDED));
	return about_oneself(call);
}

/* Wrong codes are counted, or six digits could be guessed while an enrolment is open. */
static err confirm_refused(struct call *call)
{
	struct factor factor = {0};

	TRY(factor_of(&call->rows, call->actor.account, FACTOR_PENDING, &factor));
	factor.tries++;
	return row_update(&call->rows, &factor_entity, &factor);
}

static const struct input confirm_inputs[] = {
	{.place = IN_BODY, .field = {.name = "code", .ja = "確認コード", .en = "Code", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .personal = true, .required = true, .secret = true, .min = TOTP_DIGITS, .max = TOTP_DIGITS}},
	{0},
};

static const struct field codes_output[] = {
	{.name = "recovery_codes", .ja = "回復コード", .en = "Recovery codes", .type = FIELD_TEXT, .grade = GRADE_3B},
	{0},
};

const struct op enrol_confirm = { /* K-2 */
	.id = "me.totp-confirm",
	.outside_trial = true,
	.ja = "確認コードのアプリを登録する",
	.en = "Enrol an authenticator app",
	.method = "POST",
	.path = "/v1/me/totp/confirm",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "account change-own-factors",
	.inputs = confirm_inputs,
	.entity = &account_entity,
	.output_fields = codes_output,
	.status = 200,
	.purpose_ja = "登録したアプリが正しいコードを示すことを確かめるため",
	.purpose_en = "To make sure that the enrolled app shows right codes",
	.before_factor = true,
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-2 T-13 U-02",
	.apply = confirm_apply,
	.refused = confirm_refused,
};

/* ---- giving up and renewing ---- */

static err remove_apply(struct call *call)
{
	struct session session = {0};
	bool found = false;
	bool privileged = false;

	TRY(membership_privileged(&call->rows, call->actor.account, call->now_us, &privileged));
	if (privileged) {
		call->reason = "obligatory factor";
		return FAIL(DENIED);
	}
	TRY(factor_remove(call, call->actor.account, &found));
	if (!found)
		return FAIL(CONFLICT);
	TRY(session_end_others(call, call->actor.account, call->actor.session));
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	session.factor = false;
	TRY(row_update(&call->rows, &session_entity, &session));
	TRY(notice_put(call, call->actor.account, NOTICE_FACTOR_REMOVED));
	return about_oneself(call);
}

static const struct grant removers[] = {{ROLES_ANY & ~ROLES_PRIVILEGED, RELATION_OWN, "*"}, {0}};

const struct op enrol_remove = {
	.id = "me.totp-remove",
	.outside_trial = true,
	.ja = "確認コードの登録をやめる",
	.en = "Give up one's authenticator app",
	.method = "POST",
	.path = "/v1/me/totp/remove",
	.kind = OP_WRITE,
	.grants = removers,
	.policy = "account remove-own-factor",
	.inputs = no_inputs,
	.entity = &account_entity,
	.status = 204,
	.purpose_ja = "義務のない人が二つ目の要素をやめるため",
	.purpose_en = "To let those who need none give up their second factor",
	.step_up_s = OP_STEP_UP_S,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-2",
	.apply = remove_apply,
};

static err codes_apply(struct call *call)
{
	struct factor factor = {0};
	err e = factor_of(&call->rows, call->actor.account, FACTOR_ACTIVE, &factor);

	if (err_is(e, ERR_NOT_FOUND))
		return FAIL(CONFLICT);
	TRY(e);
	TRY(recovery_code_renew(call, call->actor.account));
	TRY(notice_put(call, call->actor.account, NOTICE_RECOVERY_CODES));
	return about_oneself(call);
}

const struct op enrol_codes = {
	.id = "me.recovery-codes",
	.outside_trial = true,
	.ja = "回復コードを作り直す",
	.en = "Make new recovery codes",
	.method = "POST",
	.path = "/v1/me/recovery-codes",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "account change-own-factors",
	.inputs = no_inputs,
	.entity = &account_entity,
	.output_fields = codes_output,
	.status = 200,
	.purpose_ja = "アプリが使えない日にもサインインできるようにするため",
	.purpose_en = "To let people sign in when their app is not at hand",
	.step_up_s = OP_STEP_UP_S,
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-2",
	.apply = codes_apply,
};

/* ---- the first ones, before anybody can sign in ---- */

static err install_apply(struct call *call)
{
	struct factor factor = {.account = call_id(call, "account"), .made = call->now_us};
	uint8_t secret[TOTP_SECRET_LEN];
	err e;

	if (!err_is_ok(base32_decode(call_text(call, "secret"), secret, sizeof(secret))))
		return call_flaw(call, "secret", FLAW_FORMAT, "32バイトのBase32で指定してください。", "Give 32 bytes in base 32.");
	factor.secret = (struct bytes){secret, sizeof(secret)};
	e = factor_activate(call, &factor, 0);
	wipe(secret, sizeof(secret));
	TRY(e);
	return call_object(call, "account", factor.account);
}

static const struct input install_inputs[] = {
	{.place = IN_BODY, .field = {.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID,
	    .grade = GRADE_2, .required = true}},
	{.place = IN_BODY, .field = {.name = "secret", .ja = "秘密の文字列", .en = "Secret", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .min = SECRET_TEXT_LEN,
	    .max = SECRET_TEXT_LEN}},
	{0},
};

const struct op enrol_install = {
	.id = "account.set-factor",
	.ja = "最初の二つ目の要素を設定する",
	.en = "Set the first second factor",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.open = true,
	.policy = "account issue",
	.inputs = install_inputs,
	.entity = &account_entity,
	.status = 200,
	.purpose_ja = "最初の管理者が二要素でサインインできるようにするため",
	.purpose_en = "To let the first administrators sign in with two factors",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-2",
	.apply = install_apply,
};
