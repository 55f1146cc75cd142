/*
 * campaign_turn - A3: each step does one bounded piece of the first thing that is due, in one commit; when nothing is due it is done.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#include "govern/campaign_turn.h"

#define TASKS_AT_ONCE 40        /* two rows each, and the campaign's */
#define VOID_AT_ONCE 80

static struct row_list spreading = {"govern.campaign-spreading", &campaign_entity, "state = 0 AND spread = 0 ORDER BY started_at, id LIMIT 1", NULL};
static struct row_list finished = {"govern.campaign-finished", &campaign_entity, "state = 0 AND spread = 1 AND done >= total ORDER BY id LIMIT 1", NULL};
static struct row_list late = {"govern.campaign-late", &campaign_task_entity,
    "state = 0 AND hold_at IS NOT NULL AND held_at IS NULL AND hold_at <= :now ORDER BY hold_at, id LIMIT 80", NULL};
static struct row_list left_open = {"govern.campaign-left-open", &campaign_task_entity,
    "state = 0 AND EXISTS (SELECT 1 FROM campaign AS whole WHERE whole.id = campaign_task.campaign AND whole.state = 1) ORDER BY id LIMIT 80", NULL};

static const struct statement anything = {"govern.campaign-anything",
    "SELECT 1 FROM campaign WHERE (state = 0 AND (spread = 0 OR done >= total)) OR (state = 1 AND EXISTS (SELECT 1 FROM campaign_task AS open"
    " WHERE open.campaign = campaign.id AND open.state = 0))"
    " UNION ALL SELECT 1 FROM campaign_task WHERE state = 0 AND hold_at IS NOT NULL AND held_at IS NULL AND hold_at <= :now LIMIT 1"};
static const struct statement last_began = {"govern.campaign-last", "SELECT MAX(started_at) FROM campaign WHERE description = :description AND probe = 0"};
static const struct statement oldest = {"govern.campaign-oldest",
    "SELECT MIN(held.since) FROM membership AS held JOIN account ON account.id = held.account WHERE account.probe = 0 AND account.state <> 3"
    " AND ((CAST(1 AS BIGINT) << CAST(held.role AS INTEGER)) & :roles) <> 0"};
/* facility.state 0 = open */
static const struct statement places = {"govern.campaign-places",
    "SELECT id FROM facility WHERE state = 0 AND probe = :probe AND id > :cursor ORDER BY id LIMIT :limit"};
#define HOLDER \
	" FROM membership AS held JOIN account ON account.id = held.account WHERE account.probe = :probe AND account.state IN (0, 1)" \
	" AND held.state = 0 AND held.since <= :today AND (held.until IS NULL OR held.until = 0 OR held.until >= :today)" \
	" AND ((CAST(1 AS BIGINT) << CAST(held.role AS INTEGER)) & :roles) <> 0"
static const struct statement people = {"govern.campaign-people",
    "SELECT DISTINCT held.account" HOLDER " AND held.account > :cursor ORDER BY held.account LIMIT :limit"};
static const struct statement place_of = {"govern.campaign-place-of", "SELECT held.facility" HOLDER " AND held.account = :account ORDER BY held.since, held.id LIMIT 1"};

err campaign_turn_start(void)
{
	TRY(row_list_make(&spreading));
	TRY(row_list_make(&finished));
	TRY(row_list_make(&late));
	return row_list_make(&left_open);
}

/* ---- what is due ---- */

static err one_number(struct row_context *c, const struct statement *statement, const struct id *description, int64_t roles, int64_t *number_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(c->db, statement, &query);

	*number_out = 0;
	if (err_is_ok(e) && description != NULL)
		e = query_id(query, "description", description);
	if (err_is_ok(e) && description == NULL)
		e = query_int(query, "roles", roles);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row && !column_null(query, 0))
		*number_out = column_int(query, 0);
	query_end(&query);
	return e;
}

static unsigned concerned(const struct campaignkind *kind)
{
	unsigned roles = 0;

	for (size_t i = 0; i < kind->unit_count; i++)
		roles |= kind->units[i].by | kind->units[i].examines;
	return roles;
}

/* It comes again, and its time has come. */
static err begins(struct row_context *c, const struct compartment *compartment, const struct campaignkind *kind, int64_t now_us, bool *due_out)
{
	struct id description = describe_id(CAMPAIGNKIND, kind->described.code);
	int64_t began = 0;
	int64_t since = 0;

	*due_out = false;
	if (kind->every_us == 0 || !describe_here(&kind->described, compartment))
		return OK;
	TRY(one_number(c, &last_began, &description, 0, &began));
	if (began == 0) {
		TRY(one_number(c, &oldest, NULL, concerned(kind), &since));
		if (since == 0)
			return OK;
		TRY(clock_midnight((int32_t)since, &began));
	}
	*due_out = began + kind->every_us <= now_us;
	return OK;
}

