#include <string.h>

#include "kinder/gather.h"

#define GATHER_FIRST 32

static err bind_ids(struct query *query, const struct gather_scope *scope)
{
	const struct {
		const char *name;
		const struct id *id;
	} ids[] = {
		{"facility", &scope->facility},
		{"class", &scope->class},
		{"child", &scope->child},
		{"membership", &scope->membership},
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (!query_has(query, ids[i].name))
			continue;
		if (id_is_zero(*ids[i].id))
			TRY(query_null(query, ids[i].name));
		else
			TRY(query_id(query, ids[i].name, ids[i].id));
	}
	return OK;
}

static err bind_numbers(struct query *query, const struct gather_scope *scope, size_t max)
{
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = {
		{"date", scope->date}, {"first", scope->first}, {"last", scope->last}, {"year", scope->year},
		{"probe", scope->probe ? 1 : 0},
		{"limit", (int64_t)max + 1},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (query_has(query, numbers[i].name))
			TRY(query_int(query, numbers[i].name, numbers[i].value));
	return OK;
}

static err add(struct arena *arena, struct gather *gather, void *row)
{
	if (gather->count == gather->cap) {
		size_t cap = gather->cap == 0 ? GATHER_FIRST : gather->cap * 2;
		void **rows = arena_alloc(arena, cap * sizeof(*rows));

		if (rows == NULL)
			return FAIL(UNAVAILABLE);
		if (gather->count > 0)
			memcpy(rows, gather->rows, gather->count * sizeof(*rows));
		gather->rows = rows;
		gather->cap = cap;
	}
	gather->rows[gather->count++] = row;
	return OK;
}

static err next(struct call *call, const struct row_list *list, struct query *query, size_t max, bool skip_sealed,
    struct gather *gather)
{
	void *row;

	if (gather->count == max)
		return FAIL(TOO_LARGE);
	row = arena_alloc(call->arena, list->entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_read(&call->rows, list->entity, query, skip_sealed, row));
	return add(call->arena, gather, row);
}

err gather_rows(struct call *call, const struct row_list *list, const struct gather_scope *scope, size_t max,
    bool skip_sealed, struct gather *gather_out)
{
	struct gather gather = {0};
	struct query *query = NULL;
	bool found = true;
	err e = query_start(call->rows.db, list->statement, &query);

	if (err_is_ok(e))
		e = bind_ids(query, scope);
	if (err_is_ok(e))
		e = bind_numbers(query, scope, max);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = next(call, list, query, max, skip_sealed, &gather);
	}
	query_end(&query);
	TRY(e);
	*gather_out = gather;
	return OK;
}
