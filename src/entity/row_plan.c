/*
 * row_plan - statements of the entities, derived once at start, and the lists that modules name.
 */
#include <stdlib.h>
#include <string.h>

#include "entity/row_plan_int.h"

#define PLAN_MAX 128

static struct row_plan *plans[PLAN_MAX];
static size_t plan_count;

static const char *const verbs[ROW_VERB_COUNT] = {
	[ROW_GET] = "get",
	[ROW_INSERT] = "insert",
	[ROW_UPDATE] = "update",
	[ROW_DELETE] = "delete",
	[ROW_ALL] = "all",
};

/* The text in memory of its own, which stays. */
static err keep(const struct buf *text, char **text_out)
{
	char *copy = malloc(text->len + 1);

	if (copy == NULL)
		return FAIL(UNAVAILABLE);
	memcpy(copy, text->ptr, text->len);
	copy[text->len] = '\0';
	*text_out = copy;
	return OK;
}

static err derive(const struct row_plan *plan, enum row_verb verb, struct buf *sql)
{
	const char *table = plan->entity->name;

	switch (verb) {
	case ROW_GET:
		return buf_printf(sql, "SELECT %s FROM \"%s\" WHERE \"id\" = :id", plan->select_columns, table);
	case ROW_ALL:
		return buf_printf(sql, "SELECT %s FROM \"%s\" ORDER BY \"id\"", plan->select_columns, table);
	case ROW_INSERT:
		return sql_insert(plan->entity, plan->columns, plan->count, sql);
	case ROW_UPDATE:
		return sql_update(plan->entity, plan->columns, plan->count, sql);
	case ROW_DELETE:
		return sql_delete(plan->entity, sql);
	case ROW_VERB_COUNT:
		break;
	}
	REQUIRE(false);
}

static err make_statement(struct row_plan *plan, enum row_verb verb)
{
	OWN(buf) text = {0};
	char *name;
	char *sql;

	TRY(buf_printf(&text, "%s.%s", plan->entity->name, verbs[verb]));
	TRY(keep(&text, &name));
	plan->statements[verb].name = name;
	buf_clear(&text);
	TRY(derive(plan, verb, &text));
	TRY(keep(&text, &sql));
	plan->statements[verb].sql = sql;
	return OK;
}

static const struct field *owner_of(const struct entity *entity)
{
	const char *name = entity->seal == SEAL_PERSON ? entity->owner : entity->seal == SEAL_FACILITY ? entity->facility : NULL;

	return name == NULL || strcmp(name, "id") == 0 ? NULL : entity_field(entity, name);
}

static err fill(struct row_plan *plan, const struct entity *entity)
{
	OWN(buf) text = {0};

	plan->entity = entity;
	plan->owner = owner_of(entity);
	plan->count = sql_columns(entity, plan->columns);
	for (size_t i = 0; i < plan->count; i++)
		plan->sealed = plan->sealed || plan->columns[i].kind == COLUMN_SEALED;
	TRY(sql_select_columns(entity, plan->columns, plan->count, &text));
	TRY(keep(&text, &plan->select_columns));
	for (int verb = 0; verb < ROW_VERB_COUNT; verb++)
		TRY(make_statement(plan, (enum row_verb)verb));
	return OK;
}

static void plan_free(struct row_plan *plan)
{
	for (size_t i = 0; i < ROW_VERB_COUNT; i++) {
		free((void *)(uintptr_t)plan->statements[i].name);
		free((void *)(uintptr_t)plan->statements[i].sql);
	}
	free(plan->select_columns);
	free(plan);
}

static err plan_new(const struct entity *entity, struct row_plan **plan_out)
{
	struct row_plan *plan = calloc(1, sizeof(*plan));
	err e;

	if (plan == NULL)
		return FAIL(UNAVAILABLE);
	e = fill(plan, entity);
	if (err_is_ok(e))
		*plan_out = plan;
	else
		plan_free(plan);
	return e;
}

static void plans_free(void)
{
	while (plan_count > 0)
		plan_free(plans[--plan_count]);
}

err row_plan_make(const struct entity *const *list, const char *driver)
{
	enum sql_driver known;
	err e = OK;

	TRY(sql_driver_find(driver, &known));
	TRY(entity_check(list));
	plans_free();
	for (; *list != NULL && err_is_ok(e); list++) {
		REQUIRE(plan_count < PLAN_MAX);
		e = plan_new(*list, &plans[plan_count]);
		if (err_is_ok(e))
			plan_count++;
	}
	if (!err_is_ok(e))
		plans_free();
	return e;
}

struct row_plan *row_plan_of(const struct entity *entity)
{
	size_t i = 0;

	while (i < plan_count && plans[i]->entity != entity)
		i++;
	REQUIRE(i < plan_count);
	return plans[i];
}

int row_plan_parameter(struct row_plan *plan, enum row_verb verb, size_t column, const struct query *query)
{
	atomic_int *known = &plan->parameters[verb][column];
	int parameter = atomic_load_explicit(known, memory_order_relaxed);

	if (parameter == 0) {
		parameter = query_parameter(query, plan->columns[column].name);
		atomic_store_explicit(known, parameter, memory_order_relaxed);
	}
	return parameter;
}
