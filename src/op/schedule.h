/*
 * schedule - what the clock sets going: when, how long at most, and what if its time was missed.
 *
 * The plan of a job stands beside it (struct job_kind); when it last ran and runs next stands in one row of table `schedule` for each, so
 * that a time that passed while nothing ran is found after the start. A row that only ticks is no event.
 * C1  A time is never further ahead than the plan allows: a row or a clock that says otherwise is corrected.
 * C2  After any pause a job runs once, not once for every time missed (SCHEDULE_ONCE), or at its next time (SCHEDULE_SKIP).
 */
#ifndef OP_SCHEDULE_H
#define OP_SCHEDULE_H

#include "op/op.h"

enum schedule_missed { SCHEDULE_ONCE, SCHEDULE_SKIP };

#define SCHEDULE_AT(hour, minute) ((hour) * 60 + (minute) + 1)

struct schedule {
	const char *ja, *en;            /* what it does, in words */
	int32_t every_s;                /* so many seconds after it last began; 0: once a day … */
	int32_t at;                     /* … at SCHEDULE_AT(hour, minute) in Japan */
	int32_t limit_s;                /* longer than that is too long; later than that is missed */
	enum schedule_missed missed;
};

/* Stored as numbers: only grows. */
enum schedule_outcome { SCHEDULE_NEVER, SCHEDULE_NOTHING, SCHEDULE_DONE, SCHEDULE_FAILED, SCHEDULE_SKIPPED };

struct schedule_state {
	int64_t last_at;                /* when it last began; 0: never */
	int64_t took_ms;
	int32_t outcome;                /* enum schedule_outcome */
	int64_t next_at;
	int64_t running_at;             /* since when it is under way; 0: it is not */
	int64_t missed_at, failed_at, late_at; /* when that was last found; 0: never */
};

extern const char schedule_schema[];                        /* DDL of the table */
extern const struct statement *const schedule_statements[]; /* ends with NULL */
extern const struct op *const schedule_ops[];               /* GET /v1/schedule; ends with NULL */

/* The first time after `after_us` at which the plan lets it begin. Pure. */
int64_t schedule_next(const struct schedule *plan, int64_t after_us);
/* Is it due? Corrects next_at (C1), notes what was missed (C2). Pure. */
bool schedule_due(const struct schedule *plan, struct schedule_state *state, int64_t now_us);
/* It begins. Pure. */
void schedule_begin(const struct schedule *plan, struct schedule_state *state, int64_t now_us);
/* It has ended. Pure. */
void schedule_end(const struct schedule *plan, struct schedule_state *state, enum schedule_outcome outcome, int64_t now_us);
/* It is under way for longer than it may, and that was not said yet. Pure. */
bool schedule_late(const struct schedule *plan, struct schedule_state *state, int64_t now_us);

/* A code without a row: all zero. CORRUPT: what stands there cannot be. */
MUST_USE err schedule_load(struct db *db, const char *code, struct schedule_state *state_out);
MUST_USE err schedule_save(struct db *db, const char *code, const struct schedule_state *state);

/* How far a job that reads on has come, by a measure of its own; a row of table `job_place`. found_out false: nowhere yet. */
MUST_USE err schedule_place(struct db *db, const char *code, uint64_t *place_out, bool *found_out);
MUST_USE err schedule_place_set(struct db *db, const char *code, uint64_t place); /* at most INT64_MAX */

#endif
