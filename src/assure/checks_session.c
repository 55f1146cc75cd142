/*
 * checks_session - when sessions end. At facility c the contract has limits short enough to be waited for: the idle one is a
 * quarter of the total one.
 */
#include <stdio.h>
#include <string.h>

#include "assure/tried.h"
#include "base/clock.h"

#include "assure/checks_session.h"

#define SECOND_US ((int64_t)1000000)
#define TOTAL_MAX_S 280         /* what can be waited for */
#define IDLE_OF_TOTAL 4
#define MARGIN_S 2

struct run {
	char idle[96], busy[96];        /* cookies of two sessions of one person */
	int64_t began_us;
	int64_t total_s, idle_s;
};

static int64_t age_s(const struct run *run)
{
	return (clock_mono_us() - run->began_us) / SECOND_US;
}

static err use(struct trial *trial, const char *cookie, struct seen *out)
{
	const struct wish wish = {.cookie = cookie, .method = "GET", .path = "/v1/me"};

	TRY(trial_ask_raw(trial, &wish, out));
	return tried_answered(trial, out);
}

static err open_one(struct trial *trial, char cookie[static 96])
{
	const struct sign_in right = {0};
	struct seen seen;

	TRY(trial_sign_in(trial, "guardian-c", &right, &seen, NULL));
	TRY(tried_answered(trial, &seen));
	(void)snprintf(cookie, 96, "%s", seen.cookie);
	if (seen.status == 201)
		return OK;
	trial_unable(trial, "検査用の保護者がサインインできませんでした。", "The probe guardian could not sign in.");
	return FAIL(UNAVAILABLE);
}

/* The total limit as the session itself says it. */
static err limits(struct trial *trial, struct run *run)
{
	const char *text;
	struct seen seen;
	int64_t expires = 0;

	TRY(use(trial, run->busy, &seen));
	text = trial_json_text(&seen, "expires_at");
	if (seen.status != 200 || !err_is_ok(clock_time_parse(bytes_str(text), &expires)))
		return FAIL(UNAVAILABLE);
	run->total_s = (expires - clock_now_us() + SECOND_US / 2) / SECOND_US;
	run->idle_s = run->total_s / IDLE_OF_TOTAL;
	trial_step(trial, run->total_s <= TOTAL_MAX_S, 0, "検査用の園Cのセッションには、契約の短い上限が効いている", "At probe facility C the contract's short limits hold", "%lld s",
	    (long long)run->total_s);
	return run->total_s <= TOTAL_MAX_S ? OK : FAIL(UNAVAILABLE);
}

/* Uses the busy one so often that it is never idle, until this age. false: it was refused before. */
static err keep_busy(struct trial *trial, struct run *run, int64_t until_s, bool *alive_out)
{
	*alive_out = true;
	while (*alive_out) {
		int64_t left = until_s - age_s(run);
		int64_t step = run->idle_s / 3 > 0 ? run->idle_s / 3 : 1;
		struct seen seen;

		if (left <= 0)
			return OK;
		TRY(trial_wait(trial, (unsigned)(left < step ? left : step)));
		TRY(use(trial, run->busy, &seen));
		*alive_out = seen.status == 200;
	}
	return OK;
}

static err idle_ends(struct trial *trial, struct run *run)
{
	struct seen seen;
	bool alive = true;

	TRY(keep_busy(trial, run, run->idle_s + MARGIN_S, &alive));
	trial_step(trial, alive, 0, "使い続けているセッションは、無操作の上限を過ぎても有効である", "A session in use outlives the idle limit", "%s", alive ? "200" : "401");
	TRY(use(trial, run->idle, &seen));
	trial_step(trial, seen.status == 401, 1, "無操作の上限を過ぎたセッションは、次の要求から拒否される", "A session idle past its limit is refused on the next request",
	    TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err total_ends(struct trial *trial, struct run *run)
{
	struct seen seen;
	bool alive = true;

	TRY(keep_busy(trial, run, run->total_s - MARGIN_S, &alive));
	trial_step(trial, alive, 0, "使い続けているセッションは、総時間の上限まで有効である", "A session in use lives until the absolute limit", "%s", alive ? "200" : "401");
	TRY(trial_wait(trial, 2 * MARGIN_S));
	TRY(use(trial, run->busy, &seen));
	trial_step(trial, seen.status == 401, 1, "総時間の上限を過ぎたセッションは、使い続けていても拒否される",
	    "A session past its absolute limit is refused, however busy it is", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err run_session_idle(struct trial *trial)
{
	struct run run = {.began_us = clock_mono_us()};
	struct seen seen;

	TRY(open_one(trial, run.idle));
	TRY(open_one(trial, run.busy));
	run.began_us = clock_mono_us();
	TRY(limits(trial, &run));
	TRY(use(trial, run.idle, &seen));
	trial_step(trial, seen.status == 200, 0, "はじめは、二つのセッションとも有効である", "At first both sessions work", "%d", seen.status);
	TRY(idle_ends(trial, &run));
	return total_ends(trial, &run);
}

const struct check checks_session[] = {
	{.id = "session-idle-expires", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_session_idle, .seconds = 320},
	{.id = NULL},
};
