/*
 * row_plan_int - what is derived from a descriptor once, for the files that read and write rows.
 */
#ifndef ENTITY_ROW_PLAN_INT_H
#define ENTITY_ROW_PLAN_INT_H

#include <stdatomic.h>

#include "entity/row.h"
#include "entity/sql_int.h"

enum row_verb { ROW_GET, ROW_INSERT, ROW_UPDATE, ROW_DELETE, ROW_ALL, ROW_VERB_COUNT };

struct row_plan {
	const struct entity *entity;
	struct column columns[COLUMN_MAX];
	size_t count;
	const struct field *owner; /* the id whose key seals the row; NULL: the row's own, or the customer */
	bool sealed;
	char *select_columns;
	struct statement statements[ROW_VERB_COUNT];
	/* Numbers of the columns' parameters, 0 until first looked up; the same on every connection. */
	atomic_int parameters[ROW_VERB_COUNT][COLUMN_MAX];
};

struct row_plan *row_plan_of(const struct entity *entity); /* it must have been in row_plan_make's list */
int row_plan_parameter(struct row_plan *plan, enum row_verb verb, size_t column, const struct query *query);

#endif
