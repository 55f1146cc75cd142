#include "base/clock.h"
#include "kinder/facility.h"
#include "kinder/gather.h"
#include "kinder/kinder_int.h"
#include "kinder/person.h"

#include "kinder/attendance.h"

const char *const attendance_kinds[] = {[ATTENDANCE_IN] = "in", [ATTENDANCE_OUT] = "out", NULL};

#define AT(member) .offset = offsetof(struct attendance, member)
#define SEALED_TEXT .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .sealed = true
#define WITH_FIELD .name = "with", .ja = "送り迎えの人", .en = "With", SEALED_TEXT, .max = 100
#define REASON_FIELD .name = "reason", .ja = "訂正の理由", .en = "Reason of the correction", SEALED_TEXT, .max = 200

/* What stands in the clear names nobody: a random id, a day, a time. */
static const struct field fields[] = {
	{.name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "child", AT(child)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "facility", .group = "inner", AT(facility)},
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2, .required = true, AT(date)},
	{ATTENDANCE_KIND_FIELD, .required = true, AT(kind)},
	{ATTENDANCE_TIME_FIELD, .required = true, AT(at)},
	{.name = "entered_at", .ja = "入力日時", .en = "Entered at", .type = FIELD_TIME, .grade = GRADE_2,
	    .required = true, AT(entered_at)},
	{.name = "late_entry", .ja = "あとからの入力", .en = "Entered later", .type = FIELD_BOOL, .grade = GRADE_2,
	    AT(late_entry)},
	{.name = "recorder", .ja = "記録した人", .en = "Recorder", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", .group = "inner", AT(recorder)},
	{.name = "by_name", .ja = "記録した人の氏名", .en = "Recorder's name", SEALED_TEXT, .required = true, .max = 100,
	    AT(by_name)},
	{WITH_FIELD, AT(with)},
	{.name = "replaces", .ja = "訂正した記録", .en = "Replaces", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "attendance", AT(replaces)},
	{.name = "cancelled", .ja = "取り消し", .en = "Cancelled", .type = FIELD_BOOL, .grade = GRADE_2, AT(cancelled)},
	{REASON_FIELD, AT(reason)},
};

static const char *const unique[] = {"replaces", NULL};
static const char *const indexes[] = {"child,date", NULL};

