/*
 * list - rows within the caller's reach.
 *
 * The statement of each (operation, role) is derived from descriptors at start:
 *   SELECT columns, which grant FROM table WHERE (a grant's predicate) AND (filter) AND id > :cursor ORDER BY id LIMIT :limit
 * An entity with a `sort` field is read whole (bounded by LIST_SORT_MAX), opened and sorted in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op/engine_int.h"
#include "op/list.h"

#define LIST_PLAN_MAX 640
#define LIST_SORT_MAX 5000
#define LIST_LIMIT_DEFAULT 100
#define LIST_LIMIT_MAX 200

struct list_plan {
	const struct op *op;
	enum role role;
	int granted;                        /* column that tells which grant */
	const struct grant *grants[8];
	struct statement statement;
};

static struct list_plan plans[LIST_PLAN_MAX];
static size_t plan_count;

static const struct field *sort_field(const struct entity *entity)
{
	for (size_t i = 0; i < entity->field_count; i++)
		if (entity->fields[i].sort)
			return &entity->fields[i];
	return NULL;
}

static int count_columns(const char *columns)
{
	int count = 1;

	for (; *columns != '\0'; columns++)
		count += *columns == ',';
	return count;
}

static err plan_derive(struct list_plan *plan)
{
	const struct entity *entity = plan->op->output;
	const char *columns = row_columns(entity);
	OWN(buf) which = {0};
	OWN(buf) reach = {0};
	char *sql = NULL;
	char *name = NULL;
	int count = 0;

	for (const struct grant *g = plan->op->grants; g->roles != 0; g++) {
		const char *predicate = access_predicate(entity->name, g->relation);

		if ((g->roles & (1u << plan->role)) == 0 || predicate == NULL)
			continue;
		REQUIRE(count < 8);
		TRY(buf_printf(&which, " WHEN (%s) THEN %d", predicate, count));
		TRY(buf_printf(&reach, "%s(%s)", count > 0 ? " OR " : "", predicate));
		plan->grants[count++] = g;
	}
	REQUIRE(count > 0);
	if (asprintf(&sql, "SELECT %s, CASE%.*s END FROM %s WHERE (%.*s) AND (%s) AND %s.id > :cursor ORDER BY %s.id LIMIT :limit",
	    columns, (int)which.len, (const char *)which.ptr, entity->name, (int)reach.len, (const char *)reach.ptr,
	    plan->op->where != NULL ? plan->op->where : "1 = 1", entity->name, entity->name) < 0)
		return FAIL(UNAVAILABLE);
	if (asprintf(&name, "%s.%s", plan->op->id, access_role_names[plan->role]) < 0) {
		free(sql);
		return FAIL(UNAVAILABLE);
	}
	plan->granted = count_columns(columns);
	plan->statement = (struct statement){name, sql};
	return OK;
}

static bool role_lists(const struct op *op, enum role role)
{
	for (const struct grant *g = op->grants; g != NULL && g->roles != 0; g++)
		if ((g->roles & (1u << role)) != 0 && access_predicate(op->output->name, g->relation) != NULL)
			return true;
	return false;
}

err list_start(void)
{
	if (plan_count > 0)
		return OK;
	for (size_t i = 0; ops[i] != NULL; i++) {
		if (!ops[i]->list || ops[i]->output == NULL)
			continue;
		for (unsigned role = 0; role < ROLE_COUNT; role++) {
			if (!role_lists(ops[i], (enum role)role))
				continue;
			REQUIRE(plan_count < LIST_PLAN_MAX);
			plans[plan_count] = (struct list_plan){.op = ops[i], .role = (enum role)role};
			TRY(plan_derive(&plans[plan_count]));
			plan_count++;
		}
	}
	return OK;
}

err list_statements(void (*visit)(void *context, const struct statement *statement), void *context)
{
	TRY(list_start());
	for (size_t i = 0; i < plan_count; i++)
		visit(context, &plans[i].statement);
	return OK;
}

static const struct list_plan *plan_find(const struct op *op, enum role role)
{
	for (size_t i = 0; i < plan_count; i++)
		if (plans[i].op == op && plans[i].role == role)
			return &plans[i];
	return NULL;
}

/* Inputs of the operation that the filter names. */
static err bind_inputs(struct call *call, struct query *query)
{
	for (int i = 0; call->op->inputs != NULL && call->op->inputs[i].field.name != NULL; i++) {
		const struct field *field = &call->op->inputs[i].field;
		const struct value *value = &call->values[i];

		if (strcmp(field->name, "cursor") == 0 || strcmp(field->name, "limit") == 0 || !query_has(query, field->name))
			continue;
		if (!value->present)
			TRY(query_null(query, field->name));
		else if (field->type == FIELD_ID)
			TRY(query_id(query, field->name, &value->as.id));
		else if (field->type == FIELD_DATE)
			TRY(query_int(query, field->name, value->as.date));
		else if (field->type == FIELD_INT)
			TRY(query_int(query, field->name, value->as.integer));
		else if (field->type == FIELD_BOOL)
			TRY(query_int(query, field->name, value->as.boolean ? 1 : 0));
		else if (field->type == FIELD_CHOICE)
			TRY(query_int(query, field->name, value->as.choice));
		else
			TRY(query_text(query, field->name, value->as.text));
	}
	return OK;
}

