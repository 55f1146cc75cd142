/*
 * session - one sign-in of one membership.
 *
 * Ends at its idle and absolute limits, by signing out, and with the password.
 */
#ifndef IDENTITY_SESSION_H
#define IDENTITY_SESSION_H

#include "op/op.h"

struct session {
	struct row row;
	struct id account;
	struct id membership;
	struct bytes token_hash;  /* SHA-256 */
	int64_t started;
	int64_t seen;
	int64_t expires;
	int64_t ended;            /* 0: in force */
	int64_t proved;           /* when its person last gave password and code: sign-in or step-up */
	bool factor;              /* with a second factor */
};

extern const struct entity session_entity;
extern const struct op session_create;
extern const struct op session_end;
extern const struct op session_step_up;

MUST_USE err session_start(void);
/* NOT_FOUND: nobody was ever given this token. */
MUST_USE err session_by_hash(struct row_context *c, const uint8_t token_hash[static 32], struct session *session_out);
bool session_in_force(const struct session *session, enum role role, int64_t now_us);
/* Notes that the session was used; at most once in ten minutes, and only where rows may change. */
MUST_USE err session_touch(struct call *call, struct session *session);
/* Gives the caller's session a new token and stores it; the old token is dead at once. At every change of what a session may do. */
MUST_USE err session_rotate(struct call *call, struct session *session);
/* "none", "active" or "required", as told of a session. */
const char *session_second_factor(const struct actor *actor);
/* Ends all sessions of an account but one (zero: all). */
MUST_USE err session_end_others(struct call *call, struct id account, struct id but);

#endif
