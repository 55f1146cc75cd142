#include "base/unit_test.h"

#include "base/clock.h"

static int32_t date_of(const char *text)
{
	int32_t date = 0;

	assert_ok(clock_date_parse(bytes_str(text), &date));
	return date;
}

static void dates_are_read_and_written(void **state)
{
	static const char *const rows[] = {
		"1900-01-01", "1970-01-01", "2000-02-29", "2024-02-29", "2026-04-01", "2026-11-21", "2199-12-31", "2100-02-28",
	};
	char text[CLOCK_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		clock_date_format(date_of(rows[i]), text);
		assert_string_equal(text, rows[i]);
	}
	assert_int_equal(date_of("2026-11-21"), 20261121);
}

static void dates_refused(void **state)
{
	static const char *const rows[] = {
		"", "2026", "2026-11", "2026-11-2", "2026-11-211", "2026-1-021", "1899-12-31", "2200-01-01", "2023-02-29",
		"2100-02-29", "1900-02-29", "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31", "2026-06-31",
		"2026-09-31", "2026-11-31", "2026/11/21", "20261121", "+026-11-21", "2026-11-2x", " 2026-11-21", "2026-11-21 ",
		"２026-11-21", "2026-11--1", "0000-00-00",
	};
	int32_t date = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, clock_date_parse(bytes_str(rows[i]), &date));
	assert_err(INVALID, clock_date_parse(BYTES_LIT("2026-11-21\0"), &date));
	assert_int_equal(date, 7);
}

static void days_are_added(void **state)
{
	static const struct {
		int32_t date;
		int32_t days;
		int32_t sum;
	} rows[] = {
		{20240228, 1, 20240229}, {20240229, 1, 20240301}, {20230228, 1, 20230301}, {20000228, 1, 20000229},
		{21000228, 1, 21000301}, {20261231, 1, 20270101}, {20270101, -1, 20261231}, {20240301, -1, 20240229},
		{20260401, 365, 20270401}, {20240229, 366, 20250301}, {19700101, 0, 19700101}, {99991231, 1, 0},
		{10101, -1, 0}, {10101, 1, 10102}, {20230229, 1, 0}, {0, 1, 0}, {-1, 1, 0}, {INT32_MAX, 1, 0},
		{INT32_MIN, 1, 0}, {20260101, INT32_MAX, 0}, {20260101, INT32_MIN, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(clock_date_add(rows[i].date, rows[i].days), rows[i].sum);
}

static void weekdays(void **state)
{
	(void)state;
	assert_int_equal(clock_weekday(19700101), 4);
	assert_int_equal(clock_weekday(20261121), 6);
	assert_int_equal(clock_weekday(20261122), 0);
	assert_int_equal(clock_weekday(20000229), 2);
	assert_int_equal(clock_weekday(19691231), 3);
	assert_int_equal(clock_weekday(10101), 1);
	assert_int_equal(clock_weekday(20230229), -1);
	assert_int_equal(clock_weekday(0), -1);
}

/* Every day of the range that can be typed in, against the machine's own count of days. */
static void every_day_follows_the_one_before(void **state)
{
	int32_t date = 19000101;
	int weekday = clock_weekday(date);
	int64_t noon_us = 0, midnight_us = 0;
	int days = 0;

	(void)state;
	assert_ok(clock_time_parse(BYTES_LIT("1900-01-01T12:00:00+09:00"), &noon_us));
	for (; date <= 21991231; days++) {
		assert_int_equal(clock_weekday(date), weekday);
		assert_int_equal(clock_date_jst(noon_us), date);
		assert_int_equal(clock_date_add(19000101, days), date);
		assert_ok(clock_midnight(date, &midnight_us));
		assert_int_equal(midnight_us, noon_us - INT64_C(43200000000));
		weekday = (weekday + 1) % 7;
		date = clock_date_add(date, 1);
		noon_us += INT64_C(86400000000);
	}
	assert_err(INVALID, clock_midnight(20230229, &midnight_us));
	assert_int_equal(days, 300 * 365 + 75 - 2); /* 1900 and 2100 have no leap day */
}

static void the_day_changes_at_midnight_in_japan(void **state)
{
	int64_t midnight_us = INT64_C(1795273200000000) / 86400000000 * 86400000000 - INT64_C(32400000000);

	(void)state;
	assert_int_equal(clock_date_add(clock_date_jst(midnight_us - 1), 1), clock_date_jst(midnight_us));
	assert_int_equal(clock_date_jst(0), 19700101);
	assert_int_equal(clock_date_jst(-INT64_C(32400000000)), 19700101);
	assert_int_equal(clock_date_jst(-INT64_C(32400000000) - 1), 19691231);
	assert_int_equal(clock_date_jst(INT64_C(54000000000) - 1), 19700101);
	assert_int_equal(clock_date_jst(INT64_C(54000000000)), 19700102);
	assert_int_equal(clock_date_jst(INT64_MAX), 0);
	assert_int_equal(clock_date_jst(INT64_MIN), 0);
}

static void times_are_written_and_read(void **state)
{
	static const struct {
		int64_t at_us;
		const char *text;
	} rows[] = {
		{0, "1970-01-01T09:00:00.000000+09:00"},
		{-1, "1970-01-01T08:59:59.999999+09:00"},
		{INT64_C(951782399999999), "2000-02-29T08:59:59.999999+09:00"},
		{INT64_C(1795258292123456), "2026-11-21T19:51:32.123456+09:00"},
	};
	char text[CLOCK_TEXT_MAX];
	int64_t at_us = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		clock_time_format(rows[i].at_us, text);
		assert_string_equal(text, rows[i].text);
		assert_ok(clock_time_parse(bytes_str(text), &at_us));
		assert_true(at_us == rows[i].at_us);
	}
	clock_time_format(INT64_MAX, text);
	assert_string_equal(text, "");
	clock_time_format(INT64_MIN, text);
	assert_string_equal(text, "");
	clock_date_format(0, text);
	assert_string_equal(text, "");
	clock_date_format(INT32_MIN, text);
	assert_string_equal(text, "");
}

static void one_moment_has_many_texts(void **state)
{
	static const char *const rows[] = {
		"2026-11-21T19:51:32.5+09:00", "2026-11-21T10:51:32.5Z", "2026-11-21T10:51:32.500000-00:00",
		"2026-11-22T10:50:32.50+23:59", "2026-11-20T10:52:32.500-23:59", "2026-11-21T16:21:32.50000+05:30",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t at_us = 0;

		assert_ok(clock_time_parse(bytes_str(rows[i]), &at_us));
		assert_true(at_us == INT64_C(1795258292500000));
	}
}

static void times_refused(void **state)
{
	static const char *const rows[] = {
		"", "2026-11-21", "2026-11-21T", "2026-11-21T19:51:32", "2026-11-21 19:51:32Z", "2026-11-21t19:51:32z",
		"2026-11-21T24:00:00Z", "2026-11-21T23:60:00Z", "2026-11-21T23:59:60Z", "2026-11-21T23:59:59.Z",
		"2026-11-21T23:59:59.1234567Z", "2026-11-21T23:59:59,5Z", "2026-11-21T23:59:59+9:00", "2026-11-21T23:59:59+0900",
		"2026-11-21T23:59:59+24:00", "2026-11-21T23:59:59+09:60", "2026-11-21T23:59:59ZZ", "2026-02-29T00:00:00Z",
		"2200-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "2026-11-21T23:59Z", "2026-11-21T-1:59:59Z",
	};
	int64_t at_us = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, clock_time_parse(bytes_str(rows[i]), &at_us));
	assert_true(at_us == 7);
}

