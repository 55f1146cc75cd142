/* When what runs by the clock runs next: over midnight, month ends, leap days and any pause; compared with days counted otherwise. */
#include <time.h>

#include "op/schedule.h"
#include "base/unit_test.h"

#define SECOND 1000000LL
#define DAY (86400 * SECOND)

static const struct schedule minutely = {.ja = "あ", .en = "a", .every_s = 60, .limit_s = 600, .missed = SCHEDULE_ONCE};
static const struct schedule nightly = {.ja = "あ", .en = "a", .at = SCHEDULE_AT(2, 30), .limit_s = 3600, .missed = SCHEDULE_ONCE};
static const struct schedule skipping = {.ja = "あ", .en = "a", .at = SCHEDULE_AT(2, 30), .limit_s = 3600, .missed = SCHEDULE_SKIP};

/* A moment in Japan, by libc alone. */
static int64_t jst(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute, .tm_sec = second};

	return ((int64_t)timegm(&tm) - 9 * 3600) * SECOND;
}

static uint64_t seed = 20261121;

static int64_t any(int64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((seed >> 16) % (uint64_t)below);
}

static void at_named_moments(void **state)
{
	static const struct { int from[6], next[6]; } rows[] = {
		{{2026, 11, 21, 2, 29, 59}, {2026, 11, 21, 2, 30, 0}},
		{{2026, 11, 21, 2, 30, 0}, {2026, 11, 22, 2, 30, 0}},  /* strictly after */
		{{2026, 11, 21, 23, 59, 59}, {2026, 11, 22, 2, 30, 0}},
		{{2026, 11, 21, 0, 0, 0}, {2026, 11, 21, 2, 30, 0}},
		{{2026, 11, 30, 12, 0, 0}, {2026, 12, 1, 2, 30, 0}},   /* a month of 30 days */
		{{2026, 12, 31, 8, 59, 59}, {2027, 1, 1, 2, 30, 0}},   /* still the day before in UTC */
		{{2027, 1, 1, 1, 0, 0}, {2027, 1, 1, 2, 30, 0}},
		{{2027, 2, 28, 3, 0, 0}, {2027, 3, 1, 2, 30, 0}},
		{{2028, 2, 28, 3, 0, 0}, {2028, 2, 29, 2, 30, 0}},     /* a leap year */
		{{2028, 2, 29, 3, 0, 0}, {2028, 3, 1, 2, 30, 0}},
		{{2100, 2, 28, 3, 0, 0}, {2100, 3, 1, 2, 30, 0}},      /* none */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const int *f = rows[i].from, *n = rows[i].next;

		assert_int_equal(schedule_next(&nightly, jst(f[0], f[1], f[2], f[3], f[4], f[5])), jst(n[0], n[1], n[2], n[3], n[4], n[5]));
	}
}

/* Of any moment and any time of the day: later, less than a day away, at that time of the day in Japan. */
static void any_time_of_day(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		int hour = (int)any(24), minute = (int)any(60);
		struct schedule plan = {.ja = "あ", .en = "a", .at = SCHEDULE_AT(hour, minute), .limit_s = 60};
		int64_t from = jst(2020, 1, 1, 0, 0, 0) + any(80 * 365 * DAY);
		int64_t next = schedule_next(&plan, from);
		time_t local = (time_t)(next / SECOND) + 9 * 3600;
		struct tm tm;

		assert_true(next > from && next - from <= DAY);
		assert_non_null(gmtime_r(&local, &tm));
		assert_int_equal(tm.tm_hour, hour);
		assert_int_equal(tm.tm_min, minute);
		assert_int_equal(tm.tm_sec, 0);
		assert_int_equal(next % SECOND, 0);
	}
}

