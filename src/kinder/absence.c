#include <stdio.h>

#include "base/clock.h"
#include "kinder/child.h"
#include "kinder/cutoff.h"
#include "kinder/facility.h"
#include "kinder/guardianship.h"
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

static const char *const states[] = {[ABSENCE_ACTIVE] = "active", [ABSENCE_WITHDRAWN] = "withdrawn", NULL};

#define AT(member) .offset = offsetof(struct absence, member)
#define SEALED_TEXT .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true, .sealed = true

/* What stands in the clear names nobody: a random id, a day and a kind. */
#define ABSENCE_FIELDS(field)                                                                                        \
	field(date, .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2, .required = true)              \
	field(kind, .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,            \
	    .choices = kinds)                                                                                        \
	field(reason, .ja = "理由", .en = "Reason", SEALED_TEXT, .required = true, .multiline = true, .max = 500)    \
	field(fetch, .ja = "お迎えの人と時刻", .en = "Who fetches the child, and when", SEALED_TEXT, .max = 200)

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
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = states, AT(state)},
	{.name = "telephone", .ja = "電話での連絡", .en = "By telephone", .type = FIELD_BOOL, .grade = GRADE_2,
	    AT(telephone)},
	{.name = "guardianship", .ja = "連絡した保護者", .en = "In whose name", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "guardianship", .group = "inner", AT(guardianship)},
	{.name = "taken_by", .ja = "電話を受けた人", .en = "Taken by", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "account", .group = "inner", AT(taken_by)},
	{.name = "taken_by_name", .ja = "電話を受けた人の氏名", .en = "Name of who took the call", SEALED_TEXT, .max = 100,
	    AT(taken_by_name)},
	{.name = "withdrawn_at", .ja = "取り消した日時", .en = "Withdrawn at", .type = FIELD_TIME, .grade = GRADE_2,
	    AT(withdrawn_at)},
	{.name = "withdrawn_by", .ja = "取り消した人", .en = "Withdrawn by", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "account", .group = "inner", AT(withdrawn_by)},
	{.name = "withdrawn_by_name", .ja = "取り消した人の氏名", .en = "Name of who withdrew it", SEALED_TEXT, .max = 100,
	    AT(withdrawn_by_name)},
	{.name = "withdraw_reason", .ja = "取り消しの理由", .en = "Reason of the withdrawal", SEALED_TEXT, .max = 200,
	    AT(withdraw_reason)},
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
static err kept_apart(struct call *call, const struct id *child, const struct id *account, bool *apart_out)
{
	struct query *query = NULL;
	err e;

	*apart_out = false;
	if (call->actor.role != ROLE_GUARDIAN || id_is_zero(*account) || id_equal(*account, call->actor.account))
		return OK;
	e = query_start(call->rows.db, &absence_apart, &query);
	if (err_is_ok(e))
		e = query_id(query, "child", child);
	if (err_is_ok(e))
		e = query_id(query, "reporter", account);
	if (err_is_ok(e))
		e = query_step(query, apart_out);
	query_end(&query);
	return e;
}

