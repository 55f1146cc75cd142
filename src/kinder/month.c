#include "base/clock.h"
#include "kinder/calendar.h"
#include "kinder/child.h"
#include "kinder/day.h"
#include "kinder/kinder_int.h"

#include "kinder/month.h"

err month_of(struct call *call, int32_t *first_out, int32_t *last_out)
{
	if (err_is_ok(calendar_month(call_text(call, "month"), first_out, last_out)))
		return OK;
	return call_flaw(call, "month", FLAW_FORMAT, "月は「2026-11」のように書いてください。", "Write a month like 2026-11.");
}

static void put_absence(struct json *out, const struct absence *absence)
{
	if (absence == NULL) {
		json_null(out, "absence");
		return;
	}
	json_object(out, "absence");
	json_id(out, "id", absence->row.id);
	json_field(out, entity_field(&absence_entity, "kind"), absence);
	json_text(out, "reason", absence->reason);
	json_object_end(out);
}

static void put_day(struct json *out, int32_t date, const struct calendar_day *day, const struct day_book *book, struct id child)
{
	const struct attendance *in = day_attendance(book, child, date, ATTENDANCE_IN);
	const struct attendance *left = day_attendance(book, child, date, ATTENDANCE_OUT);

	json_object(out, NULL);
	json_date(out, "date", date);
	json_bool(out, "open", day->open);
	if (day->name.len > 0)
		json_text(out, "name", day->name);
	else
		json_null(out, "name");
	json_time(out, "in", in != NULL ? in->at : 0);
	json_time(out, "out", left != NULL ? left->at : 0);
	put_absence(out, day_absence(book, child, date));
	json_object_end(out);
}

static err see_apply(struct call *call)
{
	struct gather_scope scope = {.child = call_id(call, "child")};
	struct calendar_span span = {0};
	struct day_book book = {0};
	struct child child = {0};

	TRY(month_of(call, &scope.first, &scope.last));
	TRY(child_place(&call->rows, scope.child, &child));
	/* A facility sees the days that the child spent there; the family sees them all. */
	if (call->actor.role != ROLE_GUARDIAN)
		scope.facility = call->actor.facility;
	TRY(calendar_span_read(call, child.facility, scope.first, scope.last, &span));
	TRY(day_book_read(call, &scope, &book));
	json_text(&call->out, "month", call_text(call, "month"));
	json_array(&call->out, "items");
	for (int32_t date = scope.first; date <= scope.last; date = clock_date_add(date, 1)) {
		struct calendar_day day = calendar_day_of(&span, date);

		put_day(&call->out, date, &day, &book, scope.child);
	}
	json_array_end(&call->out);
	call->event_facility = child.facility;
	return buf_printf(&call->detail, "\"month\":\"%.*s\"", (int)call_text(call, "month").len, (const char *)call_text(call, "month").ptr);
}

static const struct grant see_grants[] = {
	{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, "*"},
	{0},
};

static const struct input see_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	{.place = IN_QUERY, .field = {MONTH_FIELD}},
	{0},
};

static const struct field see_output[] = {
	{.name = "month", .ja = "月", .en = "Month", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2},
	{.name = "open", .ja = "開園", .en = "Open", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "in", .ja = "登園", .en = "Came", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "out", .ja = "降園", .en = "Left", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true},
	{0},
};

const struct op month_see = { /* K-27 */
	.id = "attendance.month",
	.ja = "園児のひと月を見る",
	.en = "See a child's month",
	.method = "GET",
	.path = "/v1/children/{child}/days",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "attendance see",
	.inputs = see_inputs,
	.entity = &child_entity,
	.output_fields = see_output,
	.status = 200,
	.purpose_ja = "登園した日と休んだ日をひと月ごとに確かめるため",
	.purpose_en = "To see month by month on which days a child came or was absent",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = see_apply,
};
