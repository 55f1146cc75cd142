/*
 * month - a child's month: which days the facility was open, when the child came and left, what was reported.
 */
#ifndef KINDER_MONTH_H
#define KINDER_MONTH_H

#include "op/op.h"

#define MONTH_FIELD .name = "month", .ja = "月", .en = "Month", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, \
	.min = 7, .max = 7

extern const struct op month_see;

/* The input `month` as first and last day; INVALID with words. */
MUST_USE err month_of(struct call *call, int32_t *first_out, int32_t *last_out);

#endif
