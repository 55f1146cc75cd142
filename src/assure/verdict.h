/*
 * verdict - how the status of each requirement went over time: one row for each turn, and the counts of each day.
 *
 *   a result that differs, a result grown old, midnight ─▶ due ─▶ job: compares what is with what stands, writes what has turned
 *
 * Within a minute of what caused it. When nothing has turned, nothing is written but when to look again.
 */
#ifndef ASSURE_VERDICT_H
#define ASSURE_VERDICT_H

#include "assure/matrix.h"
#include "op/job.h"

#define VERDICT_HISTORY_MAX 50

enum verdict_part { VERDICT_NOTHING, VERDICT_CHECK, VERDICT_REGISTER };

struct verdict {
	struct row row;
	struct bytes requirement;
	int32_t status;             /* enum matrix_status */
	int64_t since, until;       /* until 0: it lasts */
	int32_t part;               /* enum verdict_part: what is worst */
	struct bytes name;          /* of the check or register */
	int64_t state;              /* enum matrix_check or enum matrix_register */
};

struct verdict_standing {
	struct row row;
	int32_t date;
	struct bytes catalogue;
	int64_t at;                 /* when the counts were last looked at */
	int64_t proven, failing, stale, open;
};

extern const struct entity verdict_entity, verdict_standing_entity, verdict_settlement_entity;
extern const struct job_kind verdict_settle;
extern const struct statement *const verdict_statements[]; /* ends with NULL */

MUST_USE err verdict_start(void);
/* Something may have turned. */
MUST_USE err verdict_due(struct row_context *c, int64_t now_us);

/* The one that lasts, of each requirement in the catalogue's order (row.version 0: there is none); in c->arena. */
MUST_USE err verdict_lasting(struct row_context *c, struct verdict **verdicts_out);
/* Of one requirement, the newest first; at most VERDICT_HISTORY_MAX. */
MUST_USE err verdict_history(struct row_context *c, const char *requirement, err (*each)(void *context, const struct verdict *verdict),
    void *context);
/* Of the days from `first` on, the oldest first, and of each day in the order of the catalogues. */
MUST_USE err verdict_days(struct row_context *c, int32_t first, err (*each)(void *context, const struct verdict_standing *standing),
    void *context);

#endif
