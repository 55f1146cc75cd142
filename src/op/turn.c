#include <ctype.h>
#include <string.h>

#include "op/turn_int.h"

/* FNV-1a over operation and lower-cased text: two things that meet only wait for one another. */
static uint64_t key_of(const struct call *call)
{
	struct bytes text = call_text(call, call->op->turns);
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)op_index(call->op);

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (uint64_t)tolower(text.ptr[i])) * UINT64_C(0x100000001b3);
	return hash;
}

err turn_begin(struct engine *engine, struct task *task, bool *go_out)
{
	struct task **at;
	size_t waiting = 0;

	task->turn_key = key_of(&task->call);
	task->turn_waits = false;
	pthread_mutex_lock(&engine->turn_lock);
	for (at = &engine->turns; *at != NULL; at = &(*at)->turn_next)
		waiting += (*at)->turn_key == task->turn_key;
	if (waiting <= TURN_WAITING_MAX) {
		task->turn_next = NULL;
		task->turn_waits = waiting > 0;
		task->turn_held = true;
		*at = task;
	}
	pthread_mutex_unlock(&engine->turn_lock);
	*go_out = waiting == 0;
	return waiting <= TURN_WAITING_MAX ? OK : FAIL(LIMITED);
}

struct task *turn_end(struct engine *engine, struct task *task)
{
	struct task *next = NULL;

	pthread_mutex_lock(&engine->turn_lock);
	for (struct task **at = &engine->turns; *at != NULL;) {
		if (*at == task) {
			*at = task->turn_next;
			continue;
		}
		if (next == NULL && (*at)->turn_waits && (*at)->turn_key == task->turn_key)
			next = *at;
		at = &(*at)->turn_next;
	}
	if (next != NULL)
		next->turn_waits = false;
	pthread_mutex_unlock(&engine->turn_lock);
	task->turn_held = false;
	return next;
}
