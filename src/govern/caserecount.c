#include "govern/casemove.h"
#include "op/schedule.h"

#include "govern/caserecount.h"

static const struct statement other_calendar = {"govern.cases-to-recount",
    "SELECT id FROM casefile WHERE closed_at IS NULL AND (origin IS NULL OR origin = '') AND calendar <> " CASEFILE_MARK_SQL
    " AND opened_at <= :now ORDER BY id LIMIT 20"};

static err step(struct job_run *run)
{
	const struct casekind *kind;
	struct casefile casefile = {0};
	err e;

	run->done = true;
	e = row_get(&run->rows, &casefile_entity, run->job.object, &casefile);
	if (err_is(e, ERR_NOT_FOUND)) /* whose key is gone, of that nothing is counted */
		return OK;
	TRY(e);
	if (casefile.closed_at != 0 || !casefile_home(&casefile))
		return OK;
	kind = casekind_of(casefile.description);
	if (kind == NULL) { /* retired: it keeps the times it has */
		TRY(casefile_calendar_mark(&run->rows, &casefile.calendar));
		return row_update(&run->rows, &casefile_entity, &casefile);
	}
	return casemove_settle(&run->rows, kind, &casefile, NULL, false, run->now_us);
}

static const struct schedule often = {
	.ja = "閉庁日の暦に合わせて期限を数え直す", .en = "Count running clocks by the present calendar of closed days", .every_s = 10, .limit_s = 60,
	.missed = SCHEDULE_ONCE,
};

const struct job_kind caserecount_job = {
	.name = "case.recount-step",
	.overdue = &other_calendar,
	.schedule = &often,
	.step = step,
};
