#include "base/unit_test.h"
#include "kinder/calendar.h"

static const struct day_row {
	int32_t date;
	bool open;
	const char *ja;
} rows[] = {
	{20261120, true, ""},
	{20261121, false, ""}, /* Saturday */
	{20261122, false, ""},
	{20261123, false, "勤労感謝の日"},
	{20261124, true, ""},
	{20260922, false, "国民の休日"},
	{20261228, true, ""},
	{20261229, false, "年末年始"},
	{20261231, false, "年末年始"},
	{20270101, false, "元日"},
	{20270102, false, "年末年始"},
	{20270103, false, "年末年始"},
	{20270104, true, ""},
	{20280229, true, ""},
	{20260506, false, "振替休日"},
};

static void test_usual(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct calendar_day day = calendar_usual(rows[i].date, 0, LANGUAGE_JA);

		if (day.open != rows[i].open || day.own || !bytes_is(day.name, rows[i].ja))
			fail_msg("%d", (int)rows[i].date);
	}
	assert_true(bytes_is(calendar_usual(20270101, 0, LANGUAGE_EN).name, "New Year's Day"));
	/* Closed on Sundays and Wednesdays by contract: Saturdays are open, holidays stay. */
	assert_true(calendar_usual(20261121, 1 << 0 | 1 << 3, LANGUAGE_JA).open);
	assert_false(calendar_usual(20261122, 1 << 0 | 1 << 3, LANGUAGE_JA).open);
	assert_false(calendar_usual(20261125, 1 << 0 | 1 << 3, LANGUAGE_JA).open);
	assert_false(calendar_usual(20261123, 1 << 0 | 1 << 3, LANGUAGE_JA).open);
}

static void test_own(void **state)
{
	struct calendar own[] = {
		{.date = 20261121, .open = true, .name = BYTES_LIT("発表会")},
		{.date = 20261124, .open = false, .name = BYTES_LIT("創立記念日")},
	};
	struct calendar_span span = {.rows = own, .count = COUNT_OF(own)};

	(void)state;
	assert_true(calendar_day_of(&span, 20261121).open);
	assert_true(calendar_day_of(&span, 20261121).own);
	assert_false(calendar_day_of(&span, 20261124).open);
	assert_true(bytes_is(calendar_day_of(&span, 20261124).name, "創立記念日"));
	assert_false(calendar_day_of(&span, 20261122).own);
	assert_true(calendar_day_of(&span, 20261125).open);
}

static void test_month(void **state)
{
	static const struct {
		const char *text;
		int32_t first, last;
	} good[] = {
		{"2026-11", 20261101, 20261130},
		{"2026-12", 20261201, 20261231},
		{"2027-01", 20270101, 20270131},
		{"2027-02", 20270201, 20270228},
		{"2028-02", 20280201, 20280229},
		{"2026-04", 20260401, 20260430},
	};
	static const char *const bad[] = {"", "2026", "2026-13", "2026-00", "2026/11", "2026-1", "2026-011", "1899-12", "あああ"};
	int32_t first = 0;
	int32_t last = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_ok(calendar_month(bytes_str(good[i].text), &first, &last));
		assert_int_equal(first, good[i].first);
		assert_int_equal(last, good[i].last);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_err(INVALID, calendar_month(bytes_str(bad[i]), &first, &last));
}

static void test_year(void **state)
{
	(void)state;
	assert_int_equal(calendar_year(20270331), 2026);
	assert_int_equal(calendar_year(20270401), 2027);
	assert_int_equal(calendar_year(20261231), 2026);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual), cmocka_unit_test(test_own), cmocka_unit_test(test_month), cmocka_unit_test(test_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