static err put_absence(struct call *call, const void *row, const char *groups)
{
	struct absence absence = *(const struct absence *)row;
	bool apart = false;

	TRY(kept_apart(call, &absence.child, &absence.reporter, &apart));
	if (apart)
		absence.reporter_name = (struct bytes){0};
	TRY(kept_apart(call, &absence.child, &absence.withdrawn_by, &apart));
	if (apart)
		absence.withdrawn_by_name = absence.withdraw_reason = (struct bytes){0};
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

/* After it the facility has counted; it is to be told by voice. */
static err check_cutoff(struct call *call, struct id facility_id, int32_t date)
{
	bool english = call->language == LANGUAGE_EN;
	struct facility facility = {0};
	char words[240];

	if (call->actor.role != ROLE_GUARDIAN || date > clock_date_jst(call->now_us))
		return OK;
	TRY(row_get(&call->rows, &facility_entity, facility_id, &facility));
	if (!cutoff_over(date, facility.cut_off, call->now_us))
		return OK;
	(void)snprintf(words, sizeof(words),
	    english ? "This day's reports are closed (%.*s). Please telephone the facility%s%.*s%s." :
	              "この日の連絡は%.*sで締め切りました。園に電話でお知らせください%s%.*s%s。",
	    (int)facility.cut_off.len, (const char *)facility.cut_off.ptr,
	    facility.telephone.len == 0 ? "" : english ? ": " : "（", (int)facility.telephone.len,
	    (const char *)facility.telephone.ptr, facility.telephone.len == 0 || english ? "" : "）");
	problems_add(call->problems, "date", NULL, FLAW_RULE, words);
	return FAIL(CONFLICT);
}

/* In the name of a guardian of this child, who could report it too. */
static err in_name_of(struct call *call, struct bytes actor_name, struct absence *absence)
{
	struct guardianship link = {0};

	if (call->actor.role == ROLE_GUARDIAN)
		return call_flaw(call, "guardian", FLAW_RULE, "保護者本人の連絡では指定しません。", "Only for what was told by telephone.");
	TRY(row_get(&call->rows, &guardianship_entity, call_id(call, "guardian"), &link));
	if (!id_equal(link.child, absence->child))
		return FAIL(NOT_FOUND);
	if (link.state != GUARDIANSHIP_ACTIVE)
		return kinder_conflict(call, "guardian", "この保護者からの連絡は受け付けられません。",
		    "This guardian cannot report for the child.");
	absence->telephone = true;
	absence->guardianship = link.row.id;
	absence->reporter = link.account;
	absence->reporter_name = link.name;
	absence->taken_by = call->actor.account;
	absence->taken_by_name = actor_name;
	return OK;
}

static err put_and_name(struct call *call, const struct absence *absence)
{
	TRY(put_absence(call, absence, GROUPS));
	call->event_facility = absence->facility;
	call->seal_kind = KEY_PERSON;
	call->seal_owner = absence->child;
	return call_object(call, "absence", absence->row.id);
}

static err report_apply(struct call *call)
{
	struct absence absence = {0};
	struct child child = {0};
	struct kinder_person reporter = {0};

	call_store(call, &absence_entity, &absence);
	TRY(check_day(call, absence.date));
	TRY(child_place(&call->rows, call_id(call, "child"), &child));
	if (child.state != CHILD_ENROLLED)
		return kinder_conflict(call, "child", "この園児は在籍していません。", "This child is no longer enrolled.");
	TRY(check_cutoff(call, child.facility, absence.date));
	TRY(kinder_person_get(&call->rows, call->actor.account, &reporter));
	absence.child = child.row.id;
	absence.facility = child.facility;
	absence.reported_at = call->now_us;
	absence.reporter = call->actor.account;
	absence.reporter_name = reporter.name;
	if (call_value(call, "guardian")->present)
		TRY(in_name_of(call, reporter.name, &absence));
	TRY(row_insert(&call->rows, &absence_entity, &absence));
	return put_and_name(call, &absence);
}

static const struct input report_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	ABSENCE_FIELDS(KINDER_INPUT)
	{.place = IN_BODY, .field = {.name = "guardian", .ja = "電話をくれた保護者", .en = "Guardian who telephoned",
	    .type = FIELD_ID, .grade = GRADE_2, .refers = "guardianship"}},
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

static err withdraw_apply(struct call *call)
{
	struct absence absence = {0};
	struct kinder_person person = {0};

	TRY(row_get(&call->rows, &absence_entity, call_id(call, "absence"), &absence));
	if (call->actor.role != ROLE_GUARDIAN && call_text(call, "reason").len == 0)
		return call_flaw(call, "reason", FLAW_MISSING, "取り消しの理由を入力してください。", "Say why it is withdrawn.");
	if (absence.state != ABSENCE_ACTIVE)
		return kinder_conflict(call, "absence", "この連絡はもう取り消されています。", "This report has been withdrawn already.");
	TRY(check_cutoff(call, absence.facility, absence.date));
	TRY(kinder_person_get(&call->rows, call->actor.account, &person));
	absence.state = ABSENCE_WITHDRAWN;
	absence.withdrawn_at = call->now_us;
	absence.withdrawn_by = call->actor.account;
	absence.withdrawn_by_name = person.name;
	absence.withdraw_reason = call_text(call, "reason");
	TRY(row_update(&call->rows, &absence_entity, &absence));
	return put_and_name(call, &absence);
}

static const struct input withdraw_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_CHILD}},
	{.place = IN_PATH, .object = true, .within = "child", .field = {.name = "absence", .ja = "欠席の連絡", .en = "Absence",
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "absence"}},
	{.place = IN_BODY, .field = {.name = "reason", .ja = "取り消しの理由", .en = "Reason", SEALED_TEXT, .max = 200}},
	{0},
};

const struct op absence_withdraw = { /* K-27 */
	.id = "absence.withdraw",
	.ja = "欠席・遅刻・早退の連絡を取り消す",
	.en = "Withdraw a report of absence",
	.method = "POST",
	.path = "/v1/children/{child}/absences/{absence}/withdraw",
	.kind = OP_WRITE,
	.grants = list_grants,
	.policy = "absence withdraw",
	.inputs = withdraw_inputs,
	.entity = &absence_entity,
	.output = &absence_entity,
	.status = 200,
	.purpose_ja = "予定が変わったことを園に知らせるため",
	.purpose_en = "To tell the facility that plans have changed",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = withdraw_apply,
};
