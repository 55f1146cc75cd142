/*
 * Dates as people write them in spreadsheets.
 */
#include "base/unit_test.h"
#include "entity/csv_date.h"
#include "entity/example.h"

const struct entity *const *const entities = example_entities;

static const struct written {
	const char *text, *date;   /* date NULL: left as it is */
} rows[] = {
	{"2025-04-01", "2025-04-01"}, {"2025/4/1", "2025-04-01"}, {"2025.04.1", "2025-04-01"}, {"2025年4月1日", "2025-04-01"},
	{"令和7年4月1日", "2025-04-01"}, {"令和元年5月1日", "2019-05-01"}, {"R7.4.1", "2025-04-01"}, {"r7/4/1", "2025-04-01"},
	{"Ｒ７．４．１", "2025-04-01"}, {"㋿7年4月1日", "2025-04-01"}, {"H31.4.30", "2019-04-30"}, {"平成元年1月8日", "1989-01-08"},
	{"昭和64年1月7日", "1989-01-07"}, {" 2025/4/1 ", "2025-04-01"}, {"2025/13/41", "2025-13-41"},
	{"平成32年4月1日", NULL}, {"令和元年4月30日", NULL}, {"昭和64年1月8日", NULL}, {"R0.4.1", NULL}, {"25/4/1", NULL}, {"2025/4-1", NULL},
	{"2025年4/1", NULL}, {"2025年4月1", NULL}, {"2025/4", NULL}, {"45748", NULL}, {"2025/4/1x", NULL}, {"", NULL}, {"令和", NULL},
	{"20250/4/1", NULL}, {"2025/004/1", NULL}, {"令和100年4月1日", NULL},
};

static void test_dates(void **state)
{
	struct arena arena = {0};

	(void)state;
	arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes date;

		assert_ok(csv_date(bytes_str(rows[i].text), &arena, &date));
		if (!bytes_is(date, rows[i].date != NULL ? rows[i].date : rows[i].text))
			fail_msg("%s became %.*s", rows[i].text, (int)date.len, (const char *)date.ptr);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_dates)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
