/*
 * todo - what waits for somebody: one mechanism of due dates, reminders and escalation for everything that people have to do.
 *
 *        todo_put                         todo_done
 *   ─────────────▶ open ──────────────────────────────────▶ done, missed, void
 *                   │ todo.remind-step, at next_at:
 *                   └─ reminded ─▶ overdue ─▶ escalated (open all the while)
 *
 * It waits for one account, or for whoever holds one of the roles: at the facility, or in the whole compartment where no facility is named.
 * D1  There is at most one open thing of a kind for an object and an account: put again, it is the same one with what is now true.
 * D2  A reminder, an overdue or an escalation is noted on the row in the commit that queues what it sends: after a crash it is
 *     either done altogether or still to be done.
 * D3  Words of grade 3A do not stand on a desk; words above grade 2 do not go into a letter.
 */
#ifndef GOVERN_TODO_H
#define GOVERN_TODO_H

#include "op/job.h"

#define TODO_REMINDERS_MAX 8
#define TODO_DONE_MAX 300       /* ended at once */

enum todo_state { TODO_OPEN, TODO_DONE, TODO_MISSED, TODO_VOID };   /* only grows: stored as its number */
enum todo_stage { TODO_QUIET, TODO_REMINDED, TODO_OVERDUE };        /* likewise */

struct todo {
	struct row row;
	struct bytes kind, object_kind;
	struct id object, facility;
	bool probe;
	int64_t roles;                  /* mask; 0: only the account */
	struct id account;
	int64_t grade;                  /* enum grade of the words */
	struct bytes ja, en;
	struct bytes link;              /* path of a screen */
	int64_t due_at;                 /* 0: whenever */
	struct bytes reminders;         /* seconds before it is due, u64 each */
	int64_t escalate;               /* mask of roles */
	int64_t escalate_at;
	bool mail;
	int32_t state, stage;
	int64_t put_at;
	int64_t passed_at;              /* reminders up to here are no longer to be sent */
	int64_t next_at;                /* when there is something to do; 0: never */
	int64_t escalated_at, done_at;
};

struct todo_spec {
	const char *kind;               /* [a-z0-9-]{2,40}: "record-approve" */
	const char *object_kind;        /* entity of the object */
	struct id object;
	struct id facility;             /* zero: the whole compartment */
	bool probe;                     /* the side on which it waits */
	unsigned roles;                 /* for these roles, … */
	struct id account;              /* … or for this account alone */
	struct bytes ja, en;            /* what is to be done, 1..200 characters each */
	const char *link;               /* path of the screen; one that ends with '/' gets the object's id */
	int64_t due_us;                 /* 0: no date; then neither reminders nor escalation */
	const int64_t *reminders_us;    /* before it is due; ends with 0; NULL = none; TODO_REMINDERS_MAX at most */
	unsigned escalate;              /* these see it, too, … */
	int64_t escalate_us;            /* … from then on; 0: once it is overdue */
	bool mail;                      /* reminders go out as letters */
	enum grade grade;               /* of the words */
};

extern const struct entity todo_entity;
extern const struct job_kind todo_remind;

MUST_USE err todo_start(void);
/* Works in any apply, step or take function; the rows stand in its event. INVALID: the words break D3 or are too long. */
MUST_USE err todo_put(struct row_context *c, const struct todo_spec *spec, int64_t now_us);
/*
 * The open ones of a kind and an object come to their end; account zero: everybody's. That there is none is no error.
 *
 * TOO_LARGE    more than TODO_DONE_MAX: end them account by account, in steps; nothing was ended
 */
MUST_USE err todo_done(struct row_context *c, const char *kind, struct id object, struct id account, enum todo_state state, int64_t now_us);

/* What is to be done at a moment, and when there will be something again (0: never). Pure. */
struct todo_turn {
	bool remind, overdue, escalate;
	int64_t next_at;
};
struct todo_turn todo_turn(const struct todo *todo, int64_t now_us);

#endif
