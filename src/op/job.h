/*
 * job - work that is longer than a call: bounded steps, each a commit of its own with its own event.
 *
 *            job_file                step … step                 the last step
 *   (a call) ────────▶ waiting ─────────────▶ running ───────────────────────▶ done
 *                         └──── gather or step refuses, or JOB_TRIES times unavailable ───▶ failed
 *
 * One thread of an engine runs them: of each kind one at a time, the oldest first, kinds in turn.
 *   gather  on that thread, on a read connection: prepares what the next step writes; may take long (another process, many rows).
 *   step    in the committer's savepoint: writes at most JOB_STEP_ROWS rows.
 * J1  A step is the only call of its kind in a batch; after it the thread rests as long as the step took, so that people's calls go first.
 * J2  What has to outlast a restart stands in rows; `state` is memory only. After a restart, and after a step
 *     that was rolled back, a job is taken up again with state == NULL.
 * J3  What gather saw may have changed: a step checks what it relies on, or leaves it to the call that uses its result.
 */
#ifndef OP_JOB_H
#define OP_JOB_H

#include "op/schedule.h"

#define JOB_STEP_ROWS 200
#define JOB_TRIES 60        /* a second apart, while what a job needs is not there */
#define JOB_KIND_MAX 48

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED };

struct job {
	struct row row;
	struct bytes kind;
	struct id object;
	int32_t state;              /* enum job_state */
	int64_t position, total;    /* the kind's own measure */
	struct id requester;        /* account; zero = filed by the clock */
	int64_t filed_at, started_at, ended_at;
};

extern const struct entity job_entity;

struct job_run {
	const struct job_kind *kind;
	const struct compartment *compartment;
	struct job job;             /* a step may change position and total */
	struct row_context rows;    /* gather: reads only */
	int64_t now_us;
	bool done;                  /* set by the last step */
	struct event_object objects[EVENT_OBJECT_MAX]; /* a step may say what its event is about, beside the rows */
	size_t object_count;
	struct id facility;         /* likewise where */
	void *state;                /* made by gather, freed by forget */
	void **kept;                /* of a kind that looks: memory as long as the process, made by look, freed by drop */
	unsigned tries;
};

struct job_kind {
	const char *name;           /* operation of its events: "import.check-step" */
	/* SELECT of the ids of objects for which the clock files a job; parameter :now; asked as `schedule` says. NULL = none. */
	const struct statement *overdue;
	const struct schedule *schedule; /* of overdue and look; NULL: every minute */
	/*
	 * Instead of overdue, and of rows in `job`: looks as `schedule` says, on the thread, on a read connection. With something to do,
	 * step is run until it is done; each is recorded only if it wrote. run->job is zero.
	 */
	err (*look)(struct job_run *run, bool *due_out);
	void (*drop)(void *kept);                /* frees what look keeps; NULL: nothing */
	bool patient;               /* what it needs may be away for long: UNAVAILABLE is tried again for as long as it takes */
	err (*gather)(struct job_run *run);      /* NULL: nothing to prepare. UNAVAILABLE: try again later */
	err (*step)(struct job_run *run);
	err (*fail)(struct job_run *run);        /* in the committer: says on the object that it failed; NULL: nothing to say */
	void (*forget)(struct job_run *run);     /* frees state; NULL: there is none */
};

extern const struct job_kind *const *const job_kinds; /* ends with NULL; cli/tables.c */

/* When the clock sets it going; NULL: never. */
const struct schedule *job_plan(const struct job_kind *kind);
/* For apply functions: runs after the commit. */
MUST_USE err job_file(struct call *call, const struct job_kind *kind, struct id object);

#endif
