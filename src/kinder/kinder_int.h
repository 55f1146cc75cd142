/*
 * kinder_int - what the files of this folder share.
 */
#ifndef KINDER_KINDER_INT_H
#define KINDER_KINDER_INT_H

#include "op/op.h"

/* One description serves the entity's field and the operation's input. */
#define KINDER_FIELD(member, ...) {.name = #member, __VA_ARGS__, .offset = offsetof(struct KINDER_ROW, member)},
#define KINDER_INPUT(member, ...) {.place = IN_BODY, .field = {.name = #member, __VA_ARGS__}},

#define KINDER_PAGE_INPUTS                                                                                           \
	{.place = IN_QUERY, .field = {.name = "cursor", .ja = "続き", .en = "Cursor", .type = FIELD_ID,              \
	    .grade = GRADE_2}},                                                                                      \
	{.place = IN_QUERY, .field = {.name = "limit", .ja = "件数", .en = "Limit", .type = FIELD_INT,               \
	    .grade = GRADE_2, .min = 1, .max = 200}}

#define KINDER_PATH_FACILITY .name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2,   \
	.required = true, .refers = "facility"
#define KINDER_PATH_CLASS .name = "class", .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2,            \
	.required = true, .refers = "class"
#define KINDER_PATH_CHILD .name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2,          \
	.required = true, .refers = "child"

/* Refused with words of its own beside the usual ones of a conflict. */
MUST_USE err kinder_conflict(struct call *call, const char *field, const char *ja, const char *en);


#endif
