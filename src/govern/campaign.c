#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#include "govern/campaign.h"

const char *const campaign_states[] = {[CAMPAIGN_RUNNING] = "running", [CAMPAIGN_CLOSED] = "closed", NULL};
const char *const campaign_task_states[] = {[CAMPAIGN_TASK_OPEN] = "open", [CAMPAIGN_TASK_DONE] = "done", [CAMPAIGN_TASK_VOID] = "void", NULL};
const char *const campaign_decisions[] = {[CAMPAIGN_KEEP] = "keep", [CAMPAIGN_CHANGE] = "change", [CAMPAIGN_DELETE] = "delete", NULL};
const char *const campaign_acts[] = {[CAMPAIGN_ACTED_NONE] = "none", [CAMPAIGN_ACTED_DONE] = "done", [CAMPAIGN_ACTED_OPEN] = "open", NULL};

#define ACCOUNT .type = FIELD_ID, .grade = GRADE_2, .refers = "account"
#define NUMBER .type = FIELD_INT, .grade = GRADE_2
#define TIME .type = FIELD_TIME, .grade = GRADE_2
#define KIND .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "description"
#define PLACE .type = FIELD_ID, .grade = GRADE_2, .refers = "facility"
#define FLAG .type = FIELD_BOOL, .grade = GRADE_2

#define AT(member) .offset = offsetof(struct campaign, member)

