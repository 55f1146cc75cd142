/*
 * session_trial - an auditor tries the service out: acts as one of the accounts made for checks, on what is made for checks, by the
 * rules of that account's role.
 *
 *   auditor's session ──begin──▶ session of the probe account, with trial_of ──end──▶ auditor's session, under a new token
 *                                      └──SESSION_TRIAL_US; auditor's session ended, account or membership no longer in force──▶ over
 *
 * X1  Every event in it names the auditor (op/record.c), and the reply to me.see says so.
 * X2  What an account signs in with is neither given nor changed in it (outside_trial in op.h): it belongs to the checking process.
 * X3  None begins within one: only the role auditor begins it, and no trial is in that role.
 * GV-14
 */
#ifndef IDENTITY_SESSION_TRIAL_H
#define IDENTITY_SESSION_TRIAL_H

#include "identity/session.h"

#define SESSION_TRIAL_US ((int64_t)60 * 60 * 1000000)

extern const struct op session_trial_begin; /* POST /v1/trials */
extern const struct op session_trial_see;   /* GET /v1/trials/current */
extern const struct op session_trial_end;   /* POST /v1/trials/end */

/* UNAUTHENTICATED: the auditor may no longer; the reason is told. */
MUST_USE err session_trial_stands(struct call *call, const struct session *session);
/* The member "trial": since when and by whom, null in any other session. */
MUST_USE err session_trial_put(struct call *call, const struct session *session);

#endif
