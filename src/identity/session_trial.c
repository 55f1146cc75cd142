#include "identity/account.h"
#include "identity/account_probe.h"
#include "identity/membership.h"
#include "op/events.h"
#include "op/history.h"
#include "op/history_item.h"

#include "identity/session_trial.h"

enum place { PLACE_A, PLACE_B, PLACE_C, PLACE_NONE };

static const char *const places[] = {[PLACE_A] = "a", [PLACE_B] = "b", [PLACE_C] = "c", NULL};
static const char *const roles[] = {"guardian", "staff", "principal", "officer", "officer-admin", NULL};
enum { AS_GUARDIAN, AS_STAFF, AS_PRINCIPAL, AS_OFFICER, AS_OFFICER_ADMIN };

/* Which account is acted as. */
static const struct part {
	int32_t as;
	enum place place;
	enum role role;
	const char *login;
} parts[] = {
	{AS_GUARDIAN, PLACE_A, ROLE_GUARDIAN, ACCOUNT_PROBE_LOGIN "guardian-a1"},
	{AS_GUARDIAN, PLACE_B, ROLE_GUARDIAN, ACCOUNT_PROBE_LOGIN "guardian-b"},
	{AS_GUARDIAN, PLACE_C, ROLE_GUARDIAN, ACCOUNT_PROBE_LOGIN "guardian-c"},
	{AS_STAFF, PLACE_A, ROLE_STAFF, ACCOUNT_PROBE_LOGIN "staff-a"},
	{AS_STAFF, PLACE_B, ROLE_STAFF, ACCOUNT_PROBE_LOGIN "staff-b"},
	{AS_STAFF, PLACE_C, ROLE_STAFF, ACCOUNT_PROBE_LOGIN "staff-c"},
	{AS_PRINCIPAL, PLACE_A, ROLE_PRINCIPAL, ACCOUNT_PROBE_LOGIN "principal-a"},
	{AS_PRINCIPAL, PLACE_B, ROLE_PRINCIPAL, ACCOUNT_PROBE_LOGIN "principal-b"},
	{AS_OFFICER, PLACE_NONE, ROLE_OFFICER, ACCOUNT_PROBE_LOGIN "officer"},
	{AS_OFFICER_ADMIN, PLACE_NONE, ROLE_OFFICER_ADMIN, ACCOUNT_PROBE_LOGIN "officer-admin"},
};

/* ---- whether it still stands ---- */

static err over(struct call *call, const char *reason)
{
	call->reason = reason;
	return FAIL(UNAUTHENTICATED);
}

static err absent(struct call *call, err e)
{
	return err_is(e, ERR_NOT_FOUND) ? over(call, "trial over") : e;
}

err session_trial_stands(struct call *call, const struct session *session)
{
	struct session own = {0};
	struct membership membership = {0};
	struct account auditor = {0};
	err e = row_get(&call->rows, &session_entity, session->trial_session, &own);

	if (err_is_ok(e))
		e = membership_by_id(&call->rows, own.membership, &membership);
	if (err_is_ok(e))
		e = account_by_id(&call->rows, session->trial_of, &auditor);
	if (!err_is_ok(e))
		return absent(call, e);
	/* It is not used meanwhile, so it may well be idle. */
	if (own.ended != 0 || call->now_us >= own.expires || !id_equal(own.account, session->trial_of))
		return over(call, "trial over");
	if (membership.role != ROLE_AUDITOR || !membership_in_force(&membership, call->now_us) || auditor.state != ACCOUNT_ACTIVE)
		return over(call, "trial over");
	return OK;
}

err session_trial_put(struct call *call, const struct session *session)
{
	struct account auditor = {0};

	if (id_is_zero(session->trial_of)) {
		json_null(&call->out, "trial");
		return OK;
	}
	TRY(row_get(&call->rows, &account_entity, session->trial_of, &auditor));
	json_object(&call->out, "trial");
	json_time(&call->out, "since", session->started);
	json_text(&call->out, "by", auditor.name);
	json_object_end(&call->out);
	return OK;
}

/* ---- beginning ---- */

