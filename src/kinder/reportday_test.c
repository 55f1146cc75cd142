#include "base/unit_test.h"
#include "kinder/reportday.h"

static const struct row {
	int32_t date;
	int32_t today;
	bool guardian;
	enum reportday day;
} rows[] = {
	{20261121, 20261121, true, REPORTDAY_FITS},
	{20261120, 20261121, true, REPORTDAY_PAST},
	{20271122, 20261121, true, REPORTDAY_FITS},
	{20271123, 20261121, true, REPORTDAY_FAR},
	{20261114, 20261121, false, REPORTDAY_FITS},
	{20261113, 20261121, false, REPORTDAY_PAST},
	{20271122, 20261121, false, REPORTDAY_FITS},
	{20271123, 20261121, false, REPORTDAY_FAR},
	{20280229, 20280229, true, REPORTDAY_FITS},
	{20280228, 20280301, true, REPORTDAY_PAST},
	{20280223, 20280301, false, REPORTDAY_FITS},
	{20280222, 20280301, false, REPORTDAY_PAST},
	{20280221, 20280228, false, REPORTDAY_FITS},
	{20270102, 20270101, true, REPORTDAY_FITS},
	{20261231, 20270101, true, REPORTDAY_PAST},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (reportday_check(rows[i].date, rows[i].today, rows[i].guardian) != rows[i].day)
			fail_msg("row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