static err first_to_begin(struct row_context *c, const struct compartment *compartment, int64_t now_us, const struct campaignkind **kind_out)
{
	const struct campaignkind *kind;

	*kind_out = NULL;
	for (size_t i = 0; (kind = campaignkind_at(i)) != NULL; i++) {
		bool due = false;

		TRY(begins(c, compartment, kind, now_us, &due));
		if (due) {
			*kind_out = kind;
			return OK;
		}
	}
	return OK;
}

static err look(struct job_run *run, bool *due_out)
{
	const struct campaignkind *kind = NULL;
	struct query *query = NULL;
	err e = query_start(run->rows.db, &anything, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", run->now_us);
	if (err_is_ok(e))
		e = query_step(query, due_out);
	query_end(&query);
	TRY(e);
	if (*due_out)
		return OK;
	TRY(first_to_begin(&run->rows, run->compartment, run->now_us, &kind));
	*due_out = kind != NULL;
	return OK;
}

/* ---- making tasks ---- */

struct spread {
	struct job_run *run;
	const struct campaignkind *kind;
	struct campaign *campaign;
	struct id ids[TASKS_AT_ONCE];
	size_t count;
};

static err put_todo(struct spread *s, const struct campaign_task *task)
{
	const struct describe_words *title = &s->kind->described.title;
	struct todo_spec spec = {
		.kind = CAMPAIGN_TODO, .object_kind = campaign_task_entity.name, .object = task->row.id, .facility = task->facility,
		.probe = task->probe, .roles = id_is_zero(task->account) ? (unsigned)task->roles : 0, .account = task->account,
		.ja = bytes_str(title->ja), .en = bytes_str(title->en), .link = "/tasks/", .due_us = task->due_at,
		.reminders_us = s->kind->reminders_us, .escalate = s->kind->escalate, .mail = true, .grade = GRADE_2,
	};

	return todo_put(&s->run->rows, &spec, s->run->now_us);
}

static err make_task(struct spread *s, struct id facility, struct id account)
{
	struct campaign *campaign = s->campaign;
	struct campaign_task task = {
		.campaign = campaign->row.id, .description = campaign->description, .facility = facility, .probe = campaign->probe, .account = account,
		.roles = s->kind->units[campaign->unit].by, .unit = campaign->unit, .state = CAMPAIGN_TASK_OPEN, .started_at = s->run->now_us,
		.due_at = campaign->due_at, .hold_at = s->kind->hold ? campaign->due_at + s->kind->hold_after_us : 0,
	};

	TRY(row_insert(&s->run->rows, &campaign_task_entity, &task));
	TRY(put_todo(s, &task));
	campaign->total++;
	return OK;
}

static err read_ids(struct spread *s, const struct statement *statement)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(s->run->rows.db, statement, &query);

	s->count = 0;
	if (err_is_ok(e))
		e = query_int(query, "probe", s->campaign->probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_id(query, "cursor", &s->campaign->cursor);
	if (err_is_ok(e))
		e = query_int(query, "limit", TASKS_AT_ONCE);
	if (err_is_ok(e) && query_has(query, "roles"))
		e = query_int(query, "roles", s->kind->units[s->campaign->unit].by);
	if (err_is_ok(e) && query_has(query, "today"))
		e = query_int(query, "today", clock_date_jst(s->run->now_us));
	while (err_is_ok(e) && s->count < TASKS_AT_ONCE) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = column_id(query, 0, &s->ids[s->count++]);
	}
	query_end(&query);
	return e;
}

/* Where the person's task is counted: the first membership with such a role. */
static err facility_of(struct spread *s, struct id account, struct id *facility_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(s->run->rows.db, &place_of, &query);

	*facility_out = (struct id){{0}};
	if (err_is_ok(e))
		e = query_int(query, "probe", s->campaign->probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_int(query, "today", clock_date_jst(s->run->now_us));
	if (err_is_ok(e))
		e = query_int(query, "roles", s->kind->units[s->campaign->unit].by);
	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row && !column_null(query, 0))
		e = column_id(query, 0, facility_out);
	query_end(&query);
	return e;
}

static void next_unit(struct campaign *campaign, const struct campaignkind *kind)
{
	campaign->cursor = (struct id){{0}};
	campaign->unit++;
	campaign->spread = (size_t)campaign->unit >= kind->unit_count;
	if (campaign->spread)
		campaign->unit = 0;
}

