#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op/label.h"
#include "op/within.h"

#include "govern/campaign_record.h"
#include "govern/campaign_task.h"
#include "govern/campaign_view.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 200

static err conflict(struct call *call, const char *field, const char *ja, const char *en)
{
	problems_add(call->problems, field, NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

/* ---- mine ---- */

static err put_item(struct call *call, const void *row, const char *groups)
{
	(void)groups;
	return campaign_view_put_task(call, row);
}

static err mine_apply(struct call *call)
{
	return call_list(call, put_item);
}

/* ---- one ---- */

static const struct statement last_seen = {"govern.campaign-last-seen", "SELECT MAX(seen) FROM session WHERE account = :account AND trial_of IS NULL"};
static const struct statement held_roles = {"govern.campaign-held-roles",
    "SELECT DISTINCT role FROM membership WHERE account = :account AND state = 0 ORDER BY role LIMIT 16"};

static err put_last_seen(struct call *call, struct id account)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(call->rows.db, &last_seen, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		json_time(&call->out, "last_used_at", row && !column_null(query, 0) ? column_int(query, 0) : 0);
	query_end(&query);
	return e;
}

static err put_held_roles(struct call *call, struct id account)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(call->rows.db, &held_roles, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	json_array(&call->out, "roles");
	while (err_is_ok(e)) {
		int64_t role;

		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		role = column_int(query, 0);
		if (role > 0 && role < ROLE_COUNT)
			json_str(&call->out, NULL, access_role_names[role]);
	}
	json_array_end(&call->out);
	query_end(&query);
	return e;
}

static void put_decision(struct call *call, const struct campaign_item *item)
{
	char id[ID_TEXT_MAX];
	char link[64];

	json_str(&call->out, "decision", campaign_decisions[item->decision]);
	json_str(&call->out, "acted", campaign_acts[item->acted]);
	json_text(&call->out, "note", item->note);
	json_time(&call->out, "decided_at", item->at);
	id_format(item->account, id);
	(void)snprintf(link, sizeof(link), "/people/%s", id);
	json_str(&call->out, "link", item->acted == CAMPAIGN_ACTED_OPEN ? link : "");
}

static err put_account(struct call *call, const struct campaign_task *task, struct id account)
{
	struct campaign_item item = {0};
	struct bytes name = {0};
	err e = campaign_item_of(&call->rows, task->row.id, account, &item);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	TRY(label_of(&call->rows, "account", account, &name));
	json_object(&call->out, NULL);
	json_id(&call->out, "account", account);
	json_text(&call->out, "name", name);
	json_bool(&call->out, "own", id_equal(account, call->actor.account));
	TRY(put_held_roles(call, account));
	TRY(put_last_seen(call, account));
	if (err_is_ok(e)) {
		put_decision(call, &item);
	} else {
		json_null(&call->out, "decision");
		json_null(&call->out, "acted");
	}
	json_object_end(&call->out);
	return call->out.state;
}

static void put_counts(struct call *call, const struct campaign_counts *counts)
{
	json_object(&call->out, "counts");
	json_int(&call->out, "accounts", counts->accounts);
	json_int(&call->out, "open", counts->open);
	for (int i = 0; i <= CAMPAIGN_DELETE; i++)
		json_int(&call->out, campaign_decisions[i], counts->decided[i]);
	json_object_end(&call->out);
}

static err put_accounts(struct call *call, const struct campaignkind *kind, const struct campaign_task *task)
{
	const struct value *asked = call_value(call, "limit");
	int64_t page = asked->present ? asked->as.integer : PAGE_DEFAULT;
	struct id *list = arena_alloc(call->arena, (PAGE_MAX + 1) * sizeof(*list));
	struct campaign_counts counts = {0};
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	if (page < 1 || page > PAGE_MAX)
		page = PAGE_DEFAULT;
	TRY(campaign_count(&call->rows, kind, task, call->now_us, &counts));
	put_counts(call, &counts);
	TRY(campaign_accounts(&call->rows, kind, task, call_id(call, "cursor"), call->now_us, list, (size_t)page + 1, &count));
	json_array(&call->out, "items");
	for (size_t i = 0; i < count && i < (size_t)page; i++)
		TRY(put_account(call, task, list[i]));
	json_array_end(&call->out);
	json_id(&call->out, "next", count > (size_t)page ? list[page - 1] : (struct id){{0}});
	return buf_printf(&call->detail, "%s\"count\":%zu", call->detail.len > 0 ? "," : "", count > (size_t)page ? (size_t)page : count);
}

static void put_words(struct call *call, const struct campaignkind *kind)
{
	json_object(&call->out, "text");
	json_str(&call->out, "ja", kind->text.ja);
	json_str(&call->out, "en", kind->text.en);
	json_object_end(&call->out);
	form_json_fields(&call->out, "fields", &kind->form);
	if (kind->pass_field == NULL) {
		json_null(&call->out, "pass");
		return;
	}
	json_object(&call->out, "pass");
	json_str(&call->out, "field", kind->pass_field);
	json_int(&call->out, "min", kind->pass_min);
	json_object_end(&call->out);
}

/* Whoever is held may do what the hold is about, their own task: nothing that shows or judges other people. */
static err not_while_held(struct call *call, const struct campaignkind *kind)
{
	bool others = call->grant->relation == RELATION_SEES || (kind != NULL && kind->task == CAMPAIGNKIND_ACCOUNTS);

	if (!call->held || !others)
		return OK;
	call->reason = "terms not accepted";
	return FAIL(UNACCEPTED);
}

static err see_apply(struct call *call)
{
	struct campaign_task task = {0};
	const struct campaignkind *kind;
	bool mine;

	TRY(row_get(&call->rows, &campaign_task_entity, call_id(call, "task"), &task));
	kind = campaignkind_find(task.description);
	TRY(not_while_held(call, kind));
	call->event_facility = task.facility;
	mine = call->grant->relation != RELATION_SEES && task.state == CAMPAIGN_TASK_OPEN && kind != NULL;
	TRY(campaign_view_put_task(call, &task));
	json_object(&call->out, "may");
	json_bool(&call->out, "finish", mine);
	json_bool(&call->out, "decide", mine && kind->task == CAMPAIGNKIND_ACCOUNTS);
	json_object_end(&call->out);
	if (kind == NULL)
		return call->out.state;
	put_words(call, kind);
	if (kind->task == CAMPAIGNKIND_ACCOUNTS && call->grant->relation != RELATION_SEES)
		return put_accounts(call, kind, &task);
	form_json(&call->out, "answers", &kind->form, task.body);
	return call->out.state;
}

/* ---- deciding on an account ---- */

static err open_task(struct call *call, struct campaign_task *task, const struct campaignkind **kind_out)
{
	TRY(row_get(&call->rows, &campaign_task_entity, call_id(call, "task"), task));
	*kind_out = campaignkind_find(task->description);
	call->event_facility = task->facility;
	if (*kind_out == NULL || (size_t)task->unit >= (*kind_out)->unit_count)
		return conflict(call, "task", "この種類の取組みは、もう行われていません。", "There are no such campaigns any more.");
	if (task->state != CAMPAIGN_TASK_OPEN)
		return conflict(call, "task", "この作業はもう終わっています。", "This task has ended already.");
	return OK;
}

/* Whoever has a higher role, or is also elsewhere, is ended by hand: on the account's page, by two people. */
static err end_account(struct call *call, struct id account, enum campaign_acted *acted_out)
{
	const struct op *leave = op_find("account.leave");
	struct value *values = arena_alloc(call->arena, FIELD_MAX * sizeof(*values));
	size_t told = call->problems->count;
	err e;

	if (values == NULL)
		return FAIL(UNAVAILABLE);
	REQUIRE(leave != NULL);
	for (int i = 0; leave->inputs[i].field.name != NULL; i++) {
		if (strcmp(leave->inputs[i].field.name, "account") == 0)
			values[i] = (struct value){.present = true, .as.id = account};
		if (strcmp(leave->inputs[i].field.name, "reason") == 0)
			values[i] = *call_value(call, "note");
	}
	e = within_call(call, leave, values);
	*acted_out = CAMPAIGN_ACTED_DONE;
	if (!err_is(e, ERR_CONFIRM) && !err_is(e, ERR_CONFLICT) && !err_is(e, ERR_DENIED) && !err_is(e, ERR_NOT_FOUND))
		return e;
	/* account.leave refuses before its first row. */
	call->problems->count = told;
	call->reason = NULL;
	*acted_out = CAMPAIGN_ACTED_OPEN;
	return OK;
}

static err put_item_row(struct call *call, struct campaign_item *item)
{
	return item->row.version == 0 ? row_insert(&call->rows, &campaign_item_entity, item) : row_update(&call->rows, &campaign_item_entity, item);
}

static err decide_apply(struct call *call)
{
	struct campaign_task task = {0};
	struct campaign_item item = {0};
	const struct campaignkind *kind = NULL;
	struct id account = call_id(call, "account");
	enum campaign_decision decision = (enum campaign_decision)call_value(call, "decision")->as.choice;
	enum campaign_acted acted = decision == CAMPAIGN_KEEP ? CAMPAIGN_ACTED_NONE : CAMPAIGN_ACTED_OPEN;
	bool examines = false;
	err e;

	TRY(open_task(call, &task, &kind));
	if (kind->task != CAMPAIGNKIND_ACCOUNTS)
		return conflict(call, "task", "この作業にはアカウントの判断はありません。", "There are no accounts to decide on in this task.");
	TRY(campaign_examines(&call->rows, kind, &task, account, call->now_us, &examines));
	if (!examines)
		return FAIL(NOT_FOUND);
	if (id_equal(account, call->actor.account)) { /* A2 */
		call->reason = "own account";
		return FAIL(DENIED);
	}
	if (decision != CAMPAIGN_KEEP && call_text(call, "note").len == 0)
		return call_flaw(call, "note", FLAW_MISSING, "「変更」と「削除」には理由を書いてください。", "Give a reason for change and delete.");
	e = campaign_item_of(&call->rows, task.row.id, account, &item);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	if (decision == CAMPAIGN_DELETE)
		TRY(end_account(call, account, &acted));
	item.task = task.row.id;
	item.account = account;
	item.decision = (int32_t)decision;
	item.acted = (int32_t)acted;
	item.note = call_text(call, "note");
	item.by = call->actor.account;
	item.at = call->now_us;
	TRY(put_item_row(call, &item));
	TRY(call_object(call, "account", account));
	TRY(buf_printf(&call->detail, "%s\"decision\":\"%s\"", call->detail.len > 0 ? "," : "", campaign_decisions[decision]));
	json_id(&call->out, "account", account);
	put_decision(call, &item);
	return call->out.state;
}

/* ---- finishing ---- */

static err all_decided(struct call *call, const struct campaignkind *kind, struct campaign_task *task)
{
	struct campaign_counts counts = {0};
	char ja[160], en[160];

	TRY(campaign_count(&call->rows, kind, task, call->now_us, &counts));
	if (counts.open > 0) {
		(void)snprintf(ja, sizeof(ja), "まだ判断していないアカウントが%" PRId64 "件あります。", counts.open);
		(void)snprintf(en, sizeof(en), "%" PRId64 " accounts have no decision yet.", counts.open);
		return conflict(call, "task", ja, en);
	}
	task->examined = counts.accounts;
	task->kept = counts.decided[CAMPAIGN_KEEP];
	task->changed = counts.decided[CAMPAIGN_CHANGE];
	task->deleted = counts.decided[CAMPAIGN_DELETE];
	return OK;
}

static err passes(struct call *call, const struct campaignkind *kind, struct bytes body)
{
	struct bytes text = kind->pass_field == NULL ? (struct bytes){0} : form_get(body, kind->pass_field);
	char number[32];
	char ja[160], en[160];

	if (kind->pass_field == NULL)
		return OK;
	if (text.len >= sizeof(number))
		return FAIL(CORRUPT);
	memcpy(number, text.ptr, text.len);
	number[text.len] = '\0';
	if (strtoll(number, NULL, 10) >= kind->pass_min) /* form_check has seen that it is one */
		return OK;
	(void)snprintf(ja, sizeof(ja), "%" PRId64 "以上で修了です。もう一度取り組んでください。", kind->pass_min);
	(void)snprintf(en, sizeof(en), "At least %" PRId64 " is needed. Please try again.", kind->pass_min);
	problems_add(call->problems, "fields", NULL, FLAW_TOO_SMALL, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(INVALID);
}

static err answer(struct call *call, const struct campaignkind *kind, struct campaign_task *task)
{
	OWN(buf) clean = {0};

	TRY(form_check(call, &kind->form, call_text(call, "fields"), true, &clean));
	TRY(passes(call, kind, bytes_of(&clean)));
	return arena_copy(call->arena, bytes_of(&clean), &task->body);
}

static err finish_apply(struct call *call)
{
	struct campaign_task task = {0};
	const struct campaignkind *kind = NULL;

	TRY(open_task(call, &task, &kind));
	TRY(not_while_held(call, kind));
	if (kind->task == CAMPAIGNKIND_ACCOUNTS)
		TRY(all_decided(call, kind, &task));
	else
		TRY(answer(call, kind, &task));
	task.done_by = call->actor.account;
	task.done_at = call->now_us;
	TRY(campaign_record_file(call, kind, &task));
	TRY(campaign_done(&call->rows, &task, call->now_us));
	return campaign_view_put_task(call, &task);
}

/* ---- rows ---- */

#define PURPOSE .purpose_ja = "期限までに行うことを確かめ、行うため", .purpose_en = "To see and to do what has to be done by a date"
#define REQUIREMENTS .requirements = "K-37 P-3.12 U-28 P-3.10 S-10 U-23"
#define TASK_ID {.place = IN_PATH, .object = true, .field = {.name = "task", .ja = "作業", .en = "Task", .type = FIELD_ID, .grade = GRADE_2, .required = true, \
	.refers = "campaign_task"}}

static const struct grant own_grants[] = {{ROLES_ANY, RELATION_OWN, "*"}, {ROLES_ANY, RELATION_HANDLES, "*"}, {0}};
static const struct grant see_grants[] = {{ROLES_ANY, RELATION_OWN, "*"}, {ROLES_ANY, RELATION_HANDLES, "*"}, {ROLES_ANY, RELATION_SEES, "progress"}, {0}};
static const struct grant decide_grants[] = {{ROLES_ANY, RELATION_HANDLES, "*"}, {0}};
static const struct input mine_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = campaign_task_states}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};
static const struct input see_inputs[] = {TASK_ID, OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};
static const struct input decide_inputs[] = {
	TASK_ID,
	{.place = IN_BODY, .field = {.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "account"}},
	{.place = IN_BODY, .field = {.name = "decision", .ja = "判断", .en = "Decision", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = campaign_decisions}},
	{.place = IN_BODY, .field = {.name = "note", .ja = "理由", .en = "Note", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .max = 200}},
	{0},
};
static const struct input finish_inputs[] = {
	TASK_ID,
	{.place = IN_BODY, .field = {.name = "fields", .ja = "回答", .en = "Answers", .type = FIELD_FORM, .grade = GRADE_3C}},
	{0},
};
static const struct field decide_output[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "decision", .ja = "判断", .en = "Decision", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = campaign_decisions},
	{.name = "acted", .ja = "実施", .en = "Acted", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = campaign_acts},
	{.name = "link", .ja = "手続きの画面", .en = "Where to act", .type = FIELD_TEXT, .grade = GRADE_2},
	{0},
};

