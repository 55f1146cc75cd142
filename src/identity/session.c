#include <string.h>

#include "crypto/crypto.h"
#include "identity/account.h"
#include "identity/agent.h"
#include "identity/credential.h"
#include "identity/device.h"
#include "identity/factor.h"
#include "identity/identity_int.h"
#include "identity/membership.h"
#include "identity/notice.h"
#include "op/setting.h"

#include "identity/session.h"

#define MINUTE_US ((int64_t)60 * 1000000)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

#define AT(member) .offset = offsetof(struct session, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "membership", .ja = "所属", .en = "Membership", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "membership", AT(membership)},
	{.name = "token_hash", .ja = "トークンのハッシュ", .en = "Token hash", .type = FIELD_BYTES, .grade = GRADE_2,
	    .required = true, .min = HASH_LEN, .max = HASH_LEN, AT(token_hash)},
	{.name = "started", .ja = "開始", .en = "Started", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    AT(started)},
	{.name = "seen", .ja = "最後の利用", .en = "Last seen", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    AT(seen)},
	{.name = "expires", .ja = "期限", .en = "Expires", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    AT(expires)},
	{.name = "ended", .ja = "終了", .en = "Ended", .type = FIELD_TIME, .grade = GRADE_2, AT(ended)},
	{.name = "proved", .ja = "最後の本人確認", .en = "Last proof", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    AT(proved)},
	{.name = "factor", .ja = "二要素での確認", .en = "With a second factor", .type = FIELD_BOOL, .grade = GRADE_2,
	    AT(factor)},
	{.name = "device", .ja = "登録端末", .en = "Registered tablet", .type = FIELD_ID, .grade = GRADE_2, .refers = "device",
	    AT(device)},
	{.name = "agent", .ja = "ブラウザー", .en = "Browser", .type = FIELD_TEXT, .grade = GRADE_2, .max = SESSION_AGENT_MAX, AT(agent)},
	{.name = "locked", .ja = "ロック", .en = "Locked at", .type = FIELD_TIME, .grade = GRADE_2, AT(locked)},
	{.name = "pin_tries", .ja = "暗証番号の誤り", .en = "Wrong PINs", .type = FIELD_INT, .grade = GRADE_2, .max = SESSION_PIN_TRIES,
	    AT(pin_tries)},
	{.name = "trial_of", .ja = "試行する監査人", .en = "Auditor on trial", .type = FIELD_ID, .grade = GRADE_2, .refers = "account",
	    AT(trial_of)},
	{.name = "trial_session", .ja = "監査人のサインイン", .en = "The auditor's session", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "session", AT(trial_session)},
	{.name = "accepted", .ja = "同意の確認", .en = "Known to have accepted", .type = FIELD_TIME, .grade = GRADE_2, AT(accepted)},
};

static const char *const unique[] = {"token_hash", NULL};
static const char *const indexes[] = {"account,ended", "account,agent", "device,ended", NULL};

