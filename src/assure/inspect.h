/*
 * inspect - what a core looks up in its own records for a check. Runs on the thread that speaks with `prove`, on a read connection of
 * its own; it only reads.
 *
 * One row an inspection; a module's rows stand in one array (assure/inspect_*.c), joined in assure/inspections.c.
 */
#ifndef ASSURE_INSPECT_H
#define ASSURE_INSPECT_H

#include "assure/steps.h"
#include "op/op.h"

#define INSPECT_PARAMS_MAX 4096
#define INSPECT_DATA_MAX 16384
#define INSPECT_NAME_MAX 64     /* with the final NUL */

struct inspect {
	struct row_context rows;        /* in a read transaction; rows.changes NULL */
	const struct compartment *compartment;
	struct bytes params;            /* from the check; hostile until it is cut */
	const char *check;              /* the check's id */
	const _Atomic bool *stop;       /* the core is to end: return soon */
	int64_t until_us;               /* monotonic; after that inspect_breathe says TIMEOUT */
	int64_t began_us;               /* inspect_breathe's: when the part at hand began */
	struct steps steps;
	struct buf data;
};

struct inspection {
	const char *name;
	/* Any error but OK: could not be carried out (unable). What was found is said by inspect_step. */
	err (*run)(struct inspect *inspect);
};

/* As trial_step, trial_unable. */
void inspect_step(struct inspect *inspect, bool ok, unsigned objects, const char *ja, const char *en, const char *seen_format, ...)
    __attribute__((format(printf, 6, 7)));
void inspect_unable(struct inspect *inspect, const char *ja, const char *en);
/* For the check that asked. TOO_LARGE: beyond INSPECT_DATA_MAX in all. */
MUST_USE err inspect_data(struct inspect *inspect, struct bytes more);
/*
 * Between bounded parts of a long look (at most some thousand rows or 50 ms): ends the read transaction, empties the arena, rests as
 * long as the part took, and begins anew. No query may be open, and nothing of the arena is valid afterwards. TIMEOUT: it has taken too long, or the core ends.
 */
MUST_USE err inspect_breathe(struct inspect *inspect);

#endif
