/*
 * account_probe - the accounts that checks act as. Ordinary ones, flagged except in the compartment that is made for checks as a
 * whole; their secrets are given by the checking process, which alone knows them and renews them at every start.
 */
#ifndef IDENTITY_ACCOUNT_PROBE_H
#define IDENTITY_ACCOUNT_PROBE_H

#include "op/op.h"

#define ACCOUNT_PROBE_LOGIN "probe-" /* and the code */

/*
 * LOCAL: {code, role, facility?, name, password, totp_secret?} gives {id, membership, login}. Makes the account, or renews it: name,
 * password and factor are set, it is active and not locked, acts in this one membership, and all its sessions have ended.
 */
extern const struct op account_probe;

#endif
