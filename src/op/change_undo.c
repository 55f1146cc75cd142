/*
 * change_undo - an applied change is taken back: its operation's `undo` is filed as a change of its own, with the values before, and
 * waits for a second person like any other. C2 of change.h, CH-4.
 */
#include <string.h>

#include "op/change_int.h"

static const struct entity *const entity = &op_entity_change;

static err conflict(struct call *call, const char *ja, const char *en)
{
	problems_add(call->problems, "change", NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

/* Of what the change was applied to or made, the last of that entity. */
static bool made_of(const struct change *change, const char *of, struct id *id_out)
{
	struct bytes rest = change->made;
	bool found = false;

	while (rest.len > 1 + ID_LEN && rest.len >= 1 + (size_t)rest.ptr[0] + ID_LEN) {
		struct bytes name = {rest.ptr + 1, rest.ptr[0]};
		size_t used = 1 + name.len + ID_LEN;

		if (bytes_is(name, of)) {
			memcpy(id_out->b, rest.ptr + 1 + name.len, ID_LEN);
			found = true;
		}
		rest = (struct bytes){rest.ptr + used, rest.len - used};
	}
	return found;
}

struct source {
	const struct change *change;
	const struct op *op;        /* of the change */
	struct value asked[FIELD_MAX], was[FIELD_MAX];
};

static bool from_change(const struct source *source, const struct op *undo, const struct input *in, struct value *value_out)
{
	int i = change_state_input(source->op, in->field.name);
	struct id id = {{0}};

	if (i >= 0 && source->op->inputs[i].field.type == in->field.type) {
		bool before = undo == source->op && in->place != IN_PATH && source->change->was.len > 0;

		*value_out = before ? source->was[i] : source->asked[i];
		if (value_out->present || before)
			return true;
	}
	if (in->field.refers == NULL || !made_of(source->change, in->field.refers, &id))
		return false;
	*value_out = (struct value){.present = true, .as.id = id};
	return true;
}

/* The inputs of the operation that undoes it: of the change where it says them, else as they are given here. */
static err fill(struct call *call, const struct source *source, const struct op *undo, struct value *values_out)
{
	memset(values_out, 0, FIELD_MAX * sizeof(*values_out));
	for (int i = 0; undo->inputs != NULL && undo->inputs[i].field.name != NULL; i++) {
		const struct input *in = &undo->inputs[i];

		if (strcmp(in->field.name, "reason") == 0 || strcmp(in->field.name, "effective_at") == 0)
			values_out[i] = *call_value(call, in->field.name);
		else if (!from_change(source, undo, in, &values_out[i]) && in->field.required)
			return conflict(call, "この変更を元に戻す内容が記録にありません。通常の画面から元の内容を申請してください。",
			    "The record does not hold what would undo this. Ask for the former values on the usual page.");
	}
	return OK;
}

static err undoable(struct call *call, const struct change *change, const struct op *op, const struct op **undo_out)
{
	struct change other = {0};
	err e;

	if (change->state != CHANGE_APPLIED)
		return conflict(call, "適用された変更だけを元に戻せます。", "Only a change that was applied can be undone.");
	*undo_out = op->undo == NULL ? NULL : op_find(op->undo);
	if (*undo_out == NULL)
		return conflict(call, "この操作は元に戻せません。", "This operation cannot be undone.");
	if (id_is_zero(change->undone_by))
		return OK;
	e = row_get(&call->rows, entity, change->undone_by, &other);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	if (other.state == CHANGE_WAITING || other.state == CHANGE_SCHEDULED || other.state == CHANGE_APPLIED)
		return conflict(call, "元に戻す申請は、もう出ています。", "It has been asked to be undone already.");
	return OK;
}

/* As if the caller called the operation that undoes it: the same rights are asked. */
static err undo_call(struct call *call, const struct source *source, const struct op *undo, struct call **asked_out)
{
	struct call *asked = arena_alloc(call->arena, sizeof(*asked));
	err e;

	if (asked == NULL)
		return FAIL(UNAVAILABLE);
	*asked = *call;
	asked->op = undo;
	asked->grant = NULL;
	e = fill(call, source, undo, asked->values);
	TRY(e);
	e = decide_objects(asked);
	if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_DENIED)) {
		call->reason = "not granted";
		return FAIL(DENIED);
	}
	TRY(e);
	if (undo->step_up_s > 0)
		TRY(call_proved(call, undo->step_up_s));
	*asked_out = asked;
	return OK;
}

static err apply(struct call *call)
{
	struct change change = {0};
	struct change undoing = {0};
	struct source *source = arena_alloc(call->arena, sizeof(*source));
	const struct op *undo = NULL;
	struct call *asked = NULL;

	if (source == NULL)
		return FAIL(UNAVAILABLE);
	memset(source, 0, sizeof(*source));
	source->change = &change;
	TRY(row_get(&call->rows, entity, call_id(call, "change"), &change));
	TRY(change_state_op(&change, &source->op));
	TRY(undoable(call, &change, source->op, &undo));
	TRY(change_state_decode(source->op, change.inputs, source->asked));
	if (change.was.len > 0)
		TRY(change_state_decode(source->op, change.was, source->was));
	TRY(undo_call(call, source, undo, &asked));
	undoing.undoes = change.row.id;
	undoing.reason = call_text(call, "reason");
	undoing.approver = undo->approver != 0 ? undo->approver : change.approver;
	TRY(change_make(call, asked, &undoing));
	change.undone_by = undoing.row.id;
	return row_update(&call->rows, entity, &change);
}

static const struct grant grants[] = {{ROLES_ANY, RELATION_OWN, "*"}, {ROLES_ANY, RELATION_APPROVER, "*"}, {0}};
static const struct input inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "change", .ja = "変更申請", .en = "Change", .type = FIELD_ID, .refers = "change", .required = true}},
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true,
	    .required = true, .min = 1, .max = 200}},
	OP_INPUT_EFFECTIVE,
	{0},
};

const struct op change_undo_op = { /* CH-4 */
	.id = "change.undo", .ja = "変更を元に戻す申請をする", .en = "Ask to undo a change", .method = "POST", .path = "/v1/changes/{change}/undo",
	.kind = OP_WRITE, .grants = grants, .policy = "change undo", .inputs = inputs, .entity = &op_entity_change, .output = &op_entity_change,
	.status = 202, .purpose_ja = "適用した変更を、承認を得て元に戻すため", .purpose_en = "To take back a change that was applied, by approval",
	.step_up_s = OP_STEP_UP_S, .event = true, .grade = GRADE_3B, .requirements = "K-3 K-44", .apply = apply,
};
