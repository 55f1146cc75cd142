#include <string.h>

#include "kinder/absence.h"
#include "kinder/attendance.h"
#include "kinder/board.h"
#include "kinder/calendar.h"
#include "kinder/card.h"
#include "kinder/child.h"
#include "kinder/child_change.h"
#include "kinder/child_leave.h"
#include "kinder/child_move.h"
#include "kinder/class.h"
#include "kinder/counts.h"
#include "kinder/day.h"
#include "kinder/facility.h"
#include "kinder/facility_probe.h"
#include "kinder/guardianship.h"
#include "kinder/history.h"
#include "kinder/import.h"
#include "kinder/import_apply.h"
#include "kinder/import_job.h"
#include "kinder/import_line.h"
#include "kinder/import_rollover.h"
#include "kinder/import_roster.h"
#include "kinder/import_stage.h"
#include "kinder/kinder_int.h"
#include "kinder/month.h"
#include "kinder/morning.h"
#include "kinder/placement.h"
#include "kinder/register.h"

#include "kinder/kinder.h"

const struct entity *const kinder_forms[] = {&import_roster_form, &import_rollover_form, NULL};

const struct entity *const kinder_entities[] = {
	&facility_entity,
	&calendar_entity,
	&class_entity,
	&class_assignment_entity,
	&child_entity,
	&placement_entity,
	&guardianship_entity,
	&absence_entity,
	&attendance_entity,
	&card_entity,
	&import_entity,
	&import_problem_entity,
	&import_stage_entity,
	&import_line_entity,
	NULL,
};

const struct op *const kinder_ops[] = {
	&facility_list,
	&facility_see,
	&facility_open,
	&facility_hours,
	&facility_close,
	&facility_reopen,
	&facility_probe,
	&calendar_see,
	&calendar_put,
	&calendar_remove,
	&class_list,
	&class_open,
	&class_assign,
	&child_list,
	&child_see,
	&child_enrol,
	&child_change,
	&child_move,
	&child_leave,
	&history_child,
	&history_child_proof,
	&guardianship_list,
	&guardianship_link,
	&guardianship_block,
	&guardianship_unblock,
	&absence_list,
	&absence_report,
	&absence_withdraw,
	&attendance_list,
	&attendance_record,
	&attendance_correct,
	&board_see,
	&morning_list,
	&month_see,
	&register_see,
	&register_csv,
	&register_pdf,
	&card_issue,
	&card_use,
	&counts_see,
	&import_template, /* before import.see: its path is not an id */
	&import_begin,
	&import_put,
	&import_check,
	&import_see,
	&import_problems,
	&import_line_preview,
	&import_apply,
	&import_cancel,
	NULL,
};

const struct statement *const kinder_statements[] = {&child_my_classes, &history_linked, &history_link, &absence_apart, &child_leave_overdue, &child_move_others, &counts_children, &facility_children, &import_apply_due, &import_apply_under_way, &import_job_overdue, &import_under_way, NULL};

const struct job_kind *const kinder_jobs[] = {&import_job_check, &import_job_clean, &import_apply_job, &child_leave_job, NULL};

err kinder_start(void)
{
	TRY(attendance_start());
	TRY(facility_probe_start());
	TRY(calendar_start());
	TRY(card_start());
	TRY(day_start());
	TRY(register_start());
	TRY(counts_start());
	TRY(class_start());
	TRY(child_start());
	TRY(placement_start());
	TRY(child_move_start());
	TRY(import_start());
	return board_start();
}

err kinder_conflict(struct call *call, const char *field, const char *ja, const char *en)
{
	problems_add(call->problems, field, NULL, FLAW_DUPLICATE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}
