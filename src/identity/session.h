/*
 * session - one sign-in of one membership.
 *
 *   live ──idle, or session.lock──▶ locked ──session.unlock──▶ live        (teachers)
 *   any ──absolute limit; idle (all others); sign-out; password change; SESSION_PIN_TRIES wrong PINs──▶ over
 *
 * S1  The limits are one table, by role; a contract's numbers make them shorter, never longer (op/contract.h). ID-11
 * S2  A locked session can do nothing but be unlocked or ended, and being used does not keep it.
 * S3  An account has at most SESSION_LIVE_MAX sessions; the oldest give way.
 */
#ifndef IDENTITY_SESSION_H
#define IDENTITY_SESSION_H

#include "op/contract.h"

#define SESSION_LIVE_MAX 10
#define SESSION_LIST_MAX 64
#define SESSION_PIN_TRIES 3
#define SESSION_AGENT_MAX 64

struct account;
struct membership;

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
	struct id device;         /* the registered tablet it was begun on; zero: none */
	struct bytes agent;       /* browser and system in words, "" unknown */
	int64_t locked;           /* by its person; 0: not */
	int64_t pin_tries;        /* counted before each; cleared by the right one */
	struct id trial_of;       /* the auditor who acts in it; zero: its own person. See session_trial.h */
	struct id trial_session;  /* the auditor's own */
	int64_t accepted;         /* what began to hold up to this moment is accepted, in this membership; 0: nothing is known */
};

extern const struct entity session_entity;
extern const struct statement session_browsers;
extern const struct op session_create;
extern const struct op session_end;
extern const struct op session_step_up;

MUST_USE err session_start(void);
/* NOT_FOUND: nobody was ever given this token. */
MUST_USE err session_by_hash(struct row_context *c, const uint8_t token_hash[static 32], struct session *session_out);
enum session_standing { SESSION_LIVE, SESSION_LOCKED, SESSION_OVER };
/* How long a session lasts. step: how far `seen` may lag behind; a session is never found idle later than said here. */
struct session_limits {
	int64_t absolute_us;
	int64_t idle_us;
	int64_t step_us;
	bool locks;        /* when idle, instead of ending */
	bool kept;         /* by the browser, when it is closed */
};
/* Of a session in this role, where the contract says these numbers. */
struct session_limits session_limits(const struct session *session, enum role role, const struct contract_limits *agreed);
/* Likewise, of one that acts at a facility (zero: none). */
MUST_USE err session_limits_at(struct call *call, const struct session *session, enum role role, struct id facility,
    struct session_limits *limits_out);
enum session_standing session_standing(const struct session *session, const struct session_limits *limits, int64_t now_us);
/* Has the note of its last use become so old that it is to be renewed? Once a minute for short limits, once in ten minutes for long ones. */
bool session_touch_due(const struct session *session, const struct session_limits *limits, int64_t now_us);
/* Notes that the caller's session was used, where that is due; where rows may not change, asks the engine to have it done. */
MUST_USE err session_touch(struct call *call, struct session *session, const struct session_limits *limits);
/* Gives the caller's session a new token and stores it; the old token is dead at once. At every change of what a session may do. */
MUST_USE err session_rotate(struct call *call, struct session *session);
/* Sets when it expires: the absolute limit after its last proof. */
void session_limit(struct session *session, const struct session_limits *limits);
/* A new session, told to the browser; call->actor is whoever acts in it from now on. */
struct session_opening {
	const struct membership *membership;
	int64_t proved;
	bool factor;
	struct id trial_of, trial_session;  /* zero: a sign-in */
	int64_t longest_us;                 /* 0: as long as the role's limit */
};
MUST_USE err session_open(struct call *call, const struct session_opening *opening);
/* The members that every sign-in answers, of call->actor; described by session_output. */
void session_put(struct call *call, const struct account *account);
extern const struct field session_output[];
/* Those not ended and not expired, at most SESSION_LIST_MAX; `but` may be zero. */
MUST_USE err session_open_list(struct call *call, struct id account, struct id but, struct session *list, size_t *count_out);
/* "none", "active" or "required", as told of a session. */
const char *session_second_factor(const struct actor *actor);
/* Ends all sessions of an account but one (zero: all). */
MUST_USE err session_end_others(struct call *call, struct id account, struct id but);
/* Likewise all that were begun on a registered tablet. */
MUST_USE err session_end_on_device(struct call *call, struct id device, struct id but);

#endif
