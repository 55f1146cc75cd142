#include "base/clock.h"
#include "base/unit_test.h"
#include "kinder/cutoff.h"

static const struct row {
	int32_t date;
	const char *cut_off;
	const char *now;
	bool over;
} rows[] = {
	{20261124, "08:30", "2026-11-24T08:29:59+09:00", false},
	{20261124, "08:30", "2026-11-24T08:29:59.999999+09:00", false},
	{20261124, "08:30", "2026-11-24T08:30:00+09:00", true},
	{20261124, "08:30", "2026-11-24T08:30:01+09:00", true},
	{20261124, "08:30", "2026-11-23T23:29:59Z", false},
	{20261124, "08:30", "2026-11-23T23:30:00Z", true},
	{20261124, "00:00", "2026-11-23T23:59:59+09:00", false},
	{20261124, "00:00", "2026-11-24T00:00:00+09:00", true},
	{20261124, "23:59", "2026-11-24T23:58:59+09:00", false},
	{20261124, "23:59", "2026-11-24T23:59:00+09:00", true},
	{20261124, "23:59", "2026-11-25T00:00:00+09:00", true},
	{20261125, "08:30", "2026-11-24T23:59:59+09:00", false},
	{20261125, "08:30", "2026-11-25T00:00:00+09:00", false},
	{20261124, "", "2026-11-24T08:29:59+09:00", false},
	{20261124, "", "2026-11-24T08:30:00+09:00", true},
	{20261124, "9:00", "2026-11-24T08:30:00+09:00", true},
	{20280229, "10:15", "2028-02-29T10:14:59+09:00", false},
	{20280229, "10:15", "2028-02-29T10:15:00+09:00", true},
	{20270101, "08:30", "2026-12-31T23:59:59+09:00", false},
	{20261231, "08:30", "2027-01-01T00:00:00+09:00", true},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t now_us = 0;

		assert_ok(clock_time_parse(bytes_str(rows[i].now), &now_us));
		if (cutoff_over(rows[i].date, bytes_str(rows[i].cut_off), now_us) != rows[i].over)
			fail_msg("row %zu: %s", i, rows[i].now);
	}
}

static void test_form(void **state)
{
	static const char *const good[] = {"00:00", "08:30", "23:59"};
	static const char *const bad[] = {"", "8:30", "24:00", "08:60", "08.30", "0830", "08:3x", "-8:30", "08:300"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(cutoff_fits(bytes_str(good[i])));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(cutoff_fits(bytes_str(bad[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_form)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