const struct entity session_entity = {
	.name = "session",
	.ja = "セッション",
	.en = "Session",
	.size = sizeof(struct session),
	.authority = true,
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

/* ID-11 */
static const struct session_limits usual[ROLE_COUNT] = {
	[ROLE_GUARDIAN] = {180 * DAY_US, 30 * DAY_US, 10 * MINUTE_US, false, true},
	[ROLE_STAFF] = {12 * HOUR_US, 15 * MINUTE_US, MINUTE_US, true, false},
	[ROLE_PRINCIPAL] = {12 * HOUR_US, 15 * MINUTE_US, MINUTE_US, false, false},
	[ROLE_OFFICER] = {12 * HOUR_US, HOUR_US, MINUTE_US, false, false},
	[ROLE_OFFICER_ADMIN] = {12 * HOUR_US, 15 * MINUTE_US, MINUTE_US, false, false},
	[ROLE_AUDITOR] = {12 * HOUR_US, HOUR_US, MINUTE_US, false, false},
	[ROLE_SERVICE] = {12 * HOUR_US, 15 * MINUTE_US, MINUTE_US, false, false},
	[ROLE_OPERATOR] = {12 * HOUR_US, 15 * MINUTE_US, MINUTE_US, false, false},
	[ROLE_OPERATOR_ADMIN] = {12 * HOUR_US, 15 * MINUTE_US, MINUTE_US, false, false},
};

#define STEPS_IN_IDLE 6 /* at least so many notes of use within an idle limit */

static int64_t least(int64_t own, int64_t agreed)
{
	return agreed != 0 && agreed < own ? agreed : own;
}

/* A teacher who turns to the own children on a registered tablet does not stay there for a month: the tablet is everybody's. */
struct session_limits session_limits(const struct session *session, enum role role, const struct contract_limits *agreed)
{
	struct session_limits limits;

	REQUIRE(role < ROLE_COUNT);
	limits = usual[role == ROLE_GUARDIAN && !id_is_zero(session->device) ? ROLE_PRINCIPAL : role];
	limits.absolute_us = least(limits.absolute_us, agreed->total_us);
	limits.idle_us = least(limits.idle_us, agreed->idle_us);
	limits.step_us = least(limits.step_us, limits.idle_us / STEPS_IN_IDLE);
	return limits;
}

static int64_t stricter(int64_t agreed, int64_t set)
{
	return agreed == 0 || set < agreed ? set : agreed;
}

/* What is set counts like what is agreed: the strictest holds. */
static err set_limits(struct call *call, bool guardian, struct contract_limits *limits)
{
	int64_t idle = 0;
	int64_t total = 0;

	TRY(setting_of(call, guardian ? SETTING_SESSION_GUARDIAN_IDLE : SETTING_SESSION_IDLE, &idle));
	TRY(setting_of(call, guardian ? SETTING_SESSION_GUARDIAN_TOTAL : SETTING_SESSION_TOTAL, &total));
	limits->idle_us = stricter(limits->idle_us, idle * (guardian ? DAY_US : MINUTE_US));
	limits->total_us = stricter(limits->total_us, total * (guardian ? DAY_US : HOUR_US));
	return OK;
}

err session_limits_at(struct call *call, const struct session *session, enum role role, struct id facility,
    struct session_limits *limits_out)
{
	struct contract_limits agreed = {0};

	TRY(contract_limits(call, facility, &agreed));
	TRY(set_limits(call, role == ROLE_GUARDIAN && id_is_zero(session->device), &agreed));
	*limits_out = session_limits(session, role, &agreed);
	return OK;
}

static struct row_list by_hash = {
	.name = "identity.session-by-hash",
	.entity = &session_entity,
	.where = "token_hash = :token_hash",
};
static struct row_list open_of_account = {
	.name = "identity.session-open-of-account",
	.entity = &session_entity,
	.where = "account = :owner AND expires > :now AND ended IS NULL AND id <> :but LIMIT :limit",
};
static struct row_list open_on_device = {
	.name = "identity.session-open-on-device",
	.entity = &session_entity,
	.where = "device = :owner AND expires > :now AND ended IS NULL AND id <> :but LIMIT :limit",
};

const struct statement session_browsers = {"identity.session-browsers",
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM session WHERE account = :account) THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM session WHERE account = :account AND agent = :agent) THEN 1 ELSE 0 END"};

err session_start(void)
{
	TRY(row_list_make(&by_hash));
	TRY(row_list_make(&open_on_device));
	return row_list_make(&open_of_account);
}

err session_by_hash(struct row_context *c, const uint8_t token_hash[static 32], struct session *session_out)
{
	return identity_find(c, &by_hash, "token_hash", (struct bytes){token_hash, HASH_LEN}, true, session_out);
}

enum session_standing session_standing(const struct session *session, const struct session_limits *limits, int64_t now_us)
{
	bool idle = now_us - session->seen >= limits->idle_us;
	int64_t from = id_is_zero(session->trial_of) ? session->proved : session->started; /* on trial the proof is from before it */

