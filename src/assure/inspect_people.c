#include <string.h>

#include "assure/inspect_people.h"
#include "base/clock.h"

#define DAY_US (INT64_C(86400) * 1000000)

/* States as the descriptors of identity have them (choices only grow): account 0 invited, 1 active, 2 suspended, 3 left; membership 0
 * active; factor 1 active. A statement is about rows, not about what is sealed in them. */

static err bind_int(struct query *query, const char *name, int64_t value)
{
	return query_has(query, name) ? query_int(query, name, value) : OK;
}

/* One row of numbers. account may be NULL. */
static err numbers(struct inspect *in, const struct statement *statement, const struct id *account, int64_t *out, int count)
{
	int64_t now = clock_now_us();
	int32_t today = clock_date_jst(now);
	struct query *query;
	bool row = false;
	err e;

	TRY(query_start(in->rows.db, statement, &query));
	e = bind_int(query, "now", now);
	if (err_is_ok(e))
		e = bind_int(query, "day_ago", now - DAY_US);
	if (err_is_ok(e))
		e = bind_int(query, "today", today);
	if (err_is_ok(e))
		e = bind_int(query, "yesterday", clock_date_add(today, -1));
	if (err_is_ok(e) && account != NULL)
		e = query_id(query, "account", account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && !row)
		e = FAIL(INTERNAL);
	for (int i = 0; err_is_ok(e) && i < count; i++)
		out[i] = column_int(query, i);
	query_end(&query);
	return e;
}

/* ---- privileged-without-factor-none ---- */

/* Of those who hold a privileged role today, without the accounts made for checks: how many are active; of these, without a factor; without one, but only since yesterday
 * (their sessions open nothing but the enrolment); how many are invited and cannot sign in yet. */
static const struct statement privileged = {"inspect.privileged",
    "SELECT coalesce(sum(CASE WHEN state = 1 THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN state = 1 AND factors = 0 AND changed < :day_ago THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN state = 1 AND factors = 0 AND changed >= :day_ago THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN state = 0 THEN 1 ELSE 0 END), 0)"
    " FROM (SELECT a.state AS state,"
    " (SELECT count(*) FROM factor AS f WHERE f.account = a.id AND f.state = 1) AS factors,"
    " coalesce((SELECT max(c.changed) FROM credential AS c WHERE c.account = a.id), 0) AS changed"
    " FROM account AS a WHERE a.probe = 0 AND EXISTS (SELECT 1 FROM membership AS m WHERE m.account = a.id AND m.state = 0 AND m.role IN (3, 5, 8, 9)"
    " AND (m.since IS NULL OR m.since <= :today) AND (m.until IS NULL OR m.until >= :today))) AS people"};
_Static_assert(ROLES_PRIVILEGED == (1u << 3 | 1u << 5 | 1u << 8 | 1u << 9), "the statement names the privileged roles");

static err factors(struct inspect *in)
{
	int64_t n[4] = {0};

	TRY(numbers(in, &privileged, NULL, n, 4));
	if (n[0] + n[3] == 0) {
		inspect_unable(in, "特権を持つ人がまだいない。", "Nobody holds a privileged role yet.");
		return OK;
	}
	inspect_step(in, n[1] == 0, (unsigned)n[0], "特権を持つ全アカウントに、登録済みの二つ目の要素があるかを調べた",
	    "Looked whether every account with a privileged role has an enrolled second factor",
	    "active %lld, without %lld, accepted within a day and not enrolled yet %lld", (long long)n[0], (long long)n[1], (long long)n[2]);
	if (n[3] > 0)
		inspect_step(in, true, 0, "招待中でまだサインインできない人を別に数えた", "Counted apart who is invited and cannot sign in yet", "invited %lld",
		    (long long)n[3]);
	return OK;
}

/* ---- leaver-access-removed ---- */

