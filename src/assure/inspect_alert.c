#include "assure/inspect_alert.h"
#include "base/clock.h"

/* States and judgements as the descriptor of `alert` has them (choices only grow): state 2 judged, 3 closed; judgement 3 improper,
 * 4 abnormal. What is made for checks is in no queue. */

/* One row of numbers. */
static err numbers(struct inspect *in, const struct statement *statement, int64_t *out, int count)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(in->rows.db, statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", clock_now_us());
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && !row)
		e = FAIL(INTERNAL);
	for (int i = 0; err_is_ok(e) && i < count; i++)
		out[i] = column_int(query, i);
	query_end(&query);
	return e;
}

/* ---- DT-5: none is past its time without an owner and a judgement ---- */

static const struct statement queue = {"inspect.alert-queue",
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state < 2 THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN state < 2 AND handle_by <= :now THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN state >= 2 AND judgement = 0 THEN 1 ELSE 0 END), 0) FROM alert WHERE probe = 0"};

static err unhandled(struct inspect *in)
{
	int64_t n[4] = {0};

	TRY(numbers(in, &queue, n, 4));
	if (n[0] == 0) {
		inspect_unable(in, "警報がまだ一件もない。", "There has been no alert yet.");
		return OK;
	}
	inspect_step(in, n[2] == 0 && n[3] == 0, (unsigned)n[0], "警報の一覧から、判定されないまま期限を過ぎたものを探した",
	    "Looked through the queue for alerts past their time without a judgement", "alerts %lld, open %lld, overdue %lld, ended unjudged %lld",
	    (long long)n[0], (long long)n[1], (long long)n[2], (long long)n[3]);
	return OK;
}

/* ---- DT-5: what was improper or abnormal was reported in time ---- */

static const struct statement serious = {"inspect.alert-reports",
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN reported_at IS NULL AND report_by < :now THEN 1"
    " WHEN reported_at > report_by THEN 1 ELSE 0 END), 0) FROM alert WHERE probe = 0 AND judgement IN (3, 4)"};

static err unreported(struct inspect *in)
{
	int64_t n[2] = {0};

	TRY(numbers(in, &serious, n, 2));
	if (n[0] == 0) {
		inspect_unable(in, "不正または異常と判定された警報がまだない。", "No alert has been judged improper or abnormal yet.");
		return OK;
	}
	inspect_step(in, n[1] == 0, (unsigned)n[0], "不正または異常と判定された警報が、期限内に契約団体へ報告されたかを調べた",
	    "Looked whether every alert judged improper or abnormal was reported to the customer in time", "judged %lld, late or missing %lld",
	    (long long)n[0], (long long)n[1]);
	return OK;
}

const struct inspection inspect_alert[] = {
	{"alert-unhandled", unhandled},
	{"alert-unreported", unreported},
	{NULL, NULL},
};