	if (session->ended != 0 || now_us >= session->expires || now_us - from >= limits->absolute_us)
		return SESSION_OVER;
	if (idle && !limits->locks)
		return SESSION_OVER;
	return idle || session->locked != 0 ? SESSION_LOCKED : SESSION_LIVE;
}

bool session_touch_due(const struct session *session, const struct session_limits *limits, int64_t now_us)
{
	return now_us - session->seen >= limits->step_us;
}

err session_touch(struct call *call, struct session *session, const struct session_limits *limits)
{
	if (!session_touch_due(session, limits, call->now_us))
		return OK;
	if (call->rows.changes == NULL) {
		call->touch_due = true;
		return OK;
	}
	session->seen = call->now_us;
	return row_update(&call->rows, &session_entity, session);
}

void session_limit(struct session *session, const struct session_limits *limits)
{
	session->expires = session->proved + limits->absolute_us;
}

static uint32_t cookie_age_s(const struct call *call, const struct session *session, const struct session_limits *limits)
{
	if (!limits->kept || session->expires <= call->now_us)
		return 0;
	return (uint32_t)((session->expires - call->now_us) / 1000000);
}

static err read_open(struct call *call, const struct row_list *of, struct id owner, struct id but, struct session *list, size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = false;
	err e = query_start(call->rows.db, of->statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "owner", &owner);
	if (err_is_ok(e))
		e = query_id(query, "but", &but);
	if (err_is_ok(e))
		e = query_int(query, "now", call->now_us);
	if (err_is_ok(e))
		e = query_int(query, "limit", SESSION_LIST_MAX);
	while (err_is_ok(e) && count < SESSION_LIST_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &session_entity, query, true, &list[count]);
		if (err_is_ok(e))
			count++;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

err session_open_list(struct call *call, struct id account, struct id but, struct session *list, size_t *count_out)
{
	return read_open(call, &open_of_account, account, but, list, count_out);
}

/* before: the account has had a session; same: one with this browser. */
static err known_browser(struct call *call, const struct session *session, bool *before_out, bool *same_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, &session_browsers, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &session->account);
	if (err_is_ok(e))
		e = query_text(query, "agent", session->agent);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found) {
		*before_out = column_int(query, 0) > 0;
		*same_out = column_int(query, 1) > 0;
	}
	query_end(&query);
	return e;
}

