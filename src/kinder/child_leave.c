#include <stdio.h>

#include "base/clock.h"
#include "kinder/child.h"
#include "kinder/import_apply.h"
#include "kinder/kinder_int.h"

#include "kinder/child_leave.h"

static err load(struct call *call, struct child *child_out)
{
	TRY(row_get(&call->rows, &child_entity, call_id(call, "child"), child_out));
	if (child_out->state != CHILD_ENROLLED)
		return kinder_conflict(call, "child", "この園児は在籍していません。", "This child is not enrolled.");
	if (call_value(call, "date")->as.date < child_out->entry_date)
		return call_flaw(call, "date", FLAW_RULE, "退園日は入園日より後にしてください。", "A child leaves after it has entered.");
	return OK;
}

static err leave_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	struct child child = {0};
	char date[CLOCK_TEXT_MAX];

	TRY(load(call, &child));
	clock_date_format(call_value(call, "date")->as.date, date);
	if (call->language == LANGUAGE_EN)
		(void)snprintf(words_out, words_max, "From %s the child is no longer on the board, in lists and in counts.", date);
	else
		(void)snprintf(words_out, words_max, "%sから、この園児は今日の一覧・名簿・集計に出なくなります。", date);
	*objects_out = 1;
	return OK;
}

/* Why is told under the child's own key. */
static err note_reason(struct call *call, const struct child *child)
{
	struct json detail;

	json_init(&detail, &call->detail);
	json_date(&detail, "date", child->leaving_date);
	json_text(&detail, "reason", call_text(call, "reason"));
	call->seal_kind = KEY_PERSON;
	call->seal_owner = child->row.id;
	return detail.state;
}

static err leave_apply(struct call *call)
{
	struct child child = {0};

	TRY(load(call, &child));
	TRY(import_apply_not_busy(call, child.facility));
	child.leaving_date = call_value(call, "date")->as.date;
	if (child.leaving_date <= clock_date_jst(call->now_us)) {
		child.state = CHILD_LEFT;
		child.leaves_at = 0;
	} else
		TRY(clock_midnight(child.leaving_date, &child.leaves_at));
	TRY(row_update(&call->rows, &child_entity, &child));
	call->event_facility = child.facility;
	json_row(&call->out, &child_entity, &child, "*");
	return note_reason(call, &child);
}

static const struct grant grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	{.place = IN_BODY, .field = {.name = "date", .ja = "退園日", .en = "Leaving", .type = FIELD_DATE, .grade = GRADE_3B,
	    .personal = true, .required = true}},
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .personal = true, .required = true, .min = 1, .max = 200}},
	{0},
};

const struct op child_leave = {
	.id = "child.leave",
	.ja = "園児の退園を登録する",
	.en = "Register that a child leaves",
	.method = "POST",
	.path = "/v1/children/{child}/leave",
	.kind = OP_WRITE,
	.guard = GUARD_CONFIRM,
	.grants = grants,
	.policy = "child leave",
	.inputs = inputs,
	.entity = &child_entity,
	.output = &child_entity,
	.status = 200,
	.purpose_ja = "退園した園児の情報を、日々の一覧から外すため",
	.purpose_en = "To take a child that has left out of the daily lists",
	.manual = "doc/manual/child-leave.md",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.impact = leave_impact,
	.apply = leave_apply,
};

/* ---- when its day has come ---- */

/* State 0 is enrolled. */
const struct statement child_leave_overdue = {
	"kinder.leave-overdue",
	"SELECT id FROM child WHERE state = 0 AND leaves_at <= :now",
};

static err job_step(struct job_run *run)
{
	struct child child = {0};
	bool busy = false;

	run->done = true;
	TRY(row_get(&run->rows, &child_entity, run->job.object, &child));
	TRY(import_apply_busy(&run->rows, child.facility, &busy));
	if (busy || child.state != CHILD_ENROLLED || child.leaves_at == 0 || child.leaves_at > run->now_us)
		return OK;
	child.state = CHILD_LEFT;
	child.leaves_at = 0;
	return row_update(&run->rows, &child_entity, &child);
}

static const struct schedule leave_plan = {
	.ja = "退園の日が来た園児の在籍を終える", .en = "Ends enrolment when the day of leaving has come",
	.every_s = 60, .limit_s = 3600, .missed = SCHEDULE_ONCE,
};

const struct job_kind child_leave_job = {
	.name = "child.leave-step",
	.overdue = &child_leave_overdue,
	.schedule = &leave_plan,
	.step = job_step,
};
