#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/clock.h"
#include "govern/newestid.h"
#include "op/contract.h"

#include "govern/workcalendar.h"

#define HOUR_US ((int64_t)3600 * 1000000)
#define DAYS_TEXT_MAX (WORKTIME_DAYS_MAX * 11)
#define YEARS_AHEAD 5
#define TARGET_HOURS_MAX (400 * 24)

struct work_calendar {
	struct row row;
	int64_t edition;            /* 1, 2, … */
	int32_t valid_from;
	int32_t decided_on;
	int64_t decided_at;
	int64_t weekdays;
	bool holidays, year_end;
	struct bytes extra_closed, extra_open;
};

#define AT(member) .offset = offsetof(struct work_calendar, member)
#define VALID_FROM .name = "valid_from", .ja = "適用する日", .en = "Counts from", .type = FIELD_DATE, .grade = GRADE_1, .required = true
#define WEEKDAYS .name = "weekdays", .ja = "閉庁する曜日", .en = "Closed days of the week", .type = FIELD_INT, .grade = GRADE_1, .min = 0, .max = 126
#define HOLIDAYS .name = "holidays", .ja = "国民の祝日は閉庁", .en = "Closed on national holidays", .type = FIELD_BOOL, .grade = GRADE_1
#define YEAR_END .name = "year_end", .ja = "12月29日〜1月3日は閉庁", .en = "Closed from 29 December to 3 January", .type = FIELD_BOOL, .grade = GRADE_1
#define EXTRA_CLOSED .name = "extra_closed", .ja = "ほかの閉庁日", .en = "Further closed days", .type = FIELD_TEXT, .grade = GRADE_1, .max = DAYS_TEXT_MAX
#define EXTRA_OPEN .name = "extra_open", .ja = "開庁する日", .en = "Days open all the same", .type = FIELD_TEXT, .grade = GRADE_1, .max = DAYS_TEXT_MAX

static const struct field fields[] = {
	{.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .grade = GRADE_1, .required = true, .min = 1,
	    .max = WORKCALENDAR_EDITIONS_MAX, AT(edition)},
	{VALID_FROM, AT(valid_from)},
	{.name = "decided_on", .ja = "決定した日", .en = "Decided on", .type = FIELD_DATE, .grade = GRADE_1, .required = true, AT(decided_on)},
	{.name = "decided_at", .ja = "決定した日時", .en = "Decided at", .type = FIELD_TIME, .grade = GRADE_1, .required = true, AT(decided_at)},
	{WEEKDAYS, AT(weekdays)},
	{HOLIDAYS, AT(holidays)},
	{YEAR_END, AT(year_end)},
	{EXTRA_CLOSED, AT(extra_closed)},
	{EXTRA_OPEN, AT(extra_open)},
};

static const char *const unique[] = {"edition", NULL};