static err end_open(struct call *call, const struct row_list *of, struct id owner, struct id but)
{
	struct session *list = arena_alloc(call->arena, SESSION_LIST_MAX * sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	do { /* each turn ends what it found, so the next finds less */
		TRY(read_open(call, of, owner, but, list, &count));
		for (size_t i = 0; i < count; i++) {
			list[i].ended = call->now_us;
			TRY(row_update(&call->rows, &session_entity, &list[i]));
		}
	} while (count == SESSION_LIST_MAX);
	return OK;
}

err session_end_others(struct call *call, struct id account, struct id but)
{
	return end_open(call, &open_of_account, account, but);
}

err session_end_on_device(struct call *call, struct id device, struct id but)
{
	return end_open(call, &open_on_device, device, but);
}

/* What a sign-in carries from step to step. */
struct sign_in {
	struct account account;
	struct credential credential;
	const char *refusal;               /* known before the password is looked at; NULL = the password decides */
	bool decoy;                        /* no hash to compare with: derive one all the same */
	bool right;
	bool locks;                        /* this attempt is the one too many */
	bool uncount;                      /* right, but no code was given: neither a failure nor a success */
	char phc_new[PASSWORD_PHC_MAX];    /* "" = the old hash stays */
};

static const char *const refusals[] = {
	[ACCOUNT_INVITED] = "account invited",
	[ACCOUNT_ACTIVE] = NULL,
	[ACCOUNT_SUSPENDED] = "account suspended",
	[ACCOUNT_LEFT] = "account left",
};

/* Absent counts as a refusal to be told later; anything else ends the call. */
static err note_absence(err e, struct sign_in *in, const char *refusal)
{
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	if (in->refusal == NULL)
		in->refusal = refusal;
	return OK;
}

static err count_attempt(struct call *call, struct sign_in *in)
{
	bool locked = false;

	TRY(note_absence(credential_of(&call->rows, in->account.row.id, &in->credential), in, "no password"));
	in->decoy = in->credential.row.version == 0;
	if (in->decoy)
		TRY(credential_decoy(call, &in->credential));
	TRY(credential_count(call, &in->credential, &locked));
	in->locks = !locked && in->credential.locked_at != 0;
	if (in->refusal == NULL && locked)
		in->refusal = "locked";
	if (!id_is_zero(in->account.row.id))
		TRY(call_object(call, "account", in->account.row.id));
	call->state = in;
	return OK;
}

/* I2, I3: every sign-in looks up a login, reads a credential and writes it back, whoever it is for. */
static err create_prepare(struct call *call)
{
	struct sign_in *in = arena_alloc(call->arena, sizeof(*in));
	struct bytes login = account_local_part(call_text(call, "login"), call->compartment);

	if (in == NULL)
		return FAIL(UNAVAILABLE);
	TRY(note_absence(account_by_login(&call->rows, login, &in->account), in, "unknown login"));
	if (in->refusal == NULL)
		in->refusal = refusals[in->account.state];
	return count_attempt(call, in);
}

static err derive_for_nothing(struct call *call)
{
	static const uint8_t salt[16];
	uint8_t out[HASH_LEN];
	err e = password_derive(call_text(call, "password"), (struct bytes){salt, sizeof(salt)},
	    call->compartment->password_rounds, out, sizeof(out));

	wipe(out, sizeof(out));
	return e;
}

static err prove_slow(struct call *call)
{
	struct sign_in *in = call->state;
	struct bytes password = call_text(call, "password");
	uint32_t rounds = 0;
	err e;

	if (in->decoy)
		return derive_for_nothing(call);
	e = password_verify(password, in->credential.phc, &rounds);
	if (!err_is_ok(e) && !err_is(e, ERR_UNAUTHENTICATED))
		return e;
	in->right = err_is_ok(e) && in->refusal == NULL;
	if (in->right && rounds < call->compartment->password_rounds)
		return password_hash(password, call->compartment->password_rounds, in->phc_new);
	return OK;
}

static err sign_in_refuse(struct call *call, const char *reason)
{
	call->reason = reason;
	return FAIL(UNAUTHENTICATED);
}

/* Whoever signs in again on the same device leaves the session that it had. */
static err end_presented(struct call *call)
{
	struct session old = {0};
	err e = session_by_hash(&call->rows, call->token_hash, &old);

	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && old.ended != 0))
		return OK;
	TRY(e);
	old.ended = call->now_us;
	return row_update(&call->rows, &session_entity, &old);
}

/* The secret of a new token into the call, its hash for the row. */
static err new_token(struct call *call, uint8_t hash_out[static HASH_LEN])
{
	TRY(random_bytes(call->token, sizeof(call->token)));
	TRY(hash_sha256((struct bytes){call->token, sizeof(call->token)}, hash_out));
	call->cookie = COOKIE_SET;
	return OK;
}

err session_rotate(struct call *call, struct session *session)
{
	uint8_t hash[HASH_LEN];
	struct session_limits limits;

	TRY(session_limits_at(call, session, call->actor.role, call->actor.facility, &limits));
	TRY(new_token(call, hash));
	session->token_hash = (struct bytes){hash, sizeof(hash)};
	session->seen = call->now_us;
	call->cookie_age_s = cookie_age_s(call, session, &limits);
	return row_update(&call->rows, &session_entity, session);
}