static const struct part *part_of(struct call *call)
{
	int32_t as = call_value(call, "role")->as.choice;
	const struct value *facility = call_value(call, "facility");
	enum place place = as == AS_OFFICER || as == AS_OFFICER_ADMIN ? PLACE_NONE : PLACE_A;

	if (facility->present)
		place = (enum place)facility->as.choice;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].as == as && parts[i].place == place)
			return &parts[i];
	return NULL;
}

static err not_ready(struct call *call)
{
	problems_add(call->problems, "role", NULL, FLAW_RULE, call->language == LANGUAGE_EN ?
	    "The accounts for checks are not ready. Try again in a minute." :
	    "検査用のアカウントの用意ができていません。1分ほどしてからもう一度試してください。");
	return FAIL(CONFLICT);
}

static err find_part(struct call *call, const struct part *part, struct account *account_out, struct membership *membership_out)
{
	err e = account_by_login(&call->rows, bytes_str(part->login), account_out);

	if (err_is_ok(e))
		e = row_get(&call->rows, &account_entity, account_out->row.id, account_out);
	if (err_is_ok(e))
		e = membership_of(&call->rows, account_out->row.id, call->now_us, membership_out);
	if (err_is(e, ERR_NOT_FOUND))
		return not_ready(call);
	TRY(e);
	if (account_out->state != ACCOUNT_ACTIVE || account_out->probe == call->compartment->probe ||
	    membership_out->role != (int32_t)part->role)
		return not_ready(call);
	if (!err_is_ok(access_same_side(call->rows.db, account_out->row.id, membership_out->facility))) /* P1 of access.h */
		return not_ready(call);
	return OK;
}

static err begin_apply(struct call *call)
{
	const struct part *part = part_of(call);
	const struct actor auditor = call->actor;
	struct account account = {0};
	struct membership membership = {0};
	struct session_opening opening = {
		.membership = &membership, .proved = auditor.signed_in_us, .trial_of = auditor.account, .trial_session = auditor.session,
		.longest_us = SESSION_TRIAL_US,
	};

	if (part == NULL)
		return call_flaw(call, "facility", FLAW_CHOICE, "この役割は、そこでは試せません。", "This role cannot be tried there.");
	TRY(find_part(call, part, &account, &membership));
	TRY(call_object(call, "account", account.row.id));
	TRY(session_open(call, &opening));
	call->actor.trial = auditor.account;
	session_put(call, &account);
	call->actor = auditor; /* who began it */
	call->event_facility = (struct id){{0}};
	return OK;
}

static const struct grant auditors[] = {{ROLE(AUDITOR), RELATION_OWN, "*"}, {0}};
static const struct grant everybody[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};

static const struct input begin_inputs[] = {
	{.place = IN_BODY, .field = {.name = "role", .ja = "試す役割", .en = "Role to act in", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .required = true, .choices = roles}},
	{.place = IN_BODY, .field = {.name = "facility", .ja = "検査園", .en = "Facility for checks", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .choices = places}},
	{0},
};
static const struct input no_inputs[] = {{0}};

const struct op session_trial_begin = { /* GV-14 */
	.id = "trial.begin",
	.ja = "検査用のアカウントで試行を始める",
	.en = "Begin to act as an account for checks",
	.method = "POST",
	.path = "/v1/trials",
	.kind = OP_WRITE,
	.grants = auditors,
	.policy = "trial begin",
	.inputs = begin_inputs,
	.entity = &session_entity,
	.output_fields = session_output,
	.status = 201,
	.purpose_ja = "監査人が、許されることと断られることを自分で確かめるため",
	.purpose_en = "To let an auditor see what is allowed and what is refused",
	.step_up_s = OP_STEP_UP_S,
	.outside_trial = true,
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = begin_apply,
};

/* ---- ending ---- */

static err no_trial(struct call *call)
{
	call->reason = "no trial";
	return FAIL(CONFLICT);
}