const struct entity workcalendar_entity = {
	.name = "work_calendar",
	.ja = "閉庁日の暦",
	.en = "Calendar of closed days",
	.size = sizeof(struct work_calendar),
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list in_order = {"govern.work-calendar", &workcalendar_entity, "edition > :after ORDER BY edition LIMIT :limit", NULL};

err workcalendar_start(void)
{
	return row_list_make(&in_order);
}

/* ---- reading ---- */

static err take_edition(const struct work_calendar *row, struct worktime_edition *out)
{
	*out = (struct worktime_edition){
		.valid_from = row->valid_from, .decided_on = row->decided_on, .weekdays = (unsigned)row->weekdays, .holidays = row->holidays,
		.year_end = row->year_end,
	};
	if (!err_is_ok(worktime_days_read(row->extra_closed, &out->closed)) || !err_is_ok(worktime_days_read(row->extra_open, &out->open)))
		return FAIL(CORRUPT);
	return OK;
}

static err read_editions(struct row_context *c, struct query *query, struct worktime *calendar)
{
	struct worktime_edition *editions = NULL;
	size_t room = 0;

	for (;;) {
		struct work_calendar row = {0};
		bool found = false;

		TRY(query_step(query, &found));
		if (!found)
			break;
		TRY(row_read(c, &workcalendar_entity, query, false, &row));
		if (calendar->count == room) {
			struct worktime_edition *more = arena_alloc(c->arena, (room + 8) * sizeof(*more));

			if (more == NULL)
				return FAIL(UNAVAILABLE);
			if (room > 0)
				memcpy(more, editions, room * sizeof(*more));
			editions = more;
			room += 8;
		}
		TRY(take_edition(&row, &editions[calendar->count]));
		calendar->count++;
	}
	calendar->editions = editions;
	return OK;
}

err workcalendar_read(struct row_context *c, struct worktime *calendar_out)
{
	struct worktime calendar = {0};
	struct contract contract = {0};
	struct query *query = NULL;
	err e = contract_of(c, (struct id){{0}}, &contract);

	if (!err_is(e, ERR_NOT_FOUND)) /* nothing is agreed: Saturday and Sunday */
		TRY(e);
	calendar.weekdays = (unsigned)contract.closed_weekdays;
	e = query_start(c->db, in_order.statement, &query);
	if (err_is_ok(e))
		e = query_int(query, "after", 0);
	if (err_is_ok(e))
		e = query_int(query, "limit", WORKCALENDAR_EDITIONS_MAX);
	if (err_is_ok(e))
		e = read_editions(c, query, &calendar);
	query_end(&query);
	TRY(e);
	*calendar_out = calendar;
	return OK;
}

/* ---- seeing ---- */

static const struct grant see_grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static err list_apply(struct call *call)
{
	return call_list(call, NULL);
}

static const struct input list_inputs[] = {OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};

const struct op workcalendar_list = {
	.id = "workdays.list",
	.ja = "閉庁日の暦を見る",
	.en = "See the calendar of closed days",
	.method = "GET",
	.path = "/v1/work-calendar",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "work-calendar see",
	.inputs = list_inputs,
	.entity = &workcalendar_entity,
	.output = &workcalendar_entity,
	.list = true,
	.status = 200,
	.grade = GRADE_1,
	.requirements = "S-29",
	.apply = list_apply,
};

/* ---- changing ---- */

static err check_days(struct call *call, const char *name, struct worktime_days *out)
{
	if (err_is_ok(worktime_days_read(call_text(call, name), out)))
		return OK;
	return call_flaw(call, name, FLAW_FORMAT, "日付は「2026-12-28 2027-01-04」のように、早い順に空白で区切って120日まで書いてください。",
	    "Write dates like \"2026-12-28 2027-01-04\": the earlier first, one space between, 120 at most.");
}

static err check_apart(struct call *call, const struct worktime_days *closed, const struct worktime_days *open)
{
	for (size_t i = 0; i < closed->count; i++)
		for (size_t k = 0; k < open->count; k++)
			if (closed->days[i] == open->days[k])
				return call_flaw(call, "extra_open", FLAW_RULE, "同じ日が閉庁日と開庁日の両方に書かれています。",
				    "The same day is written as closed and as open.");
	return OK;
}

/* K1 */
static err check_begin(struct call *call)
{
	int32_t from = call_value(call, "valid_from")->as.date;
	int32_t today = clock_date_jst(call->now_us);

	if (from <= today)
		return call_flaw(call, "valid_from", FLAW_RULE, "適用する日は明日以降にしてください。過ぎた日の数え方は変わりません。",
		    "It counts from tomorrow at the earliest: days that have been are not counted otherwise.");
	if (from > today + YEARS_AHEAD * 10000)
		return call_flaw(call, "valid_from", FLAW_RULE, "適用する日は5年以内にしてください。", "It counts from within five years.");
	return OK;
}

static err check(struct call *call)
{
	struct worktime_days closed, open;

	TRY(check_begin(call));
	TRY(check_days(call, "extra_closed", &closed));
	TRY(check_days(call, "extra_open", &open));
	return check_apart(call, &closed, &open);
}

static err change_apply(struct call *call)
{
	struct work_calendar row = {.decided_on = clock_date_jst(call->now_us), .decided_at = call->now_us};
	struct worktime calendar = {0};

	TRY(check(call));
	TRY(workcalendar_read(&call->rows, &calendar));
	if (calendar.count == WORKCALENDAR_EDITIONS_MAX) {
		problems_add(call->problems, "valid_from", NULL, FLAW_RULE, call->language == LANGUAGE_EN ?
		    "The calendar has as many editions as it can have." : "暦の版の数が上限に達しています。");
		return FAIL(CONFLICT);
	}
	call_store(call, &workcalendar_entity, &row);
	row.edition = (int64_t)calendar.count + 1;
	TRY(newestid_make(call->now_us, &row.row.id));
	TRY(row_insert(&call->rows, &workcalendar_entity, &row));
	json_row(&call->out, &workcalendar_entity, &row, "*");
	return call_object(call, "work_calendar", row.row.id);
}

static err change_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	char date[CLOCK_TEXT_MAX];
	struct bytes closed = call_text(call, "extra_closed"), open = call_text(call, "extra_open");
	long long weekdays = call_value(call, "weekdays")->present ? (long long)call_value(call, "weekdays")->as.integer : 0;
	bool english = call->language == LANGUAGE_EN;
	const char *yes = english ? "closed" : "閉庁", *no = english ? "open" : "開庁";

	TRY(check(call));
	clock_date_format(call_value(call, "valid_from")->as.date, date);
	(void)snprintf(words_out, words_max, english ?
	    "From %s: closed weekdays %lld (Sunday 1 … Saturday 64), holidays %s, 29 December to 3 January %s; further closed days %zu, open ones %zu. Running clocks count by it from that day." :
	    "%sから、閉庁する曜日 %lld（日曜1…土曜64の合計）、祝日は%s、12月29日〜1月3日は%s、ほかの閉庁日 %zu日、開庁する日 %zu日。動いている時間の計算も、その日からこれに従います。",
	    date, weekdays, call_value(call, "holidays")->as.boolean ? yes : no, call_value(call, "year_end")->as.boolean ? yes : no,
	    (closed.len + 1) / 11, (open.len + 1) / 11);
	*objects_out = 1;
	return OK;
}

