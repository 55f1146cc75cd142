#include <string.h>

#include "crypto/crypto.h"
#include "identity/account.h"
#include "identity/credential.h"
#include "identity/invitation.h"
#include "identity/membership.h"
#include "identity/notice.h"
#include "identity/password.h"
#include "identity/recovery.h"
#include "identity/session.h"
#include "identity/session_trial.h"

#include "identity/me.h"

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input no_inputs[] = {{0}};

/* The facility belongs to another module; its descriptor is enough. */
static err put_facility(struct call *call, struct id facility)
{
	const struct entity *entity = entity_find(BYTES_LIT("facility"));
	const struct field *name;
	void *row;

	if (id_is_zero(facility)) {
		json_null(&call->out, "facility");
		return OK;
	}
	REQUIRE(entity != NULL);
	name = entity_field(entity, "name");
	REQUIRE(name != NULL);
	row = arena_alloc(call->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, entity, facility, row));
	json_object(&call->out, "facility");
	json_id(&call->out, "id", facility);
	json_field(&call->out, name, row);
	json_object_end(&call->out);
	return OK;
}

/* Those in which the person may act today. */
static err put_memberships(struct call *call)
{
	struct membership all[MEMBERSHIP_MAX];
	size_t count = 0;

	TRY(membership_all(&call->rows, call->actor.account, all, &count));
	json_array(&call->out, "memberships");
	for (size_t i = 0; i < count; i++) {
		if (!membership_in_force(&all[i], call->now_us))
			continue;
		json_object(&call->out, NULL);
		json_id(&call->out, "id", all[i].row.id);
		json_str(&call->out, "role", access_role_names[all[i].role]);
		TRY(put_facility(call, all[i].facility));
		json_bool(&call->out, "current", id_equal(all[i].row.id, call->actor.membership));
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	return OK;
}

static err put_login(struct call *call, struct bytes login)
{
	OWN(buf) whole = {0};

	TRY(buf_append(&whole, login));
	TRY(buf_printf(&whole, "@%s", call->compartment->name));
	json_text(&call->out, "login", bytes_of(&whole));
	return OK;
}

static err see_apply(struct call *call)
{
	const struct compartment *compartment = call->compartment;
	struct account account = {0};
	struct session session = {0};
	int64_t notices = 0;

	TRY(row_get(&call->rows, &account_entity, call->actor.account, &account));
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	json_id(&call->out, "account", account.row.id);
	TRY(put_login(call, account.login));
	json_text(&call->out, "name", account.name);
	json_str(&call->out, "role", access_role_names[call->actor.role]);
	json_object(&call->out, "customer");
	json_id(&call->out, "id", compartment->id);
	json_str(&call->out, "name", call->language == LANGUAGE_EN ? compartment->title_en : compartment->title_ja);
	json_object_end(&call->out);
	TRY(put_facility(call, call->actor.facility));
	TRY(put_memberships(call));
	TRY(notice_unseen(call, account.row.id, &notices));
	json_int(&call->out, "notices", notices);
	json_str(&call->out, "second_factor", session_second_factor(&call->actor));
	json_bool(&call->out, "held", call->held);
	json_time(&call->out, "expires_at", session.expires);
	TRY(session_trial_put(call, &session));
	call->event_facility = call->actor.facility;
	return call_object(call, "account", account.row.id);
}

static const struct field see_output[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "login", ACCOUNT_LOGIN_WORDS},
	{.name = "name", ACCOUNT_NAME_WORDS},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = access_role_names},
	{.name = "second_factor", .ja = "二つ目の要素", .en = "Second factor", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "notices", .ja = "未確認のお知らせの数", .en = "Notices not seen yet", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "held", .ja = "同意を待っている", .en = "Held until terms are accepted", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "expires_at", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "trial", .ja = "試行の開始日時と監査人", .en = "Trial: since when, by which auditor", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{0},
};

const struct op me_see = {
	.id = "me.see",
	.ja = "自分のアカウントを見る",
	.en = "See one's own account",
	.method = "GET",
	.path = "/v1/me",
	.kind = OP_READ,
	.grants = own,
	.policy = "account see",
	.inputs = no_inputs,
	.entity = &account_entity,
	.output_fields = see_output,
	.status = 200,
	.purpose_ja = "本人に自分の登録内容を示すため",
	.purpose_en = "To show people what is registered about them",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.before_factor = true,
	.apply = see_apply,
};

/* The path input of an operation that stands for an object of this kind. */
static const struct input *path_input(const struct op *op, const char *entity)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->place == IN_PATH && in->field.refers != NULL && strcmp(in->field.refers, entity) == 0)
			return in;
	return NULL;
}

static bool has_object(const struct op *op)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->object)
			return true;
	return false;
}

/* With an object: what can be done to it or below it. Without: whatever the role may call. */
static bool offered(struct call *call, const struct op *op, const char *entity, struct id object)
{
	const struct id none = {{0}};
	const struct input *in;

	if (op->open || op->path == NULL)
		return false;
	if (entity == NULL)
		return call_may(call, op, none);
	in = path_input(op, entity);
	if (in == NULL || (has_object(op) && !in->object))
		return false;
	return call_may(call, op, in->object ? object : none);
}

