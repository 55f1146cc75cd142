#include <string.h>

#include "base/clock.h"
#include "base/holiday.h"
#include "kinder/cutoff.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"
#include "op/contract.h"

#include "kinder/calendar.h"

#define AT(member) .offset = offsetof(struct calendar, member)
#define NAME_INPUT .name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 60

static const struct field fields[] = {
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "facility", AT(facility)},
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2, .required = true, AT(date)},
	{.name = "open", .ja = "開園", .en = "Open", .type = FIELD_BOOL, .grade = GRADE_2, AT(open)},
	{NAME_INPUT, AT(name)},
};

static const char *const unique[] = {"facility,date", NULL};

const struct entity calendar_entity = {
	.name = "calendar",
	.ja = "園の暦",
	.en = "Calendar",
	.size = sizeof(struct calendar),
	.facility = "facility",
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list span_of = {
	.name = "kinder.calendar-span",
	.entity = &calendar_entity,
	.where = "facility = :facility AND date >= :first AND date <= :last ORDER BY date LIMIT :limit",
};

err calendar_start(void)
{
	return row_list_make(&span_of);
}

#define WEEKEND (1 << 0 | 1 << 6)

static bool new_year(int32_t date)
{
	int day = date % 10000;

	return day >= 1229 || (day >= 101 && day <= 103);
}

struct calendar_day calendar_usual(int32_t date, int64_t closed_weekdays, enum language language)
{
	const struct holiday *holiday = holiday_find(date);
	int weekday = clock_weekday(date);

	if (holiday != NULL)
		return (struct calendar_day){.name = bytes_str(language == LANGUAGE_EN ? holiday->en : holiday->ja)};
	if (new_year(date))
		return (struct calendar_day){.name = bytes_str(language == LANGUAGE_EN ? "New Year's closure" : "年末年始")};
	if (weekday < 0)
		return (struct calendar_day){.open = true};
	return (struct calendar_day){.open = ((closed_weekdays != 0 ? closed_weekdays : WEEKEND) & INT64_C(1) << weekday) == 0};
}

static err bind_span(struct query *query, const struct id *facility, int32_t first, int32_t last)
{
	TRY(query_id(query, "facility", facility));
	TRY(query_int(query, "first", first));
	TRY(query_int(query, "last", last));
	return query_int(query, "limit", CALENDAR_DAY_MAX);
}

static err read_rows(struct call *call, struct query *query, struct calendar_span *span)
{
	bool found = true;

	for (;;) {
		TRY(query_step(query, &found));
		if (!found)
			return OK;
		if (span->rows == NULL)
			span->rows = arena_alloc(call->arena, CALENDAR_DAY_MAX * sizeof(*span->rows));
		if (span->rows == NULL)
			return FAIL(UNAVAILABLE);
		TRY(row_read(&call->rows, &calendar_entity, query, false, &span->rows[span->count]));
		span->count++;
	}
}

err calendar_span_read(struct call *call, struct id facility, int32_t first, int32_t last, struct calendar_span *span_out)
{
	struct calendar_span span = {.language = call->language};
	struct contract_limits agreed = {0};
	struct query *query = NULL;
	err e;

	if (clock_date_add(first, CALENDAR_DAY_MAX - 1) < last)
		return FAIL(TOO_LARGE);
	TRY(contract_limits(call, facility, &agreed));
	span.closed_weekdays = agreed.closed_weekdays;
	e = query_start(call->rows.db, span_of.statement, &query);
	if (err_is_ok(e))
		e = bind_span(query, &facility, first, last);
	if (err_is_ok(e))
		e = read_rows(call, query, &span);
	query_end(&query);
	TRY(e);
	*span_out = span;
	return OK;
}

struct calendar_day calendar_day_of(const struct calendar_span *span, int32_t date)
{
	for (size_t i = 0; i < span->count; i++)
		if (span->rows[i].date == date)
			return (struct calendar_day){.open = span->rows[i].open, .own = true, .name = span->rows[i].name};
	return calendar_usual(date, span->closed_weekdays, span->language);
}

err calendar_month(struct bytes text, int32_t *first_out, int32_t *last_out)
{
	uint8_t day[10];
	int32_t first;
	int32_t next;

	if (text.len != 7)
		return FAIL(INVALID);
	memcpy(day, text.ptr, 7);
	memcpy(day + 7, "-01", 3);
	TRY(clock_date_parse((struct bytes){day, sizeof(day)}, &first));
	next = clock_date_add(first, 31);
	*first_out = first;
	*last_out = clock_date_add(next / 100 * 100 + 1, -1);
	return OK;
}

int calendar_year(int32_t date)
{
	return date / 10000 - (date / 100 % 100 < 4 ? 1 : 0);
}

static err check_span(struct call *call, int32_t first, int32_t last)
{
	if (last < first)
		return call_flaw(call, "to", FLAW_RULE, "終わりの日は始めの日より後にしてください。", "The last day is not before the first.");
	if (clock_date_add(first, CALENDAR_DAY_MAX - 1) < last)
		return call_flaw(call, "to", FLAW_RULE, "一度に見られるのは400日までです。", "At most 400 days at once.");
	return OK;
}

static void put_day(struct json *out, int32_t date, const struct calendar_day *day)
{
	json_object(out, NULL);
	json_date(out, "date", date);
	json_bool(out, "open", day->open);
	if (day->name.len > 0)
		json_text(out, "name", day->name);
	else
		json_null(out, "name");
	json_bool(out, "own", day->own);
	json_object_end(out);
}

static err see_apply(struct call *call)
{
	int32_t first = call_value(call, "from")->as.date;
	int32_t last = call_value(call, "to")->as.date;
	struct facility facility = {0};
	struct calendar_span span = {0};

	TRY(check_span(call, first, last));
	TRY(row_get(&call->rows, &facility_entity, call_id(call, "facility"), &facility));
	TRY(calendar_span_read(call, facility.row.id, first, last, &span));
	json_text(&call->out, "cut_off", facility.cut_off);
	json_array(&call->out, "items");
	for (int32_t date = first; date <= last && date != 0; date = clock_date_add(date, 1)) {
		struct calendar_day day = calendar_day_of(&span, date);

		put_day(&call->out, date, &day);
	}
	json_array_end(&call->out);
	return OK;
}

static const struct grant see_grants[] = {
	{ROLE(GUARDIAN) | ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{0},
};
static const struct grant change_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{0},
};

#define DATE_FIELD .type = FIELD_DATE, .grade = GRADE_2, .required = true

static const struct input see_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_QUERY, .field = {.name = "from", .ja = "始めの日", .en = "From", DATE_FIELD}},
	{.place = IN_QUERY, .field = {.name = "to", .ja = "終わりの日", .en = "To", DATE_FIELD}},
	{0},
};

