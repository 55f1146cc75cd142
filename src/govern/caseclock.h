/*
 * caseclock - the clocks of a case: recomputed from its entries, kept with the calendar they were counted by.
 *
 *   entries + calendar + contract ─caseclock_events─▶ work ─bytes─▶ row `case_clock` ─▶ measured whenever somebody looks
 *                                                       └─▶ posted, so that the other compartment counts by the customer's days
 *
 * M1  What is kept says everything that measuring takes: nobody who reads it needs the calendar it came from.
 * M2  At home an entry counts from the moment at which it was taken in here, whatever its writer says.
 */
#ifndef GOVERN_CASECLOCK_H
#define GOVERN_CASECLOCK_H

#include "govern/casekind.h"

#define CASECLOCK_EVENTS_MAX 600
#define CASECLOCK_EDITIONS_MAX 24
#define CASECLOCK_BYTES_MAX 12288

struct caseclock_work {
	struct clock_rule rule;
	struct worktime calendar;       /* editions in the arena */
	const struct clock_event *events; /* likewise */
	size_t count;
};

/* One step in the life of a case, in order; the first is its opening. */
struct caseclock_step {
	int64_t at_us;
	const char *emits;              /* NULL: nothing */
	size_t state;                   /* after it; of the kind */
};

/* The events of a clock of the kind. UNAVAILABLE: no memory. */
MUST_USE err caseclock_events(const struct casekind *kind, const struct casekind_clock *clock, const struct caseclock_step *steps, size_t count,
    struct arena *arena, struct caseclock_work *work_out);
/* What of the calendar can matter for what starts then. */
MUST_USE err caseclock_calendar(const struct worktime *calendar, int64_t start_us, struct arena *arena, struct worktime *out);

/* TOO_LARGE: more than CASECLOCK_BYTES_MAX. */
MUST_USE err caseclock_encode(const struct caseclock_work *work, struct buf *out);
/* INVALID: these are no such bytes. */
MUST_USE err caseclock_decode(struct bytes from, struct arena *arena, struct caseclock_work *work_out);

/* When people are told that it is over: of whole days the last second of the last one. 0: it has no due time. */
int64_t caseclock_due(const struct clock_rule *rule, const struct clock_measured *measured);

/* ---- the rows ---- */

struct caseclock {
	struct row row;
	struct id casefile;
	struct bytes code;
	int32_t state;                  /* enum clock_state when it was last computed */
	int64_t started_at, due_at, ended_at;
	bool late;                      /* it ended after it was over */
	struct bytes work;
};

extern const struct entity caseclock_entity;
MUST_USE err caseclock_start(void);
MUST_USE err caseclock_read(struct row_context *c, struct id casefile, struct caseclock list_out[static CASEKIND_CLOCKS_MAX], size_t *count_out);
/* Makes or replaces the row of a clock. */
MUST_USE err caseclock_put(struct row_context *c, struct id casefile, const char *code, const struct caseclock_work *work, int64_t now_us,
    struct clock_measured *measured_out);

#endif
