#include <stdio.h>

#include "base/clock.h"
#include "identity/credential.h"
#include "identity/factor.h"
#include "identity/invitation.h"
#include "identity/notice.h"
#include "identity/pin.h"
#include "identity/reach.h"
#include "identity/session.h"

#include "identity/people.h"

/* ---- seeing ---- */

/* The membership whose role and facility are told to this caller; a zero one where there is none. */
static err told_membership(struct call *call, struct id account, struct membership *membership_out)
{
	struct membership all[MEMBERSHIP_MAX];
	size_t count = 0;

	TRY(membership_all(&call->rows, account, all, &count));
	for (size_t i = 0; i < count; i++)
		if (reach_sees(&call->actor, &all[i])) {
			*membership_out = all[i];
			return OK;
		}
	return OK;
}

static err put_item(struct call *call, const void *row, const char *groups)
{
	const struct account *account = row;
	struct membership membership = {0};

	TRY(told_membership(call, account->row.id, &membership));
	return reach_put(call, account, &membership, groups);
}

static err put_memberships(struct call *call, struct id account)
{
	struct membership all[MEMBERSHIP_MAX];
	size_t count = 0;

	TRY(membership_all(&call->rows, account, all, &count));
	json_array(&call->out, "memberships");
	for (size_t i = 0; i < count; i++) {
		if (!reach_sees(&call->actor, &all[i]))
			continue;
		json_object(&call->out, NULL);
		json_row(&call->out, &membership_entity, &all[i], "*");
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	return OK;
}

static err see_apply(struct call *call)
{
	struct account account = {0};
	struct membership membership = {0};

	TRY(row_get(&call->rows, &account_entity, call_id(call, "account"), &account));
	TRY(told_membership(call, account.row.id, &membership));
	call->event_facility = membership.facility;
	TRY(reach_put(call, &account, &membership, call->grant->groups));
	return put_memberships(call, account.row.id);
}

static err list_apply(struct call *call)
{
	call->event_facility = call->actor.facility;
	return call_list(call, put_item);
}

static const struct grant see_grants[] = {
	{ROLES_ANY, RELATION_OWN, "*"},
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{ROLE(OFFICER) | ROLE(AUDITOR), RELATION_CUSTOMER, "identity"}, /* no contact */
	{0},
};

#define ACCOUNT_ID                                                                                                   \
	{.place = IN_PATH, .object = true, .field = {.name = "account", .ja = "アカウント", .en = "Account",         \
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "account"}}

static const struct input see_inputs[] = {ACCOUNT_ID, {0}};

static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .choices = access_role_names}},
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .choices = account_states}},
	{.place = IN_QUERY, .field = {.name = "class", .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "class"}},
	OP_INPUT_CURSOR,
	OP_INPUT_LIMIT,
	{0},
};

static const struct field person_output[] = {
	{.name = "id", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "login", ACCOUNT_LOGIN_WORDS},
	{.name = "name", ACCOUNT_NAME_WORDS},
	{.name = "mail", ACCOUNT_MAIL_WORDS},
	{.name = "telephone", ACCOUNT_TELEPHONE_WORDS},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = account_states},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = access_role_names},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "locked", .ja = "ロック中", .en = "Locked", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "second_factor", .ja = "二つ目の要素", .en = "Has a second factor", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "invited_until", .ja = "招待の期限", .en = "Invited until", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op people_see = {
	.id = "account.see",
	.ja = "アカウントを見る",
	.en = "See an account",
	.method = "GET",
	.path = "/v1/accounts/{account}",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "account see",
	.inputs = see_inputs,
	.entity = &account_entity,
	.output_fields = person_output,
	.status = 200,
	.purpose_ja = "登録された利用者を確かめるため",
	.purpose_en = "To check who is registered",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-37",
	.apply = see_apply,
};

/*
 * The role is looked for among those that the caller is told of: as reach_sees says it. Membership state 0 = active, link state 0 = active.
 * What is compared with a column stands first: PostgreSQL takes the type of a parameter from there.
 */
