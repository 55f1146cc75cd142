/*
 * child_leave - a child leaves: from the day that is named it is no longer on the board, in lists and counts.
 */
#ifndef KINDER_CHILD_LEAVE_H
#define KINDER_CHILD_LEAVE_H

#include "op/job.h"

extern const struct op child_leave;
extern const struct job_kind child_leave_job;
extern const struct statement child_leave_overdue;

#endif