static err operations_apply(struct call *call)
{
	struct id child = call_id(call, "child");
	struct id facility = call_id(call, "facility");
	const char *entity = NULL;

	if (!id_is_zero(child) && !id_is_zero(facility))
		return call_flaw(call, "facility", FLAW_RULE, "childとfacilityは同時に指定できません。",
		    "Give either child or facility.");
	if (!id_is_zero(child))
		entity = "child";
	else if (!id_is_zero(facility))
		entity = "facility";
	json_array(&call->out, "operations");
	for (size_t i = 0; ops[i] != NULL; i++)
		if (offered(call, ops[i], entity, id_is_zero(child) ? facility : child))
			json_str(&call->out, NULL, ops[i]->id);
	json_array_end(&call->out);
	return OK;
}

static const struct input operations_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "child"}},
	{.place = IN_QUERY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID,
	    .grade = GRADE_2, .refers = "facility"}},
	{0},
};

static const struct field operations_output[] = {
	{.name = "operations", .ja = "操作", .en = "Operations", .type = FIELD_TEXT, .grade = GRADE_2},
	{0},
};

const struct op me_operations = { /* AC-1 */
	.id = "me.operations",
	.ja = "自分にできる操作を見る",
	.en = "See what one may do",
	.method = "GET",
	.path = "/v1/me/operations",
	.kind = OP_READ,
	.grants = own,
	.policy = "account see",
	.inputs = operations_inputs,
	.entity = &account_entity,
	.output_fields = operations_output,
	.status = 200,
	.purpose_ja = "できる操作だけを画面に出すため",
	.purpose_en = "To offer on screen only what is allowed",
	.grade = GRADE_2,
	.requirements = "K-1",
	.before_factor = true,
	.apply = operations_apply,
};

struct replacement {
	struct credential credential;
	bool locked;
	bool right;
	char phc[PASSWORD_PHC_MAX];
};

static err new_password_fits(struct call *call)
{
	struct account account = {0};
	unsigned flaws;

	TRY(row_get(&call->rows, &account_entity, call->actor.account, &account));
	flaws = identity_password_check(call_text(call, "new"), account.login);
	for (unsigned i = 0; i < IDENTITY_PASSWORD_FLAW_COUNT; i++) {
		const struct identity_password_words *words = identity_password_words((enum identity_password_flaw)i);

		if ((flaws & (1u << i)) != 0)
			err_ignore(call_flaw(call, "new", FLAW_RULE, words->ja, words->en)); /* all are told */
	}
	if (bytes_equal(call_text(call, "new"), call_text(call, "current")))
		return call_flaw(call, "new", FLAW_RULE, "今と違うパスワードにしてください。",
		    "The new password must differ from the present one.");
	return flaws == 0 ? OK : FAIL(INVALID);
}

/* Guessing the present password through a stolen session counts like guessing it at the door. */
static err password_prepare(struct call *call)
{
	struct replacement *r = arena_alloc(call->arena, sizeof(*r));

	if (r == NULL)
		return FAIL(UNAVAILABLE);
	if (call->actor.factor) /* whoever has a second factor has shown it just now */
		TRY(call_proved(call, OP_STEP_UP_S));
	TRY(new_password_fits(call));
	TRY(credential_of(&call->rows, call->actor.account, &r->credential));
	TRY(credential_count(call, &r->credential, &r->locked));
	call->state = r;
	return OK;
}

static err password_slow(struct call *call)
{
	struct replacement *r = call->state;
	uint32_t rounds = 0;
	err e = password_verify(call_text(call, "current"), r->credential.phc, &rounds);

	if (!err_is_ok(e) && !err_is(e, ERR_UNAUTHENTICATED))
		return e;
	r->right = err_is_ok(e) && !r->locked;
	return r->right ? password_hash(call_text(call, "new"), call->compartment->password_rounds, r->phc) : OK;
}

static err password_apply(struct call *call)
{
	struct replacement *r = call->state;
	struct credential now = {0};

	if (!r->right) {
		call->reason = r->locked ? "locked" : "wrong password";
		return call_flaw(call, "current", FLAW_RULE, "今のパスワードが違います。", "This is not the present password.");
	}
	TRY(credential_of(&call->rows, call->actor.account, &now));
	if (now.changed != r->credential.changed)
		return FAIL(CONFLICT);
	TRY(credential_set(call, call->actor.account, bytes_str(r->phc)));
	TRY(session_end_others(call, call->actor.account, call->actor.session));
	TRY(invitation_void(call, call->actor.account));
	TRY(recovery_settle(call, call->actor.account));
	TRY(notice_put(call, call->actor.account, NOTICE_PASSWORD_CHANGED));
	call->event_facility = call->actor.facility;
	return call_object(call, "account", call->actor.account);
}

static const struct input password_inputs[] = {
	{.place = IN_BODY, .field = {.name = "current", .ja = "今のパスワード", .en = "Present password",
	    .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .min = 1,
	    .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{.place = IN_BODY, .field = {.name = "new", .ja = "新しいパスワード", .en = "New password",
	    .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .min = 1,
	    .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{0},
};

const struct op me_password = { /* K-1 */
	.id = "me.password",
	.outside_trial = true,
	.ja = "自分のパスワードを変える",
	.en = "Change one's own password",
	.method = "PUT",
	.path = "/v1/me/password",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "account change-own-factors",
	.inputs = password_inputs,
	.entity = &account_entity,
	.status = 204,
	.purpose_ja = "本人がパスワードを変えるため",
	.purpose_en = "To let people change their password",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.prepare = password_prepare,
	.slow = password_slow,
	.apply = password_apply,
};
