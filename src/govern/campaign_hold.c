#include "govern/campaign_hold.h"

static const struct statement anybody = {"govern.campaign-held-any", "SELECT probe, COUNT(*) FROM campaign_task WHERE state = 0 AND held_at IS NOT NULL GROUP BY probe"};
static const struct statement me = {"govern.campaign-held-me",
    "SELECT 1 FROM campaign_task WHERE account = :actor_account AND state = 0 AND held_at IS NOT NULL AND (roles & :actor_role) <> 0 LIMIT 1"};

struct kept {
	struct id compartment;
	int64_t read_us;
	bool held[2];               /* somebody, by side */
};

static err read_anybody(struct call *call, struct kept *kept)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(call->rows.db, &anybody, &query);

	while (err_is_ok(e)) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		kept->held[column_int(query, 0) != 0 ? 1 : 0] = true;
	}
	query_end(&query);
	return e;
}

err campaign_hold(struct call *call)
{
	static _Thread_local struct kept kept;
	int64_t age = call->now_us - kept.read_us;
	struct query *query = NULL;
	bool row = false;
	err e;

	if (age < 0 || age >= CAMPAIGN_HOLD_FRESH_US || !id_equal(kept.compartment, call->compartment->id)) {
		kept = (struct kept){.compartment = call->compartment->id};
		TRY(read_anybody(call, &kept)); /* on failure it stays too old to be used */
		kept.read_us = call->now_us;
	}
	if (!kept.held[call->actor.probe ? 1 : 0])
		return OK;
	e = query_start(call->rows.db, &me, &query);
	if (err_is_ok(e))
		e = access_bind(query, &call->actor);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	call->held = call->held || row;
	return OK;
}