struct list_item {
	void *row;
	const struct grant *grant;
	struct bytes key;   /* of the sort field */
};

static int by_key(const void *a, const void *b)
{
	const struct list_item *x = a;
	const struct list_item *y = b;
	size_t shorter = x->key.len < y->key.len ? x->key.len : y->key.len;
	int order = shorter == 0 ? 0 : memcmp(x->key.ptr, y->key.ptr, shorter);

	if (order != 0)
		return order;
	if (x->key.len != y->key.len)
		return x->key.len < y->key.len ? -1 : 1;
	return memcmp(x->row, y->row, sizeof(struct id));
}

static err emit(struct call *call, const struct list_item *item,
    err (*each)(struct call *, const void *, const char *))
{
	json_object(&call->out, NULL);
	if (each != NULL)
		TRY(each(call, item->row, item->grant->groups));
	else
		json_row(&call->out, call->op->output, item->row, item->grant->groups);
	json_object_end(&call->out);
	return OK;
}

static err collect(struct call *call, const struct list_plan *plan, struct id cursor, int64_t limit,
    struct list_item *items, size_t *count_out)
{
	const struct entity *entity = call->op->output;
	const struct field *sort = sort_field(entity);
	struct query *query = NULL;
	bool row = false;
	size_t count = 0;
	err e = query_start(call->rows.db, &plan->statement, &query);

	if (err_is_ok(e))
		e = access_bind(query, &call->actor);
	if (err_is_ok(e))
		e = bind_inputs(call, query);
	if (err_is_ok(e))
		e = query_id(query, "cursor", &cursor);
	if (err_is_ok(e))
		e = query_int(query, "limit", limit);
	while (err_is_ok(e)) {
		struct list_item item = {0};
		int64_t which;

		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		item.row = arena_alloc(call->arena, entity->size);
		if (item.row == NULL) {
			e = FAIL(UNAVAILABLE);
			break;
		}
		which = column_int(query, plan->granted);
		REQUIRE(which >= 0 && which < 8 && plan->grants[which] != NULL);
		item.grant = plan->grants[which];
		e = row_read(&call->rows, entity, query, false, item.row);
		if (err_is_ok(e) && sort != NULL)
			memcpy(&item.key, field_at(item.row, sort), sizeof(item.key));
		items[count++] = item;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

static const struct value *input_or_null(const struct call *call, const char *name)
{
	for (int i = 0; call->op->inputs != NULL && call->op->inputs[i].field.name != NULL; i++)
		if (strcmp(call->op->inputs[i].field.name, name) == 0)
			return call->values[i].present ? &call->values[i] : NULL;
	return NULL;
}

/* One event for the whole list: it says how many were shown. */
static err note_size(struct call *call, size_t shown)
{
	return buf_printf(&call->detail, "%s\"count\":%zu", call->detail.len > 0 ? "," : "", shown);
}

err list_rows(struct call *call, err (*each)(struct call *, const void *, const char *))
{
	const struct value *asked_limit = input_or_null(call, "limit");
	const struct value *asked_cursor = input_or_null(call, "cursor");
	struct id cursor = asked_cursor != NULL ? asked_cursor->as.id : (struct id){{0}};
	int64_t page = asked_limit != NULL ? asked_limit->as.integer : LIST_LIMIT_DEFAULT;
	bool sorted = sort_field(call->op->output) != NULL;
	const struct list_plan *plan = plan_find(call->op, call->actor.role);
	struct list_item *items;
	size_t count = 0;
	size_t first = 0;

	REQUIRE(plan != NULL); /* the caller was granted the operation by this role */
	if (page < 1 || page > LIST_LIMIT_MAX)
		page = LIST_LIMIT_DEFAULT;
	items = arena_alloc(call->arena, (sorted ? LIST_SORT_MAX : (size_t)page + 1) * sizeof(*items));
	if (items == NULL)
		return FAIL(UNAVAILABLE);
	TRY(collect(call, plan, sorted ? (struct id){{0}} : cursor, sorted ? LIST_SORT_MAX : page + 1, items, &count));
	if (sorted) {
		qsort(items, count, sizeof(*items), by_key);
		if (!id_is_zero(cursor)) {
			while (first < count && !id_equal(((const struct row *)items[first].row)->id, cursor))
				first++;
			first = first < count ? first + 1 : count;
		}
	}
	json_array(&call->out, "items");
	for (size_t i = first; i < count && i < first + (size_t)page; i++)
		TRY(emit(call, &items[i], each));
	json_array_end(&call->out);
	TRY(note_size(call, count - first < (size_t)page ? count - first : (size_t)page));
	if (count > first + (size_t)page)
		json_id(&call->out, "next", ((const struct row *)items[first + (size_t)page - 1].row)->id);
	else
		json_null(&call->out, "next");
	return OK;
}