const struct entity attendance_entity = {
	.name = "attendance",
	.ja = "登降園の記録",
	.en = "Attendance",
	.size = sizeof(struct attendance),
	.seal = SEAL_PERSON,
	.owner = "child",
	.facility = "facility",
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

#define GROUPS "record"

/* A2: at most one of each kind. */
static struct row_list in_force = {
	.name = "kinder.attendance-in-force",
	.entity = &attendance_entity,
	.where = "child = :child AND date = :date AND facility = :facility AND cancelled = 0 AND NOT EXISTS (SELECT 1 FROM attendance AS later"
	    " WHERE later.replaces = attendance.id) ORDER BY kind LIMIT :limit",
};
static struct row_list replaced_by = {
	.name = "kinder.attendance-replaced-by",
	.entity = &attendance_entity,
	.where = "replaces = :child LIMIT :limit",
};

err attendance_start(void)
{
	TRY(row_list_make(&in_force));
	return row_list_make(&replaced_by);
}

err attendance_day_read(struct call *call, struct id child, struct id facility, int32_t date, struct attendance_day *day_out)
{
	struct gather_scope scope = {.child = child, .facility = facility, .date = date};
	struct gather rows = {0};
	struct attendance_day day = {0};

	TRY(gather_rows(call, &in_force, &scope, 2, false, &rows));
	for (size_t i = 0; i < rows.count; i++) {
		const struct attendance *one = rows.rows[i];

		*(one->kind == ATTENDANCE_IN ? &day.in : &day.out) = *one;
	}
	*day_out = day;
	return OK;
}

enum attendance_time attendance_time_check(int32_t date, int64_t at_us, int64_t now_us)
{
	if (at_us > now_us + ATTENDANCE_AHEAD_US)
		return ATTENDANCE_TIME_FUTURE;
	return clock_date_jst(at_us) == date ? ATTENDANCE_TIME_FITS : ATTENDANCE_TIME_OTHER_DAY;
}

bool attendance_is_late(int64_t at_us, int64_t now_us)
{
	return now_us - at_us > ATTENDANCE_LATE_US;
}

static err check_time(struct call *call, int32_t date, int64_t at_us)
{
	switch (attendance_time_check(date, at_us, call->now_us)) {
	case ATTENDANCE_TIME_FITS:
		return OK;
	case ATTENDANCE_TIME_FUTURE:
		return call_flaw(call, "at", FLAW_RULE, "これからの時刻は記録できません。", "The time is in the future.");
	case ATTENDANCE_TIME_OTHER_DAY:
		break;
	}
	return call_flaw(call, "at", FLAW_RULE, "別の日の時刻は記録できません。", "The time is on another day.");
}

static bool stands(const struct attendance *one)
{
	return !id_is_zero(one->row.id);
}

static err conflict(struct call *call, const char *ja, const char *en)
{
	return kinder_conflict(call, "kind", ja, en);
}

static err check_order(struct call *call, int64_t in_us, int64_t out_us)
{
	return in_us <= out_us ? OK : call_flaw(call, "at", FLAW_RULE, "降園は登園より後の時刻にしてください。",
	    "A child leaves after it has come.");
}

static err check_day(struct call *call, enum attendance_kind kind, int64_t at_us, const struct attendance_day *day)
{
	if (kind == ATTENDANCE_IN && stands(&day->in))
		return conflict(call, "登園はもう記録されています。直すときは訂正してください。",
		    "The child's arrival is recorded already. Correct that record.");
	if (kind == ATTENDANCE_IN)
		return OK;
	if (stands(&day->out))
		return conflict(call, "降園はもう記録されています。直すときは訂正してください。",
		    "The child's leaving is recorded already. Correct that record.");
	if (!stands(&day->in))
		return conflict(call, "登園がまだ記録されていません。", "The child's arrival is not recorded yet.");
	return check_order(call, day->in.at, at_us);
}

static err write(struct call *call, struct attendance *attendance)
{
	struct kinder_person person = {0};

	TRY(kinder_person_get(&call->rows, call->actor.account, &person));
	attendance->entered_at = call->now_us;
	attendance->recorder = call->actor.account;
	attendance->by_name = person.name;
	TRY(row_insert(&call->rows, &attendance_entity, attendance));
	json_row(&call->out, &attendance_entity, attendance, GROUPS);
	json_bool(&call->out, "in_force", !attendance->cancelled);
	json_null(&call->out, "replaced_by");
	call->event_facility = attendance->facility;
	call->seal_kind = KEY_PERSON;
	call->seal_owner = attendance->child;
	TRY(call_object(call, "child", attendance->child));
	return call_object(call, "attendance", attendance->row.id);
}

static const struct value *given(const struct call *call, const char *name)
{
	for (const struct input *in = call->op->inputs; in->field.name != NULL; in++)
		if (bytes_is(bytes_str(in->field.name), name))
			return call_value(call, name)->present ? call_value(call, name) : NULL;
	return NULL;
}

err attendance_put(struct call *call, const struct child *child, enum attendance_kind kind, const struct attendance_day *day)
{
	const struct value *at = given(call, "at");
	const struct value *with = given(call, "with");
	struct attendance attendance = {
		.child = child->row.id,
		.facility = child->facility,
		.date = clock_date_jst(call->now_us),
		.kind = (int32_t)kind,
		.at = at != NULL ? at->as.time_us : call->now_us,
		.with = with != NULL ? with->as.text : (struct bytes){0},
	};

	if (child->state != CHILD_ENROLLED)
		return kinder_conflict(call, "child", "この園児は在籍していません。", "This child is no longer enrolled.");
	TRY(check_time(call, attendance.date, attendance.at));
	attendance.late_entry = attendance_is_late(attendance.at, call->now_us);
	if (attendance.at > call->now_us)
		attendance.at = call->now_us;
	TRY(check_day(call, kind, attendance.at, day));
	return write(call, &attendance);
}

static err record_apply(struct call *call)
{
	struct child child = {0};
	struct attendance_day day = {0};

	TRY(child_place(&call->rows, call_id(call, "child"), &child));
	if (!id_equal(child.facility, call_id(call, "facility")))
		return FAIL(NOT_FOUND);
	TRY(attendance_day_read(call, child.row.id, child.facility, clock_date_jst(call->now_us), &day));
	return attendance_put(call, &child, (enum attendance_kind)call_value(call, "kind")->as.choice, &day);
}

static const struct grant record_grants[] = {{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, GROUPS}, {0}};

static const struct grant see_grants[] = {
	{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, GROUPS},
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, GROUPS},
	{0},
};

static const struct input record_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_BODY, .field = {KINDER_PATH_CHILD}},
	{.place = IN_BODY, .field = {ATTENDANCE_KIND_FIELD, .required = true}},
	{.place = IN_BODY, .field = {ATTENDANCE_TIME_FIELD}},
	{.place = IN_BODY, .field = {WITH_FIELD}},
	{0},
};

const struct op attendance_record = {
	.id = "attendance.record",
	.ja = "登園・降園を記録する",
	.en = "Record that a child came or was fetched",
	.method = "POST",
	.path = "/v1/facilities/{facility}/attendance",
	.kind = OP_WRITE,
	.grants = record_grants,
	.policy = "attendance record",
	.inputs = record_inputs,
	.entity = &facility_entity,
	.output = &attendance_entity,
	.status = 201,
	.purpose_ja = "園児がいま園にいるかを確かめるため",
	.purpose_en = "To know which children are there",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-26 K-27",
	.apply = record_apply,
};

