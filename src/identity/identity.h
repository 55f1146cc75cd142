/*
 * identity - who somebody is: accounts, memberships, passwords, sessions.
 *
 * I1  An account reaches nothing but through a membership in force; one is active per session.
 * I2  A failure is counted, durably, before the password is looked at; the fifth in a row locks.
 * I3  Unknown, wrong, locked, invited and suspended cost the same work and give the same answer; the event tells them apart.
 * I4  Of a session's token only the SHA-256 is kept; it is replaced whenever the session may do more than before.
 * I5  A session of a privileged role without a second factor may do nothing but get one (op.before_factor). K-2 T-13
 */
#ifndef IDENTITY_IDENTITY_H
#define IDENTITY_IDENTITY_H

#include "op/op.h"

extern const struct entity *const identity_entities[];      /* all three end with NULL */
extern const struct op *const identity_ops[];
extern const struct statement *const identity_statements[];

/* Derives the module's lists; after row_plan_make, before threads. */
MUST_USE err identity_start(void);

/* call->token_hash -> call->actor. UNAUTHENTICATED: no session in force; call->reason says why. */
MUST_USE err identity_authenticate(struct call *call); /* ID-11 */
/* Notes that the actor's session was used, where a read found that due; in the committer. */
MUST_USE err identity_touch(struct call *call);

#endif
