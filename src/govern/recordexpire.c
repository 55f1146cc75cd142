#include "govern/record.h"
#include "op/schedule.h"

#include "govern/recordexpire.h"

#define AT_ONCE 20

/* state 1 = in force */
static const struct statement any_over = {"record.any-over", "SELECT 1 FROM record WHERE state = 1 AND (expires_at <= :now OR renew_at <= :now) LIMIT 1"};
static struct row_list over = {"record.over", &record_entity, "state = 1 AND (expires_at <= :now OR renew_at <= :now) ORDER BY expires_at, id LIMIT :limit", NULL};

err recordexpire_start(void)
{
	return row_list_make(&over);
}

static err look(struct job_run *run, bool *due_out)
{
	struct query *query = NULL;
	err e = query_start(run->rows.db, &any_over, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", run->now_us);
	if (err_is_ok(e))
		e = query_step(query, due_out);
	query_end(&query);
	return e;
}

static err step(struct job_run *run)
{
	struct record *list = arena_alloc(run->rows.arena, AT_ONCE * sizeof(*list));
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(run->rows.db, over.statement, &query);
	if (err_is_ok(e))
		e = query_int(query, "now", run->now_us);
	if (err_is_ok(e))
		e = query_int(query, "limit", AT_ONCE);
	while (err_is_ok(e) && count < AT_ONCE) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&run->rows, &record_entity, query, false, &list[count++]);
	}
	query_end(&query);
	TRY(e);
	for (size_t i = 0; i < count; i++)
		TRY(list[i].expires_at <= run->now_us ? record_expire(&run->rows, &list[i], run->now_us) :
		    record_remind(&run->rows, &list[i], run->now_us));
	run->done = count < AT_ONCE;
	return OK;
}

static const struct schedule minutes = {
	.ja = "台帳の登録の更新を促し、有効期限を過ぎたら失効にする", .en = "Asks to renew records of registers, and notes which have expired",
	.every_s = 60, .limit_s = 3600, .missed = SCHEDULE_ONCE,
};

const struct job_kind recordexpire_job = {
	.name = "record.expire-step",
	.schedule = &minutes,
	.look = look,
	.step = step,
};
