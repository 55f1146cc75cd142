/*
 * reach - which accounts somebody looks after, by the roles that these hold.
 *
 * The relations of access/relations.c say which rows are in reach; this says it of memberships already read, and what acting
 * on an account needs besides.
 * H1  Nobody acts on the own account.
 * H2  Whoever looks after one role of an account acts on the whole of it only if the others are no higher: a principal's
 *     right over guardians and staff is none over a principal who is also a guardian there.
 * H3  A teacher has a whole facility's children in sight: whoever teaches only elsewhere is not in the hands of the principal
 *     of the facility where the own child goes.
 * H4  On trial nobody acts on the accounts that checks sign in as.
 */
#ifndef IDENTITY_REACH_H
#define IDENTITY_REACH_H

#include "identity/account.h"
#include "identity/membership.h"

struct reach {
	struct account account;
	struct membership membership;              /* by which the caller reaches it */
	struct membership all[MEMBERSHIP_MAX];
	size_t count;
	bool privileged;                           /* one of them is */
	bool beyond;                               /* one that still counts is not the caller's to look after */
};

bool reach_sees(const struct actor *actor, const struct membership *membership);
bool reach_manages(const struct actor *actor, const struct membership *membership);
/* Roles that may be given by an actor. */
unsigned reach_roles(enum role actor);

/*
 * The account that is to be acted on, with all that the decision needs.
 *
 * NOT_FOUND    out of reach
 * DENIED       one's own, or a role is held that the caller has no right over; the reason is told
 * STEP_UP      it holds a privileged role, and the caller's proof is too old
 */
MUST_USE err reach_account(struct call *call, struct id account, struct reach *reach_out);
/* For struct op: the account named by the path holds a privileged role, or will. */
bool reach_privileged(struct call *call);

/* Members of an open object: the account as everybody who sees it is shown it. membership: whose role and facility are told. */
MUST_USE err reach_put(struct call *call, const struct account *account, const struct membership *membership, const char *groups);

#endif