static const struct field fields[] = {
	{.name = "description", .ja = "種類", .en = "Kind", KIND, AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", PLACE, AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "For checks", FLAG, AT(probe)},
	{.name = "opener", .ja = "始めた人", .en = "Started by", ACCOUNT, AT(opener)},
	{.name = "origin", .ja = "送り元", .en = "Origin", .type = FIELD_TEXT, .grade = GRADE_2, .max = 32, AT(origin)},
	{.name = "number", .ja = "番号", .en = "Number", NUMBER, AT(number)},
	{.name = "title", .ja = "名前", .en = "Title", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .sealed = true, .max = CAMPAIGN_TITLE_MAX, AT(title)},
	{.name = "note", .ja = "説明", .en = "Note", .type = FIELD_TEXT, .grade = GRADE_2, .sealed = true, .multiline = true, .max = CAMPAIGN_NOTE_MAX, AT(note)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = campaign_states, AT(state)},
	{.name = "started_at", .ja = "開始日時", .en = "Started", TIME, AT(started_at)},
	{.name = "due_at", .ja = "期限", .en = "Due", TIME, AT(due_at)},
	{.name = "closed_at", .ja = "終了日時", .en = "Closed", TIME, AT(closed_at)},
	{.name = "unit", .ja = "配付中の区分", .en = "Unit under way", NUMBER, .max = CAMPAIGNKIND_UNITS_MAX, AT(unit)},
	{.name = "cursor", .ja = "配付の位置", .en = "Position", .type = FIELD_ID, .grade = GRADE_2, AT(cursor)},
	{.name = "spread", .ja = "配付済み", .en = "All tasks are made", FLAG, AT(spread)},
	{.name = "total", .ja = "全体", .en = "Tasks", NUMBER, AT(total)},
	{.name = "done", .ja = "完了", .en = "Done", NUMBER, AT(done)},
};
static const char *const indexes[] = {"description,probe,started_at", "state,spread", NULL};

const struct entity campaign_entity = {
	.name = "campaign", .ja = "一斉の取組み", .en = "Campaign", .size = sizeof(struct campaign), .seal = SEAL_CUSTOMER, .indexes = indexes,
	.fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

#undef AT
#define AT(member) .offset = offsetof(struct campaign_task, member)

static const struct field task_fields[] = {
	{.name = "campaign", .ja = "取組み", .en = "Campaign", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "campaign", AT(campaign)},
	{.name = "description", .ja = "種類", .en = "Kind", KIND, AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", PLACE, AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "For checks", FLAG, AT(probe)},
	{.name = "account", .ja = "担当者", .en = "Whose task", ACCOUNT, AT(account)},
	{.name = "roles", .ja = "担当の役割", .en = "Roles that have it", NUMBER, .max = ROLES_ANY, AT(roles)},
	{.name = "unit", .ja = "区分", .en = "Unit", NUMBER, .max = CAMPAIGNKIND_UNITS_MAX, AT(unit)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = campaign_task_states, AT(state)},
	{.name = "started_at", .ja = "開始日時", .en = "Started", TIME, AT(started_at)},
	{.name = "due_at", .ja = "期限", .en = "Due", TIME, AT(due_at)},
	{.name = "done_at", .ja = "完了日時", .en = "Done", TIME, AT(done_at)},
	{.name = "done_by", .ja = "完了した人", .en = "Done by", ACCOUNT, AT(done_by)},
	{.name = "hold_at", .ja = "利用を止める日時", .en = "Holds from", TIME, AT(hold_at)},
	{.name = "held_at", .ja = "利用を止めた日時", .en = "Held since", TIME, AT(held_at)},
	{.name = "examined", .ja = "確認したアカウント数", .en = "Accounts examined", NUMBER, AT(examined)},
	{.name = "kept", .ja = "継続", .en = "Kept", NUMBER, AT(kept)},
	{.name = "changed", .ja = "変更", .en = "Changed", NUMBER, AT(changed)},
	{.name = "deleted", .ja = "削除", .en = "Deleted", NUMBER, AT(deleted)},
	{.name = "body", .ja = "回答", .en = "Answers", .type = FIELD_FORM, .grade = GRADE_3C, .sealed = true, .group = "answers", AT(body)},
	{.name = "record", .ja = "台帳の記録", .en = "Record", .type = FIELD_ID, .grade = GRADE_2, AT(record)},
};
static const char *const task_indexes[] = {"campaign,state", "account,state", "state,hold_at", NULL};

const struct entity campaign_task_entity = {
	.name = "campaign_task", .ja = "一斉の取組みの作業", .en = "Task of a campaign", .size = sizeof(struct campaign_task), .seal = SEAL_CUSTOMER,
	.indexes = task_indexes, .fields = task_fields, .field_count = sizeof(task_fields) / sizeof(task_fields[0]),
};

#undef AT
#define AT(member) .offset = offsetof(struct campaign_item, member)

static const struct field item_fields[] = {
	{.name = "task", .ja = "作業", .en = "Task", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "campaign_task", AT(task)},
	{.name = "account", .ja = "アカウント", .en = "Account", .required = true, ACCOUNT, AT(account)},
	{.name = "decision", .ja = "判断", .en = "Decision", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = campaign_decisions, AT(decision)},
	{.name = "acted", .ja = "実施", .en = "Acted", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = campaign_acts, AT(acted)},
	{.name = "note", .ja = "理由", .en = "Note", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .sealed = true, .max = 200, AT(note)},
	{.name = "by", .ja = "判断した人", .en = "Decided by", ACCOUNT, AT(by)},
	{.name = "at", .ja = "判断日時", .en = "Decided", TIME, AT(at)},
};
static const char *const item_unique[] = {"task,account", NULL};

const struct entity campaign_item_entity = {
	.name = "campaign_item", .ja = "アカウントについての判断", .en = "Decision on an account", .size = sizeof(struct campaign_item), .seal = SEAL_CUSTOMER,
	.unique = item_unique, .fields = item_fields, .field_count = sizeof(item_fields) / sizeof(item_fields[0]),
};

/* ---- who is examined ---- */

/* account.state 3 = left, membership.state 0 = active. :but: who holds one of these roles is examined elsewhere. */
#define HELD(roles) \
	"EXISTS (SELECT 1 FROM membership AS held WHERE held.account = account.id AND held.state = 0 AND held.since <= :today" \
	" AND (held.until IS NULL OR held.until = 0 OR held.until >= :today) AND ((CAST(1 AS BIGINT) << CAST(held.role AS INTEGER)) & " roles ") <> 0"
#define EXAMINED \
	"account.probe = :probe AND account.state <> 3 AND " HELD(":roles") " AND (held.facility = :facility OR :facility IS NULL))" \
	" AND NOT " HELD(":but") ")"

static const struct statement accounts = {"govern.campaign-accounts",
    "SELECT account.id FROM account WHERE account.id > :cursor AND " EXAMINED " ORDER BY account.id LIMIT :limit"};
static const struct statement one_account = {"govern.campaign-account", "SELECT 1 FROM account WHERE account.id = :account AND " EXAMINED};
static const struct statement counts = {"govern.campaign-counts",
    "SELECT COUNT(*), COUNT(*) - COUNT(item.decision), SUM(CASE WHEN item.decision = 0 THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN item.decision = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN item.decision = 2 THEN 1 ELSE 0 END)"
    " FROM account LEFT JOIN campaign_item AS item ON item.task = :task AND item.account = account.id WHERE " EXAMINED};
/* Who was examined and is no longer there, by that very decision. */
static const struct statement gone = {"govern.campaign-gone",
    "SELECT COUNT(*) FROM campaign_item AS item JOIN account ON account.id = item.account WHERE item.task = :task AND item.decision = 2 AND account.state = 3"};

static struct row_list item_list = {"govern.campaign-item", &campaign_item_entity, "task = :task AND account = :account LIMIT 1", NULL};
static const struct statement highest = {"govern.campaign-highest", "SELECT MAX(number) FROM campaign WHERE description = :description AND probe = :probe"};

err campaign_start(void)
{
	return row_list_make(&item_list);
}

static err bind_examined(struct query *query, const struct campaignkind *kind, const struct campaign_task *task, int64_t now_us)
{
	size_t unit = (size_t)task->unit;

	if (unit >= kind->unit_count)
		return FAIL(CONFLICT); /* described otherwise since */
	TRY(query_int(query, "probe", task->probe ? 1 : 0));
	TRY(query_int(query, "today", clock_date_jst(now_us)));
	TRY(query_int(query, "roles", kind->units[unit].examines));
	TRY(query_int(query, "but", campaignkind_elsewhere(kind, unit)));
	return id_is_zero(task->facility) ? query_null(query, "facility") : query_id(query, "facility", &task->facility);
}

err campaign_examines(struct row_context *c, const struct campaignkind *kind, const struct campaign_task *task, struct id account,
    int64_t now_us, bool *examines_out)
{
	struct query *query = NULL;
	err e = query_start(c->db, &one_account, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = bind_examined(query, kind, task, now_us);
	if (err_is_ok(e))
		e = query_step(query, examines_out);
	query_end(&query);
	return e;
}

err campaign_accounts(struct row_context *c, const struct campaignkind *kind, const struct campaign_task *task, struct id cursor,
    int64_t now_us, struct id *list_out, size_t max, size_t *count_out)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(c->db, &accounts, &query);

	*count_out = 0;
	if (err_is_ok(e))
		e = query_id(query, "cursor", &cursor);
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	if (err_is_ok(e))
		e = bind_examined(query, kind, task, now_us);
	while (err_is_ok(e) && *count_out < max) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = column_id(query, 0, &list_out[(*count_out)++]);
	}
	query_end(&query);
	return e;
}

static err count_gone(struct row_context *c, const struct campaign_task *task, int64_t *count_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(c->db, &gone, &query);

	if (err_is_ok(e))
		e = query_id(query, "task", &task->row.id);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*count_out = row ? column_int(query, 0) : 0;
	query_end(&query);
	return e;
}

err campaign_count(struct row_context *c, const struct campaignkind *kind, const struct campaign_task *task, int64_t now_us,
    struct campaign_counts *counts_out)
{
	struct query *query = NULL;
	int64_t left = 0;
	bool row = false;
	err e = query_start(c->db, &counts, &query);

	if (err_is_ok(e))
		e = query_id(query, "task", &task->row.id);
	if (err_is_ok(e))
		e = bind_examined(query, kind, task, now_us);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		counts_out->accounts = column_int(query, 0);
		counts_out->open = column_int(query, 1);
		for (int i = 0; i <= CAMPAIGN_DELETE; i++)
			counts_out->decided[i] = column_int(query, 2 + i);
	}
	query_end(&query);
	TRY(e);
	TRY(count_gone(c, task, &left));
	counts_out->accounts += left;
	counts_out->decided[CAMPAIGN_DELETE] += left;
	return OK;
}

err campaign_item_of(struct row_context *c, struct id task, struct id account, struct campaign_item *item_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, item_list.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "task", &task);
	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &campaign_item_entity, query, false, item_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

/* ---- beginning and ending ---- */

static err next_number(struct row_context *c, struct id description, bool probe, int64_t *number_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(c->db, &highest, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", &description);
	if (err_is_ok(e))
		e = query_int(query, "probe", probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*number_out = (row && !column_null(query, 0) ? column_int(query, 0) : 0) + 1;
	query_end(&query);
	return e;
}

err campaign_begin(struct row_context *c, const struct campaign_spec *spec, int64_t now_us, struct campaign *campaign_out)
{
	const struct campaignkind *kind = spec->kind;
	char title[CAMPAIGN_TITLE_MAX * 3];
	int32_t today = clock_date_jst(now_us);
	struct campaign campaign = {
		.description = describe_id(CAMPAIGNKIND, kind->described.code), .probe = spec->probe, .opener = spec->opener, .title = spec->title,
		.note = spec->note, .state = CAMPAIGN_RUNNING, .started_at = now_us, .due_at = spec->due_us != 0 ? spec->due_us : now_us + kind->due_us,
	};

	if (campaign.title.len == 0) {
		(void)snprintf(title, sizeof(title), "%.200s %d-%02d", kind->described.title.ja, today / 10000, today / 100 % 100);
		campaign.title = bytes_str(title);
	}
	TRY(next_number(c, campaign.description, campaign.probe, &campaign.number));
	TRY(row_insert(c, &campaign_entity, &campaign));
	TRY(arena_copy(c->arena, campaign.title, &campaign.title));
	*campaign_out = campaign;
	return OK;
}

err campaign_done(struct row_context *c, struct campaign_task *task, int64_t now_us)
{
	struct campaign campaign = {0};

	TRY(row_get(c, &campaign_entity, task->campaign, &campaign));
	task->state = CAMPAIGN_TASK_DONE;
	task->done_at = now_us;
	task->held_at = 0;
	task->hold_at = 0;
	TRY(row_update(c, &campaign_task_entity, task));
	TRY(todo_done(c, CAMPAIGN_TODO, task->row.id, (struct id){{0}}, TODO_DONE, now_us));
	campaign.done++;
	return row_update(c, &campaign_entity, &campaign);
}
