/*
 * The calendar of closed days, against days that were counted by hand and against a second way of counting them.
 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "govern/worktime.h"

/* As the Cabinet Office prints them, one year after the other. */
static const int32_t holidays[] = {
	20240101, 20240108, 20240211, 20240212, 20240223, 20240320, 20240429, 20240503, 20240504, 20240505, 20240506, 20240715, 20240811,
	20240812, 20240916, 20240922, 20240923, 20241014, 20241103, 20241104, 20241123,
	20250101, 20250113, 20250211, 20250223, 20250224, 20250320, 20250429, 20250503, 20250504, 20250505, 20250506, 20250721, 20250811,
	20250915, 20250923, 20251013, 20251103, 20251123, 20251124,
	20260101, 20260112, 20260211, 20260223, 20260320, 20260429, 20260503, 20260504, 20260505, 20260506, 20260720, 20260811, 20260921,
	20260922, 20260923, 20261012, 20261103, 20261123,
	20270101, 20270111, 20270211, 20270223, 20270321, 20270322, 20270429, 20270503, 20270504, 20270505, 20270719, 20270811, 20270920,
	20270923, 20271011, 20271103, 20271123,
};

static bool printed(int32_t date)
{
	for (size_t i = 0; i < COUNT_OF(holidays); i++)
		if (holidays[i] == date)
			return true;
	return false;
}

/* Day by day through four years, one of them a leap year; days of the week by the C library. */
static void test_without_editions(void **state)
{
	const struct worktime calendar = {0};
	struct tm day = {.tm_year = 124, .tm_mon = 0, .tm_mday = 1, .tm_hour = 12};
	int days = 0;

	(void)state;
	REQ("S-29");
	for (;; day.tm_mday++, days++) {
		int32_t date;
		bool closed;

		(void)timegm(&day);
		if (day.tm_year > 127)
			break;
		date = (day.tm_year + 1900) * 10000 + (day.tm_mon + 1) * 100 + day.tm_mday;
		closed = day.tm_wday == 0 || day.tm_wday == 6 || printed(date) || (day.tm_mon == 11 && day.tm_mday >= 29) ||
		    (day.tm_mon == 0 && day.tm_mday <= 3);
		if (worktime_open(&calendar, date) == closed)
			fail_msg("%d", date);
	}
	assert_int_equal(days, 366 + 365 * 3);
}

static const struct worktime_edition sample[] = {
	{.valid_from = 20260401, .decided_on = 20260301, .weekdays = 1 << 0 | 1 << 1, .holidays = true, .year_end = true,
	    .closed = {{20260415, 20261228}, 2}, .open = {{20260429}, 1}},
	{.valid_from = 20270401, .decided_on = 20260601, .weekdays = WORKTIME_WEEKEND, .holidays = false, .year_end = false},
	{.valid_from = 20261001, .decided_on = 20261005, .weekdays = WORKTIME_WEEKEND, .holidays = true, .year_end = true,
	    .closed = {{20261013}, 1}},
	{.valid_from = 20261001, .decided_on = 20261020, .weekdays = WORKTIME_WEEKEND, .holidays = true, .year_end = true},
};

static const struct row {
	int32_t date;
	enum worktime_why why;
} rows[] = {
	{20260331, WORKTIME_OPEN},      /* a Tuesday before any edition */
	{20260328, WORKTIME_WEEKDAY},   /* a Saturday before any edition */
	{20260404, WORKTIME_OPEN},      /* Saturdays are open now, */
	{20260406, WORKTIME_WEEKDAY},   /* Mondays are not */
	{20260415, WORKTIME_ORDINANCE},
	{20260429, WORKTIME_OPEN},      /* a holiday that the edition opens */
	{20260922, WORKTIME_HOLIDAY},   /* between two holidays */
	{20261003, WORKTIME_OPEN},      /* Saturday: the edition from 1 October was not known yet */
	{20261005, WORKTIME_WEEKDAY},   /* Monday: on the day on which it is decided it does not count yet */
	{20261006, WORKTIME_OPEN},
	{20261010, WORKTIME_WEEKDAY},   /* Saturday, by the new one */
	{20261012, WORKTIME_HOLIDAY},
	{20261013, WORKTIME_ORDINANCE}, /* known by then */
	{20261021, WORKTIME_OPEN},
	{20261228, WORKTIME_OPEN},      /* closed in the first edition only */
	{20261229, WORKTIME_YEAR_END},
	{20270101, WORKTIME_YEAR_END},
	{20270103, WORKTIME_YEAR_END},
	{20270104, WORKTIME_OPEN},
	{20270401, WORKTIME_OPEN},      /* decided long before, begins later: stays */
	{20270429, WORKTIME_OPEN},
	{20271231, WORKTIME_OPEN},
	{20280101, WORKTIME_WEEKDAY},
	{20280229, WORKTIME_OPEN},
	{20260230, WORKTIME_OPEN},      /* no date */
	{0, WORKTIME_OPEN},
};

static void test_editions(void **state)
{
	const struct worktime calendar = {.editions = sample, .count = COUNT_OF(sample)};

	(void)state;
	REQ("S-29");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (worktime_why(&calendar, rows[i].date) != rows[i].why)
			fail_msg("%d: %d", rows[i].date, worktime_why(&calendar, rows[i].date));
}

/* The contract's days of the week, where the customer has not filed a calendar. */
static void test_contract(void **state)
{
	const struct worktime calendar = {.weekdays = 1 << 0};

	(void)state;
	assert_int_equal(worktime_why(&calendar, 20261122), WORKTIME_WEEKDAY);
	assert_int_equal(worktime_why(&calendar, 20261121), WORKTIME_OPEN);
	assert_int_equal(worktime_why(&calendar, 20261123), WORKTIME_HOLIDAY);
}

static void test_days_read(void **state)
{
	static const char *const bad[] = {" ", "2026-12-28 ", " 2026-12-28", "2026-12-28  2027-01-04", "2026-12-28,2027-01-04", "2026-02-29",
		"2027-01-04 2026-12-28", "2026-12-28 2026-12-28", "2026-12-2", "20261228", "2026-12-28x"};
	char many[(WORKTIME_DAYS_MAX + 1) * 11 + 1] = "";
	struct worktime_days days = {.count = 7};
	int32_t date = 20260101;

	(void)state;
	assert_ok(worktime_days_read((struct bytes){0}, &days));
	assert_int_equal(days.count, 0);
	assert_ok(worktime_days_read(bytes_str("2026-12-28 2027-01-04 2028-02-29"), &days));
	assert_int_equal(days.count, 3);
	assert_int_equal(days.days[2], 20280229);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_err(INVALID, worktime_days_read(bytes_str(bad[i]), &days));
		assert_int_equal(days.count, 3);
	}
	for (size_t i = 0; i <= WORKTIME_DAYS_MAX; i++, date = clock_date_add(date, 1)) {
		char text[CLOCK_TEXT_MAX];

		clock_date_format(date, text);
		(void)snprintf(many + i * 11, sizeof(many) - i * 11, "%s ", text);
	}
	assert_ok(worktime_days_read((struct bytes){(const uint8_t *)many, WORKTIME_DAYS_MAX * 11 - 1}, &days));
	assert_int_equal(days.count, WORKTIME_DAYS_MAX);
	assert_err(INVALID, worktime_days_read((struct bytes){(const uint8_t *)many, sizeof(many) - 2}, &days));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_editions),
		cmocka_unit_test(test_editions),
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_days_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