/* Those who have left; of their rights, whatever is in force: memberships beyond today, sessions. */
static const struct statement leavers = {"inspect.leavers",
    "SELECT (SELECT count(*) FROM account WHERE state = 3),"
    " (SELECT count(*) FROM membership AS m JOIN account AS a ON a.id = m.account WHERE a.state = 3 AND m.state = 0"
    "  AND (m.until IS NULL OR m.until > :today)),"
    " (SELECT count(*) FROM session AS s JOIN account AS a ON a.id = s.account WHERE a.state = 3 AND coalesce(s.ended, 0) = 0 AND s.expires > :now)"};

/* Memberships whose last day is before yesterday; sessions in them that were used since. */
static const struct statement movers = {"inspect.movers",
    "SELECT (SELECT count(*) FROM membership AS m WHERE m.state <> 0 OR m.until < :yesterday),"
    " (SELECT count(*) FROM session AS s JOIN membership AS m ON m.id = s.membership WHERE m.until < :yesterday AND s.seen > :day_ago)"};

static err leave(struct inspect *in)
{
	int64_t left[3] = {0}, moved[2] = {0};

	TRY(numbers(in, &leavers, NULL, left, 3));
	TRY(numbers(in, &movers, NULL, moved, 2));
	if (left[0] + moved[0] == 0) {
		inspect_unable(in, "離任・異動した人の記録がまだない。", "Nobody has left or moved yet.");
		return OK;
	}
	if (left[0] > 0)
		inspect_step(in, left[1] + left[2] == 0, (unsigned)left[0], "離任した人に、有効な所属やセッションが残っていないかを調べた",
		    "Looked whether anybody who has left still has a membership or session in force", "left %lld, memberships %lld, sessions %lld",
		    (long long)left[0], (long long)left[1], (long long)left[2]);
	if (moved[0] > 0)
		inspect_step(in, moved[1] == 0, (unsigned)moved[0], "終了した所属が、終了の翌日以後に使われていないかを調べた",
		    "Looked whether an ended membership was used after the day behind its end", "ended %lld, used since %lld", (long long)moved[0],
		    (long long)moved[1]);
	return OK;
}

/* ---- residue: what is left of one account; params: its id ---- */

static const struct statement residue = {"inspect.residue",
    "SELECT (SELECT count(*) FROM account WHERE id = :account),"
    " (SELECT count(*) FROM credential WHERE account = :account), (SELECT count(*) FROM factor WHERE account = :account),"
    " (SELECT count(*) FROM recovery_code WHERE account = :account), (SELECT count(*) FROM pin WHERE account = :account),"
    " (SELECT count(*) FROM session WHERE account = :account AND coalesce(ended, 0) = 0 AND expires > :now),"
    " (SELECT count(*) FROM membership WHERE account = :account AND state = 0 AND (until IS NULL OR until > :today))"};

static err left_over(struct inspect *in)
{
	int64_t n[7] = {0};
	struct id account;

	TRY(id_parse(in->params, &account));
	TRY(numbers(in, &residue, &account, n, 7));
	if (n[0] == 0) {
		inspect_unable(in, "そのアカウントがない。", "There is no such account.");
		return OK;
	}
	inspect_step(in, n[1] + n[2] + n[3] + n[4] + n[5] + n[6] == 0, 1, "離任させたアカウントの資格情報・要素・セッションが保存先に残っていないかを調べた",
	    "Looked whether credentials, factors or sessions of an account that has left remain in storage",
	    "passwords %lld, factors %lld, codes %lld, PINs %lld, sessions %lld, memberships %lld", (long long)n[1], (long long)n[2], (long long)n[3],
	    (long long)n[4], (long long)n[5], (long long)n[6]);
	return OK;
}

const struct statement *const inspect_people_statements[] = {&privileged, &leavers, &movers, &residue, NULL};

const struct inspection inspect_people[] = {
	{"privileged-without-factor-none", factors},
	{"leaver-access-removed", leave},
	{"residue", left_over},
	{0},
};

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)

const struct check inspect_people_checks[] = {
	{.id = "privileged-without-factor-none", .where = EVERYWHERE, .inspection = "privileged-without-factor-none"}, /* K-2 T-13 U-02 */
	{0},
};