const struct op campaign_task_mine = {
	.id = "campaign-task.mine", .ja = "自分が行う作業を見る", .en = "List one's own tasks", .method = "GET", .path = "/v1/campaigns/tasks/mine",
	.kind = OP_READ, .grants = own_grants, .policy = "campaign_task see", .inputs = mine_inputs, .entity = &campaign_task_entity,
	.output = &campaign_task_entity, .list = true, .where = "(campaign_task.state = :state OR :state IS NULL)", .status = 200, PURPOSE, .event = true,
	.grade = GRADE_3B, REQUIREMENTS, .while_unaccepted = true, .apply = mine_apply,
};
const struct op campaign_task_see = {
	.id = "campaign-task.see", .ja = "作業の内容を見る", .en = "See a task", .method = "GET", .path = "/v1/campaign-tasks/{task}", .kind = OP_READ,
	.grants = see_grants, .policy = "campaign_task see", .inputs = see_inputs, .entity = &campaign_task_entity, .output = &campaign_task_entity,
	.status = 200, PURPOSE, .event = true, .grade = GRADE_3B, REQUIREMENTS, .while_unaccepted = true, .apply = see_apply,
};
const struct op campaign_task_decide = {
	.id = "campaign-task.decide", .ja = "アカウントについて判断する", .en = "Decide on an account", .method = "POST",
	.path = "/v1/campaign-tasks/{task}/decide", .kind = OP_WRITE, .grants = decide_grants, .policy = "campaign_task decide", .inputs = decide_inputs,
	.entity = &campaign_task_entity, .output_fields = decide_output, .status = 200, .purpose_ja = "要らなくなったアカウントを残さないため",
	.purpose_en = "To leave no account that is no longer needed", .event = true, .grade = GRADE_3B, .requirements = "K-37 P-3.12 U-28",
	.apply = decide_apply,
};
const struct op campaign_task_finish = {
	.id = "campaign-task.finish", .ja = "作業を終える", .en = "Finish a task", .method = "POST", .path = "/v1/campaign-tasks/{task}/finish",
	.kind = OP_WRITE, .grants = own_grants, .policy = "campaign_task finish", .inputs = finish_inputs, .entity = &campaign_task_entity,
	.output = &campaign_task_entity, .status = 200, PURPOSE, .event = true, .grade = GRADE_3B, REQUIREMENTS, .while_unaccepted = true,
	.apply = finish_apply,
};
