/*
 * change_view - a change as people read it: which operation, what was and what is to be, who asked, who decides, what may be done now.
 *
 * Secret inputs are never told. What is personal only to whoever asked, decides, or oversees persons: groups "person" and "*".
 */
#include <string.h>

#include "op/change_int.h"
#include "op/label.h"

static const struct entity *const entity = &op_entity_change;

static bool told_persons(const char *groups)
{
	return groups != NULL && (strcmp(groups, "*") == 0 || strcmp(groups, "person") == 0);
}

static void put_text_or_null(struct call *call, const char *name, struct bytes text)
{
	if (text.len > 0)
		json_text(&call->out, name, text);
	else
		json_null(&call->out, name);
}

/* One value twice: as it is sent, and as people read it. */
static err put_value(struct call *call, const struct field *field, const struct value *value, const char *name, const char *words)
{
	union {
		struct bytes text;
		struct id id;
		int64_t number;
	} at = {.number = 0};
	struct field shown = *field;
	struct bytes text = {0};
	OWN(buf) readable = {0};

	if (!value->present) {
		json_null(&call->out, name);
		json_null(&call->out, words);
		return OK;
	}
	shown.name = name;
	shown.offset = 0;
	value_store(&shown, value, &at);
	json_field(&call->out, &shown, &at);
	if (field->type == FIELD_ID && field->refers != NULL)
		TRY(label_of(&call->rows, field->refers, value->as.id, &text));
	if (text.len == 0) {
		TRY(value_text(field, value, &readable));
		text = bytes_of(&readable);
	}
	json_text(&call->out, words, text);
	return OK;
}

static bool is_shown(const struct input *in, const char *groups)
{
	if (in->field.secret || in->field.type == FIELD_BYTES || strcmp(in->field.name, "effective_at") == 0 || strcmp(in->field.name, "reason") == 0)
		return false;
	return !in->field.personal || told_persons(groups);
}

static err put_fields(struct call *call, const struct change *change, const struct op *op, const char *groups)
{
	struct value *asked = arena_alloc(call->arena, FIELD_MAX * sizeof(*asked));
	struct value *was = arena_alloc(call->arena, FIELD_MAX * sizeof(*was));

	if (asked == NULL || was == NULL)
		return FAIL(UNAVAILABLE);
	memset(asked, 0, FIELD_MAX * sizeof(*asked));
	memset(was, 0, FIELD_MAX * sizeof(*was));
	TRY(change_state_decode(op, change->inputs, asked));
	if (change->was.len > 0)
		TRY(change_state_decode(op, change->was, was));
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++) {
		const struct field *field = &op->inputs[i].field;

		if (!is_shown(&op->inputs[i], groups) || (!asked[i].present && !was[i].present))
			continue;
		json_object(&call->out, NULL);
		json_str(&call->out, "name", field->name);
		json_str(&call->out, "ja", field->ja);
		json_str(&call->out, "en", field->en);
		TRY(put_value(call, field, &was[i], "before", "before_text"));
		TRY(put_value(call, field, &asked[i], "after", "after_text"));
		json_object_end(&call->out);
	}
	return OK;
}

static void put_roles(struct call *call, const char *name, int64_t mask)
{
	json_array(&call->out, name);
	for (unsigned role = 1; role < ROLE_COUNT; role++)
		if ((mask & (1LL << role)) != 0)
			json_str(&call->out, NULL, access_role_names[role]);
	json_array_end(&call->out);
}

static void put_warning(struct call *call, const struct change *change)
{
	if (change->warning_ja.len == 0) {
		json_null(&call->out, "warning");
		return;
	}
	json_object(&call->out, "warning");
	json_text(&call->out, "ja", change->warning_ja);
	json_text(&call->out, "en", change->warning_en);
	json_object_end(&call->out);
}

static bool role_has(const struct call *call, const struct op *op)
{
	for (const struct grant *g = op->grants; g != NULL && g->roles != 0; g++)
		if ((g->roles & (1u << call->actor.role)) != 0)
			return true;
	return false;
}

static const struct op *undo_of(const struct op *op)
{
	return op == NULL || op->undo == NULL ? NULL : op_find(op->undo);
}

static void put_may(struct call *call, const struct change *change, const struct op *op)
{
	bool own = id_equal(change->requester, call->actor.account);
	bool decides = !own && (change->approver & (1LL << call->actor.role)) != 0;
	bool waiting = change->state == CHANGE_WAITING;
	bool open = waiting || change->state == CHANGE_SCHEDULED;
	const struct op *undo = undo_of(op);

	json_object(&call->out, "may");
	json_bool(&call->out, "approve", decides && waiting);
	json_bool(&call->out, "reject", decides && open);
	json_bool(&call->out, "withdraw", own && open);
	json_bool(&call->out, "undo", (own || decides) && change->state == CHANGE_APPLIED && id_is_zero(change->undone_by) && undo != NULL &&
	    role_has(call, undo));
	json_object_end(&call->out);
}

static err put_people(struct call *call, const struct change *change)
{
	struct bytes name = {0};

	TRY(label_of(&call->rows, "account", change->requester, &name));
	put_text_or_null(call, "requester_name", name);
	json_str(&call->out, "requester_role", change->role > 0 && change->role < ROLE_COUNT ? access_role_names[change->role] : "none");
	TRY(label_of(&call->rows, "account", change->decided_by, &name));
	put_text_or_null(call, "decided_by_name", name);
	TRY(label_of(&call->rows, "facility", change->facility, &name));
	put_text_or_null(call, "facility_name", name);
	return OK;
}

err change_view_put(struct call *call, const struct change *change, const char *groups)
{
	const struct op *op = NULL;

	if (!err_is_ok(change_state_op(change, &op)))
		op = NULL; /* filed by another version of the program: told without words */
	json_row(&call->out, entity, change, groups);
	json_object(&call->out, "title");
	json_str(&call->out, "ja", op != NULL ? op->ja : "");
	json_str(&call->out, "en", op != NULL ? op->en : "");
	json_object_end(&call->out);
	TRY(put_people(call, change));
	put_roles(call, "approvers", change->approver);
	put_warning(call, change);
	json_str(&call->out, "undo", undo_of(op) != NULL ? op->undo : "");
	json_array(&call->out, "fields");
	if (op != NULL)
		TRY(put_fields(call, change, op, groups));
	json_array_end(&call->out);
	put_may(call, change, op);
	return call->out.state;
}