static err spread_piece(struct spread *s)
{
	enum campaignkind_per per = s->kind->units[s->campaign->unit].per;

	if (per == CAMPAIGNKIND_COMPARTMENT) {
		TRY(make_task(s, (struct id){{0}}, (struct id){{0}}));
		next_unit(s->campaign, s->kind);
		return OK;
	}
	TRY(read_ids(s, per == CAMPAIGNKIND_FACILITY ? &places : &people));
	for (size_t i = 0; i < s->count; i++) {
		struct id facility = s->ids[i];

		if (per == CAMPAIGNKIND_ACCOUNT)
			TRY(facility_of(s, s->ids[i], &facility));
		TRY(make_task(s, facility, per == CAMPAIGNKIND_ACCOUNT ? s->ids[i] : (struct id){{0}}));
		s->campaign->cursor = s->ids[i];
	}
	if (s->count < TASKS_AT_ONCE)
		next_unit(s->campaign, s->kind);
	return OK;
}

/* ---- steps ---- */

static err first_row(struct job_run *run, const struct row_list *list, void *row_out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(run->rows.db, list->statement, &query);

	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		e = row_read(&run->rows, list->entity, query, false, row_out);
	query_end(&query);
	return e;
}

static err read_tasks(struct job_run *run, const struct row_list *list, struct campaign_task *tasks, size_t *count_out)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(run->rows.db, list->statement, &query);

	*count_out = 0;
	if (err_is_ok(e) && query_has(query, "now"))
		e = query_int(query, "now", run->now_us);
	while (err_is_ok(e) && *count_out < VOID_AT_ONCE) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = row_read(&run->rows, &campaign_task_entity, query, false, &tasks[*count_out]);
		if (err_is_ok(e))
			(*count_out)++;
	}
	query_end(&query);
	return e;
}

static err step_spread(struct job_run *run, bool *did_out)
{
	struct campaign campaign = {0};
	struct spread s = {.run = run, .campaign = &campaign};

	TRY(first_row(run, &spreading, &campaign, did_out));
	if (!*did_out)
		return OK;
	s.kind = campaignkind_find(campaign.description);
	if (s.kind == NULL || (size_t)campaign.unit >= s.kind->unit_count) {
		campaign.state = CAMPAIGN_CLOSED; /* it is described no longer, or otherwise */
		campaign.closed_at = run->now_us;
		campaign.spread = true;
	} else {
		TRY(spread_piece(&s));
	}
	return row_update(&run->rows, &campaign_entity, &campaign);
}

static err step_void(struct job_run *run, bool *did_out)
{
	struct campaign_task *tasks = arena_alloc(run->rows.arena, VOID_AT_ONCE * sizeof(*tasks));
	size_t count = 0;

	if (tasks == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_tasks(run, &left_open, tasks, &count));
	for (size_t i = 0; i < count; i++) {
		tasks[i].state = CAMPAIGN_TASK_VOID;
		tasks[i].hold_at = 0;
		tasks[i].held_at = 0;
		TRY(row_update(&run->rows, &campaign_task_entity, &tasks[i]));
		TRY(todo_done(&run->rows, CAMPAIGN_TODO, tasks[i].row.id, (struct id){{0}}, TODO_VOID, run->now_us));
	}
	*did_out = count > 0;
	return OK;
}

static err step_hold(struct job_run *run, bool *did_out)
{
	struct campaign_task *tasks = arena_alloc(run->rows.arena, VOID_AT_ONCE * sizeof(*tasks));
	size_t count = 0;

	if (tasks == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_tasks(run, &late, tasks, &count));
	for (size_t i = 0; i < count; i++) {
		tasks[i].held_at = run->now_us;
		TRY(row_update(&run->rows, &campaign_task_entity, &tasks[i]));
	}
	*did_out = count > 0;
	return OK;
}

static err step_close(struct job_run *run, bool *did_out)
{
	struct campaign campaign = {0};

	TRY(first_row(run, &finished, &campaign, did_out));
	if (!*did_out)
		return OK;
	campaign.state = CAMPAIGN_CLOSED;
	campaign.closed_at = run->now_us;
	return row_update(&run->rows, &campaign_entity, &campaign);
}

static err step_begin(struct job_run *run, bool *did_out)
{
	struct campaign campaign = {0};
	struct campaign_spec spec = {0};

	TRY(first_to_begin(&run->rows, run->compartment, run->now_us, &spec.kind));
	*did_out = spec.kind != NULL;
	return *did_out ? campaign_begin(&run->rows, &spec, run->now_us, &campaign) : OK;
}

static err step(struct job_run *run)
{
	err (*const pieces[])(struct job_run *, bool *) = {step_begin, step_spread, step_hold, step_void, step_close};
	bool did = false;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]) && !did; i++)
		TRY(pieces[i](run, &did));
	run->job.position += did;
	run->done = !did;
	return OK;
}

static const struct schedule often = {
	.ja = "一斉の取組みを始め、配り、締め切る", .en = "Starts campaigns, hands out their tasks, ends them",
	.every_s = 5, .limit_s = 600, .missed = SCHEDULE_ONCE,
};

const struct job_kind campaign_turn = {.name = "campaign.turn-step", .schedule = &often, .look = look, .step = step};
