/*
 * switch - the caller's session is turned to another of the person's memberships.
 *
 * What the session may do changes, so its token does (the old one is dead at once), and its absolute limit is the new role's,
 * counted from when its person was last proved. A privileged role asks for a second factor in that proof.
 */
#ifndef IDENTITY_SWITCH_H
#define IDENTITY_SWITCH_H

#include "op/op.h"

extern const struct op switch_membership;   /* POST /v1/session/membership */

#endif