/* Looked at every so often for years, with pauses of any length: exactly once for each time that was reached, once after a pause. */
static void once_each(void **state)
{
	(void)state;
	for (int run = 0; run < 40; run++) {
		const struct schedule *plan = (run & 1) ? &nightly : &minutely;
		struct schedule_state s = {0};
		int64_t now = jst(2026, 1, 1, 0, 0, 0) + any(DAY);
		int64_t last = 0;

		for (int i = 0; i < 3000; i++) {
			bool due = schedule_due(plan, &s, now);

			assert_true(s.next_at <= schedule_next(plan, now));
			/* due exactly when a time of the plan lies behind since it last began */
			assert_int_equal(due, last == 0 || schedule_next(plan, last) <= now);
			if (due) {
				schedule_begin(plan, &s, now);
				last = now;
				assert_true(s.next_at > now);
				assert_false(schedule_due(plan, &s, now)); /* not twice */
				schedule_end(plan, &s, SCHEDULE_DONE, now + any(10 * SECOND));
				assert_int_equal(s.running_at, 0);
			}
			now += any(10) == 0 ? any(40 * DAY) + 1 : any(3600 * SECOND) + 1;
		}
	}
}

static void missed(void **state)
{
	struct schedule_state once = {.last_at = 1, .next_at = jst(2026, 11, 20, 2, 30, 0)}, skip = once, soon = once;
	int64_t now = jst(2026, 11, 23, 14, 0, 0);

	(void)state;
	assert_true(schedule_due(&nightly, &once, now)); /* three nights: one run */
	assert_int_equal(once.missed_at, now);
	schedule_begin(&nightly, &once, now);
	assert_int_equal(once.next_at, jst(2026, 11, 24, 2, 30, 0));
	assert_false(schedule_due(&skipping, &skip, now));
	assert_int_equal(skip.outcome, SCHEDULE_SKIPPED);
	assert_int_equal(skip.missed_at, now);
	assert_int_equal(skip.next_at, jst(2026, 11, 24, 2, 30, 0));
	assert_true(schedule_due(&skipping, &skip, jst(2026, 11, 24, 2, 30, 0)));
	/* a restart that took no longer than the job may is no miss */
	assert_true(schedule_due(&nightly, &soon, jst(2026, 11, 20, 3, 30, 0)));
	assert_int_equal(soon.missed_at, 0);
	assert_true(schedule_due(&nightly, &soon, jst(2026, 11, 20, 3, 30, 1)));
	assert_int_equal(soon.missed_at, jst(2026, 11, 20, 3, 30, 1));
}

/* A clock that was wrong, or a row that was tampered with, does not stop anything. */
static void too_far_ahead(void **state)
{
	struct schedule_state s = {.last_at = 1, .next_at = jst(2090, 1, 1, 0, 0, 0)};
	int64_t now = jst(2026, 11, 21, 20, 0, 0);

	(void)state;
	assert_false(schedule_due(&minutely, &s, now));
	assert_int_equal(s.next_at, now + 60 * SECOND);
	assert_true(schedule_due(&minutely, &s, now + 60 * SECOND));
	s.next_at = INT64_MAX;
	assert_false(schedule_due(&nightly, &s, now));
	assert_int_equal(s.next_at, jst(2026, 11, 22, 2, 30, 0));
}

static void too_long(void **state)
{
	struct schedule_state s = {0};
	int64_t now = jst(2026, 11, 21, 20, 0, 0);

	(void)state;
	assert_false(schedule_late(&minutely, &s, now));
	schedule_begin(&minutely, &s, now);
	assert_false(schedule_late(&minutely, &s, now + 600 * SECOND));
	assert_true(schedule_late(&minutely, &s, now + 600 * SECOND + 1));
	assert_false(schedule_late(&minutely, &s, now + 700 * SECOND)); /* said once */
	schedule_end(&minutely, &s, SCHEDULE_FAILED, now + 800 * SECOND);
	assert_int_equal(s.took_ms, 800000);
	assert_int_equal(s.failed_at, now + 800 * SECOND);
	schedule_begin(&minutely, &s, now + 900 * SECOND);
	assert_true(schedule_late(&minutely, &s, now + 1600 * SECOND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_named_moments), cmocka_unit_test(any_time_of_day), cmocka_unit_test(once_each),
		cmocka_unit_test(missed), cmocka_unit_test(too_far_ahead), cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