/* The oldest ones end, so that with the new one there are no more than SESSION_LIVE_MAX. */
static err make_room(struct call *call, struct id account)
{
	struct session *list = arena_alloc(call->arena, SESSION_LIST_MAX * sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(session_open_list(call, account, (struct id){{0}}, list, &count));
	for (size_t left = count; left >= SESSION_LIVE_MAX; left--) {
		struct session *oldest = NULL;

		for (size_t i = 0; i < count; i++)
			if (list[i].ended == 0 && (oldest == NULL || list[i].started < oldest->started))
				oldest = &list[i];
		REQUIRE(oldest != NULL);
		oldest->ended = call->now_us;
		TRY(row_update(&call->rows, &session_entity, oldest));
	}
	return OK;
}

/* Somebody who has signed in before is told of a browser that never did. */
static err tell_of_new_browser(struct call *call, const struct session *session)
{
	bool before = false;
	bool same = false;

	TRY(known_browser(call, session, &before, &same));
	return before && !same ? notice_put(call, session->account, NOTICE_NEW_DEVICE) : OK;
}

const char *session_second_factor(const struct actor *actor)
{
	if (actor->factor)
		return "active";
	return access_factor_due(actor) ? "required" : "none";
}

err session_open(struct call *call, const struct session_opening *opening)
{
	const struct membership *membership = opening->membership;
	bool trial = !id_is_zero(opening->trial_of);
	uint8_t hash[HASH_LEN];
	struct session_limits limits;
	struct session session = {
		.account = membership->account,
		.membership = membership->row.id,
		.token_hash = {hash, sizeof(hash)},
		.started = call->now_us,
		.seen = call->now_us,
		.proved = call->now_us,
		.factor = opening->factor,
		.trial_of = opening->trial_of,
		.trial_session = opening->trial_session,
	};
	char agent[SESSION_AGENT_MAX];

	agent_name(call->agent, agent);
	session.agent = bytes_str(agent);
	TRY(device_of_session(call, &session.device));
	TRY(session_limits_at(call, &session, (enum role)membership->role, membership->facility, &limits));
	session_limit(&session, &limits);
	session.proved = opening->proved;
	if (opening->longest_us != 0 && session.expires - call->now_us > opening->longest_us)
		session.expires = call->now_us + opening->longest_us;
	TRY(make_room(call, session.account));
	if (!trial)
		TRY(tell_of_new_browser(call, &session));
	TRY(new_token(call, hash));
	call->cookie_age_s = trial ? 0 : cookie_age_s(call, &session, &limits);
	TRY(row_insert(&call->rows, &session_entity, &session));
	call->actor = (struct actor){
		.account = membership->account,
		.membership = membership->row.id,
		.session = session.row.id,
		.facility = membership->facility,
		.role = (enum role)membership->role,
		.signed_in_us = session.proved,
		.factor = session.factor,
	};
	call->event_facility = membership->facility;
	return call_object(call, "session", session.row.id);
}

/*
 * Password and code decide together, in the transaction that uses the code up (F2). The code is looked at whether or not
 * the password was right, so that a wrong one of either takes the same time and gets the same answer.
 */
static err prove(struct call *call, struct account *account_out, bool *factor_out)
{
	struct sign_in *in = call->state;
	struct factor_look look = {0};
	struct credential credential = {0};

	if (!id_is_zero(in->account.row.id))
		TRY(call_object(call, "account", in->account.row.id));
	TRY(factor_look(call, in->account.row.id, call_text(call, "totp"), &look));
	if (!in->right)
		return sign_in_refuse(call, in->refusal != NULL ? in->refusal : "wrong password");
	/* While the hash was computed the world went on: account and password are asked again. */
	TRY(row_get(&call->rows, &account_entity, in->account.row.id, account_out));
	if (account_out->state != ACCOUNT_ACTIVE)
		return sign_in_refuse(call, "account not active");
	TRY(credential_of(&call->rows, account_out->row.id, &credential));
	if (credential.changed != in->credential.changed)
		return sign_in_refuse(call, "password changed meanwhile");
	if (look.verdict == FACTOR_WRONG)
		return sign_in_refuse(call, "wrong code");
	if (look.verdict == FACTOR_MISSING) {
		in->uncount = true;
		call->reason = "no code";
		return FAIL(SECOND_FACTOR);
	}
	TRY(credential_clear(&call->rows, &credential, bytes_str(in->phc_new), call->compartment->password_rounds));
	TRY(factor_use(call, &look));
	*factor_out = look.verdict == FACTOR_RIGHT;
	return OK;
}

static err prove_refused(struct call *call)
{
	const struct sign_in *in = call->state;
	struct credential credential = {0};

	if (in->locks && in->refusal == NULL && call->reason != NULL)
		/* What a series of locks is counted by. */
		call->reason = strcmp(call->reason, "wrong code") == 0 ? "wrong code, locked by this" : "wrong password, locked by this";
	if (!in->uncount)
		return in->locks ? notice_put(call, in->credential.account, NOTICE_LOCKED) : OK; /* nobody's, too: I3 */
	TRY(credential_of(&call->rows, in->account.row.id, &credential));
	return credential_uncount(call, &credential);
}

void session_put(struct call *call, const struct account *account)
{
	json_id(&call->out, "account", account->row.id);
	json_str(&call->out, "role", access_role_names[call->actor.role]);
	json_str(&call->out, "customer", call->compartment->name);
	json_id(&call->out, "facility", call->actor.facility);
	json_text(&call->out, "name", account->name);
	json_str(&call->out, "second_factor", session_second_factor(&call->actor));
}

static err create_apply(struct call *call)
{
	struct sign_in *in = call->state;
	struct account account = {0};
	struct membership membership = {0};
	bool factor = false;
	err e = membership_of(&call->rows, in->account.row.id, call->now_us, &membership);

	if (err_is(e, ERR_NOT_FOUND) && in->right) {
		in->right = false;
		in->refusal = "no membership";
	} else if (!err_is(e, ERR_NOT_FOUND)) {
		TRY(e);
	}
	TRY(prove(call, &account, &factor));
	if (!err_is_ok(access_same_side(call->rows.db, account.row.id, membership.facility))) /* P1 of access.h */
		return sign_in_refuse(call, "membership beyond the line");
	TRY(end_presented(call));
	TRY(session_open(call, &(struct session_opening){.membership = &membership, .proved = call->now_us, .factor = factor}));
	call->actor.probe = account.probe;
	session_put(call, &account);
	return OK;
}

/* Six digits or a recovery code. */
#define PROOF_INPUTS                                                                                                 \
	{.place = IN_BODY, .field = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT,   \
	    .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .min = 1,                         \
	    .max = ACCOUNT_PASSWORD_INPUT_MAX}},                                                                     \
	{.place = IN_BODY, .field = {.name = "totp", .ja = "確認コード", .en = "Code of the second factor",          \
	    .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .secret = true, .min = 6,                       \
	    .max = RECOVERY_CODE_TEXT_MAX}}

