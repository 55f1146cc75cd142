#include "base/unit_test.h"
#include "kinder/printout.h"

static void test_words(void **state)
{
	char text[PRINTOUT_DATE_MAX];

	(void)state;
	printout_date(20261124, LANGUAGE_JA, text);
	assert_string_equal(text, "2026年11月24日（火）");
	printout_date(20261124, LANGUAGE_EN, text);
	assert_string_equal(text, "Tuesday, 24 November 2026");
	printout_date(20280229, LANGUAGE_JA, text);
	assert_string_equal(text, "2028年2月29日（火）");
	printout_month(20270101, LANGUAGE_JA, text);
	assert_string_equal(text, "2027年1月");
	printout_month(20261231, LANGUAGE_EN, text);
	assert_string_equal(text, "December 2026");
	assert_string_equal(printout_weekday(20261122, LANGUAGE_JA), "日");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
