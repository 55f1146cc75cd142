#include "base/clock.h"
#include "base/unit_test.h"
#include "kinder/attendance.h"

static int64_t at(const char *text)
{
	int64_t at_us = 0;

	assert_ok(clock_time_parse(bytes_str(text), &at_us));
	return at_us;
}

static const struct time_row {
	int32_t date;
	const char *at, *now;
	enum attendance_time time;
} rows[] = {
	{20261124, "2026-11-24T08:00:00+09:00", "2026-11-24T08:00:00+09:00", ATTENDANCE_TIME_FITS},
	{20261124, "2026-11-24T08:02:00+09:00", "2026-11-24T08:00:00+09:00", ATTENDANCE_TIME_FITS},
	{20261124, "2026-11-24T08:02:00.000001+09:00", "2026-11-24T08:00:00+09:00", ATTENDANCE_TIME_FUTURE},
	{20261124, "2026-11-24T00:00:00+09:00", "2026-11-24T23:59:59+09:00", ATTENDANCE_TIME_FITS},
	{20261124, "2026-11-23T15:00:00Z", "2026-11-24T23:59:59+09:00", ATTENDANCE_TIME_FITS},
	{20261124, "2026-11-23T23:59:59.999999+09:00", "2026-11-24T08:00:00+09:00", ATTENDANCE_TIME_OTHER_DAY},
	{20261124, "2026-11-25T00:00:00+09:00", "2026-11-24T23:59:59+09:00", ATTENDANCE_TIME_OTHER_DAY},
	{20261124, "2026-11-25T00:00:00+09:00", "2026-11-25T08:00:00+09:00", ATTENDANCE_TIME_OTHER_DAY},
	{20280229, "2028-02-29T08:00:00+09:00", "2028-02-29T08:00:00+09:00", ATTENDANCE_TIME_FITS},
	{20261231, "2026-12-31T15:00:00Z", "2027-01-01T09:00:00+09:00", ATTENDANCE_TIME_OTHER_DAY},
};

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (attendance_time_check(rows[i].date, at(rows[i].at), at(rows[i].now)) != rows[i].time)
			fail_msg("row %zu", i);
}

static void test_late(void **state)
{
	int64_t now = at("2026-11-24T08:00:00+09:00");

	(void)state;
	assert_false(attendance_is_late(now, now));
	assert_false(attendance_is_late(now - ATTENDANCE_LATE_US, now));
	assert_true(attendance_is_late(now - ATTENDANCE_LATE_US - 1, now));
	assert_false(attendance_is_late(now + 1, now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_times), cmocka_unit_test(test_late)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