/* A1: the record that took this one's place, and whether this one is in force. */
static err put_record(struct call *call, const void *row, const char *groups)
{
	const struct attendance *attendance = row;
	struct gather_scope scope = {.child = attendance->row.id};
	struct gather later = {0};

	TRY(gather_rows(call, &replaced_by, &scope, 1, true, &later));
	json_row(&call->out, &attendance_entity, attendance, groups);
	json_bool(&call->out, "in_force", later.count == 0 && !attendance->cancelled);
	json_id(&call->out, "replaced_by", later.count > 0 ? ((const struct row *)later.rows[0])->id : (struct id){{0}});
	return OK;
}

static err list_apply(struct call *call)
{
	struct child child = {0};

	TRY(child_place(&call->rows, call_id(call, "child"), &child));
	call->event_facility = child.facility;
	return call_list(call, put_record);
}

static const struct input list_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_CHILD}},
	{.place = IN_QUERY, .field = {.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2}},
	KINDER_PAGE_INPUTS,
	{0},
};

const struct op attendance_list = {
	.id = "attendance.list",
	.ja = "登降園の記録を見る",
	.en = "List a child's attendance",
	.method = "GET",
	.path = "/v1/children/{child}/attendance",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "attendance see",
	.inputs = list_inputs,
	.entity = &attendance_entity,
	.output = &attendance_entity,
	.list = true,
	.where = "attendance.child = :child AND (attendance.date = :date OR :date IS NULL)",
	.status = 200,
	.purpose_ja = "登園・降園の時刻と訂正を確かめるため",
	.purpose_en = "To check when a child came and left, and what was corrected",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-26 K-27",
	.apply = list_apply,
};

/* The other record of the day must still fit. */
static err check_other(struct call *call, const struct attendance *next, const struct attendance_day *day)
{
	if (next->kind == ATTENDANCE_OUT)
		return next->cancelled ? OK : check_order(call, day->in.at, next->at);
	if (!stands(&day->out))
		return OK;
	if (next->cancelled)
		return kinder_conflict(call, "cancel", "先に降園の記録を取り消してください。", "Cancel the record of leaving first.");
	return check_order(call, next->at, day->out.at);
}

static err corrected(struct call *call, const struct attendance *old, struct attendance *next_out)
{
	const struct value *at = call_value(call, "at");
	const struct value *cancel = call_value(call, "cancel");
	struct attendance next = {
		.child = old->child,
		.facility = old->facility,
		.date = old->date,
		.kind = old->kind,
		.at = at->present ? at->as.time_us : old->at,
		.with = old->with,
		.replaces = old->row.id,
		.cancelled = cancel->present && cancel->as.boolean,
		.reason = call_text(call, "reason"),
	};

	if (at->present == next.cancelled)
		return call_flaw(call, "at", FLAW_RULE, "正しい時刻か、取り消しのどちらか一つを指定してください。",
		    "Give either the right time or cancel.");
	TRY(check_time(call, next.date, next.at));
	next.late_entry = attendance_is_late(next.at, call->now_us);
	if (next.at > call->now_us)
		next.at = call->now_us;
	*next_out = next;
	return OK;
}

static err correct_apply(struct call *call)
{
	struct attendance old = {0};
	struct attendance next = {0};
	struct attendance_day day = {0};

	TRY(row_get(&call->rows, &attendance_entity, call_id(call, "attendance"), &old));
	TRY(corrected(call, &old, &next));
	TRY(attendance_day_read(call, old.child, old.facility, old.date, &day));
	if (!id_equal(old.row.id, day.in.row.id) && !id_equal(old.row.id, day.out.row.id))
		return kinder_conflict(call, "attendance", "この記録はもう訂正されています。", "This record has been corrected already.");
	TRY(check_other(call, &next, &day));
	return write(call, &next);
}

static const struct input correct_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_CHILD}},
	{.place = IN_PATH, .object = true, .within = "child", .field = {.name = "attendance", .ja = "登降園の記録",
	    .en = "Attendance", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "attendance"}},
	{.place = IN_BODY, .field = {ATTENDANCE_TIME_FIELD}},
	{.place = IN_BODY, .field = {.name = "cancel", .ja = "取り消す", .en = "Cancel", .type = FIELD_BOOL, .grade = GRADE_2}},
	{.place = IN_BODY, .field = {REASON_FIELD, .required = true}},
	{0},
};

const struct op attendance_correct = {
	.id = "attendance.correct",
	.ja = "登降園の記録を訂正する",
	.en = "Correct a record of attendance",
	.method = "POST",
	.path = "/v1/children/{child}/attendance/{attendance}/correct",
	.kind = OP_WRITE,
	.grants = record_grants,
	.policy = "attendance correct",
	.inputs = correct_inputs,
	.entity = &attendance_entity,
	.output = &attendance_entity,
	.status = 200,
	.purpose_ja = "登降園の記録の誤りを、もとの記録を残して直すため",
	.purpose_en = "To correct a record of attendance and keep what stood before",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-26 K-27",
	.apply = correct_apply,
};
