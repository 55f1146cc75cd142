#include <string.h>

#include "base/clock.h"
#include "op/label.h"

#include "govern/campaign_view.h"

#define FACILITIES_MAX 1000
#define DAY_US (INT64_C(86400) * 1000000)
#define DUE_DAYS_MAX 366

/* ---- pieces ---- */

void campaign_view_put_kind(struct call *call, struct id description)
{
	const struct campaignkind *kind = campaignkind_find(description);

	json_object(&call->out, "kind");
	if (kind != NULL)
		describe_json(&call->out, &kind->described);
	else
		json_id(&call->out, "id", description);
	json_object_end(&call->out);
}

err campaign_view_put_named(struct call *call, const char *member, const char *entity, struct id id)
{
	struct bytes name = {0};

	if (id_is_zero(id)) {
		json_null(&call->out, member);
		return OK;
	}
	TRY(label_of(&call->rows, entity, id, &name));
	json_object(&call->out, member);
	json_id(&call->out, "id", id);
	json_text(&call->out, "name", name);
	json_object_end(&call->out);
	return OK;
}

static void put_roles(struct call *call, const char *name, int64_t mask)
{
	json_array(&call->out, name);
	for (unsigned role = 1; role < ROLE_COUNT; role++)
		if ((mask & (1LL << role)) != 0)
			json_str(&call->out, NULL, access_role_names[role]);
	json_array_end(&call->out);
}

err campaign_view_put_task(struct call *call, const struct campaign_task *task)
{
	struct campaign campaign = {0};
	const struct campaignkind *kind = campaignkind_find(task->description);

	TRY(row_get(&call->rows, &campaign_entity, task->campaign, &campaign));
	json_id(&call->out, "id", task->row.id);
	json_object(&call->out, "campaign");
	json_id(&call->out, "id", campaign.row.id);
	json_text(&call->out, "title", campaign.title);
	json_object_end(&call->out);
	campaign_view_put_kind(call, task->description);
	json_str(&call->out, "task", kind == NULL ? "none" : kind->task == CAMPAIGNKIND_ACCOUNTS ? "accounts" : "confirm");
	TRY(campaign_view_put_named(call, "facility", "facility", task->facility));
	TRY(campaign_view_put_named(call, "account", "account", task->account));
	put_roles(call, "roles", task->roles);
	json_str(&call->out, "state", campaign_task_states[task->state]);
	json_time(&call->out, "started_at", task->started_at);
	json_time(&call->out, "due_at", task->due_at);
	json_bool(&call->out, "overdue", task->state == CAMPAIGN_TASK_OPEN && task->due_at <= call->now_us);
	json_time(&call->out, "done_at", task->done_at);
	TRY(campaign_view_put_named(call, "done_by", "account", task->done_by));
	json_bool(&call->out, "held", task->state == CAMPAIGN_TASK_OPEN && task->held_at != 0);
	json_id(&call->out, "record", task->record);
	return call->out.state;
}

/* ---- kinds ---- */

