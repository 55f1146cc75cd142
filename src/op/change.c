#include <stdio.h>
#include <string.h>

#include "op/change.h"
#include "op/engine_int.h"
#include "op/op_entity.h"

static const struct entity *const entity = &op_entity_change;

static const struct input *object_input(const struct op *op, int *index_out)
{
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		if (op->inputs[i].object) {
			*index_out = i;
			return &op->inputs[i];
		}
	return NULL;
}

/* The digest of the object's row as it is now; empty when the operation has no object. */
static err state_before(struct call *call, const struct op *op, struct id object, struct bytes *digest_out)
{
	struct row *row;

	if (id_is_zero(object))
		return OK;
	row = arena_alloc(call->arena, op->entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, op->entity, object, row));
	return arena_copy(call->arena, (struct bytes){row->digest, sizeof(row->digest)}, digest_out);
}

err change_digest(struct call *call, struct bytes *digest_out)
{
	int index = 0;

	if (object_input(call->op, &index) == NULL)
		return OK;
	return state_before(call, call->op, call->values[index].as.id, digest_out);
}

err change_file(struct call *call)
{
	const struct op *op = call->op;
	struct change change = {
		.operation = bytes_str(op->id), .requester = call->actor.account, .membership = call->actor.membership,
		.role = call->actor.role, .facility = call->actor.facility, .approver = op->approver,
		.state = CHANGE_WAITING, .filed_at = call->now_us,
	};
	OWN(buf) inputs = {0};
	char impact[400] = "";
	int64_t objects = 0;
	int index = 0;

	if (object_input(op, &index) != NULL)
		change.object = call->values[index].as.id;
	TRY(op->impact(call, &objects, impact, sizeof(impact)));
	TRY(state_before(call, op, change.object, &change.before));
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		TRY(value_encode(&op->inputs[i].field, &call->values[i], &inputs));
	change.inputs = bytes_of(&inputs);
	change.impact = bytes_str(impact);
	TRY(row_insert(&call->rows, entity, &change));
	TRY(call_object(call, entity->name, change.row.id));
	call->status = 202;
	json_object(&call->out, "change");
	json_row(&call->out, entity, &change, "*");
	json_object_end(&call->out);
	return OK;
}

static err change_load(struct call *call, struct change *change_out)
{
	return row_get(&call->rows, entity, call_id(call, "change"), change_out);
}

static err still_waiting(const struct change *change)
{
	return change->state == CHANGE_WAITING ? OK : FAIL(CONFLICT);
}

static err settle(struct call *call, struct change *change, enum change_state state)
{
	change->state = (int32_t)state;
	change->decided_by = call->actor.account;
	change->decided_at = call->now_us;
	TRY(row_update(&call->rows, entity, change));
	json_row(&call->out, entity, change, "*");
	return OK;
}

/* The change as its requester would call it now. */
static err requester_call(struct call *call, const struct change *change, const struct op *op, struct call *asked)
{
	struct bytes from = change->inputs;

	*asked = *call;
	asked->op = op;
	asked->grant = NULL;
	asked->actor = (struct actor){
		.account = change->requester, .membership = change->membership, .facility = change->facility,
		.role = (enum role)change->role, .signed_in_us = call->now_us, .probe = call->actor.probe, /* P1 of access.h */
		.trial = call->actor.trial,
	};
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		if (!err_is_ok(value_decode(&op->inputs[i].field, &from, &asked->values[i])))
			return FAIL(CORRUPT);
	if (from.len != 0)
		return FAIL(CORRUPT);
	TRY(access_in_office(call->rows.db, &asked->actor));
	return decide_objects(asked);
}

static err unchanged(struct call *call, const struct change *change, const struct op *op, bool *same_out)
{
	struct bytes now = {0};
	err e = state_before(call, op, change->object, &now);

	if (err_is(e, ERR_NOT_FOUND)) {
		*same_out = false;
		return OK;
	}
	TRY(e);
	*same_out = bytes_equal(now, change->before);
	return OK;
}

static err apply_as(struct call *call, const struct change *change, const struct op *op, bool *applied_out)
{
	struct call *asked = arena_alloc(call->arena, sizeof(*asked));
	OWN(buf) body = {0};
	bool same = false;
	err e;

	*applied_out = false;
	if (asked == NULL)
		return FAIL(UNAVAILABLE);
	e = requester_call(call, change, op, asked);
	if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_DENIED))
		return OK; /* the requester has left, or may no longer: nothing is applied */
	TRY(e);
	TRY(unchanged(call, change, op, &same));
	if (!same)
		return OK;
	json_init(&asked->out, &body);
	json_object(&asked->out, NULL);
	e = op->apply(asked);
	call->detail = asked->detail;
	TRY(e);
	memcpy(call->objects, asked->objects, sizeof(call->objects)); /* the change stands first: asked began as a copy */
	call->object_count = asked->object_count;
	call->event_facility = asked->event_facility; /* where it takes effect, not where the approver sits */
	*applied_out = true;
	return OK;
}

/* Nobody approves what is done to oneself, however the operation names its person. */
static err not_oneself(struct call *call)
{
	for (size_t i = 0; i < call->object_count; i++)
		if (bytes_is(call->objects[i].entity, "account") && id_equal(call->objects[i].id, call->actor.account)) {
			call->reason = "own account";
			return FAIL(DENIED);
		}
	return OK;
}

