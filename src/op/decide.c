/*
 * decide - authenticate → authorise → inputs, always on the connection on which the effect runs.
 *
 * Out of reach answers as if absent (NOT_FOUND); an object that the actor may see but not use so answers DENIED. AC-1 AC-2
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op/engine_int.h"

#define NESTED_MAX 32

/* SELECT 1 FROM object's table WHERE id and the column of the path it stands under. */
static struct {
	const struct input *input;
	struct statement statement;
} nested[NESTED_MAX];

static err nested_add(size_t *count, const struct op *op, const struct input *input)
{
	char *sql = NULL;
	char *name = NULL;

	REQUIRE(*count < NESTED_MAX);
	if (asprintf(&sql, "SELECT 1 FROM %s WHERE id = :object AND %s = :parent", op->entity->name, input->within) < 0)
		return FAIL(UNAVAILABLE);
	if (asprintf(&name, "%s.within", op->id) < 0) {
		free(sql);
		return FAIL(UNAVAILABLE);
	}
	nested[*count].input = input;
	nested[(*count)++].statement = (struct statement){name, sql};
	return OK;
}

err decide_start(void)
{
	static size_t count;

	if (count > 0)
		return OK;
	for (size_t i = 0; ops[i] != NULL; i++)
		for (const struct input *in = ops[i]->inputs; in != NULL && in->field.name != NULL; in++)
			if (in->within != NULL)
				TRY(nested_add(&count, ops[i], in));
	return OK;
}

static err stands_within(struct call *call, const struct input *input, struct id object)
{
	struct id parent = call_id(call, input->within);
	struct query *query = NULL;
	bool row = false;
	size_t i = 0;
	err e;

	while (nested[i].input != input) {
		i++;
		REQUIRE(i < NESTED_MAX);
	}
	e = query_start(call->rows.db, &nested[i].statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "object", &object);
	if (err_is_ok(e))
		e = query_id(query, "parent", &parent);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	return row ? OK : FAIL(NOT_FOUND);
}

const struct op *decide_seer(const struct entity *entity)
{
	const struct op *listing = NULL;
	char policy[EVENT_TEXT_MAX];

	(void)snprintf(policy, sizeof(policy), "%s see", entity->name);
	for (size_t i = 0; ops[i] != NULL; i++) {
		if (strcmp(ops[i]->policy, policy) != 0 || ops[i]->entity != entity || ops[i]->open)
			continue;
		if (!ops[i]->list)
			return ops[i];
		listing = ops[i];
	}
	return listing;
}

static err visible(struct call *call, const struct entity *entity, struct id id)
{
	const struct op *seer = decide_seer(entity);
	const struct grant *grant = NULL;

	if (seer == NULL || seer->grants == NULL)
		return FAIL(NOT_FOUND);
	return access_decide(call->rows.db, &call->actor, seer->grants, entity->name, id, &grant);
}

static err authenticate(struct task *task)
{
	struct call *call = &task->call;

	call->actor = (struct actor){0};
	call->grant = NULL;
	if (task->signed_by == SIGNED_LOCAL) {
		call->actor = task->local;
		return OK;
	}
	if (call->op->open)
		return OK;
	if (!task->has_token) {
		call->reason = "no session";
		return FAIL(UNAUTHENTICATED);
	}
	return task->engine->config.authenticate(call);
}

static err same_origin(const struct task *task)
{
	bool changes = task->call.op->kind == OP_WRITE;

	if (!task->cross_site || !changes || task->signed_by == SIGNED_BEARER || task->signed_by == SIGNED_LOCAL)
		return OK;
	if (task->signed_by == SIGNED_COOKIE || task->call.op->form_login)
		return FAIL(CROSS_SITE);
	return OK;
}

static const struct grant *by_role(const struct call *call)
{
	for (const struct grant *g = call->op->grants; g->roles != 0; g++)
		if ((g->roles & (1u << call->actor.role)) != 0)
			return g;
	return NULL;
}

static err object_allowed(struct call *call, const struct input *input, struct id id)
{
	err e = access_decide(call->rows.db, &call->actor, call->op->grants, call->op->entity->name, id, &call->grant);

	if (err_is(e, ERR_NOT_FOUND)) {
		TRY(visible(call, call->op->entity, id));
		if (input->within != NULL)
			TRY(stands_within(call, input, id));
		call->reason = "not granted";
		TRY(call_object(call, call->op->entity->name, id)); /* the event says what it was refused on */
		return FAIL(DENIED);
	}
	TRY(e);
	if (input->within != NULL)
		TRY(stands_within(call, input, id));
	return OK;
}

