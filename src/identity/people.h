/*
 * people - the accounts somebody looks after: listed, seen, suspended, taken back, unlocked, ended.
 *
 *   invited ──first password──▶ active ──people_suspend──▶ suspended ──people_reactivate──▶ active (or invited, without a password)
 *   any ──people_leave──▶ left
 *
 * P1  Whatever ends or lowers an account's rights ends its sessions and voids its open links in the same transaction.
 */
#ifndef IDENTITY_PEOPLE_H
#define IDENTITY_PEOPLE_H

#include "op/op.h"

extern const struct op people_see;
extern const struct op people_list;
extern const struct op people_suspend;
extern const struct op people_reactivate;
extern const struct op people_unlock;
extern const struct op people_leave;
extern const struct op people_reset_factor;

#endif
