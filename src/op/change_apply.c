/*
 * change_apply - a change takes effect: when it is approved, or by the clock when it was to take effect later.
 *
 * C1 of change.h. At its time the clock acts for nobody: the requester and the approver are looked at again as they were when they acted.
 */
#include <string.h>

#include "op/change_int.h"

static const struct entity *const entity = &op_entity_change;

err change_apply_asked(struct call *call, const struct change *change, const struct op *op, struct call **asked_out)
{
	struct call *asked = arena_alloc(call->arena, sizeof(*asked));

	if (asked == NULL)
		return FAIL(UNAVAILABLE);
	*asked = *call;
	asked->op = op;
	asked->grant = NULL;
	asked->actor = (struct actor){
		.account = change->requester, .membership = change->membership, .facility = change->facility,
		.role = (enum role)change->role, .signed_in_us = call->now_us, .probe = call->actor.probe, /* P1 of access.h */
		.trial = call->actor.trial,
	};
	memset(asked->values, 0, sizeof(asked->values));
	TRY(change_state_decode(op, change->inputs, asked->values));
	TRY(access_in_office(call->rows.db, &asked->actor));
	TRY(decide_objects(asked));
	*asked_out = asked;
	return OK;
}

static void stays_out(struct change *change, enum change_state state, enum change_why why)
{
	change->state = (int32_t)state;
	change->why = (int32_t)why;
}

static err unchanged(struct call *asked, const struct change *change, bool *same_out)
{
	struct bytes now = {0};
	err e = change_state_before(asked, &now);

	*same_out = false;
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	*same_out = bytes_equal(now, change->before);
	return OK;
}

/* For whoever undoes it: what it was about, and what it made. */
static err note_made(struct call *call, const struct call *asked, struct change *change)
{
	OWN(buf) made = {0};

	for (size_t i = 0; i < asked->object_count; i++) {
		const struct event_object *object = &asked->objects[i];

		if (bytes_is(object->entity, entity->name))
			continue;
		TRY(buf_u8(&made, (uint8_t)object->entity.len));
		TRY(buf_append(&made, object->entity));
		TRY(buf_append(&made, id_bytes(&object->id)));
	}
	return arena_copy(call->arena, bytes_of(&made), &change->made);
}

err change_apply_now(struct call *call, struct change *change, const struct op *op)
{
	struct call *asked = NULL;
	OWN(buf) body = {0};
	bool same = false;
	err e = change_apply_asked(call, change, op, &asked);

	if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_DENIED)) {
		stays_out(change, CHANGE_STALE, CHANGE_WHY_REQUESTER);
		return OK;
	}
	TRY(e);
	TRY(unchanged(asked, change, &same));
	if (!same) {
		stays_out(change, CHANGE_STALE, CHANGE_WHY_MOVED);
		return OK;
	}
	json_init(&asked->out, &body);
	json_object(&asked->out, NULL);
	e = op->apply(asked);
	call->detail = asked->detail;
	TRY(e);
	memcpy(call->objects, asked->objects, sizeof(call->objects)); /* the change stands first: asked began as a copy */
	call->object_count = asked->object_count;
	call->event_facility = asked->event_facility; /* where it takes effect, not where the approver sits */
	TRY(note_made(call, asked, change));
	change->state = CHANGE_APPLIED;
	change->applied_at = call->now_us;
	return OK;
}

/* Nobody approves what is done to oneself, however the operation names its person. */
err change_apply_not_oneself(struct call *call, const struct call *about)
{
	for (size_t i = 0; i < about->object_count; i++)
		if (bytes_is(about->objects[i].entity, "account") && id_equal(about->objects[i].id, call->actor.account)) {
			call->reason = "own account";
			return FAIL(DENIED);
		}
	return OK;
}

/* ---- by the clock ---- */

static const struct statement due = {"change.due", "SELECT id FROM change WHERE state = 5 AND effective_at <= :now ORDER BY effective_at, id LIMIT 16"};

/* A call that nobody makes; the actor is the approver, who is asked nothing but whether that is still so. */
static err clock_call(struct job_run *run, const struct change *change, struct call **call_out)
{
	struct call *call = arena_alloc(run->rows.arena, sizeof(*call));
	struct problems *problems = arena_alloc(run->rows.arena, sizeof(*problems));

	if (call == NULL || problems == NULL)
		return FAIL(UNAVAILABLE);
	memset(problems, 0, sizeof(*problems));
	*call = (struct call){
		.arena = run->rows.arena, .rows = run->rows, .now_us = run->now_us, .problems = problems, .compartment = run->compartment,
		.actor = {.account = change->decided_by, .membership = change->decided_membership, .role = (enum role)change->decided_role,
		    .facility = change->decided_facility, .signed_in_us = run->now_us},
	};
	TRY(id_new(&call->request));
	TRY(access_probe_account(run->rows.db, change->requester, &call->actor.probe));
	TRY(call_object(call, entity->name, change->row.id));
	*call_out = call;
	return OK;
}

static err take_effect(struct job_run *run, struct change *change)
{
	const struct op *op = NULL;
	struct call *call = NULL;
	err e;

	TRY(change_state_op(change, &op));
	TRY(clock_call(run, change, &call));
	e = access_in_office(run->rows.db, &call->actor);
	if (err_is(e, ERR_NOT_FOUND)) {
		stays_out(change, CHANGE_STALE, CHANGE_WHY_APPROVER);
		return OK;
	}
	TRY(e);
	e = change_apply_now(call, change, op);
	buf_free(&call->detail); /* the step's event names the rows and the objects */
	TRY(e);
	TRY(change_apply_not_oneself(call, call));
	if (run->rows.changes->count >= EVENT_ROW_MAX - 2)
		return FAIL(TOO_LARGE);
	memcpy(run->objects, call->objects, sizeof(run->objects));
	run->object_count = call->object_count;
	run->facility = call->event_facility;
	return OK;
}

static err step(struct job_run *run)
{
	struct change change = {0};
	err e = row_get(&run->rows, entity, run->job.object, &change);

	run->done = true;
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	if (change.state != CHANGE_SCHEDULED || change.effective_at > run->now_us)
		return OK;
	TRY(take_effect(run, &change));
	return row_update(&run->rows, entity, &change);
}

static err fail(struct job_run *run)
{
	struct change change = {0};
	err e = row_get(&run->rows, entity, run->job.object, &change);

	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && change.state != CHANGE_SCHEDULED))
		return OK;
	TRY(e);
	stays_out(&change, CHANGE_FAILED, CHANGE_WHY_REFUSED);
	return row_update(&run->rows, entity, &change);
}

static const struct schedule often = {
	.ja = "時刻の来た承認済みの変更を適用する", .en = "Lets approved changes take effect at their time",
	.every_s = 10, .limit_s = 300, .missed = SCHEDULE_ONCE,
};

const struct job_kind change_apply_job = {.name = "change.apply-step", .overdue = &due, .schedule = &often, .step = step, .fail = fail};