static const struct field see_output[] = {
	{.name = "cut_off", .ja = "連絡の締切", .en = "Reports until", .type = FIELD_TEXT, .grade = GRADE_1},
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2},
	{.name = "open", .ja = "開園", .en = "Open", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "own", .ja = "園の定め", .en = "Own entry", .type = FIELD_BOOL, .grade = GRADE_2},
	{0},
};

const struct op calendar_see = {
	.id = "calendar.see",
	.ja = "園の暦を見る",
	.en = "See a facility's calendar",
	.method = "GET",
	.path = "/v1/facilities/{facility}/calendar",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "calendar see",
	.inputs = see_inputs,
	.entity = &facility_entity,
	.output_fields = see_output,
	.status = 200,
	.purpose_ja = "開園する日と連絡の締切を示すため",
	.purpose_en = "To show on which days a facility is open and until when to report",
	.grade = GRADE_2,
	.requirements = "K-26 K-27",
	.apply = see_apply,
};

static const struct input put_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_PATH, .field = {.name = "date", .ja = "日付", .en = "Date", DATE_FIELD}},
	{.place = IN_BODY, .field = {.name = "open", .ja = "開園", .en = "Open", .type = FIELD_BOOL, .grade = GRADE_2, .required = true}},
	{.place = IN_BODY, .field = {NAME_INPUT}},
	{0},
};

/* The entry of the day in the path; row.id zero: there is none. */
static err own_entry(struct call *call, struct calendar *entry_out)
{
	int32_t date = call_value(call, "date")->as.date;
	struct calendar_span span = {0};

	TRY(calendar_span_read(call, call_id(call, "facility"), date, date, &span));
	if (span.count > 0)
		*entry_out = span.rows[0];
	return OK;
}

static err put_apply(struct call *call)
{
	struct calendar entry = {0};
	struct calendar_day day;

	TRY(own_entry(call, &entry));
	entry.facility = call_id(call, "facility");
	entry.date = call_value(call, "date")->as.date;
	entry.open = call_value(call, "open")->as.boolean;
	entry.name = call_text(call, "name");
	TRY(id_is_zero(entry.row.id) ? row_insert(&call->rows, &calendar_entity, &entry)
	                             : row_update(&call->rows, &calendar_entity, &entry));
	day = (struct calendar_day){.open = entry.open, .own = true, .name = entry.name};
	json_date(&call->out, "date", entry.date);
	json_bool(&call->out, "open", day.open);
	json_text(&call->out, "name", day.name);
	json_bool(&call->out, "own", day.own);
	call->event_facility = entry.facility;
	return call_object(call, "calendar", entry.row.id);
}

const struct op calendar_put = {
	.id = "calendar.put",
	.ja = "園の暦に書き込む",
	.en = "Write a day into the calendar",
	.method = "PUT",
	.path = "/v1/facilities/{facility}/calendar/{date}",
	.kind = OP_WRITE,
	.grants = change_grants,
	.policy = "calendar change",
	.inputs = put_inputs,
	.entity = &facility_entity,
	.output_fields = see_output + 1,
	.status = 200,
	.purpose_ja = "園の休みと開園日を決めるため",
	.purpose_en = "To set on which days a facility is closed or open",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-26",
	.apply = put_apply,
};

static err remove_apply(struct call *call)
{
	struct calendar entry = {0};

	TRY(own_entry(call, &entry));
	if (id_is_zero(entry.row.id))
		return FAIL(NOT_FOUND);
	TRY(row_delete(&call->rows, &calendar_entity, &entry));
	call->event_facility = entry.facility;
	return call_object(call, "calendar", entry.row.id);
}

static const struct input remove_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_PATH, .field = {.name = "date", .ja = "日付", .en = "Date", DATE_FIELD}},
	{0},
};

const struct op calendar_remove = {
	.id = "calendar.remove",
	.ja = "園の暦の書き込みを消す",
	.en = "Remove a day's entry from the calendar",
	.method = "DELETE",
	.path = "/v1/facilities/{facility}/calendar/{date}",
	.kind = OP_WRITE,
	.grants = change_grants,
	.policy = "calendar change",
	.inputs = remove_inputs,
	.entity = &facility_entity,
	.status = 204,
	.purpose_ja = "もとの休みと開園日に戻すため",
	.purpose_en = "To go back to the usual days",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-26",
	.apply = remove_apply,
};
