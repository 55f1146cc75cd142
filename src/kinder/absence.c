#include "base/clock.h"
#include "kinder/child.h"
#include "kinder/kinder_int.h"
#include "kinder/person.h"
#include "kinder/reportday.h"

#include "kinder/absence.h"

#define KINDER_ROW absence

static const char *const kinds[] = {
	[ABSENCE_ABSENCE] = "absence",
	[ABSENCE_LATE] = "late",
	[ABSENCE_EARLY] = "early",
	NULL,
};

#define AT(member) .offset = offsetof(struct absence, member)
#define SEALED_TEXT .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true, .sealed = true

/* What stands in the clear names nobody: a random id, a day and a kind. */
#define ABSENCE_FIELDS(field)                                                                                        \
	field(date, .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2, .required = true)              \
	field(kind, .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,            \
	    .choices = kinds)                                                                                        \
	field(reason, .ja = "理由", .en = "Reason", SEALED_TEXT, .required = true, .multiline = true, .max = 500)

static const struct field fields[] = {
	{.name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "child", AT(child)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "facility", .group = "inner", AT(facility)},
	ABSENCE_FIELDS(KINDER_FIELD)
	{.name = "reported_at", .ja = "連絡日時", .en = "Reported at", .type = FIELD_TIME, .grade = GRADE_2,
	    .required = true, AT(reported_at)},
	{.name = "reporter", .ja = "連絡した人", .en = "Reporter", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", .group = "inner", AT(reporter)},
	{.name = "reporter_name", .ja = "連絡した人の氏名", .en = "Reporter's name", SEALED_TEXT, .required = true,
	    .max = 100, AT(reporter_name)},
};

/* A later report for the same day takes the earlier one's place on the board; both stay. */
static const char *const indexes[] = {"child,date,reported_at", NULL};

const struct entity absence_entity = {
	.name = "absence",
	.ja = "欠席の連絡",
	.en = "Absence",
	.size = sizeof(struct absence),
	.seal = SEAL_PERSON,
	.owner = "child",
	.facility = "facility",
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

#define GROUPS "report"

/* guardianship.state 0 = active */
const struct statement absence_apart = {"kinder.absence-apart",
    "SELECT 1 FROM guardianship WHERE child = :child AND account = :reporter AND state <> 0"};

/* Between guardians of whom one is kept away from the child nothing is told, not even who reported. */
static err kept_apart(struct call *call, const struct absence *absence, bool *apart_out)
{
	struct query *query = NULL;
	err e;

	*apart_out = false;
	if (call->actor.role != ROLE_GUARDIAN || id_equal(absence->reporter, call->actor.account))
		return OK;
	e = query_start(call->rows.db, &absence_apart, &query);
	if (err_is_ok(e))
		e = query_id(query, "child", &absence->child);
	if (err_is_ok(e))
		e = query_id(query, "reporter", &absence->reporter);
	if (err_is_ok(e))
		e = query_step(query, apart_out);
	query_end(&query);
	return e;
}

static err put_absence(struct call *call, const void *row, const char *groups)
{
	struct absence absence = *(const struct absence *)row;
	bool apart = false;

	TRY(kept_apart(call, &absence, &apart));
	if (apart)
		absence.reporter_name = (struct bytes){0};
	json_row(&call->out, &absence_entity, &absence, groups);
	return OK;
}

static err list_apply(struct call *call)
{
	struct child child = {0};

	TRY(child_place(&call->rows, call_id(call, "child"), &child));
	call->event_facility = child.facility;
	return call_list(call, put_absence);
}

static const struct grant list_grants[] = {
	{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, GROUPS},
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, GROUPS},
	{0},
};

static const struct input list_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_CHILD}},
	KINDER_PAGE_INPUTS,
	{0},
};

const struct op absence_list = {
	.id = "absence.list",
	.ja = "欠席の連絡を見る",
	.en = "List a child's absences",
	.method = "GET",
	.path = "/v1/children/{child}/absences",
	.kind = OP_READ,
	.grants = list_grants,
	.policy = "absence see",
	.inputs = list_inputs,
	.entity = &absence_entity,
	.output = &absence_entity,
	.list = true,
	.where = "absence.child = :child",
	.status = 200,
	.purpose_ja = "欠席・遅刻・早退の連絡を確かめるため",
	.purpose_en = "To check what was reported about absences",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = list_apply,
};

static err check_day(struct call *call, int32_t date)
{
	bool guardian = call->actor.role == ROLE_GUARDIAN;

	switch (reportday_check(date, clock_date_jst(call->now_us), guardian)) {
	case REPORTDAY_FITS:
		return OK;
	case REPORTDAY_PAST:
		return guardian ?
		    call_flaw(call, "date", FLAW_RULE, "今日より前の日は連絡できません。", "The day is over.") :
		    call_flaw(call, "date", FLAW_RULE, "7日より前の日は登録できません。", "The day is more than 7 days ago.");
	case REPORTDAY_FAR:
		break;
	}
	return call_flaw(call, "date", FLAW_RULE, "1年より先の日は連絡できません。", "The day is more than a year ahead.");
}

static err report_apply(struct call *call)
{
	struct absence absence = {0};
	struct child child = {0};
	struct kinder_person reporter = {0};

	call_store(call, &absence_entity, &absence);
	TRY(check_day(call, absence.date));
	TRY(child_place(&call->rows, call_id(call, "child"), &child));
	TRY(kinder_person_get(&call->rows, call->actor.account, &reporter));
	absence.child = child.row.id;
	absence.facility = child.facility;
	absence.reported_at = call->now_us;
	absence.reporter = call->actor.account;
	absence.reporter_name = reporter.name;
	TRY(row_insert(&call->rows, &absence_entity, &absence));
	json_row(&call->out, &absence_entity, &absence, GROUPS);
	call->event_facility = child.facility;
	call->seal_kind = KEY_PERSON;
	call->seal_owner = child.row.id;
	return call_object(call, "absence", absence.row.id);
}

static const struct input report_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	ABSENCE_FIELDS(KINDER_INPUT)
	{0},
};

const struct op absence_report = { /* K-27 */
	.id = "absence.report",
	.ja = "欠席・遅刻・早退を連絡する",
	.en = "Report an absence",
	.method = "POST",
	.path = "/v1/children/{child}/absences",
	.kind = OP_WRITE,
	.grants = list_grants,
	.policy = "absence report",
	.inputs = report_inputs,
	.entity = &child_entity,
	.output = &absence_entity,
	.status = 201,
	.purpose_ja = "欠席・遅刻・早退を園に知らせるため",
	.purpose_en = "To tell the facility that a child is absent, late or leaves early",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = report_apply,
};
