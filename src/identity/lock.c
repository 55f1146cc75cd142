#include <string.h>

#include "crypto/crypto.h"
#include "identity/account.h"
#include "identity/credential.h"
#include "identity/device.h"
#include "identity/pin.h"
#include "identity/session.h"

#include "identity/lock.h"

static err lock_apply(struct call *call)
{
	struct session session = {0};

	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	session.locked = call->now_us;
	TRY(row_update(&call->rows, &session_entity, &session));
	call->event_facility = call->actor.facility;
	return call_object(call, "session", session.row.id);
}

static const struct grant grants[] = {{ROLE(STAFF), RELATION_OWN, "*"}, {0}};
static const struct input no_inputs[] = {{0}};

const struct op lock_session = {
	.id = "session.lock",
	.while_unaccepted = true,
	.ja = "画面をロックする",
	.en = "Lock one's session",
	.method = "POST",
	.path = "/v1/session/lock",
	.kind = OP_WRITE,
	.grants = grants,
	.policy = "session lock",
	.inputs = no_inputs,
	.entity = &session_entity,
	.status = 204,
	.purpose_ja = "席を離れる間、ほかの人に使わせないため",
	.purpose_en = "To keep others from using a tablet that is left alone",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1 S-69",
	.apply = lock_apply,
};

/* ---- unlocking ---- */

struct key {
	struct session session;        /* as it was counted */
	struct credential credential;
	struct bytes phc;              /* what the secret is compared with */
	int64_t changed;               /* of PIN or password */
	bool by_pin;
	bool locked;                   /* the account: the password does not decide */
	bool right;
	bool spent;                    /* the last PIN of this session was wrong */
};

static err pin_is_of_no_use(struct call *call, const char *reason)
{
	call->reason = reason;
	return call_flaw(call, "pin", FLAW_RULE, "ここでは暗証番号を使えません。パスワードで解除してください。",
	    "A PIN does not work here. Unlock with the password.");
}

/* K1. */
static err on_its_tablet(struct call *call, const struct session *session)
{
	struct device device = {0};
	err e = device_of_request(call, &device);

	if (err_is(e, ERR_NOT_FOUND))
		return pin_is_of_no_use(call, "not a registered tablet");
	TRY(e);
	if (!id_equal(device.row.id, session->device) || !id_equal(device.facility, call->actor.facility))
		return pin_is_of_no_use(call, "not the session's tablet");
	return OK;
}

/* K2. */
static err count_pin(struct call *call, struct key *key)
{
	struct pin pin = {0};
	err e;

	TRY(on_its_tablet(call, &key->session));
	e = pin_of(&call->rows, call->actor.account, &pin);
	if (err_is(e, ERR_NOT_FOUND))
		return pin_is_of_no_use(call, "no PIN");
	TRY(e);
	if (key->session.pin_tries >= SESSION_PIN_TRIES)
		return pin_is_of_no_use(call, "no tries left");
	key->session.pin_tries++;
	key->phc = pin.phc;
	key->changed = pin.changed;
	return row_update(&call->rows, &session_entity, &key->session);
}

static err count_password(struct call *call, struct key *key)
{
	TRY(credential_of(&call->rows, call->actor.account, &key->credential));
	TRY(credential_count(call, &key->credential, &key->locked));
	key->phc = key->credential.phc;
	key->changed = key->credential.changed;
	return OK;
}

static err unlock_prepare(struct call *call)
{
	struct key *key = arena_alloc(call->arena, sizeof(*key));
	struct session_limits limits;

	if (key == NULL)
		return FAIL(UNAVAILABLE);
	key->by_pin = call_text(call, "pin").len > 0;
	if (key->by_pin == (call_text(call, "password").len > 0))
		return call_flaw(call, key->by_pin ? "password" : "pin", key->by_pin ? FLAW_RULE : FLAW_MISSING,
		    "暗証番号かパスワードのどちらか一つを入れてください。", "Give either the PIN or the password.");
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &key->session));
	TRY(session_limits_at(call, &key->session, call->actor.role, call->actor.facility, &limits));
	if (session_standing(&key->session, &limits, call->now_us) != SESSION_LOCKED) {
		call->reason = "not locked";
		return FAIL(CONFLICT);
	}
	TRY(key->by_pin ? count_pin(call, key) : count_password(call, key));
	call->state = key;
	return OK;
}

