#include <string.h>

#include "op/engine_int.h"

#include "op/within.h"

err within_call(struct call *call, const struct op *op, const struct value *values)
{
	struct call *inner = arena_alloc(call->arena, sizeof(*inner));
	OWN(buf) body = {0};
	err e;

	if (inner == NULL)
		return FAIL(UNAVAILABLE);
	REQUIRE(op->slow == NULL && op->reply == REPLY_JSON);
	*inner = *call;
	inner->op = op;
	inner->grant = NULL;
	memcpy(inner->values, values, sizeof(inner->values));
	TRY(decide_objects(inner));
	if (op->guard != GUARD_PLAIN && (op->guarded == NULL || op->guarded(inner)))
		return FAIL(CONFIRM);
	if (op->step_up_s > 0)
		TRY(call_proved(inner, op->step_up_s));
	json_init(&inner->out, &body);
	json_object(&inner->out, NULL);
	e = op->apply(inner);
	call->detail = inner->detail;
	TRY(e);
	memcpy(call->objects, inner->objects, sizeof(call->objects));
	call->object_count = inner->object_count;
	return OK;
}