static bool has_object(const struct op *op)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->object)
			return true;
	return false;
}

bool decide_beyond_probe(const struct call *call, const struct op *op, const struct grant *grant)
{
	bool whole = grant->relation == RELATION_CUSTOMER || grant->relation == RELATION_PROVIDER;

	return call->actor.probe && whole && op->kind == OP_WRITE && !has_object(op);
}

err decide_objects(struct call *call)
{
	bool object = false;

	for (int i = 0; call->op->inputs != NULL && call->op->inputs[i].field.name != NULL; i++) {
		const struct input *in = &call->op->inputs[i];
		struct id id = call->values[i].as.id;

		if (in->field.refers == NULL || !call->values[i].present)
			continue;
		if (in->object) {
			object = true;
			TRY(object_allowed(call, in, id));
			TRY(call_object(call, call->op->entity->name, id));
		} else {
			TRY(visible(call, entity_find(bytes_str(in->field.refers)), id));
			TRY(call_object(call, in->field.refers, id));
		}
	}
	if (object)
		return OK;
	call->grant = by_role(call);
	if (call->grant == NULL) {
		call->reason = "not granted";
		return FAIL(DENIED);
	}
	if (decide_beyond_probe(call, call->op, call->grant)) {
		call->reason = "probe";
		return FAIL(DENIED);
	}
	return OK;
}

bool decide_held(const struct call *call, const struct op *op)
{
	return call->held && !op->while_unaccepted && !op->before_factor;
}

static err authorise(struct task *task)
{
	struct call *call = &task->call;
	err e;

	if (call->op->open || (task->signed_by == SIGNED_LOCAL && call->op->path == NULL))
		return OK;
	/* Before any object is looked for: the answer is the same for everything. */
	if (access_factor_due(&call->actor) && !call->op->before_factor) {
		call->reason = "no second factor";
		return FAIL(SECOND_FACTOR);
	}
	if (task->engine->config.held != NULL && !id_is_zero(call->actor.session))
		TRY(task->engine->config.held(call));
	if (decide_held(call, call->op)) {
		call->reason = "terms not accepted";
		return FAIL(UNACCEPTED);
	}
	if (call->op->outside_trial && !id_is_zero(call->actor.trial)) {
		call->reason = "trial";
		return FAIL(DENIED);
	}
	e = decide_objects(call);
	if (err_is(e, ERR_NOT_FOUND)) {
		call->reason = "out of reach";
		call->object_count = 0; /* absent and out of reach leave the same event */
	}
	TRY(e);
	return call->op->step_up_s > 0 ? call_proved(call, call->op->step_up_s) : OK;
}

static const struct field *input_field(const struct op *op, const char *name)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (strcmp(in->field.name, name) == 0)
			return &in->field;
	return NULL;
}

/* Of the body as a whole, of the field, or of a member of it ("fields.name"). */
static bool tells_of(const char *flawed, const char *name)
{
	size_t len = strlen(name);

	return flawed[0] == '\0' || (strncmp(flawed, name, len) == 0 && (flawed[len] == '\0' || flawed[len] == '.'));
}

/* The edge is not believed: every value is checked again. */
static err inputs(struct task *task)
{
	struct call *call = &task->call;

	for (size_t i = 0; i < task->flaw_count; i++)
		problems_add(call->problems, task->flaws[i].name, input_field(call->op, task->flaws[i].name),
		    task->flaws[i].flaw, NULL);
	for (int i = 0; call->op->inputs != NULL && call->op->inputs[i].field.name != NULL; i++) {
		const struct field *field = &call->op->inputs[i].field;
		bool told = false;
		enum flaw flaw;

		for (size_t k = 0; k < task->flaw_count; k++)
			told = told || tells_of(task->flaws[k].name, field->name);
		if (told)
			continue;
		if (!call->values[i].present)
			flaw = field->required ? FLAW_MISSING : FLAW_NONE;
		else
			flaw = value_check(field, &call->values[i]);
		if (flaw != FLAW_NONE)
			problems_add(call->problems, field->name, field, flaw, NULL);
	}
	return call->problems->count == 0 ? OK : FAIL(INVALID);
}

err decide(struct task *task)
{
	TRY(same_origin(task));
	TRY(authenticate(task));
	TRY(authorise(task));
	return inputs(task);
}
