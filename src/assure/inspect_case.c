#include "base/clock.h"

#include "assure/inspect_case.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define LATE_US (30 * DAY_US)   /* an answer that came too late is told for so long */

/*
 * Of a kind of case: how many were asked, how many wait beyond their time now, how many of the last days were answered too late.
 * case_clock.state 1 = running, 3 = ended.
 */
#define OF_CLOCK(kind, clock, which) \
	"SELECT COUNT(*), COALESCE(SUM(CASE WHEN case_clock.state = 1 AND case_clock.due_at <= :now THEN 1 ELSE 0 END), 0)," \
	" COALESCE(SUM(CASE WHEN case_clock.state = 3 AND case_clock.late = 1 AND case_clock.ended_at > :since THEN 1 ELSE 0 END), 0)" \
	" FROM case_clock JOIN casefile ON casefile.id = case_clock.casefile JOIN description ON description.id = casefile.description" \
	" WHERE description.kind = 1 AND description.code = '" kind "' AND case_clock.code = '" clock "'" which

static const struct statement replies = {"inspect.first-replies", OF_CLOCK("inquiry", "first-reply", " AND casefile.probe = 0")};
/* Those of checks, too: they are ended by whoever made them. */
static const struct statement requests = {"inspect.data-requests", OF_CLOCK("data-request", "decision", "")};

struct waiting { int64_t asked, waiting, late; };

static err count(struct inspect *in, const struct statement *statement, struct waiting *out)
{
	struct query *query = NULL;
	int64_t now_us = clock_now_us();
	bool found = false;
	err e = query_start(in->rows.db, statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", now_us);
	if (err_is_ok(e))
		e = query_int(query, "since", now_us - LATE_US);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		*out = (struct waiting){column_int(query, 0), column_int(query, 1), column_int(query, 2)};
	query_end(&query);
	return e;
}

static err first_replies(struct inspect *in)
{
	struct waiting all = {0};

	TRY(count(in, &replies, &all));
	if (all.asked == 0) {
		inspect_unable(in, "問合せがまだない。", "Nothing has been asked yet.");
		return OK;
	}
	inspect_step(in, all.waiting == 0 && all.late == 0, (unsigned)all.asked,
	    "すべての問合せについて、一次回答までの時間（閉庁日を除く）を目標と比べた。答えを待つものと、この30日に答えたもの",
	    "Compared the time until the first reply, without closed days, with the target: of every inquiry that waits, and of those answered in the last 30 days",
	    "inquiries %lld, waiting beyond their time %lld, answered too late %lld", (long long)all.asked, (long long)all.waiting, (long long)all.late);
	return OK;
}

static err overdue_requests(struct inspect *in)
{
	struct waiting all = {0};

	TRY(count(in, &requests, &all));
	if (all.asked == 0) {
		inspect_unable(in, "データに関する求めがまだない。", "No request about data has been filed yet.");
		return OK;
	}
	inspect_step(in, all.waiting == 0, (unsigned)all.asked, "データに関するすべての求めについて、期限が過ぎていないか調べた",
	    "Looked at every request about data whether it is past its due date", "requests %lld, overdue %lld", (long long)all.asked, (long long)all.waiting);
	return OK;
}

const struct inspection inspect_case[] = {
	{"first-replies", first_replies},
	{"data-requests-overdue", overdue_requests},
	{0},
};

const struct check inspect_case_checks[] = {
	{.id = "first-reply-within", .where = CHECK_CUSTOMER | CHECK_PROVIDER, .inspection = "first-replies"},           /* S-29 */
	{.id = "data-request-overdue-none", .where = CHECK_CUSTOMER | CHECK_PROBE, .inspection = "data-requests-overdue"}, /* P-1.7 P-9.4 */
	{0},
};