#define LIST_WHERE                                                                                                   \
	"(account.state = :state OR :state IS NULL)"                                                                 \
	" AND (EXISTS (SELECT 1 FROM membership AS held WHERE held.account = account.id AND held.state = 0"          \
	" AND held.role = :role AND (held.account = :actor_account OR ((:actor_role & 64) <> 0)"                     \
	" OR ((:actor_role & 8) <> 0 AND held.facility = :actor_facility AND held.role IN (1, 2))"                   \
	" OR ((:actor_role & 16) <> 0 AND held.role IN (2, 3, 4)) OR ((:actor_role & 32) <> 0 AND held.role IN (3, 4, 5, 6))" \
	" OR ((:actor_role & 512) <> 0 AND held.role IN (8, 9)))) OR :role IS NULL)"                                 \
	" AND (EXISTS (SELECT 1 FROM guardianship AS link JOIN child AS subject ON subject.id = link.child"          \
	" WHERE link.account = account.id AND link.state = 0 AND subject.class = :class) OR :class IS NULL)"

const struct op people_list = {
	.id = "account.list",
	.ja = "アカウントの一覧を見る",
	.en = "List accounts",
	.method = "GET",
	.path = "/v1/accounts",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "account see",
	.inputs = list_inputs,
	.entity = &account_entity,
	.output = &account_entity,
	.output_fields = person_output,
	.list = true,
	.where = LIST_WHERE,
	.status = 200,
	.purpose_ja = "登録された利用者を確かめるため",
	.purpose_en = "To check who is registered",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-37",
	.apply = list_apply,
};

/* ---- changing ---- */

static err note_reason(struct call *call)
{
	struct json json = {.out = &call->detail, .comma = call->detail.len > 0};

	json_text(&json, "reason", call_text(call, "reason"));
	return json.state;
}

static err conflict(struct call *call, const char *ja, const char *en)
{
	problems_add(call->problems, "account", NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

/* P1 */
static err lower(struct call *call, struct id account)
{
	TRY(invitation_void(call, account));
	return session_end_others(call, account, (struct id){{0}});
}

static err told(struct call *call, const struct reach *reach)
{
	TRY(note_reason(call));
	TRY(call_object(call, "account", reach->account.row.id));
	return reach_put(call, &reach->account, &reach->membership, "*");
}

static err impact_of(struct call *call, int64_t *objects_out, char *words_out, size_t words_max, const char *ja, const char *en)
{
	struct reach reach;

	TRY(reach_account(call, call_id(call, "account"), &reach));
	(void)snprintf(words_out, words_max, "%s", call->language == LANGUAGE_EN ? en : ja);
	*objects_out = 1;
	return OK;
}

static err suspend_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	return impact_of(call, objects_out, words_out, words_max,
	    "この人は今すぐサインアウトされ、再開されるまでサインインできません。再開には、もう一人の管理者の承認が必要です。",
	    "This person is signed out at once and cannot sign in until reactivated, which a second administrator has to approve.");
}

static err suspend_apply(struct call *call)
{
	struct reach reach;
	struct account *account = &reach.account;

	TRY(reach_account(call, call_id(call, "account"), &reach));
	if (account->state != ACCOUNT_ACTIVE && account->state != ACCOUNT_INVITED)
		return conflict(call, "このアカウントはもう停止または終了しています。", "This account is suspended or has left already.");
	account->state = ACCOUNT_SUSPENDED;
	TRY(row_update(&call->rows, &account_entity, account));
	TRY(lower(call, account->row.id));
	TRY(notice_put(call, account->row.id, NOTICE_SUSPENDED));
	return told(call, &reach);
}

static err reactivate_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	return impact_of(call, objects_out, words_out, words_max, "この人はまたサインインできるようになります。",
	    "This person can sign in again.");
}

/* AC-5 */
static struct op_words reactivate_warning(struct call *call)
{
	(void)call;
	return (struct op_words){"承認すると、この人に見える範囲が広がります。役割と相手が正しいことを確かめてください。", "Once approved, this person sees more. Make sure that role and person are right."};
}