static void put_units(struct call *call, const struct campaignkind *kind)
{
	static const char *const pers[] = {[CAMPAIGNKIND_FACILITY] = "facility", [CAMPAIGNKIND_COMPARTMENT] = "compartment", [CAMPAIGNKIND_ACCOUNT] = "account"};

	json_array(&call->out, "units");
	for (size_t i = 0; i < kind->unit_count; i++) {
		json_object(&call->out, NULL);
		json_str(&call->out, "per", pers[kind->units[i].per]);
		put_roles(call, "by", kind->units[i].by);
		put_roles(call, "examines", kind->units[i].examines);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
}

static err kinds_apply(struct call *call)
{
	const struct campaignkind *kind;
	unsigned me = 1u << call->actor.role;

	json_array(&call->out, "items");
	for (size_t i = 0; (kind = campaignkind_at(i)) != NULL; i++) {
		const struct described *described = &kind->described;

		if (!describe_here(described, call->compartment) || ((described->see | described->file) & me) == 0)
			continue;
		json_object(&call->out, NULL);
		describe_json(&call->out, described);
		json_str(&call->out, "task", kind->task == CAMPAIGNKIND_ACCOUNTS ? "accounts" : "confirm");
		json_int(&call->out, "due_s", kind->due_us / 1000000);
		json_int(&call->out, "every_s", kind->every_us / 1000000);
		put_units(call, kind);
		json_object(&call->out, "text");
		json_str(&call->out, "ja", kind->text.ja);
		json_str(&call->out, "en", kind->text.en);
		json_object_end(&call->out);
		json_object(&call->out, "may");
		json_bool(&call->out, "file", (described->file & me) != 0);
		json_object_end(&call->out);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

/* ---- campaigns ---- */

static err put_campaign(struct call *call, const struct campaign *campaign)
{
	json_id(&call->out, "id", campaign->row.id);
	campaign_view_put_kind(call, campaign->description);
	json_int(&call->out, "number", campaign->number);
	json_text(&call->out, "title", campaign->title);
	json_text(&call->out, "note", campaign->note);
	json_str(&call->out, "state", campaign_states[campaign->state]);
	TRY(campaign_view_put_named(call, "opener", "account", campaign->opener));
	json_time(&call->out, "started_at", campaign->started_at);
	json_time(&call->out, "due_at", campaign->due_at);
	json_time(&call->out, "closed_at", campaign->closed_at);
	json_bool(&call->out, "overdue", campaign->state == CAMPAIGN_RUNNING && campaign->due_at <= call->now_us);
	json_bool(&call->out, "spread", campaign->spread);
	json_int(&call->out, "total", campaign->total);
	json_int(&call->out, "done", campaign->done);
	json_object(&call->out, "may");
	json_bool(&call->out, "close", campaign->state == CAMPAIGN_RUNNING && call_may(call, &campaign_view_close, campaign->row.id));
	json_object_end(&call->out);
	return call->out.state;
}

static err put_item(struct call *call, const void *row, const char *groups)
{
	(void)groups;
	return put_campaign(call, row);
}

static err list_apply(struct call *call)
{
	return call_list(call, put_item);
}

static const struct statement by_facility = {"govern.campaign-by-facility",
    "SELECT facility, COUNT(*), SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 0 AND held_at IS NOT NULL THEN 1 ELSE 0 END)"
    " FROM campaign_task WHERE campaign = :campaign GROUP BY facility ORDER BY facility LIMIT :limit"};

struct progress { struct id facility; int64_t total, done, held; };

static err read_progress(struct call *call, struct id campaign, struct progress *list, size_t *count_out)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(call->rows.db, &by_facility, &query);

	*count_out = 0;
	if (err_is_ok(e))
		e = query_id(query, "campaign", &campaign);
	if (err_is_ok(e))
		e = query_int(query, "limit", FACILITIES_MAX);
	while (err_is_ok(e) && *count_out < FACILITIES_MAX) {
		struct progress *one = &list[*count_out];

		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		if (!column_null(query, 0))
			e = column_id(query, 0, &one->facility);
		one->total = column_int(query, 1);
		one->done = column_int(query, 2);
		one->held = column_int(query, 3);
		(*count_out)++;
	}
	query_end(&query);
	return e;
}

static err see_apply(struct call *call)
{
	struct campaign campaign = {0};
	struct progress *list = arena_alloc(call->arena, FACILITIES_MAX * sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, &campaign_entity, call_id(call, "campaign"), &campaign));
	TRY(put_campaign(call, &campaign));
	TRY(read_progress(call, campaign.row.id, list, &count));
	json_array(&call->out, "facilities");
	for (size_t i = 0; i < count; i++) {
		json_object(&call->out, NULL);
		TRY(campaign_view_put_named(call, "facility", "facility", list[i].facility));
		json_int(&call->out, "total", list[i].total);
		json_int(&call->out, "done", list[i].done);
		json_int(&call->out, "held", list[i].held);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	return call->out.state;
}

static err put_task_item(struct call *call, const void *row, const char *groups)
{
	(void)groups;
	return campaign_view_put_task(call, row);
}

static err tasks_apply(struct call *call)
{
	return call_list(call, put_task_item);
}

/* ---- beginning and closing by hand ---- */

static const struct statement running = {"govern.campaign-running", "SELECT 1 FROM campaign WHERE description = :description AND probe = :probe AND state = 0 LIMIT 1"};

static err conflict(struct call *call, const char *field, const char *ja, const char *en)
{
	problems_add(call->problems, field, NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

static err none_running(struct call *call, struct id description)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(call->rows.db, &running, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", &description);
	if (err_is_ok(e))
		e = query_int(query, "probe", call->actor.probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	return row ? conflict(call, "kind", "同じ種類の取組みが、いま行われています。終わってから始めてください。", "One of this kind is under way. Start after it has ended.") : OK;
}

/* The day is whole: it is due when the next one begins. */
static err read_due(struct call *call, int64_t *due_out)
{
	const struct value *given = call_value(call, "due_on");

	*due_out = 0;
	if (!given->present)
		return OK;
	TRY(clock_midnight(clock_date_add(given->as.date, 1), due_out));
	if (*due_out <= call->now_us)
		return call_flaw(call, "due_on", FLAW_TOO_SMALL, "今日より後の日にしてください。", "Choose a day that is not over.");
	if (*due_out > call->now_us + DUE_DAYS_MAX * DAY_US)
		return call_flaw(call, "due_on", FLAW_TOO_LARGE, "1年より先の日は指定できません。", "The day is more than a year ahead.");
	return OK;
}

static err begin_apply(struct call *call)
{
	struct campaign campaign = {0};
	struct id description = call_id(call, "kind");
	struct campaign_spec spec = {
		.kind = campaignkind_find(description), .probe = call->actor.probe, .opener = call->actor.account,
		.title = call_text(call, "title"), .note = call_text(call, "note"),
	};

	if (spec.kind == NULL || !describe_here(&spec.kind->described, call->compartment))
		return FAIL(NOT_FOUND);
	TRY(read_due(call, &spec.due_us));
	TRY(none_running(call, description));
	TRY(campaign_begin(&call->rows, &spec, call->now_us, &campaign));
	TRY(call_object(call, campaign_entity.name, campaign.row.id));
	return put_campaign(call, &campaign);
}

static err close_apply(struct call *call)
{
	struct campaign campaign = {0};
	struct json detail = {.out = &call->detail, .comma = call->detail.len > 0};

	TRY(row_get(&call->rows, &campaign_entity, call_id(call, "campaign"), &campaign));
	if (campaign.state != CAMPAIGN_RUNNING)
		return conflict(call, "campaign", "この取組みはもう終わっています。", "This campaign has ended already.");
	campaign.state = CAMPAIGN_CLOSED;
	campaign.closed_at = call->now_us;
	TRY(row_update(&call->rows, &campaign_entity, &campaign));
	json_text(&detail, "reason", call_text(call, "reason"));
	TRY(detail.state);
	return put_campaign(call, &campaign);
}

/* ---- rows ---- */

#define PURPOSE .purpose_ja = "期限までに全員が行う取組みの進み具合を確かめるため", .purpose_en = "To see how far what everybody has to do has come"
#define REQUIREMENTS .requirements = "K-37 P-3.12 U-28 P-3.10 S-10 U-23"
#define CAMPAIGN_ID {.place = IN_PATH, .object = true, .field = {.name = "campaign", .ja = "取組み", .en = "Campaign", .type = FIELD_ID, .grade = GRADE_2, \
	.required = true, .refers = "campaign"}}

static const struct grant see_grants[] = {{ROLES_ANY, RELATION_SEES, "*"}, {0}};
static const struct grant file_grants[] = {{ROLES_ANY, RELATION_FILES, "*"}, {0}};
static const struct input no_inputs[] = {{0}};
static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = campaign_states}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};
static const struct input one_input[] = {CAMPAIGN_ID, {0}};
static const struct input tasks_inputs[] = {
	{.place = IN_PATH, .field = {.name = "campaign", .ja = "取組み", .en = "Campaign", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "campaign"}},
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = campaign_task_states}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};
static const struct input begin_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "description"}},
	{.place = IN_BODY, .field = {.name = "title", .ja = "名前", .en = "Title", .type = FIELD_TEXT, .grade = GRADE_2, .max = CAMPAIGN_TITLE_MAX}},
	{.place = IN_BODY, .field = {.name = "due_on", .ja = "期限の日", .en = "Due on", .type = FIELD_DATE, .grade = GRADE_2}},
	{.place = IN_BODY, .field = {.name = "note", .ja = "説明", .en = "Note", .type = FIELD_TEXT, .grade = GRADE_2, .multiline = true, .max = CAMPAIGN_NOTE_MAX}},
	{0},
};
static const struct input close_inputs[] = {
	CAMPAIGN_ID,
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .min = 1, .max = 200}},
	{0},
};
static const struct field kinds_output[] = {
	{.name = "id", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_1},
	{.name = "code", .ja = "記号", .en = "Code", .type = FIELD_TEXT, .grade = GRADE_1},
	{.name = "task", .ja = "作業", .en = "Task", .type = FIELD_TEXT, .grade = GRADE_1},
	{.name = "due_s", .ja = "期限までの秒数", .en = "Seconds until it is due", .type = FIELD_INT, .grade = GRADE_1},
	{.name = "every_s", .ja = "繰り返しの秒数", .en = "Seconds until it comes again", .type = FIELD_INT, .grade = GRADE_1},
	{0},
};

