/* What apply functions ask of their call. */
#include <string.h>

#include "op/engine_int.h"
#include "op/list.h"
#include "op/setting.h"

static int input_index(const struct call *call, const char *name)
{
	for (int i = 0; call->op->inputs != NULL && call->op->inputs[i].field.name != NULL; i++)
		if (strcmp(call->op->inputs[i].field.name, name) == 0)
			return i;
	return -1;
}

const struct value *call_value(const struct call *call, const char *name)
{
	int i = input_index(call, name);

	REQUIRE(i >= 0);
	return &call->values[i];
}

struct id call_id(const struct call *call, const char *name)
{
	const struct value *value = call_value(call, name);

	return value->present ? value->as.id : (struct id){{0}};
}

struct bytes call_text(const struct call *call, const char *name)
{
	const struct value *value = call_value(call, name);

	return value->present ? value->as.text : (struct bytes){0};
}

err call_object(struct call *call, const char *entity, struct id id)
{
	for (size_t i = 0; i < call->object_count; i++)
		if (id_equal(call->objects[i].id, id))
			return OK;
	/* Of a trial's event one more names the auditor: record.c. */
	if (call->object_count >= EVENT_OBJECT_MAX - (id_is_zero(call->actor.trial) ? 0 : 1))
		return FAIL(TOO_LARGE);
	call->objects[call->object_count++] = (struct event_object){bytes_str(entity), id};
	return OK;
}

err call_proved(struct call *call, int seconds)
{
	int64_t minutes = 0;

	if (id_is_zero(call->actor.session))
		return OK;
	TRY(setting_of(call, SETTING_STEP_UP, &minutes));
	if (minutes * 60 < seconds)
		seconds = (int)(minutes * 60);
	if (call->now_us - call->actor.signed_in_us <= (int64_t)seconds * 1000000)
		return OK;
	call->reason = "sign-in too old";
	return FAIL(STEP_UP);
}

void call_store(const struct call *call, const struct entity *entity, void *row)
{
	for (int i = 0; call->op->inputs != NULL && call->op->inputs[i].field.name != NULL; i++) {
		const struct input *in = &call->op->inputs[i];
		const struct field *field = entity_field(entity, in->field.name);

		if (field != NULL && field->type == in->field.type && call->values[i].present)
			value_store(field, &call->values[i], row);
	}
}

err call_flaw(struct call *call, const char *name, enum flaw flaw, const char *ja, const char *en)
{
	int i = input_index(call, name);

	problems_add(call->problems, name, i < 0 ? NULL : &call->op->inputs[i].field, flaw,
	    call->language == LANGUAGE_EN ? en : ja);
	return FAIL(INVALID);
}

err call_list(struct call *call, err (*each)(struct call *call, const void *row, const char *groups))
{
	return list_rows(call, each);
}

bool call_may(struct call *call, const struct op *op, struct id object)
{
	const struct grant *grant = NULL;

	if (op->open || op->path == NULL)
		return op->open;
	if (access_factor_due(&call->actor) && !op->before_factor)
		return false;
	if (decide_held(call, op))
		return false;
	if (op->outside_trial && !id_is_zero(call->actor.trial))
		return false;
	for (const struct grant *g = op->grants; g->roles != 0; g++) {
		if ((g->roles & (1u << call->actor.role)) == 0)
			continue;
		if (id_is_zero(object))
			return !decide_beyond_probe(call, op, g);
		if (op->entity == NULL)
			return false;
		return err_is_ok(access_decide(call->rows.db, &call->actor, op->grants, op->entity->name, object, &grant));
	}
	return false;
}