/* X3: whoever ends one is the auditor again, with the proof of before. */
static err end_apply(struct call *call)
{
	struct session trial = {0};
	struct session own = {0};
	struct membership membership = {0};
	struct account auditor = {0};

	if (id_is_zero(call->actor.trial))
		return no_trial(call);
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &trial));
	TRY(row_get(&call->rows, &session_entity, trial.trial_session, &own));
	TRY(row_get(&call->rows, &account_entity, trial.trial_of, &auditor));
	TRY(membership_by_id(&call->rows, own.membership, &membership));
	trial.ended = call->now_us;
	TRY(row_update(&call->rows, &session_entity, &trial));
	call->actor = (struct actor){
		.account = own.account, .membership = own.membership, .session = own.row.id, .facility = membership.facility,
		.role = (enum role)membership.role, .signed_in_us = own.proved, .factor = own.factor, .probe = auditor.probe,
	};
	TRY(session_rotate(call, &own));
	session_put(call, &auditor);
	TRY(call_object(call, "account", trial.account));
	return call_object(call, "session", trial.row.id);
}

const struct op session_trial_end = {
	.id = "trial.end",
	.while_unaccepted = true,
	.ja = "試行を終えて監査人に戻る",
	.en = "End a trial and be the auditor again",
	.method = "POST",
	.path = "/v1/trials/end",
	.kind = OP_WRITE,
	.grants = everybody,
	.policy = "trial end",
	.while_locked = true,
	.inputs = no_inputs,
	.entity = &session_entity,
	.output_fields = session_output,
	.status = 200,
	.purpose_ja = "監査人が、許されることと断られることを自分で確かめるため",
	.purpose_en = "To let an auditor see what is allowed and what is refused",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = end_apply,
};

/* ---- seeing ---- */

#define SHOWN_MAX 100

static void put(struct call *call, const struct history_entry *entry)
{
	json_object(&call->out, NULL);
	json_int(&call->out, "index", (int64_t)entry->index);
	json_time(&call->out, "time", entry->event.time_us);
	json_text(&call->out, "operation", entry->event.operation);
	events_put_title(&call->out, entry->event.operation);
	json_int(&call->out, "outcome", entry->event.outcome);
	json_text(&call->out, "rule", entry->event.rule);
	json_object_end(&call->out);
}

/* What names the auditor and was done as the account that is acted as, since the trial began. */
static err put_all(struct call *call)
{
	const struct history_span span = {.object = call->actor.trial, .from = 0, .until = INT64_MAX};
	uint64_t *events = arena_alloc(call->arena, SHOWN_MAX * sizeof(*events));
	struct history_entry *entry = arena_alloc(call->arena, sizeof(*entry));
	struct session session = {0};
	struct history history = {0};
	size_t count = 0;

	if (events == NULL || entry == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	TRY(history_begin(&call->rows, &span.object, 1, &history));
	TRY(history_page(&history, &span, 1, INT64_MAX, events, SHOWN_MAX, &count));
	for (size_t i = 0; i < count; i++) {
		TRY(history_item_read(&call->rows, events[i], entry));
		if (entry->event.time_us < session.started)
			break;
		if (id_equal(entry->event.actor, call->actor.account))
			put(call, entry);
	}
	return OK;
}

/* Without a trial there is nothing to be seen. */
static err see_apply(struct call *call)
{
	json_array(&call->out, "items");
	if (!id_is_zero(call->actor.trial))
		TRY(put_all(call));
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return call->out.state;
}

static const struct field see_output[] = {
	{.name = "index", .ja = "記録の番号", .en = "Index", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "time", .ja = "日時", .en = "Time", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "operation", .ja = "操作", .en = "Operation", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "title", .ja = "操作の説明", .en = "What the operation does", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "outcome", .ja = "結果", .en = "Outcome", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "rule", .ja = "適用された規則", .en = "Deciding rule", .type = FIELD_TEXT, .grade = GRADE_2},
	{0},
};

const struct op session_trial_see = {
	.id = "trial.see",
	.while_unaccepted = true,
	.ja = "試行で行ったことを見る",
	.en = "See what was done on trial",
	.method = "GET",
	.path = "/v1/trials/current",
	.kind = OP_READ,
	.grants = everybody,
	.policy = "trial see",
	.inputs = no_inputs,
	.entity = &session_entity,
	.output_fields = see_output,
	.list = true,
	.status = 200,
	.purpose_ja = "監査人が、許されることと断られることを自分で確かめるため",
	.purpose_en = "To let an auditor see what is allowed and what is refused",
	.grade = GRADE_2,
	.requirements = "K-1 K-27",
	.apply = see_apply,
};
