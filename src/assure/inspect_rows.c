#include <stdio.h>
#include <string.h>

#include "assure/inspect_rows.h"

#define ENTITIES_MAX 128
#define NAME_MAX_LEN 64

static struct row_list lists[ENTITIES_MAX];
static char names[ENTITIES_MAX][NAME_MAX_LEN];
static size_t list_count;

err inspect_rows_start(void)
{
	list_count = 0;
	for (size_t i = 0; entities[i] != NULL; i++) {
		const char *name = entities[i]->name;

		REQUIRE(i < ENTITIES_MAX);
		(void)snprintf(names[i], sizeof(names[i]), "inspect.%s", name);
		lists[i].name = names[i];
		lists[i].entity = entities[i];
		lists[i].where = "\"id\" > :after AND \"id\" <= :last ORDER BY \"id\" LIMIT :limit";
		TRY(row_list_make(&lists[i]));
		list_count = i + 1;
	}
	return OK;
}

static const struct statement *statement_of(const struct entity *entity)
{
	for (size_t i = 0; i < list_count; i++)
		if (lists[i].entity == entity)
			return lists[i].statement;
	REQUIRE(false);
}

void inspect_rows_range(struct inspect_rows *rows, const struct entity *entity, const struct id *after, const struct id *last)
{
	*rows = (struct inspect_rows){.entity = entity, .after = *after, .last = *last};
}

void inspect_rows_all(struct inspect_rows *rows, const struct entity *entity)
{
	*rows = (struct inspect_rows){.entity = entity};
	memset(rows->last.b, 0xff, sizeof(rows->last.b));
}

static err first_behind(struct inspect *in, const struct entity *entity, const struct id *from, struct query **query_out)
{
	struct query *query;
	struct id last;
	bool row = false;
	err e;

	memset(last.b, 0xff, sizeof(last.b));
	TRY(query_start(in->rows.db, statement_of(entity), &query));
	e = query_id(query, "after", from);
	if (err_is_ok(e))
		e = query_id(query, "last", &last);
	if (err_is_ok(e))
		e = query_int(query, "limit", 1);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (!err_is_ok(e) || !row)
		query_end(&query);
	*query_out = query;
	return e;
}

err inspect_rows_near(struct inspect *in, const struct entity *entity, const struct id *from, struct query **query_out)
{
	static const struct id none;

	TRY(first_behind(in, entity, from, query_out));
	return *query_out != NULL ? OK : first_behind(in, entity, &none, query_out);
}

err inspect_rows_part(struct inspect *in, struct inspect_rows *rows,
    err (*visit)(struct inspect *in, const struct entity *entity, struct query *query, void *context), void *context)
{
	struct query *query;
	size_t count = 0;
	bool row = false;
	err e;

	TRY(query_start(in->rows.db, statement_of(rows->entity), &query));
	e = query_id(query, "after", &rows->after);
	if (err_is_ok(e))
		e = query_id(query, "last", &rows->last);
	if (err_is_ok(e))
		e = query_int(query, "limit", INSPECT_ROWS_PART);
	while (err_is_ok(e)) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = column_id(query, 0, &rows->after);
		if (err_is_ok(e))
			e = visit(in, rows->entity, query, context);
		count++;
	}
	query_end(&query);
	rows->done = count < INSPECT_ROWS_PART;
	return e;
}

err inspect_rows_each(struct inspect *in, bool (*wanted)(const struct entity *entity),
    err (*visit)(struct inspect *in, const struct entity *entity, struct query *query, void *context), void *context)
{
	for (size_t i = 0; entities[i] != NULL; i++) {
		struct inspect_rows rows;

		if (wanted != NULL && !wanted(entities[i]))
			continue;
		inspect_rows_all(&rows, entities[i]);
		while (!rows.done) {
			TRY(inspect_rows_part(in, &rows, visit, context));
			TRY(inspect_breathe(in));
		}
	}
	return OK;
}

err inspect_rows_number(struct inspect *in, const struct statement *statement, int64_t *number_out)
{
	struct query *query;
	bool row = false;
	err e;

	TRY(query_start(in->rows.db, statement, &query));
	e = query_step(query, &row);
	if (err_is_ok(e))
		*number_out = row ? column_int(query, 0) : 0;
	query_end(&query);
	return e;
}
