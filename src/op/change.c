/* change - filed, decided, looked at; who does it: change_apply, what it is compared with: change_state. */
#include <string.h>

#include "op/change_int.h"

static const struct entity *const entity = &op_entity_change;

static struct row_list applied = {"change.applied", &op_entity_change, "state = 1 AND operation = :operation ORDER BY applied_at DESC, id DESC LIMIT 500", NULL};

err change_start(void)
{
	return row_list_make(&applied);
}

static err (*teller)(struct row_context *c, const struct change *change);

void change_tell(err (*told)(struct row_context *c, const struct change *change))
{
	teller = told;
}

err change_follow_row(struct row_context *c, const void *row)
{
	return teller != NULL ? teller(c, row) : OK;
}

err change_input(const struct change *change, const char *name, struct value *value_out)
{
	struct value values[FIELD_MAX] = {{0}};
	const struct op *op = NULL;
	int i;

	*value_out = (struct value){0};
	TRY(change_state_op(change, &op));
	TRY(change_state_decode(op, change->inputs, values));
	i = change_state_input(op, name);
	if (i >= 0)
		*value_out = values[i];
	return OK;
}

static bool fits(const struct change *change, const char *name, struct bytes value, err *e_out)
{
	struct value input = {0};

	if (name == NULL)
		return true;
	*e_out = change_input(change, name, &input);
	return err_is_ok(*e_out) && input.present && bytes_equal(input.as.text, value);
}

err change_applied(struct row_context *c, const char *operation, const char *name, struct bytes value, struct change *change_out)
{
	struct query *query = NULL;
	bool row = false;
	bool found = false;
	err e = query_start(c->db, applied.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "operation", bytes_str(operation));
	while (err_is_ok(e) && !found) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = row_read(c, entity, query, false, change_out);
		found = err_is_ok(e) && fits(change_out, name, value, &e);
	}
	query_end(&query);
	TRY(e);
	return found ? OK : FAIL(NOT_FOUND);
}

/* ---- filing ---- */

err change_digest(struct call *call, struct bytes *digest_out)
{
	return change_state_before(call, digest_out);
}

static const struct value *optional(const struct call *call, const char *name)
{
	int i = change_state_input(call->op, name);

	return i < 0 || !call->values[i].present ? NULL : &call->values[i];
}

static err check_effective(struct call *call, const struct value *at)
{
	if (at->as.time_us <= call->now_us)
		return call_flaw(call, "effective_at", FLAW_TOO_SMALL, "これから先の日時にしてください。", "This has to lie ahead.");
	if (at->as.time_us > call->now_us + CHANGE_AHEAD_US)
		return call_flaw(call, "effective_at", FLAW_TOO_LARGE, "1年より先の日時は指定できません。", "This is more than a year ahead.");
	return OK;
}

static err fill(struct call *call, struct call *asked, struct change *change)
{
	const struct op *op = asked->op;
	const struct value *at = optional(asked, "effective_at");
	const struct value *why = optional(asked, "reason");
	struct op_words warning = op->warning != NULL ? op->warning(asked) : (struct op_words){0};

	change->operation = bytes_str(op->id);
	change->requester = asked->actor.account;
	change->membership = asked->actor.membership;
	change->role = asked->actor.role;
	change->facility = asked->actor.facility;
	change->state = CHANGE_WAITING;
	change->why = -1;
	change->filed_at = call->now_us;
	if (at != NULL) {
		TRY(check_effective(call, at));
		change->effective_at = at->as.time_us;
	}
	if (why != NULL)
		change->reason = why->as.text;
	change->warning_ja = bytes_str(warning.ja != NULL ? warning.ja : "");
	change->warning_en = bytes_str(warning.en != NULL ? warning.en : "");
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		if (op->inputs[i].object)
			change->object = asked->values[i].as.id;
	TRY(change_state_encode(call, op, asked->values, &change->inputs));
	TRY(change_state_was(asked, &change->was));
	return change_state_before(asked, &change->before);
}

err change_make(struct call *call, struct call *asked, struct change *change)
{
	char impact[400] = "";
	int64_t objects = 0;

	if (asked->op->impact != NULL)
		TRY(asked->op->impact(asked, &objects, impact, sizeof(impact)));
	TRY(fill(call, asked, change));
	change->impact = bytes_str(impact);
	TRY(row_insert(&call->rows, entity, change));
	TRY(call_object(call, entity->name, change->row.id));
	call->status = 202;
	json_object(&call->out, "change");
	TRY(change_view_put(call, change, "*"));
	json_object_end(&call->out);
	return OK;
}

err change_file(struct call *call)
{
	struct change change = {.approver = call->op->approver};

	return change_make(call, call, &change);
}

/* ---- deciding ---- */

static err change_load(struct call *call, struct change *change_out)
{
	return row_get(&call->rows, entity, call_id(call, "change"), change_out);
}

