#include <string.h>

#include "base/clock.h"
#include "identity/account_probe.h"
#include "identity/credential.h"
#include "identity/factor.h"
#include "identity/invitation.h"

#include "identity/reach.h"

#define ROLES_OF_FACILITY_PEOPLE (ROLE(GUARDIAN) | ROLE(STAFF))
#define ROLES_OF_CITY (ROLE(PRINCIPAL) | ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR))
#define ROLES_OF_PROVIDER (ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN))

static const unsigned managed[ROLE_COUNT] = { /* AC-3 K-27 */
	[ROLE_PRINCIPAL] = ROLES_OF_FACILITY_PEOPLE,
	[ROLE_OFFICER_ADMIN] = ROLES_OF_CITY,
	[ROLE_OPERATOR_ADMIN] = ROLES_OF_PROVIDER,
};

static const unsigned seen[ROLE_COUNT] = {
	[ROLE_PRINCIPAL] = ROLES_OF_FACILITY_PEOPLE,
	[ROLE_OFFICER] = ROLE(PRINCIPAL) | ROLE(STAFF) | ROLE(OFFICER),
	[ROLE_OFFICER_ADMIN] = ROLES_OF_CITY,
	[ROLE_AUDITOR] = ROLES_ANY,
	[ROLE_OPERATOR_ADMIN] = ROLES_OF_PROVIDER,
};

/* What an account may hold besides and still be looked after whole: what stands below. */
static const unsigned below[ROLE_COUNT] = {
	[ROLE_PRINCIPAL] = ROLES_OF_FACILITY_PEOPLE,
	[ROLE_OFFICER_ADMIN] = ROLES_OF_FACILITY_PEOPLE | ROLES_OF_CITY,
	[ROLE_OPERATOR_ADMIN] = ROLES_OF_PROVIDER,
};

static bool within(const struct actor *actor, unsigned roles, const struct membership *membership)
{
	return membership->state == MEMBERSHIP_ACTIVE && (roles & (1u << membership->role)) != 0 &&
	    (actor->role != ROLE_PRINCIPAL || id_equal(membership->facility, actor->facility));
}

bool reach_sees(const struct actor *actor, const struct membership *membership)
{
	return id_equal(membership->account, actor->account) ? membership->state == MEMBERSHIP_ACTIVE : within(actor, seen[actor->role], membership);
}

bool reach_manages(const struct actor *actor, const struct membership *membership)
{
	return within(actor, managed[actor->role], membership);
}

unsigned reach_roles(enum role actor)
{
	REQUIRE(actor < ROLE_COUNT);
	return managed[actor];
}

static err denied(struct call *call, const char *reason, const char *ja, const char *en)
{
	call->reason = reason;
	problems_add(call->problems, "account", NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(DENIED);
}

static bool counts(const struct call *call, const struct membership *membership)
{
	return membership->state == MEMBERSHIP_ACTIVE && (membership->until == 0 || membership->until >= clock_date_jst(call->now_us));
}

/* H2. What begins later counts already. */
static void weigh(const struct call *call, struct reach *reach, bool *found_out, bool *above_out)
{
	bool teaches_here = false;
	bool teaches_elsewhere = false;

	for (size_t i = 0; i < reach->count; i++) {
		const struct membership *membership = &reach->all[i];
		unsigned role = 1u << membership->role;

		if (!*found_out && reach_manages(&call->actor, membership)) {
			reach->membership = *membership;
			*found_out = true;
		}
		if (!counts(call, membership))
			continue;
		reach->privileged = reach->privileged || (role & ROLES_PRIVILEGED) != 0;
		*above_out = *above_out || (role & below[call->actor.role]) == 0;
		reach->beyond = reach->beyond || !reach_manages(&call->actor, membership);
		if (membership->role == ROLE_STAFF)
			*(reach_manages(&call->actor, membership) ? &teaches_here : &teaches_elsewhere) = true;
	}
	if (call->actor.role == ROLE_PRINCIPAL && teaches_elsewhere && !teaches_here)
		*above_out = true; /* H3 */
}

static bool of_the_checks(struct bytes login)
{
	static const char begins[] = ACCOUNT_PROBE_LOGIN;

	return login.len >= sizeof(begins) - 1 && memcmp(login.ptr, begins, sizeof(begins) - 1) == 0;
}

err reach_account(struct call *call, struct id account, struct reach *reach_out)
{
	struct reach *reach = reach_out;
	bool found = false;
	bool above = false;

	*reach = (struct reach){0};
	TRY(membership_all(&call->rows, account, reach->all, &reach->count));
	weigh(call, reach, &found, &above);
	if (!found) {
		call->reason = "out of reach";
		call->object_count = 0;
		return FAIL(NOT_FOUND);
	}
	TRY(row_get(&call->rows, &account_entity, account, &reach->account));
	if (id_equal(account, call->actor.account)) /* H1 */
		return denied(call, "own account", "自分のアカウントには行えません。ほかの管理者に頼んでください。",
		    "This cannot be done to one's own account. Ask another administrator.");
	if (!id_is_zero(call->actor.trial) && of_the_checks(reach->account.login)) /* H4 */
		return denied(call, "trial", "検査に使うアカウントは、試行の中では変えられません。新しいアカウントを作って試してください。",
		    "The accounts that checks use cannot be changed on trial. Make a new one to try this.");
	if (above)
		return denied(call, "holds a higher role", "この人はほかの役割も持っています。その園か市の管理者に頼んでください。",
		    "This person also holds another role. Ask that facility's principal or the city's administrators.");
	if (reach->privileged)
		TRY(call_proved(call, OP_STEP_UP_S));
	call->event_facility = reach->membership.facility;
	call->seal_kind = KEY_PERSON;
	call->seal_owner = account;
	return OK;
}

bool reach_privileged(struct call *call)
{
	struct membership all[MEMBERSHIP_MAX];
	size_t count = 0;

	if (!err_is_ok(membership_all(&call->rows, call_id(call, "account"), all, &count)))
		return true;
	for (size_t i = 0; i < count; i++)
		if (counts(call, &all[i]) && ((1u << all[i].role) & ROLES_PRIVILEGED) != 0)
			return true;
	return false;
}

static err locked_now(struct call *call, struct id account, bool *locked_out)
{
	struct credential credential = {0};
	err e = credential_of(&call->rows, account, &credential);

	*locked_out = err_is_ok(e) && credential_locked(&credential, call->now_us);
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

err reach_put(struct call *call, const struct account *account, const struct membership *membership, const char *groups)
{
	struct factor factor = {0};
	struct invitation invitation = {0};
	bool locked = false;
	err e;

	TRY(locked_now(call, account->row.id, &locked));
	json_row(&call->out, &account_entity, account, groups);
	json_str(&call->out, "role", access_role_names[membership->role]);
	json_id(&call->out, "facility", membership->facility);
	json_bool(&call->out, "locked", locked);
	e = factor_of(&call->rows, account->row.id, FACTOR_ACTIVE, &factor);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	json_bool(&call->out, "second_factor", err_is_ok(e));
	e = invitation_open(call, account->row.id, INVITATION_FIRST, &invitation);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	json_time(&call->out, "invited_until", err_is_ok(e) && account->state == ACCOUNT_INVITED ? invitation.expires : 0);
	return OK;
}
