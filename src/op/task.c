#include <stdlib.h>
#include <string.h>

#include "op/task_int.h"

#define BODY_KEEP ((size_t)16 << 10)   /* larger buffers are given back */

static struct task *take_idle(struct engine *engine)
{
	struct task *task;

	pthread_mutex_lock(&engine->idle_lock);
	task = engine->idle;
	if (task != NULL) {
		engine->idle = task->next;
		engine->idle_count--;
	}
	pthread_mutex_unlock(&engine->idle_lock);
	return task;
}

static struct task *blank(struct engine *engine)
{
	struct task *task = take_idle(engine);

	if (task == NULL) {
		task = calloc(1, sizeof(*task));
		if (task == NULL)
			return NULL;
		arena_init(&task->arena, TASK_ARENA_MAX);
	}
	task->engine = engine;
	task->next = NULL;
	return task;
}

static err copy_values(struct task *task, const struct submission *s)
{
	for (int i = 0; s->op->inputs != NULL && s->op->inputs[i].field.name != NULL; i++) {
		enum field_type type = s->op->inputs[i].field.type;
		struct value *value = &task->call.values[i];

		*value = s->values[i];
		if (value->present && value_borrows(type))
			TRY(arena_copy(&task->arena, s->values[i].as.text, &value->as.text));
	}
	return OK;
}

static err copy_flaws(struct task *task, const struct submission *s)
{
	struct submission_flaw *flaws;

	task->flaw_count = 0;
	if (s->flaw_count == 0)
		return OK;
	flaws = arena_alloc(&task->arena, s->flaw_count * sizeof(*flaws)); /* count: at most PROBLEM_FIELD_MAX by contract */
	if (flaws == NULL)
		return FAIL(UNAVAILABLE);
	memcpy(flaws, s->flaws, s->flaw_count * sizeof(*flaws));
	task->flaws = flaws;
	task->flaw_count = s->flaw_count;
	return OK;
}

static bool any_byte(const uint8_t *bytes, size_t len)
{
	uint8_t all = 0;

	for (size_t i = 0; i < len; i++)
		all |= bytes[i];
	return all != 0;
}

static err fill(struct task *task, const struct submission *s)
{
	struct call *call = &task->call;
	struct bytes agent = {s->agent.ptr, s->agent.len > AGENT_MAX ? AGENT_MAX : s->agent.len};

	if (!err_is_ok(utf8_check(agent, NULL)))
		agent.len = 0; /* it goes into the record as text */
	REQUIRE(s->flaw_count <= PROBLEM_FIELD_MAX);
	call->op = s->op;
	call->arena = &task->arena;
	call->compartment = task->engine->config.compartment;
	call->language = s->language;
	call->request = s->request;
	call->actor = (struct actor){0};
	call->state = NULL;
	call->immutable = false;
	call->seal_kind = KEY_PERSON;
	memcpy(call->address, s->address, sizeof(call->address));
	memset(call->token_hash, 0, sizeof(call->token_hash));
	memset(call->device_hash, 0, sizeof(call->device_hash));
	task->signed_by = s->signed_by;
	task->cross_site = s->cross_site;
	task->local = s->local;
	task->has_token = any_byte(s->token, sizeof(s->token));
	task->reply = s->reply;
	task->context = s->context;
	task->number = s->number;
	task->leaf.len = 0;
	task->outcome = OK;
	if (task->has_token)
		TRY(hash_sha256((struct bytes){s->token, sizeof(s->token)}, call->token_hash));
	if (any_byte(s->device, sizeof(s->device)))
		TRY(hash_sha256((struct bytes){s->device, sizeof(s->device)}, call->device_hash));
	TRY(arena_copy(&task->arena, agent, &call->agent));
	TRY(arena_copy(&task->arena, s->idempotency_key, &task->idempotency_key));
	TRY(arena_copy(&task->arena, s->confirm, &task->confirm));
	TRY(arena_copy(&task->arena, s->phrase, &task->phrase));
	TRY(copy_flaws(task, s));
	return copy_values(task, s);
}

err task_new(struct engine *engine, const struct submission *submission, struct task **task_out)
{
	struct task *task = blank(engine);
	err e;

	if (task == NULL)
		return FAIL(UNAVAILABLE);
	e = fill(task, submission);
	if (!err_is_ok(e)) {
		task_free(task);
		return e;
	}
	*task_out = task;
	return OK;
}

static void buf_rest(struct buf *owner)
{
	if (owner->cap > BODY_KEEP)
		buf_free(owner);
	else
		buf_clear(owner);
}

static void destroy(struct task *task)
{
	arena_free(&task->arena);
	buf_free(&task->body);
	buf_free(&task->leaf);
	buf_free(&task->call.detail);
	free(task);
}

void task_free(struct task *task)
{
	struct engine *engine = task->engine;

	arena_reset(&task->arena);
	buf_rest(&task->body);
	buf_rest(&task->leaf);
	buf_rest(&task->call.detail);
	wipe(task->call.token, sizeof(task->call.token));
	wipe(task->confirm_token, sizeof(task->confirm_token));
	pthread_mutex_lock(&engine->idle_lock);
	if (engine->idle_count < TASK_IDLE_MAX) {
		task->next = engine->idle;
		engine->idle = task;
		engine->idle_count++;
		task = NULL;
	}
	pthread_mutex_unlock(&engine->idle_lock);
	if (task != NULL)
		destroy(task);
}

void task_drain(struct engine *engine)
{
	struct task *task;

	while ((task = take_idle(engine)) != NULL)
		destroy(task);
}
