/*
 * inspect_rows - all rows of an entity, in parts between which the read transaction is renewed.
 */
#ifndef ASSURE_INSPECT_ROWS_H
#define ASSURE_INSPECT_ROWS_H

#include "assure/inspect.h"

#define INSPECT_ROWS_PART 200

struct inspect_rows {
	const struct entity *entity;
	struct id after;         /* zero: from the first row */
	struct id last;          /* the last id that is wanted */
	bool done;
};

/* Makes the statements of all entities; after row_plan_make, before threads. */
MUST_USE err inspect_rows_start(void);
/* Rows whose id is above `after` and not above `last`. */
void inspect_rows_range(struct inspect_rows *rows, const struct entity *entity, const struct id *after, const struct id *last);
void inspect_rows_all(struct inspect_rows *rows, const struct entity *entity);
/* The next part; visit is called with each row as the query's current one, which ends behind the last. */
MUST_USE err inspect_rows_part(struct inspect *in, struct inspect_rows *rows,
    err (*visit)(struct inspect *in, const struct entity *entity, struct query *query, void *context), void *context);
/* A running query whose current row is the one behind `from`, or where there is none, the first; NULL: the table is empty. */
MUST_USE err inspect_rows_near(struct inspect *in, const struct entity *entity, const struct id *from, struct query **query_out);
/* Every row of every entity that `wanted` (NULL: any) says yes to, breathing in between. */
MUST_USE err inspect_rows_each(struct inspect *in, bool (*wanted)(const struct entity *entity),
    err (*visit)(struct inspect *in, const struct entity *entity, struct query *query, void *context), void *context);
/* One number; the statement's only column. */
MUST_USE err inspect_rows_number(struct inspect *in, const struct statement *statement, int64_t *number_out);

#endif