static err still(const struct change *change, unsigned states)
{
	return (states & (1u << change->state)) != 0 ? OK : FAIL(CONFLICT);
}

static err settle(struct call *call, struct change *change)
{
	change->decided_by = call->actor.account;
	change->decided_membership = call->actor.membership;
	change->decided_role = call->actor.role;
	change->decided_facility = call->actor.facility;
	change->decided_at = call->now_us;
	TRY(row_update(&call->rows, entity, change));
	return change_view_put(call, change, "*");
}

/* Asked for by somebody who still may, and not of the one who approves: it waits for its time. */
static err schedule(struct call *call, struct change *change, const struct op *op)
{
	struct call *asked = NULL;
	struct bytes now = {0};
	err e = change_apply_asked(call, change, op, &asked);

	change->state = CHANGE_STALE;
	change->why = CHANGE_WHY_REQUESTER;
	if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_DENIED))
		return OK;
	TRY(e);
	TRY(change_apply_not_oneself(call, asked));
	e = change_state_before(asked, &now);
	change->why = CHANGE_WHY_MOVED;
	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && !bytes_equal(now, change->before)))
		return OK;
	TRY(e);
	change->state = CHANGE_SCHEDULED;
	change->why = -1;
	return OK;
}

static err change_approve(struct call *call)
{
	struct change change = {0};
	const struct op *op = NULL;

	TRY(change_load(call, &change));
	TRY(still(&change, 1u << CHANGE_WAITING));
	if (!id_is_zero(change.object) && id_equal(change.object, call->actor.account)) {
		call->reason = "own account";
		return FAIL(DENIED);
	}
	TRY(change_state_op(&change, &op));
	if (change.effective_at > call->now_us)
		TRY(schedule(call, &change, op));
	else
		TRY(change_apply_now(call, &change, op));
	TRY(change_apply_not_oneself(call, call));
	if (!id_is_zero(change.object))
		TRY(call_object(call, op->entity->name, change.object));
	return settle(call, &change);
}

#define OPEN (1u << CHANGE_WAITING | 1u << CHANGE_SCHEDULED)

static err change_reject(struct call *call)
{
	struct change change = {0};

	TRY(change_load(call, &change));
	TRY(still(&change, OPEN));
	change.state = CHANGE_REJECTED;
	return settle(call, &change);
}

static err change_withdraw(struct call *call)
{
	struct change change = {0};

	TRY(change_load(call, &change));
	TRY(still(&change, OPEN));
	change.state = CHANGE_WITHDRAWN;
	return settle(call, &change);
}

static err change_see(struct call *call)
{
	struct change change = {0};

	TRY(change_load(call, &change));
	return change_view_put(call, &change, call->grant->groups);
}

static err put_item(struct call *call, const void *row, const char *groups)
{
	return change_view_put(call, row, groups);
}

static err change_list(struct call *call)
{
	return call_list(call, put_item);
}

#define CHANGE_PURPOSE .purpose_ja = "二人目の人が変更の内容を確かめるため", \
	.purpose_en = "To let a second person judge a change"
#define CHANGE_ID {.place = IN_PATH, .object = true, .field = {.name = "change", .ja = "変更申請", .en = "Change", .type = FIELD_ID, .refers = "change", .required = true}}

/* What is personal in a change is seen by those who see the persons anyway. */
static const struct grant see_grants[] = {
	{ROLES_ANY, RELATION_OWN, "*"},
	{ROLES_ANY, RELATION_APPROVER, "*"},
	{ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "person"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "person"},
	{ROLE(OFFICER), RELATION_CUSTOMER, ""},
	{ROLE(OPERATOR), RELATION_PROVIDER, ""},
	{0},
};
static const char *const states[] = {"waiting", "applied", "rejected", "withdrawn", "stale", "scheduled", "failed", NULL};
static const struct grant approver_grants[] = {{ROLES_ANY, RELATION_APPROVER, "*"}, {0}};
static const struct grant own_grants[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input one[] = {CHANGE_ID, {0}};
static const struct input page[] = {
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = states}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};

static const struct op list_op = {
	.id = "change.list", .ja = "変更申請の一覧を見る", .en = "List changes", .method = "GET", .path = "/v1/changes",
	.kind = OP_READ, .shape = SHAPE_CALL, .guard = GUARD_PLAIN, .route = ROUTE_SESSION, .grants = see_grants,
	.policy = "change see", .inputs = page, .entity = &op_entity_change, .output = &op_entity_change, .list = true,
	.where = "(change.state = :state OR :state IS NULL)",
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

const struct op *const change_ops[] = {&list_op, &see_op, &approve_op, &reject_op, &withdraw_op, &change_undo_op, NULL};

const struct job_kind *const change_jobs[] = {&change_apply_job, NULL};
