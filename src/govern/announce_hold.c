#include <stdio.h>

#include "access/access.h"
#include "base/clock.h"

#include "govern/announce_hold.h"

/* The newest moment at which something began to hold, on the side of what is real and on that of the checks. */
static const struct statement begun = {"govern.announcement-hold-begun",
    "SELECT probe, MAX(holds_from) FROM announcement WHERE holds_from IS NOT NULL AND holds_from <= :now AND state = 2 GROUP BY probe"};

#define SQL_MAX 1600
static char open_sql[SQL_MAX];
static struct statement still_open = {"govern.announcement-hold-open", open_sql};

const struct statement *const announce_hold_statements[] = {&still_open, NULL};

/* In force and not accepted: neither itself nor, ahead of its day, the edition that comes after it. */
err announce_hold_start(void)
{
	const char *audience = access_predicate("announcement", RELATION_AUDIENCE);
	int len;

	REQUIRE(audience != NULL);
	len = snprintf(open_sql, sizeof(open_sql),
	    "SELECT 1 FROM announcement WHERE holds_from IS NOT NULL AND holds_from <= :now AND (%s)"
	    " AND NOT EXISTS (SELECT 1 FROM announcement AS newer WHERE newer.series = announcement.series AND newer.edition > announcement.edition"
	    " AND newer.state = 2 AND newer.holds_from IS NOT NULL AND newer.holds_from <= :now)"
	    " AND NOT EXISTS (SELECT 1 FROM announcement_receipt AS mine JOIN announcement AS taken ON taken.id = mine.announcement"
	    " WHERE mine.account = :actor_account AND mine.accepted_at IS NOT NULL AND taken.series = announcement.series"
	    " AND taken.edition >= announcement.edition) LIMIT 1", audience);
	REQUIRE(len > 0 && (size_t)len < sizeof(open_sql));
	return OK;
}

struct kept {
	struct id compartment;
	int64_t read_us;
	int64_t since[2];           /* by side; 0: nothing holds */
};

static err read_begun(struct call *call, struct kept *kept)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(call->rows.db, &begun, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", call->now_us);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		kept->since[column_int(query, 0) != 0 ? 1 : 0] = column_int(query, 1);
	}
	query_end(&query);
	return e;
}

static err since(struct call *call, int64_t *since_out)
{
	static _Thread_local struct kept kept;
	int64_t age = call->now_us - kept.read_us;

	if (age < 0 || age >= ANNOUNCE_HOLD_FRESH_US || !id_equal(kept.compartment, call->compartment->id)) {
		kept = (struct kept){.compartment = call->compartment->id};
		TRY(read_begun(call, &kept)); /* on failure it stays too old to be used */
		kept.read_us = call->now_us;
	}
	*since_out = kept.since[call->actor.probe ? 1 : 0];
	return OK;
}

static err anything_open(struct call *call, bool *open_out)
{
	struct query *query = NULL;
	err e = query_start(call->rows.db, &still_open, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", call->now_us);
	if (err_is_ok(e))
		e = access_bind(query, &call->actor);
	if (err_is_ok(e))
		e = query_step(query, open_out);
	query_end(&query);
	return e;
}

err announce_hold(struct call *call)
{
	int64_t from = 0;

	TRY(since(call, &from));
	if (from == 0 || call->actor.accepted_us >= from)
		return OK; /* H1 */
	TRY(anything_open(call, &call->held));
	if (!call->held && call->op->kind == OP_READ && call->rows.changes == NULL) {
		call->accepted_us = from; /* not the time of day: what began meanwhile may not be in this snapshot */
		call->touch_due = true;
	}
	return OK;
}