static err reactivate_apply(struct call *call)
{
	struct reach reach;
	struct account *account = &reach.account;
	struct credential credential = {0};
	err e;

	TRY(reach_account(call, call_id(call, "account"), &reach));
	if (account->state != ACCOUNT_SUSPENDED)
		return conflict(call, "このアカウントは停止されていません。", "This account is not suspended.");
	e = credential_of(&call->rows, account->row.id, &credential);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	account->state = err_is_ok(e) ? ACCOUNT_ACTIVE : ACCOUNT_INVITED;
	TRY(row_update(&call->rows, &account_entity, account));
	TRY(notice_put(call, account->row.id, NOTICE_REACTIVATED));
	return told(call, &reach);
}

static err unlock_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	return impact_of(call, objects_out, words_out, words_max, "この人のロックが解かれ、すぐにサインインできるようになります。",
	    "The lock is lifted: this person can sign in at once.");
}

static err unlock_apply(struct call *call)
{
	struct reach reach;
	struct credential credential = {0};
	err e;

	TRY(reach_account(call, call_id(call, "account"), &reach));
	e = credential_of(&call->rows, reach.account.row.id, &credential);
	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && !credential_locked(&credential, call->now_us)))
		return conflict(call, "このアカウントはロックされていません。", "This account is not locked.");
	TRY(e);
	TRY(credential_clear(&call->rows, &credential, (struct bytes){0}, call->compartment->password_rounds));
	TRY(notice_put(call, reach.account.row.id, NOTICE_UNLOCKED));
	return told(call, &reach);
}

static err leave_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	return impact_of(call, objects_out, words_out, words_max,
	    "この人は今すぐサインアウトされ、二度とサインインできません。元に戻せません。",
	    "This person is signed out at once and can never sign in again. This cannot be undone.");
}

static err end_memberships(struct call *call, struct reach *reach)
{
	int32_t today = clock_date_jst(call->now_us);

	for (size_t i = 0; i < reach->count; i++) {
		struct membership *membership = &reach->all[i];

		/* It stays in its facility's sight, as the last one that there was. */
		if (membership->state != MEMBERSHIP_ACTIVE || (membership->until != 0 && membership->until <= today))
			continue;
		membership->until = today > membership->since ? today : membership->since;
		TRY(row_update(&call->rows, &membership_entity, membership));
	}
	return OK;
}

/* Nothing is left to sign in with; the history is kept. DA-6 */
static err remove_means(struct call *call, struct id account)
{
	bool found = false;

	TRY(factor_remove(call, account, &found));
	TRY(pin_remove(call, account, &found));
	return credential_remove(call, account);
}

static err leave_apply(struct call *call)
{
	struct reach reach;
	struct account *account = &reach.account;

	TRY(reach_account(call, call_id(call, "account"), &reach));
	if (account->state == ACCOUNT_LEFT)
		return conflict(call, "このアカウントはもう終了しています。", "This account has left already.");
	if (reach.beyond)
		return conflict(call, "この人はほかの園または役割でも利用しています。こちらの所属だけを終了してください。",
		    "This person is also at another facility or in another role. End the membership here instead.");
	account->state = ACCOUNT_LEFT;
	TRY(row_update(&call->rows, &account_entity, account));
	TRY(end_memberships(call, &reach));
	TRY(remove_means(call, account->row.id));
	TRY(lower(call, account->row.id));
	return told(call, &reach);
}

static err reset_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	return impact_of(call, objects_out, words_out, words_max,
	    "この人の確認コードのアプリ・予備のコード・暗証番号がすべて外れ、今すぐサインアウトされます。本人であることを、会うか電話で確かめましたか。",
	    "This person's authenticator app, recovery codes and PIN are removed, and all sessions end at once. Have you made sure who is asking, in person or by telephone?");
}

static err reset_apply(struct call *call)
{
	struct reach reach;
	bool found = false;

	TRY(reach_account(call, call_id(call, "account"), &reach));
	TRY(factor_remove(call, reach.account.row.id, &found));
	TRY(pin_remove(call, reach.account.row.id, &found));
	TRY(session_end_others(call, reach.account.row.id, (struct id){{0}}));
	TRY(notice_put(call, reach.account.row.id, NOTICE_FACTOR_REMOVED));
	return told(call, &reach);
}

