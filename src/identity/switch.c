#include "identity/account.h"
#include "identity/membership.h"
#include "identity/session.h"

#include "identity/switch.h"

/* Somebody else's, an ended one and none at all are the same to the caller. */
static err own_membership(struct call *call, struct membership *membership_out)
{
	err e = membership_by_id(&call->rows, call_id(call, "membership"), membership_out);

	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && (!id_equal(membership_out->account, call->actor.account) ||
	    !membership_in_force(membership_out, call->now_us)))) {
		call->reason = "no membership";
		return FAIL(NOT_FOUND);
	}
	return e;
}

/* K-2: whoever comes from a role that asks for less shows what the new one asks for. */
static err proved_enough(struct call *call, struct session *session, const struct membership *membership)
{
	struct session_limits limits;

	if (((1u << membership->role) & ROLES_PRIVILEGED) != 0 && !session->factor) {
		call->reason = "no second factor";
		return FAIL(SECOND_FACTOR);
	}
	TRY(session_limits_at(call, session, (enum role)membership->role, membership->facility, &limits));
	session_limit(session, &limits);
	if (session->expires <= call->now_us) {
		call->reason = "sign-in too old";
		return FAIL(STEP_UP);
	}
	return OK;
}

static err switch_apply(struct call *call)
{
	struct session session = {0};
	struct membership membership = {0};
	struct account account = {0};

	TRY(own_membership(call, &membership));
	TRY(access_same_side(call->rows.db, call->actor.account, membership.facility)); /* P1 of access.h */
	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	TRY(proved_enough(call, &session, &membership));
	TRY(call_object(call, "membership", membership.row.id));
	session.membership = membership.row.id;
	session.accepted = 0; /* other people's terms */
	call->actor.membership = membership.row.id;
	call->actor.facility = membership.facility;
	call->actor.role = (enum role)membership.role;
	TRY(session_rotate(call, &session));
	TRY(row_get(&call->rows, &account_entity, call->actor.account, &account));
	session_put(call, &account);
	call->event_facility = membership.facility;
	return call_object(call, "session", session.row.id);
}

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input inputs[] = {
	{.place = IN_BODY, .field = {.name = "membership", .ja = "所属", .en = "Membership", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true}},
	{0},
};

const struct op switch_membership = { /* K-27 */
	.id = "session.switch",
	.outside_trial = true,
	.ja = "別の所属に切り替える",
	.en = "Turn to another of one's memberships",
	.method = "POST",
	.path = "/v1/session/membership",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "session switch",
	.inputs = inputs,
	.entity = &session_entity,
	.output_fields = session_output,
	.status = 200,
	.purpose_ja = "別の役割や別の園で利用するため",
	.purpose_en = "To act in another role or at another facility",
	.before_factor = true,
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = switch_apply,
};