static err change_approve(struct call *call)
{
	struct change change = {0};
	const struct op *op;
	char name[EVENT_TEXT_MAX];
	bool applied = false;

	TRY(change_load(call, &change));
	TRY(still_waiting(&change));
	if (!id_is_zero(change.object) && id_equal(change.object, call->actor.account)) {
		call->reason = "own account";
		return FAIL(DENIED);
	}
	if (change.operation.len >= sizeof(name))
		return FAIL(CORRUPT);
	memcpy(name, change.operation.ptr, change.operation.len);
	name[change.operation.len] = '\0';
	op = op_find(name);
	if (op == NULL)
		return FAIL(CONFLICT); /* filed by another version of the program */
	TRY(apply_as(call, &change, op, &applied));
	TRY(not_oneself(call));
	if (!id_is_zero(change.object))
		TRY(call_object(call, op->entity->name, change.object));
	return settle(call, &change, applied ? CHANGE_APPLIED : CHANGE_STALE);
}

static err change_reject(struct call *call)
{
	struct change change = {0};

	TRY(change_load(call, &change));
	TRY(still_waiting(&change));
	return settle(call, &change, CHANGE_REJECTED);
}

static err change_withdraw(struct call *call)
{
	struct change change = {0};

	TRY(change_load(call, &change));
	TRY(still_waiting(&change));
	return settle(call, &change, CHANGE_WITHDRAWN);
}

static err change_see(struct call *call)
{
	struct change change = {0};

	TRY(change_load(call, &change));
	json_row(&call->out, entity, &change, "*");
	return OK;
}

static err change_list(struct call *call)
{
	return call_list(call, NULL);
}

#define CHANGE_PURPOSE .purpose_ja = "二人目の人が変更の内容を確かめるため", \
	.purpose_en = "To let a second person judge a change"
#define CHANGE_ID {.place = IN_PATH, .object = true, .field = {.name = "change", .ja = "変更申請", .en = "Change", .type = FIELD_ID, .refers = "change", .required = true}}

static const struct grant see_grants[] = {{ROLES_ANY, RELATION_OWN, "*"}, {ROLES_ANY, RELATION_APPROVER, "*"}, {0}};
static const struct grant approver_grants[] = {{ROLES_ANY, RELATION_APPROVER, "*"}, {0}};
static const struct grant own_grants[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input one[] = {CHANGE_ID, {0}};
static const struct input page[] = {OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};

static const struct op list_op = {
	.id = "change.list", .ja = "変更申請の一覧を見る", .en = "List changes", .method = "GET", .path = "/v1/changes",
	.kind = OP_READ, .shape = SHAPE_CALL, .guard = GUARD_PLAIN, .route = ROUTE_SESSION, .grants = see_grants,
	.policy = "change see", .inputs = page, .entity = &op_entity_change, .output = &op_entity_change, .list = true,
	.status = 200, CHANGE_PURPOSE, .event = true, .grade = GRADE_3B, .requirements = "K-3", .apply = change_list,
};
static const struct op see_op = {
	.id = "change.see", .ja = "変更申請を見る", .en = "See a change", .method = "GET", .path = "/v1/changes/{change}",
	.kind = OP_READ, .shape = SHAPE_CALL, .guard = GUARD_PLAIN, .route = ROUTE_SESSION, .grants = see_grants,
	.policy = "change see", .inputs = one, .entity = &op_entity_change, .output = &op_entity_change,
	.status = 200, CHANGE_PURPOSE, .event = true, .grade = GRADE_3B, .requirements = "K-3", .apply = change_see,
};
static const struct op approve_op = {
	.id = "change.approve", .ja = "変更を承認する", .en = "Approve a change", .method = "POST", .path = "/v1/changes/{change}/approve",
	.kind = OP_WRITE, .shape = SHAPE_CALL, .guard = GUARD_PLAIN, .route = ROUTE_SESSION, .grants = approver_grants,
	.policy = "change approve", .inputs = one, .entity = &op_entity_change, .output = &op_entity_change,
	.status = 200, CHANGE_PURPOSE, .step_up_s = OP_STEP_UP_S, .event = true, .grade = GRADE_3B, .requirements = "K-3", .apply = change_approve,
};
static const struct op reject_op = {
	.id = "change.reject", .ja = "変更を却下する", .en = "Reject a change", .method = "POST", .path = "/v1/changes/{change}/reject",
	.kind = OP_WRITE, .shape = SHAPE_CALL, .guard = GUARD_PLAIN, .route = ROUTE_SESSION, .grants = approver_grants,
	.policy = "change reject", .inputs = one, .entity = &op_entity_change, .output = &op_entity_change,
	.status = 200, CHANGE_PURPOSE, .event = true, .grade = GRADE_3B, .requirements = "K-3", .apply = change_reject,
};
static const struct op withdraw_op = {
	.id = "change.withdraw", .ja = "変更申請を取り下げる", .en = "Withdraw a change", .method = "POST", .path = "/v1/changes/{change}/withdraw",
	.kind = OP_WRITE, .shape = SHAPE_CALL, .guard = GUARD_PLAIN, .route = ROUTE_SESSION, .grants = own_grants,
	.policy = "change withdraw", .inputs = one, .entity = &op_entity_change, .output = &op_entity_change,
	.status = 200, CHANGE_PURPOSE, .event = true, .grade = GRADE_3B, .requirements = "K-3", .apply = change_withdraw,
};

const struct op *const change_ops[] = {&list_op, &see_op, &approve_op, &reject_op, &withdraw_op, NULL};
