#include <string.h>

#include "identity/account.h"
#include "identity/device.h"
#include "identity/membership.h"
#include "identity/notice.h"
#include "identity/reach.h"
#include "identity/session.h"

#include "identity/live.h"

static const struct grant grants[] = {
	{ROLES_ANY, RELATION_OWN, "*"},
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static err put_device(struct call *call, struct id id)
{
	struct device device = {0};

	if (id_is_zero(id)) {
		json_null(&call->out, "device");
		return OK;
	}
	TRY(row_get(&call->rows, &device_entity, id, &device));
	if (!id_equal(device.facility, call->actor.facility)) { /* what another facility calls its tablets is not told */
		json_null(&call->out, "device");
		return OK;
	}
	json_object(&call->out, "device");
	json_id(&call->out, "id", id);
	json_text(&call->out, "name", device.name);
	json_object_end(&call->out);
	return OK;
}

static err put_session(struct call *call, const struct session *session, bool locked)
{
	json_object(&call->out, NULL);
	json_id(&call->out, "id", session->row.id);
	json_id(&call->out, "account", session->account);
	json_time(&call->out, "started", session->started);
	json_time(&call->out, "seen", session->seen);
	json_time(&call->out, "expires", session->expires);
	json_bool(&call->out, "current", id_equal(session->row.id, call->actor.session));
	json_bool(&call->out, "locked", locked);
	json_text(&call->out, "agent", session->agent);
	TRY(put_device(call, session->device));
	json_object_end(&call->out);
	return OK;
}

/* Within the caller's reach, and not idle for too long. */
static err shown(struct call *call, const struct session *session, enum session_standing *standing_out)
{
	struct membership membership = {0};
	struct session_limits limits;
	const struct grant *grant = NULL;
	err e = membership_by_id(&call->rows, session->membership, &membership);

	*standing_out = SESSION_OVER;
	if (err_is_ok(e))
		e = access_decide(call->rows.db, &call->actor, call->op->grants, "session", session->row.id, &grant);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	TRY(session_limits_at(call, session, (enum role)membership.role, membership.facility, &limits));
	*standing_out = session_standing(session, &limits, call->now_us);
	return OK;
}

/* As whoever looks at the account itself is told: there is none. */
static err account_in_reach(struct call *call, struct id account)
{
	struct membership list[MEMBERSHIP_MAX];
	size_t count = 0;

	if (id_equal(account, call->actor.account))
		return OK;
	TRY(membership_all(&call->rows, account, list, &count));
	for (size_t i = 0; i < count; i++)
		if (reach_sees(&call->actor, &list[i]))
			return OK;
	call->reason = "out of reach";
	call->object_count = 0;
	return FAIL(NOT_FOUND);
}

static err list_apply(struct call *call)
{
	struct session *list = arena_alloc(call->arena, SESSION_LIST_MAX * sizeof(*list));
	struct id account = call_id(call, "account");
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	if (id_is_zero(account))
		account = call->actor.account;
	TRY(account_in_reach(call, account));
	TRY(session_open_list(call, account, (struct id){{0}}, list, &count));
	json_array(&call->out, "items");
	for (size_t i = 0; i < count; i++) {
		enum session_standing standing;

		TRY(shown(call, &list[i], &standing));
		if (standing != SESSION_OVER)
			TRY(put_session(call, &list[i], standing == SESSION_LOCKED));
	}
	json_array_end(&call->out);
	json_null(&call->out, "next");
	call->event_facility = call->actor.facility;
	return call_object(call, "account", account);
}

static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "account"}},
	{0},
};
static const struct field list_output[] = {
	{.name = "id", .ja = "セッション", .en = "Session", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "started", .ja = "開始", .en = "Started", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "seen", .ja = "最後の利用", .en = "Last seen", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "expires", .ja = "期限", .en = "Expires", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "current", .ja = "このセッション", .en = "This session", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "locked", .ja = "ロック中", .en = "Locked", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "agent", .ja = "ブラウザー", .en = "Browser", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "device", .ja = "登録端末", .en = "Registered tablet", .type = FIELD_ID, .grade = GRADE_2},
	{0},
};

const struct op live_list = {
	.id = "session.list",
	.ja = "サインインの一覧を見る",
	.en = "List the sessions of an account",
	.method = "GET",
	.path = "/v1/sessions",
	.kind = OP_READ,
	.grants = grants,
	.policy = "session see",
	.inputs = list_inputs,
	.entity = &session_entity,
	.output_fields = list_output,
	.list = true,
	.status = 200,
	.purpose_ja = "どこでサインインしているかを確かめるため",
	.purpose_en = "To check where an account is signed in",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1 K-27 S-69",
	.apply = list_apply,
};

static err end_apply(struct call *call)
{
	struct session session = {0};

	TRY(row_get(&call->rows, &session_entity, call_id(call, "session"), &session));
	call->event_facility = call->actor.facility;
	if (id_equal(session.row.id, call->actor.session))
		call->cookie = COOKIE_CLEAR;
	if (session.ended != 0)
		return OK;
	session.ended = call->now_us;
	TRY(row_update(&call->rows, &session_entity, &session));
	if (id_equal(session.account, call->actor.account))
		return OK;
	TRY(call_object(call, "account", session.account));
	return notice_put(call, session.account, NOTICE_SESSIONS_ENDED);
}

static const struct input end_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "session", .ja = "セッション", .en = "Session", .type = FIELD_ID,
	    .grade = GRADE_2, .required = true, .refers = "session"}},
	{0},
};

const struct op live_end = {
	.id = "session.end-one",
	.outside_trial = true,
	.ja = "サインインを一つ終える",
	.en = "End one session",
	.method = "POST",
	.path = "/v1/sessions/{session}/end",
	.kind = OP_WRITE,
	.grants = grants,
	.policy = "session end",
	.inputs = end_inputs,
	.entity = &session_entity,
	.status = 204,
	.purpose_ja = "身に覚えのないサインインや置き忘れた端末のサインインを終えるため",
	.purpose_en = "To end a session that is not known or on a device left behind",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1 K-27 S-69",
	.apply = end_apply,
};

static err end_all_apply(struct call *call)
{
	TRY(session_end_others(call, call->actor.account, (struct id){{0}}));
	call->cookie = COOKIE_CLEAR;
	call->event_facility = call->actor.facility;
	return call_object(call, "account", call->actor.account);
}

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input no_inputs[] = {{0}};

const struct op live_end_all = {
	.id = "session.end-all",
	.outside_trial = true,
	.ja = "すべての端末でサインアウトする",
	.en = "Sign out everywhere",
	.method = "POST",
	.path = "/v1/sessions/end-all",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "session end",
	.inputs = no_inputs,
	.entity = &session_entity,
	.status = 204,
	.purpose_ja = "自分のサインインをすべて終えるため",
	.purpose_en = "To end all of one's sessions",
	.before_factor = true,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1 S-69",
	.apply = end_all_apply,
};
