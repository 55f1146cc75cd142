#include <string.h>

#include "crypto/crypto.h"
#include "identity/account.h"
#include "identity/credential.h"
#include "identity/identity_int.h"
#include "identity/notice.h"

#include "identity/pin.h"

#define AT(member) .offset = offsetof(struct pin, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "phc", .ja = "暗証番号のハッシュ", .en = "PIN hash", .type = FIELD_BYTES, .grade = GRADE_3B, .personal = true,
	    .sealed = true, .required = true, .max = PASSWORD_PHC_MAX, AT(phc)},
	{.name = "changed", .ja = "設定日時", .en = "Changed at", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(changed)},
};

static const char *const unique[] = {"account", NULL};

const struct entity pin_entity = {
	.name = "pin",
	.ja = "暗証番号",
	.en = "PIN",
	.size = sizeof(struct pin),
	.seal = SEAL_PERSON,
	.owner = "account",
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_account = {
	.name = "identity.pin-by-account",
	.entity = &pin_entity,
	.where = "account = :account",
};

err pin_start(void)
{
	return row_list_make(&by_account);
}

err pin_of(struct row_context *c, struct id account, struct pin *pin_out)
{
	return identity_find(c, &by_account, "account", id_bytes(&account), false, pin_out);
}

err pin_remove(struct call *call, struct id account, bool *found_out)
{
	struct pin pin = {0};
	err e = pin_of(&call->rows, account, &pin);

	*found_out = err_is_ok(e);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return row_delete(&call->rows, &pin_entity, &pin);
}

enum pin_flaw pin_check(struct bytes pin)
{
	bool up = true;
	bool down = true;
	bool same = true;

	if (pin.len < PIN_MIN || pin.len > PIN_MAX)
		return PIN_NO_DIGITS;
	for (size_t i = 0; i < pin.len; i++) {
		if (pin.ptr[i] < '0' || pin.ptr[i] > '9')
			return PIN_NO_DIGITS;
		if (i == 0)
			continue;
		up = up && pin.ptr[i] == pin.ptr[i - 1] + 1;
		down = down && pin.ptr[i] + 1 == pin.ptr[i - 1];
		same = same && pin.ptr[i] == pin.ptr[i - 1];
	}
	return up || down || same ? PIN_GUESSED : PIN_FITS;
}

/* ---- setting it, with the password ---- */

struct setting {
	struct credential credential;
	bool locked;
	bool right;
	char phc[PASSWORD_PHC_MAX];   /* of the new PIN */
};

static err check(struct call *call)
{
	switch (pin_check(call_text(call, "pin"))) {
	case PIN_FITS:
		return OK;
	case PIN_NO_DIGITS:
		return call_flaw(call, "pin", FLAW_FORMAT, "暗証番号は4～8桁の数字にしてください。", "A PIN has 4 to 8 digits.");
	case PIN_GUESSED:
		break;
	}
	return call_flaw(call, "pin", FLAW_RULE, "同じ数字や並んだ数字だけの暗証番号は使えません。",
	    "A PIN is neither one digit repeated nor a run of digits.");
}

/* Guessing the password here counts like guessing it at the door. */
static err set_prepare(struct call *call)
{
	struct setting *s = arena_alloc(call->arena, sizeof(*s));

	if (s == NULL)
		return FAIL(UNAVAILABLE);
	TRY(check(call));
	TRY(credential_of(&call->rows, call->actor.account, &s->credential));
	TRY(credential_count(call, &s->credential, &s->locked));
	call->state = s;
	return OK;
}

static err set_slow(struct call *call)
{
	struct setting *s = call->state;
	err e = password_verify(call_text(call, "password"), s->credential.phc, NULL);

	if (!err_is_ok(e) && !err_is(e, ERR_UNAUTHENTICATED))
		return e;
	s->right = err_is_ok(e) && !s->locked;
	return s->right ? password_hash(call_text(call, "pin"), call->compartment->password_rounds, s->phc) : OK;
}

static err put(struct call *call, struct bytes phc)
{
	struct pin pin = {0};
	err e = pin_of(&call->rows, call->actor.account, &pin);

	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	pin.account = call->actor.account;
	pin.phc = phc;
	pin.changed = call->now_us;
	return err_is_ok(e) ? row_update(&call->rows, &pin_entity, &pin) : row_insert(&call->rows, &pin_entity, &pin);
}

static err set_apply(struct call *call)
{
	struct setting *s = call->state;
	struct credential now = {0};

	if (!s->right) {
		call->reason = s->locked ? "locked" : "wrong password";
		return call_flaw(call, "password", FLAW_RULE, "パスワードが違います。", "The password is not right.");
	}
	TRY(credential_of(&call->rows, call->actor.account, &now));
	if (now.changed != s->credential.changed)
		return FAIL(CONFLICT);
	TRY(credential_uncount(call, &now)); /* wrong codes before it still count */
	TRY(put(call, bytes_str(s->phc)));
	TRY(notice_put(call, call->actor.account, NOTICE_PIN_SET));
	call->event_facility = call->actor.facility;
	return call_object(call, "account", call->actor.account);
}

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input set_inputs[] = {
	{.place = IN_BODY, .field = {.name = "pin", .ja = "暗証番号", .en = "PIN", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true,
	    .required = true, .secret = true, .min = PIN_MIN, .max = PIN_MAX}},
	{.place = IN_BODY, .field = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .min = 1, .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{0},
};

const struct op pin_set = {
	.id = "me.pin",
	.outside_trial = true,
	.ja = "暗証番号を決める",
	.en = "Set one's PIN",
	.method = "PUT",
	.path = "/v1/me/pin",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "account change-own-factors",
	.inputs = set_inputs,
	.entity = &account_entity,
	.status = 204,
	.purpose_ja = "登録端末の画面ロックを暗証番号で解除できるようにするため",
	.purpose_en = "To unlock the screen of a registered tablet by PIN",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.prepare = set_prepare,
	.slow = set_slow,
	.apply = set_apply,
};

static err clear_apply(struct call *call)
{
	bool found = false;

	TRY(pin_remove(call, call->actor.account, &found));
	if (found)
		TRY(notice_put(call, call->actor.account, NOTICE_PIN_REMOVED));
	call->event_facility = call->actor.facility;
	return call_object(call, "account", call->actor.account);
}

static const struct input no_inputs[] = {{0}};

const struct op pin_clear = {
	.id = "me.pin-remove",
	.outside_trial = true,
	.ja = "暗証番号をなくす",
	.en = "Remove one's PIN",
	.method = "DELETE",
	.path = "/v1/me/pin",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "account change-own-factors",
	.inputs = no_inputs,
	.entity = &account_entity,
	.status = 204,
	.purpose_ja = "暗証番号によるロック解除をやめるため",
	.purpose_en = "To stop unlocking by PIN",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.apply = clear_apply,
};