static err unlock_slow(struct call *call)
{
	struct key *key = call->state;
	err e = password_verify(call_text(call, key->by_pin ? "pin" : "password"), key->phc, NULL);

	if (!err_is_ok(e) && !err_is(e, ERR_UNAUTHENTICATED))
		return e;
	key->right = err_is_ok(e) && !key->locked;
	return OK;
}

static err wrong_pin(struct call *call, struct key *key)
{
	call->reason = "wrong PIN";
	if (key->session.pin_tries >= SESSION_PIN_TRIES) {
		key->spent = true;
		return FAIL(UNAUTHENTICATED);
	}
	return call_flaw(call, "pin", FLAW_RULE, "暗証番号が違います。3回間違えると、サインインからやり直しになります。",
	    "The PIN is not right. After three wrong ones you have to sign in again.");
}

static err refuse(struct call *call, struct key *key)
{
	if (key->by_pin)
		return wrong_pin(call, key);
	call->reason = key->locked ? "locked" : "wrong password";
	return call_flaw(call, "password", FLAW_RULE, "パスワードが違います。", "The password is not right.");
}

/* While the hash was computed the world went on: tablet, PIN and password are asked again. */
static err still_right(struct call *call, struct key *key, const struct session *session)
{
	struct pin pin = {0};
	struct credential credential = {0};

	if (key->by_pin) {
		TRY(on_its_tablet(call, session));
		TRY(pin_of(&call->rows, call->actor.account, &pin));
		return pin.changed == key->changed ? OK : FAIL(CONFLICT);
	}
	TRY(credential_of(&call->rows, call->actor.account, &credential));
	if (credential.changed != key->changed)
		return FAIL(CONFLICT);
	return credential_uncount(call, &credential); /* wrong codes before it still count */
}

static err unlock_apply(struct call *call)
{
	struct key *key = call->state;
	struct session session = {0};
	struct account account = {0};

	if (!key->right)
		return refuse(call, key);
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	TRY(still_right(call, key, &session));
	session.locked = 0;
	session.pin_tries = 0;
	TRY(session_rotate(call, &session)); /* K3 */
	TRY(row_get(&call->rows, &account_entity, call->actor.account, &account));
	session_put(call, &account);
	call->event_facility = call->actor.facility;
	return call_object(call, "session", session.row.id);
}

/* K2: the refusal takes nothing back of this. */
static err unlock_refused(struct call *call)
{
	const struct key *key = call->state;
	struct session session = {0};

	if (!key->spent)
		return OK;
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	if (session.ended != 0)
		return OK;
	session.ended = call->now_us;
	return row_update(&call->rows, &session_entity, &session);
}

static const struct input unlock_inputs[] = {
	{.place = IN_BODY, .field = {.name = "pin", .ja = "暗証番号", .en = "PIN", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true,
	    .secret = true, .min = PIN_MIN, .max = PIN_MAX}},
	{.place = IN_BODY, .field = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .secret = true, .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{0},
};

const struct op lock_unlock = {
	.id = "session.unlock",
	.while_unaccepted = true,
	.outside_trial = true,
	.ja = "画面のロックを解除する",
	.en = "Unlock one's session",
	.method = "POST",
	.path = "/v1/session/unlock",
	.kind = OP_WRITE,
	.grants = grants,
	.while_locked = true,
	.policy = "session unlock",
	.inputs = unlock_inputs,
	.entity = &session_entity,
	.output_fields = session_output,
	.status = 200,
	.purpose_ja = "席に戻った本人であることを確かめるため",
	.purpose_en = "To make sure that whoever comes back is the one who left",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 S-69",
	.prepare = unlock_prepare,
	.slow = unlock_slow,
	.apply = unlock_apply,
	.refused = unlock_refused,
};