static const struct input create_inputs[] = {
	{.place = IN_BODY, .field = {.name = "login", ACCOUNT_LOGIN_WORDS, .required = true, .min = 1,
	    .max = ACCOUNT_LOGIN_INPUT_MAX}},
	PROOF_INPUTS,
	{0},
};

static const char *const second_factor_words[] = {"none", "active", "required", NULL};

const struct field session_output[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = access_role_names},
	{.name = "customer", .ja = "市", .en = "Customer", .type = FIELD_TEXT, .grade = GRADE_1},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "name", ACCOUNT_NAME_WORDS},
	{.name = "second_factor", .ja = "二つ目の要素", .en = "Second factor", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .choices = second_factor_words},
	{0},
};

const struct op session_create = { /* K-1 */
	.id = "session.create",
	.ja = "サインインする",
	.en = "Sign in",
	.method = "POST",
	.path = "/v1/session",
	.kind = OP_WRITE,
	.route = ROUTE_LOGIN,
	.open = true, /* PUBLIC */
	.form_login = true,
	.policy = "session begin",
	.inputs = create_inputs,
	.entity = &session_entity,
	.output_fields = session_output,
	.status = 201,
	.purpose_ja = "利用者が本人であることを確かめるため",
	.purpose_en = "To make sure that users are who they say",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-2 K-27 T-13 U-02",
	.turns = "login",
	.prepare = create_prepare,
	.slow = prove_slow,
	.apply = create_apply,
	.refused = prove_refused,
};

