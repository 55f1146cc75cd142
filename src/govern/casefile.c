#include <stdio.h>
#include <string.h>

#include "govern/named.h"
#include "govern/todo.h"
#include "govern/workcalendar.h"
#include "op/contract.h"

#include "govern/casefile.h"

#define SECOND_US ((int64_t)1000000)
#define HOUR_US (3600 * SECOND_US)
#define WORDS_MAX 400

static const char *const entry_kinds[] = {[CASEFILE_OPENING] = "opening", [CASEFILE_MESSAGE] = "message", [CASEFILE_MOVE] = "move",
	[CASEFILE_ASSIGN] = "assign", NULL};
static const char *const entry_sides[] = {[CASEFILE_HOME] = "home", [CASEFILE_MIRROR] = "mirror", NULL};

#define AT(member) .offset = offsetof(struct casefile, member)
#define SEALED .grade = GRADE_3B, .personal = true, .sealed = true
#define CODE .type = FIELD_TEXT, .grade = GRADE_2, .max = DESCRIBE_CODE_MAX
#define TIME .type = FIELD_TIME, .grade = GRADE_2
#define COUNT .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = INT64_MAX

static const struct field fields[] = {
	{.name = "description", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "description", AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "Made for checks", .type = FIELD_BOOL, .grade = GRADE_2, AT(probe)},
	{.name = "opener", .ja = "出した人", .en = "Opened by", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", AT(opener)},
	{.name = "origin", .ja = "出した区画", .en = "Origin", .type = FIELD_TEXT, .grade = GRADE_2, .max = 40, AT(origin)},
	{.name = "number", .ja = "番号", .en = "Number", COUNT, AT(number)},
	{.name = "state", .ja = "状態", .en = "State", CODE, .required = true, AT(state)},
	{.name = "outcome", .ja = "結果", .en = "Outcome", CODE, AT(outcome)},
	{.name = "owner", .ja = "鍵の持ち主", .en = "Sealed for", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .group = "inner", AT(owner)},
	{.name = "title", .ja = "件名", .en = "Title", .type = FIELD_TEXT, SEALED, .max = CASEFILE_TITLE_MAX, AT(title)},
	{.name = "body", .ja = "内容", .en = "Content", .type = FIELD_FORM, SEALED, AT(body)},
	{.name = "opener_name", .ja = "出した人の氏名", .en = "Name of who opened it", .type = FIELD_TEXT, SEALED, .max = CASEFILE_NAME_MAX, AT(opener_name)},
	{.name = "assignee", .ja = "担当者", .en = "Assigned to", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", AT(assignee)},
	{.name = "assignee_name", .ja = "担当者の氏名", .en = "Name of who has it", .type = FIELD_TEXT, SEALED, .max = CASEFILE_NAME_MAX, AT(assignee_name)},
	{.name = "opened_at", .ja = "受付日時", .en = "Opened", TIME, .required = true, AT(opened_at)},
	{.name = "changed_at", .ja = "最後の動き", .en = "Last changed", TIME, AT(changed_at)},
	{.name = "closed_at", .ja = "終わった日時", .en = "Closed", TIME, AT(closed_at)},
	{.name = "due_at", .ja = "期限", .en = "Due", TIME, AT(due_at)},
	{.name = "calendar", .ja = "数えた暦", .en = "Calendar counted by", COUNT, AT(calendar)},
	{.name = "entries", .ja = "やりとりの数", .en = "Entries", COUNT, AT(entries)},
	{.name = "posted", .ja = "送った便りの数", .en = "Letters sent", COUNT, AT(posted)},
};

static const char *const indexes[] = {"description,closed_at", "opener", "assignee,closed_at", "calendar", NULL};

const struct entity casefile_entity = {
	.name = "casefile", .ja = "案件", .en = "Case", .size = sizeof(struct casefile), .seal = SEAL_PERSON, .owner = "owner", .facility = "facility",
	.indexes = indexes, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

#define IN_ENTRY(member) .offset = offsetof(struct casefile_entry, member)

static const struct field entry_fields[] = {
	{.name = "casefile", .ja = "案件", .en = "Case", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "casefile", IN_ENTRY(casefile)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", IN_ENTRY(facility)},
	{.name = "owner", .ja = "鍵の持ち主", .en = "Sealed for", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .group = "inner", IN_ENTRY(owner)},
	{.name = "number", .ja = "番号", .en = "Number", COUNT, .required = true, IN_ENTRY(number)},
	{.name = "at", .ja = "日時", .en = "At", TIME, .required = true, IN_ENTRY(at)},
	{.name = "taken_at", .ja = "届いた日時", .en = "Came here", TIME, .required = true, IN_ENTRY(taken_at)},
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = entry_kinds, IN_ENTRY(kind)},
	{.name = "side", .ja = "どちら側", .en = "Side", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = entry_sides, IN_ENTRY(side)},
	{.name = "author", .ja = "書いた人", .en = "By", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", IN_ENTRY(author)},
	{.name = "remote", .ja = "相手側の番号", .en = "Known there as", .type = FIELD_ID, .grade = GRADE_2, .group = "inner", IN_ENTRY(remote)},
	{.name = "author_name", .ja = "書いた人の氏名", .en = "Name of who wrote it", .type = FIELD_TEXT, SEALED, .max = CASEFILE_NAME_MAX, IN_ENTRY(author_name)},
	{.name = "move", .ja = "操作", .en = "Move", CODE, IN_ENTRY(move)},
	{.name = "state", .ja = "その後の状態", .en = "State after it", CODE, IN_ENTRY(state)},
	{.name = "text", .ja = "本文", .en = "Text", .type = FIELD_TEXT, SEALED, .multiline = true, .max = CASEFILE_TEXT_MAX, IN_ENTRY(text)},
};

static const char *const entry_unique[] = {"casefile,number", "casefile,remote", NULL};

const struct entity casefile_entry_entity = {
	.name = "case_entry", .ja = "案件のやりとり", .en = "Entry of a case", .size = sizeof(struct casefile_entry), .seal = SEAL_PERSON, .owner = "owner",
	.facility = "facility", .unique = entry_unique, .fields = entry_fields, .field_count = sizeof(entry_fields) / sizeof(entry_fields[0]),
};

static struct row_list entries_of = {"govern.entries-of-case", &casefile_entry_entity, "casefile = :casefile ORDER BY number LIMIT :limit", NULL};

static const struct statement last_number = {"govern.last-case-number",
    "SELECT COALESCE(MAX(number), 0) FROM casefile WHERE description = :description AND (origin IS NULL OR origin = '')"};

static const struct statement calendar_mark = {"govern.calendar-mark", "SELECT " CASEFILE_MARK_SQL};

err casefile_start(void)
{
	TRY(caseclock_start());
	return row_list_make(&entries_of);
}

/* ---- rows ---- */

/* The one number that a statement answers with. */
static err ask_number(struct row_context *c, const struct statement *statement, const struct id *description, int64_t *out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, statement, &query);

	if (err_is_ok(e) && description != NULL)
		e = query_id(query, "description", description);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		*out = column_int(query, 0);
	query_end(&query);
	return e;
}

err casefile_number(struct row_context *c, struct id description, int64_t *number_out)
{
	int64_t last = 0;

	TRY(ask_number(c, &last_number, &description, &last));
	*number_out = last + 1;
	return OK;
}

err casefile_calendar_mark(struct row_context *c, int64_t *mark_out)
{
	return ask_number(c, &calendar_mark, NULL, mark_out);
}

err casefile_entries(struct row_context *c, struct id casefile, struct casefile_entry **list_out, size_t *count_out)
{
	struct casefile_entry *list = arena_alloc(c->arena, CASEFILE_ENTRIES_MAX * sizeof(*list));
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(c->db, entries_of.statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "casefile", &casefile);
	if (err_is_ok(e))
		e = query_int(query, "limit", CASEFILE_ENTRIES_MAX);
	while (err_is_ok(e) && count < CASEFILE_ENTRIES_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &casefile_entry_entity, query, false, &list[count]);
		count++;
	}
	query_end(&query);
	TRY(e);
	*list_out = list;
	*count_out = count;
	return OK;
}

err casefile_note(struct row_context *c, struct casefile *casefile, struct casefile_entry *entry)
{
	if (casefile->entries >= CASEFILE_ENTRIES_MAX)
		return FAIL(CONFLICT);
	entry->casefile = casefile->row.id;
	entry->facility = casefile->facility;
	entry->owner = casefile->owner;
	entry->number = casefile->entries + 1;
	TRY(row_insert(c, &casefile_entry_entity, entry));
	casefile->entries++;
	return OK;
}

/* ---- clocks ---- */

/* M2 of caseclock.h */
static err steps_of(struct row_context *c, const struct casekind *kind, const struct casefile *casefile, struct caseclock_step **steps_out, size_t *count_out)
{
	struct casefile_entry *entries = NULL;
	struct caseclock_step *steps;
	size_t count = 0, made = 0, state = 0;

	TRY(casefile_entries(c, casefile->row.id, &entries, &count));
	steps = arena_alloc(c->arena, (count + 1) * sizeof(*steps)); /* CASEFILE_ENTRIES_MAX */
	if (steps == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < count; i++) {
		const struct casekind_move *move = entries[i].kind == CASEFILE_MOVE ? casekind_move(kind, entries[i].move) : NULL;
		const struct casekind_word *after = casekind_state(kind, entries[i].state);

		if (after != NULL)
			state = (size_t)(after - kind->states);
		steps[made] = (struct caseclock_step){.at_us = entries[i].taken_at, .emits = move == NULL ? NULL : move->emits, .state = state};
		made++;
	}
	*steps_out = steps;
	*count_out = made;
	return OK;
}

/* What the contract says of hours: the stricter number, and the reading. */
static void agree(const struct casekind_clock *clock, const struct contract *contract, struct clock_rule *rule)
{
	int64_t hours = clock->agreed == NULL ? 0 : *(const int64_t *)field_in(contract, clock->agreed);

	if (hours > 0 && hours * HOUR_US < rule->target_us)
		rule->target_us = hours * HOUR_US;
	if (clock->agreed_reading)
		rule->reading = contract->clock_reading == 1 ? CLOCK_END_OF_DAY : CLOCK_SUM;
}

void casefile_due(struct casefile *casefile, const struct clock_rule *rule, const struct clock_measured *measured)
{
	int64_t due_us = caseclock_due(rule, measured);

	if (measured->state == CLOCK_RUNNING && due_us != 0 && (casefile->due_at == 0 || due_us < casefile->due_at))
		casefile->due_at = due_us;
}

struct counting {
	struct worktime calendar;
	struct contract contract;
	struct caseclock_step *steps;
	size_t count;
};

static err count_one(struct row_context *c, const struct casekind *kind, const struct casekind_clock *clock, struct casefile *casefile,
    const struct counting *counting, int64_t now_us)
{
	struct caseclock_work work = {0};
	struct clock_measured measured;

	TRY(caseclock_events(kind, clock, counting->steps, counting->count, c->arena, &work));
	TRY(caseclock_calendar(&counting->calendar, casefile->opened_at, c->arena, &work.calendar));
	agree(clock, &counting->contract, &work.rule);
	TRY(caseclock_put(c, casefile->row.id, clock->code, &work, now_us, &measured));
	casefile_due(casefile, &work.rule, &measured);
	return OK;
}

err casefile_count(struct row_context *c, const struct casekind *kind, struct casefile *casefile, int64_t now_us)
{
	struct counting counting = {.count = 0};
	err e = contract_of(c, (struct id){{0}}, &counting.contract);

	if (!err_is(e, ERR_NOT_FOUND)) /* nothing is agreed */
		TRY(e);
	TRY(workcalendar_read(c, &counting.calendar));
	TRY(casefile_calendar_mark(c, &casefile->calendar));
	TRY(steps_of(c, kind, casefile, &counting.steps, &counting.count));
	casefile->due_at = 0;
	for (size_t i = 0; i < kind->clock_count; i++)
		TRY(count_one(c, kind, &kind->clocks[i], casefile, &counting, now_us));
	return OK;
}

/* ---- things to do ---- */

/* 「問合せ」第12号（sapporo）: nothing of what is in it. */
static void name_case(const struct casekind *kind, const struct casefile *casefile, const char *doing_ja, const char *doing_en, char ja_out[static WORDS_MAX],
    char en_out[static WORDS_MAX])
{
	int len = (int)casefile->origin.len;
	const char *origin = (const char *)casefile->origin.ptr;

	(void)snprintf(ja_out, WORDS_MAX, "%s 第%lld号%s%.*s%s: %s", kind->described.title.ja, (long long)casefile->number, len > 0 ? "（" : "", len,
	    len > 0 ? origin : "", len > 0 ? "）" : "", doing_ja);
	(void)snprintf(en_out, WORDS_MAX, "%s no. %lld%s%.*s%s: %s", kind->described.title.en, (long long)casefile->number, len > 0 ? " (" : "", len,
	    len > 0 ? origin : "", len > 0 ? ")" : "", doing_en);
}

#define TODO_NAME_MAX (DESCRIBE_CODE_MAX + 8)
#define TODO_HANDLE "case-handle"
#define TODO_ANSWER "case-answer"

static void todo_name(const struct casekind_clock *clock, char name_out[static TODO_NAME_MAX])
{
	(void)snprintf(name_out, TODO_NAME_MAX, "case-%s", clock->code);
}

static struct todo_spec todo_for(const struct casefile *casefile, const char *kind)
{
	return (struct todo_spec){
		.kind = kind, .object_kind = "casefile", .object = casefile->row.id, .facility = casefile->facility, .probe = casefile->probe,
		.link = "/cases/", .mail = true, .grade = GRADE_2,
	};
}

static err clock_todo(struct row_context *c, const struct casekind *kind, const struct casekind_clock *clock, const struct casefile *casefile,
    const struct caseclock *row, int64_t now_us, bool *waits_out)
{
	char name[TODO_NAME_MAX], ja[WORDS_MAX], en[WORDS_MAX];
	int64_t before_us[CASEKIND_WARN_MAX + 1] = {0};
	struct todo_spec spec = todo_for(casefile, name);
	struct caseclock_work work = {0};
	struct clock_measured measured;
	int64_t due_us;
	size_t warned = 0;

	todo_name(clock, name);
	TRY(caseclock_decode(row->work, c->arena, &work));
	clock_measure(&work.rule, work.events, work.count, &work.calendar, now_us, &measured);
	if (measured.state == CLOCK_ENDED || measured.state == CLOCK_IDLE)
		return todo_done(c, name, casefile->row.id, (struct id){{0}}, measured.state == CLOCK_IDLE ? TODO_VOID : measured.late ? TODO_MISSED : TODO_DONE,
		    now_us);
	if (measured.state == CLOCK_STANDING || measured.due_us == 0)
		return todo_done(c, name, casefile->row.id, (struct id){{0}}, TODO_VOID, now_us);
	due_us = caseclock_due(&work.rule, &measured);
	for (size_t i = 0; i < clock->warn_count; i++) {
		int64_t at = clock_stage(&work.rule, work.events, work.count, &work.calendar, now_us, clock->warn[i]);

		if (at != 0 && due_us - at >= SECOND_US)
			before_us[warned++] = due_us - at;
	}
	name_case(kind, casefile, clock->title.ja, clock->title.en, ja, en);
	spec.ja = bytes_str(ja);
	spec.en = bytes_str(en);
	spec.roles = kind->described.handle;
	spec.account = casefile->assignee;
	spec.due_us = due_us;
	spec.reminders_us = before_us;
	spec.escalate = clock->escalate;
	*waits_out = true;
	return todo_put(c, &spec, now_us);
}

static err clock_todos(struct row_context *c, const struct casekind *kind, const struct casefile *casefile, int64_t now_us, bool *waits_out)
{
	struct caseclock rows[CASEKIND_CLOCKS_MAX];
	size_t count = 0;

	TRY(caseclock_read(c, casefile->row.id, rows, &count));
	for (size_t i = 0; i < kind->clock_count; i++)
		for (size_t k = 0; k < count; k++)
			if (bytes_is(rows[k].code, kind->clocks[i].code))
				TRY(clock_todo(c, kind, &kind->clocks[i], casefile, &rows[k], now_us, waits_out));
	return OK;
}

err casefile_release(struct row_context *c, const struct casekind *kind, const struct casefile *casefile, int64_t now_us)
{
	char name[TODO_NAME_MAX];

	for (size_t i = 0; i < kind->clock_count; i++) {
		todo_name(&kind->clocks[i], name);
		TRY(todo_done(c, name, casefile->row.id, (struct id){{0}}, TODO_VOID, now_us));
	}
	return todo_done(c, TODO_HANDLE, casefile->row.id, (struct id){{0}}, TODO_VOID, now_us);
}

err casefile_todos(struct row_context *c, const struct casekind *kind, const struct casefile *casefile, int64_t now_us)
{
	const struct casekind_word *state = casekind_state(kind, casefile->state);
	bool handled = casefile_handled_here(kind, casefile);
	bool for_handler = handled && state != NULL && state->waits_for == CASEKIND_FOR_HANDLER;
	bool for_opener = !id_is_zero(casefile->opener) && state != NULL && state->waits_for == CASEKIND_FOR_OPENER;
	struct todo_spec spec = todo_for(casefile, TODO_HANDLE);
	char ja[WORDS_MAX], en[WORDS_MAX];
	bool clocked = false;

	if (state != NULL)
		name_case(kind, casefile, state->title.ja, state->title.en, ja, en);
	spec.ja = bytes_str(state != NULL ? ja : "");
	spec.en = bytes_str(state != NULL ? en : "");
	if (handled)
		TRY(clock_todos(c, kind, casefile, now_us, &clocked));
	if (for_handler && !clocked) {
		spec.roles = kind->described.handle;
		spec.account = casefile->assignee;
		TRY(todo_put(c, &spec, now_us));
	} else {
		TRY(todo_done(c, TODO_HANDLE, casefile->row.id, (struct id){{0}}, TODO_DONE, now_us));
	}
	if (!for_opener)
		return todo_done(c, TODO_ANSWER, casefile->row.id, (struct id){{0}}, TODO_DONE, now_us);
	spec.kind = TODO_ANSWER;
	spec.roles = 0;
	spec.account = casefile->opener;
	return todo_put(c, &spec, now_us);
}