const struct op campaign_view_kinds = {
	.id = "campaign.kinds", .ja = "一斉の取組みの種類を見る", .en = "List kinds of campaigns", .method = "GET", .path = "/v1/campaign-kinds",
	.kind = OP_READ, .grants = see_grants, .policy = "campaign see", .inputs = no_inputs, .entity = &campaign_entity, .output_fields = kinds_output,
	.status = 200, .grade = GRADE_1, REQUIREMENTS, .apply = kinds_apply,
};
const struct op campaign_view_list = {
	.id = "campaign.list", .ja = "一斉の取組みの一覧を見る", .en = "List campaigns", .method = "GET", .path = "/v1/campaigns", .kind = OP_READ,
	.grants = see_grants, .policy = "campaign see", .inputs = list_inputs, .entity = &campaign_entity, .output = &campaign_entity, .list = true,
	.where = "(campaign.state = :state OR :state IS NULL)", .status = 200, PURPOSE, .event = true, .grade = GRADE_3B, REQUIREMENTS, .apply = list_apply,
};
const struct op campaign_view_see = {
	.id = "campaign.see", .ja = "一斉の取組みの進み具合を見る", .en = "See how far a campaign has come", .method = "GET", .path = "/v1/campaigns/{campaign}",
	.kind = OP_READ, .grants = see_grants, .policy = "campaign see", .inputs = one_input, .entity = &campaign_entity, .output = &campaign_entity,
	.status = 200, PURPOSE, .event = true, .grade = GRADE_3B, REQUIREMENTS, .apply = see_apply,
};
const struct op campaign_view_tasks = {
	.id = "campaign.tasks", .ja = "一斉の取組みの作業の一覧を見る", .en = "List a campaign's tasks", .method = "GET",
	.path = "/v1/campaigns/{campaign}/tasks", .kind = OP_READ, .grants = see_grants, .policy = "campaign_task see", .inputs = tasks_inputs,
	.entity = &campaign_task_entity, .output = &campaign_task_entity, .list = true,
	.where = "campaign_task.campaign = :campaign AND (campaign_task.state = :state OR :state IS NULL)", .status = 200, PURPOSE, .event = true,
	.grade = GRADE_3B, REQUIREMENTS, .apply = tasks_apply,
};
const struct op campaign_view_begin = {
	.id = "campaign.begin", .ja = "一斉の取組みを始める", .en = "Start a campaign", .method = "POST", .path = "/v1/campaign-kinds/{kind}/campaigns",
	.kind = OP_WRITE, .grants = file_grants, .policy = "campaign file", .inputs = begin_inputs, .entity = &describe_entity, .output = &campaign_entity,
	.status = 201, .purpose_ja = "期限までに全員が行う取組みを始めるため", .purpose_en = "To start what everybody has to do by a date", .event = true,
	.grade = GRADE_3B, REQUIREMENTS, .apply = begin_apply,
};
const struct op campaign_view_close = {
	.id = "campaign.close", .ja = "一斉の取組みを打ち切る", .en = "Close a campaign", .method = "POST", .path = "/v1/campaigns/{campaign}/close",
	.kind = OP_WRITE, .grants = file_grants, .policy = "campaign close", .inputs = close_inputs, .entity = &campaign_entity, .output = &campaign_entity,
	.status = 200, .purpose_ja = "行わないことにした取組みを終えるため", .purpose_en = "To end a campaign that is not to go on", .event = true,
	.grade = GRADE_3B, REQUIREMENTS, .apply = close_apply,
};
