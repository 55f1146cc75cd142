#include "base/clock.h"
#include "base/holiday.h"
#include "base/unit_test.h"

static const struct row {
	int32_t date;
	const char *ja; /* NULL: no holiday */
} rows[] = {
	/* the values of the standards' calendar */
	{20250320, "春分の日"},
	{20250923, "秋分の日"},
	{20260320, "春分の日"},
	{20260319, NULL},
	{20260321, NULL},
	{20260923, "秋分の日"},
	{20270321, "春分の日"},
	{20270923, "秋分の日"},
	{20280320, "春分の日"},
	{20280922, "秋分の日"},
	{20280923, NULL},
	{20260506, "振替休日"},
	{20260505, "こどもの日"},
	{20260507, NULL},
	{20260921, "敬老の日"},
	{20260922, "国民の休日"},
	{20270322, "振替休日"},
	{20290212, "振替休日"},
	{20290430, "振替休日"},
	{20290924, "振替休日"},
	{20300506, "振替休日"},
	{20300812, "振替休日"},
	{20301104, "振替休日"},
	{20320921, "国民の休日"},
	/* one after the other through a year */
	{20260101, "元日"},
	{20260102, NULL},
	{20260112, "成人の日"},
	{20260211, "建国記念の日"},
	{20260223, "天皇誕生日"},
	{20260429, "昭和の日"},
	{20260503, "憲法記念日"},
	{20260504, "みどりの日"},
	{20260720, "海の日"},
	{20260811, "山の日"},
	{20261012, "スポーツの日"},
	{20261103, "文化の日"},
	{20261123, "勤労感謝の日"},
	{20261223, NULL},
	{20261124, NULL},
	/* the years with laws of their own */
	{20190430, "国民の休日"},
	{20190501, "天皇の即位の日"},
	{20190502, "国民の休日"},
	{20190506, "振替休日"},
	{20191022, "即位礼正殿の儀の行われる日"},
	{20191014, "体育の日"},
	{20190223, NULL},
	{20191223, NULL},
	{20181224, "振替休日"},
	{20200223, "天皇誕生日"},
	{20200224, "振替休日"},
	{20200720, NULL},
	{20200723, "海の日"},
	{20200724, "スポーツの日"},
	{20200810, "山の日"},
	{20200811, NULL},
	{20201012, NULL},
	{20210719, NULL},
	{20210722, "海の日"},
	{20210723, "スポーツの日"},
	{20210808, "山の日"},
	{20210809, "振替休日"},
	{20210811, NULL},
	{20211011, NULL},
	{20220718, "海の日"},
	{20221010, "スポーツの日"},
	/* New Year's Day on a Sunday; the edges; what is no date */
	{20230102, "振替休日"},
	{20240229, NULL},
	{20160101, "元日"},
	{20151123, NULL},
	{20991123, "勤労感謝の日"},
	{21000101, NULL},
	{20260230, NULL},
	{0, NULL},
	{-20260101, NULL},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct holiday *found = holiday_find(rows[i].date);

		if ((found == NULL) != (rows[i].ja == NULL) || (found != NULL && strcmp(found->ja, rows[i].ja) != 0))
			fail_msg("%d: %s", (int)rows[i].date, found != NULL ? found->ja : "none");
	}
}

/* 16 by article 2 since 2020, and not more than the bridges and substitutes of a year. */
static void test_counts(void **state)
{
	(void)state;
	for (int year = 2022; year <= HOLIDAY_YEAR_LAST; year++) {
		int count = 0;

		for (int32_t day = year * 10000 + 101; day / 10000 == year; day = clock_date_add(day, 1))
			count += holiday_find(day) != NULL;
		if (count < 16 || count > 21)
			fail_msg("%d has %d holidays", year, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_counts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