static err step_up_prepare(struct call *call)
{
	struct sign_in *in = arena_alloc(call->arena, sizeof(*in));

	if (in == NULL)
		return FAIL(UNAVAILABLE);
	TRY(account_by_id(&call->rows, call->actor.account, &in->account));
	return count_attempt(call, in);
}

/* A session that is alive answers so: it stays as it was, and the same is said of password and code. */
static err step_up_told(struct call *call, err e)
{
	if (err_is(e, ERR_UNAUTHENTICATED))
		err_ignore(call_flaw(call, "password", FLAW_RULE, "パスワードか確認コードが違います。",
		    "The password or the code is not right.")); /* the refusal itself goes up */
	return e;
}

static err step_up_apply(struct call *call)
{
	struct session session = {0};
	struct account account = {0};
	bool factor = false;

	TRY(step_up_told(call, prove(call, &account, &factor)));
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	session.proved = call->now_us;
	session.factor = factor;
	TRY(session_rotate(call, &session));
	call->actor.factor = factor;
	call->event_facility = call->actor.facility;
	session_put(call, &account);
	return call_object(call, "session", session.row.id);
}

static const struct grant own_grants[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input step_up_inputs[] = {PROOF_INPUTS, {0}};

const struct op session_step_up = { /* K-2 */
	.id = "session.step-up",
	.outside_trial = true,
	.ja = "もう一度本人であることを確かめる",
	.en = "Prove again who one is",
	.method = "POST",
	.path = "/v1/session/step-up",
	.kind = OP_WRITE,
	.grants = own_grants,
	.policy = "session prove",
	.inputs = step_up_inputs,
	.entity = &session_entity,
	.output_fields = session_output,
	.status = 200,
	.purpose_ja = "重要な操作の前に、本人であることを確かめ直すため",
	.purpose_en = "To make sure again who somebody is, before something critical",
	.before_factor = true,
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-2 T-13 U-02",
	.prepare = step_up_prepare,
	.slow = prove_slow,
	.apply = step_up_apply,
	.refused = prove_refused,
};

static err end_one(struct call *call, struct id id, struct session *session)
{
	TRY(row_get(&call->rows, &session_entity, id, session));
	if (session->ended != 0)
		return OK;
	session->ended = call->now_us;
	return row_update(&call->rows, &session_entity, session);
}

/* Whoever signs out on trial means to leave: the auditor's session, whose token the browser no longer has, ends as well. */
static err end_apply(struct call *call)
{
	struct session session = {0};
	struct session own = {0};

	TRY(end_one(call, call->actor.session, &session));
	if (!id_is_zero(session.trial_of))
		TRY(end_one(call, session.trial_session, &own));
	call->cookie = COOKIE_CLEAR;
	call->event_facility = call->actor.facility;
	return call_object(call, "session", session.row.id);
}

static const struct input no_inputs[] = {{0}};

const struct op session_end = {
	.id = "session.end",
	.ja = "サインアウトする",
	.en = "Sign out",
	.method = "DELETE",
	.path = "/v1/session",
	.kind = OP_WRITE,
	.grants = own_grants,
	.policy = "session end",
	.while_locked = true,
	.inputs = no_inputs,
	.entity = &session_entity,
	.status = 204,
	.purpose_ja = "サインインを終えるため",
	.purpose_en = "To end a sign-in",
	.before_factor = true,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1",
	.apply = end_apply,
};