static const struct grant manage_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static const struct input reason_inputs[] = {
	ACCOUNT_ID,
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .personal = true, .required = true, .min = 1, .max = 200}},
	{0},
};

#define SECOND_PERSON (ROLE(OFFICER_ADMIN) | ROLE(OPERATOR_ADMIN))
#define PEOPLE_OP                                                                                                    \
	.method = "POST", .kind = OP_WRITE, .grants = manage_grants, .inputs = reason_inputs, .entity = &account_entity, \
	.output_fields = person_output, .status = 200, .guarded = reach_privileged, .event = true, .grade = GRADE_3B,    \
	.requirements = "K-1 K-3 K-27"

const struct op people_suspend = {
	PEOPLE_OP,
	.id = "account.suspend",
	.ja = "アカウントを一時停止する",
	.en = "Suspend an account",
	.path = "/v1/accounts/{account}/suspend",
	.guard = GUARD_CONFIRM,
	.policy = "account suspend",
	.purpose_ja = "休職・端末の紛失などのとき、利用を止めるため",
	.purpose_en = "To stop the use of an account, on leave or after a loss",
	.manual = "doc/manual/account.md",
	.impact = suspend_impact,
	.apply = suspend_apply,
};

const struct op people_reactivate = {
	PEOPLE_OP,
	.id = "account.reactivate",
	.ja = "アカウントを再開する",
	.en = "Reactivate an account",
	.path = "/v1/accounts/{account}/reactivate",
	.guard = GUARD_APPROVE,
	.approver = SECOND_PERSON,
	.undo = "account.suspend",
	.policy = "account reactivate",
	.purpose_ja = "一時停止した人がまた利用できるようにするため",
	.purpose_en = "To let a suspended person in again",
	.manual = "doc/manual/account.md",
	.impact = reactivate_impact,
	.warning = reactivate_warning,
	.apply = reactivate_apply,
};

const struct op people_unlock = {
	PEOPLE_OP,
	.id = "account.unlock",
	.ja = "ロックを解除する",
	.en = "Unlock an account",
	.path = "/v1/accounts/{account}/unlock",
	.guard = GUARD_APPROVE,
	.approver = SECOND_PERSON,
	.undo = "IRREVERSIBLE",
	.policy = "account unlock",
	.purpose_ja = "ロックされた本人がすぐにサインインできるようにするため",
	.purpose_en = "To let a locked person in at once",
	.manual = "doc/manual/account.md",
	.impact = unlock_impact,
	.apply = unlock_apply,
};

const struct op people_leave = {
	PEOPLE_OP,
	.id = "account.leave",
	.ja = "アカウントを終了する",
	.en = "End an account",
	.path = "/v1/accounts/{account}/leave",
	.guard = GUARD_APPROVE,
	.approver = SECOND_PERSON,
	.undo = "IRREVERSIBLE",
	.policy = "account leave",
	.purpose_ja = "退職・退園・異動した人の利用を終えるため",
	.purpose_en = "To end the use by somebody who has left",
	.manual = "doc/manual/account.md",
	.impact = leave_impact,
	.apply = leave_apply,
};

const struct op people_reset_factor = {
	PEOPLE_OP,
	.id = "account.reset-factor",
	.outside_trial = true,
	.ja = "確認コードの登録を外す",
	.en = "Remove somebody's second factor",
	.path = "/v1/accounts/{account}/reset-factor",
	.guard = GUARD_APPROVE,
	.otherwise = GUARD_CONFIRM,
	.approver = SECOND_PERSON,
	.undo = "IRREVERSIBLE",
	.policy = "account reset-factor",
	.purpose_ja = "確認コードの端末をなくした人が登録し直せるようにするため",
	.purpose_en = "To let somebody who has lost the authenticator enrol anew",
	.manual = "doc/manual/account.md",
	.impact = reset_impact,
	.apply = reset_apply,
};