static void the_clocks_run(void **state)
{
	int64_t before_us = clock_mono_us();

	(void)state;
	assert_true(clock_now_us() > INT64_C(1700000000000000));
	assert_true(clock_mono_us() >= before_us);
}

static void a_past_is_made_in_order(void **state)
{
	int64_t true_us = clock_now_us();
	int64_t hour_us = INT64_C(3600000000);

	(void)state;
	assert_err(INVALID, clock_move(true_us + hour_us));
	assert_ok(clock_move(true_us - 3 * hour_us));
	assert_true(clock_now_us() >= true_us - 3 * hour_us && clock_now_us() < true_us - 2 * hour_us);
	assert_ok(clock_move(true_us - 4 * hour_us)); /* nothing is open that would see it */
	clock_hold();
	clock_hold();
	clock_release();
	assert_err(CONFLICT, clock_move(true_us - 5 * hour_us));
	assert_ok(clock_move(true_us - 2 * hour_us));
	assert_err(CONFLICT, clock_move(true_us - 3 * hour_us));
	assert_ok(clock_catch_up());
	assert_true(clock_now_us() >= true_us);
	clock_release();
	assert_ok(clock_move(true_us - hour_us));
	clock_settle();
	assert_true(clock_now_us() >= true_us);
	assert_err(CONFLICT, clock_move(true_us - hour_us));
	assert_err(CONFLICT, clock_catch_up());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_read_and_written),
		cmocka_unit_test(dates_refused),
		cmocka_unit_test(days_are_added),
		cmocka_unit_test(weekdays),
		cmocka_unit_test(every_day_follows_the_one_before),
		cmocka_unit_test(the_day_changes_at_midnight_in_japan),
		cmocka_unit_test(times_are_written_and_read),
		cmocka_unit_test(one_moment_has_many_texts),
		cmocka_unit_test(times_refused),
		cmocka_unit_test(the_clocks_run),
		cmocka_unit_test(a_past_is_made_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