static const struct grant change_grants[] = {
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"}, {ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"}, {0},
};

static const struct input change_inputs[] = {
	{.place = IN_BODY, .field = {VALID_FROM}},
	{.place = IN_BODY, .field = {WEEKDAYS, .required = true}},
	{.place = IN_BODY, .field = {HOLIDAYS, .required = true}},
	{.place = IN_BODY, .field = {YEAR_END, .required = true}},
	{.place = IN_BODY, .field = {EXTRA_CLOSED}},
	{.place = IN_BODY, .field = {EXTRA_OPEN}},
	{0},
};

const struct op workcalendar_change = {
	.id = "workdays.change",
	.ja = "閉庁日の暦を変える",
	.en = "Change the calendar of closed days",
	.method = "PUT",
	.path = "/v1/work-calendar",
	.kind = OP_WRITE,
	.guard = GUARD_APPROVE,
	.approver = ROLE(OFFICER_ADMIN) | ROLE(OPERATOR_ADMIN),
	.undo = "workdays.change",
	.manual = "doc/manual/work-calendar.md",
	.impact = change_impact,
	.grants = change_grants,
	.policy = "work-calendar change",
	.inputs = change_inputs,
	.entity = &workcalendar_entity,
	.output = &workcalendar_entity,
	.status = 202,
	.step_up_s = OP_STEP_UP_S,
	.event = true,
	.grade = GRADE_1,
	.requirements = "S-29",
	.apply = change_apply,
};

/* ---- trying it ---- */

static const char *const readings[] = {[CLOCK_SUM] = "sum", [CLOCK_END_OF_DAY] = "end-of-day", NULL};

static err measure_apply(struct call *call)
{
	const struct value *at = call_value(call, "at"), *reading = call_value(call, "reading"), *usual = call_value(call, "usual");
	struct clock_event start = {.at_us = call_value(call, "from")->as.time_us, .move = CLOCK_START};
	struct clock_rule rule = {.target_us = call_value(call, "hours")->as.integer * HOUR_US, .open_days = true,
		.reading = reading->present ? (enum clock_reading)reading->as.choice : CLOCK_SUM};
	int64_t at_us = at->present ? at->as.time_us : call->now_us;
	struct worktime calendar = {0};
	struct clock_measured m;
	char words[CLOCK_WORDS_MAX];

	if (!usual->present || !usual->as.boolean)
		TRY(workcalendar_read(&call->rows, &calendar));
	clock_measure(&rule, &start, 1, &calendar, at_us, &m);
	json_int(&call->out, "used_s", m.used_us / 1000000);
	json_int(&call->out, "target_s", m.target_us / 1000000);
	json_time(&call->out, "due_at", m.due_us);
	json_bool(&call->out, "late", m.late);
	json_object(&call->out, "words");
	clock_words(&rule, &m, LANGUAGE_JA, words);
	json_str(&call->out, "ja", words);
	clock_words(&rule, &m, LANGUAGE_EN, words);
	json_str(&call->out, "en", words);
	json_object_end(&call->out);
	return OK;
}

#define IN(word, label_ja, label_en, kind, ...) \
	{.place = IN_QUERY, .field = {.name = word, .ja = label_ja, .en = label_en, .type = kind, .grade = GRADE_1, __VA_ARGS__}}

static const struct input measure_inputs[] = {
	IN("from", "始まり", "Beginning", FIELD_TIME, .required = true),
	IN("at", "いつの時点か", "As of", FIELD_TIME),
	IN("hours", "目標の時間数", "Target in hours", FIELD_INT, .required = true, .min = 1, .max = TARGET_HOURS_MAX),
	IN("reading", "数え方", "Reading", FIELD_CHOICE, .choices = readings),
	IN("usual", "通常の暦で数える", "By the usual calendar", FIELD_BOOL),
	{0},
};

static const struct field measure_output[] = {
	{.name = "used_s", .ja = "使った秒数", .en = "Used, in seconds", .type = FIELD_INT, .grade = GRADE_1},
	{.name = "target_s", .ja = "目標の秒数", .en = "Target in seconds", .type = FIELD_INT, .grade = GRADE_1},
	{.name = "due_at", .ja = "期限", .en = "Due", .type = FIELD_TIME, .grade = GRADE_1},
	{.name = "late", .ja = "超過", .en = "Late", .type = FIELD_BOOL, .grade = GRADE_1},
	{.name = "words", .ja = "説明", .en = "Explanation", .type = FIELD_TEXT, .grade = GRADE_1},
	{0},
};

const struct op workcalendar_measure = {
	.id = "workdays.measure",
	.ja = "閉庁日を除いて時間を数える",
	.en = "Count hours without closed days",
	.method = "GET",
	.path = "/v1/work-calendar/measure",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "work-calendar see",
	.inputs = measure_inputs,
	.entity = &workcalendar_entity,
	.output_fields = measure_output,
	.status = 200,
	.grade = GRADE_1,
	.requirements = "S-29",
	.apply = measure_apply,
};
