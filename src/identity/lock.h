/*
 * lock - a teacher's session that is left alone for a while: locked, and unlocked by PIN or password.
 *
 * K1  By PIN only from the registered tablet on which the session was begun, at its facility; else by password.
 * K2  Every PIN is counted, durably, before it is looked at; the third wrong one ends the session.
 * K3  Whatever unlocks it gives the session a new token.
 */
#ifndef IDENTITY_LOCK_H
#define IDENTITY_LOCK_H

#include "op/op.h"

extern const struct op lock_session;     /* POST /v1/session/lock */
extern const struct op lock_unlock;      /* POST /v1/session/unlock */

#endif
