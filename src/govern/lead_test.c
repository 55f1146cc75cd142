#include <time.h>

#include "base/unit_test.h"

#include "base/clock.h"
#include "govern/lead.h"

#define MONTHS(n) ((struct lead){.months = (n)})
#define DAYS(n) ((struct lead){.days = (n)})

static void leads_are_read(void **state)
{
	static const struct { const char *text; struct lead lead; } rows[] = {
		{"6mo", {.months = 6}}, {"2mo", {.months = 2}}, {"14d", {.days = 14}}, {"0", {0}}, {"1d", {.days = 1}}, {"60mo", {.months = 60}},
		{"1825d", {.days = 1825}},
	};
	static const char *const refused[] = {
		"", "6", "mo", "d", "0d", "0mo", "00", "06mo", "6 mo", "6m", "6mox", "-1d", "+1d", "61mo", "1826d", "99999d", "123456d", "6mo14d", "１４d",
	};

	(void)state;
	REQ("T-3 T-9");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct lead lead = {9, 9};

		assert_ok(lead_parse(bytes_str(rows[i].text), &lead));
		assert_int_equal(lead.months, rows[i].lead.months);
		assert_int_equal(lead.days, rows[i].lead.days);
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct lead lead = {9, 9};

		assert_err(INVALID, lead_parse(bytes_str(refused[i]), &lead));
		assert_int_equal(lead.months, 9);
	}
}

static void ends_of_months_shorten_nothing(void **state)
{
	static const struct { int32_t published; struct lead lead; int32_t first; } rows[] = {
		{20261121, {.months = 6}, 20270521}, {20261121, {.months = 2}, 20270121}, {20261121, {.days = 14}, 20261205}, {20261121, {0}, 20261121},
		{20260831, {.months = 6}, 20270301}, {20270831, {.months = 6}, 20280301}, {20270829, {.months = 6}, 20280229},
		{20260829, {.months = 6}, 20270301}, {20260828, {.months = 6}, 20270228}, {20251231, {.months = 2}, 20260301},
		{20261231, {.months = 6}, 20270701}, {20261031, {.months = 1}, 20261201}, {20261130, {.months = 1}, 20261230},
		{20280229, {.months = 12}, 20290301}, {20280229, {.months = 48}, 20320229}, {20261225, {.days = 14}, 20270108},
		{20280220, {.days = 14}, 20280305}, {20230229, {.months = 1}, 0}, {0, {.days = 1}, 0}, {99991231, {.days = 1}, 0},
		{99991231, {.months = 1}, 0},
	};

	(void)state;
	REQ("T-3 T-9");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(lead_first(rows[i].lead, rows[i].published), rows[i].first);
}

/* The library's own reckoning: mktime moves a day that a month does not have into the next month by as many days as are missing. */
static int32_t by_library(int32_t date, struct lead lead)
{
	struct tm day = {.tm_year = date / 10000 - 1900, .tm_mon = date / 100 % 100 - 1 + lead.months, .tm_mday = date % 100 + lead.days, .tm_hour = 12};
	int wanted = day.tm_mon % 12;

	(void)timegm(&day);
	if (lead.months > 0 && day.tm_mon != wanted)
		day.tm_mday = 1;
	return (day.tm_year + 1900) * 10000 + (day.tm_mon + 1) * 100 + day.tm_mday;
}

/* Every day of forty years: never before the library's day, later on a later day, and counted back it is the day of the announcement. */
static void every_day_of_forty_years(void **state)
{
	static const struct lead leads[] = {{.months = 1}, {.months = 2}, {.months = 6}, {.months = 13}, {.days = 1}, {.days = 14}, {.days = 60}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(leads); i++) {
		int32_t last = 0;

		for (int32_t day = 20200101; day < 20600101; day = clock_date_add(day, 1)) {
			int32_t first = lead_first(leads[i], day);

			assert_int_equal(first, by_library(day, leads[i]));
			assert_true(first >= last);
			last = first;
			if (leads[i].days > 0)
				assert_int_equal(clock_date_add(first, -leads[i].days), day);
		}
	}
}

static void the_longest_holds(void **state)
{
	static const struct lead all[] = {{.days = 14}, {.months = 6}, {.months = 2}};
	struct lead_case of = {.leads = all, .count = 3, .published = 20261121};

	(void)state;
	REQ("T-3 T-9");
	assert_int_equal(lead_case_first(&of), 20270521);
	of.count = 1;
	assert_int_equal(lead_case_first(&of), 20261205);
	of.count = 0;
	assert_int_equal(lead_case_first(&of), 20261121);
}

/* A row of numbers that is the same in every run. */
static uint64_t chosen;

static int choose(int below)
{
	chosen ^= chosen << 13;
	chosen ^= chosen >> 7;
	chosen ^= chosen << 17;
	return (int)(chosen % (unsigned)below);
}

/* In any order, with any more: never earlier. */
static void more_leads_are_never_shorter(void **state)
{
	struct lead some[6];

	(void)state;
	chosen = 20261121;
	for (int turn = 0; turn < 20000; turn++) {
		struct lead_case of = {.leads = some, .published = 20240101};
		int32_t last;

		of.published = clock_date_add(of.published, choose(3000));
		last = of.published;
		for (of.count = 0; of.count < COUNT_OF(some);) {
			some[of.count++] = choose(2) == 0 ? MONTHS(choose(14)) : DAYS(choose(400));
			assert_true(lead_case_first(&of) >= last);
			assert_true(lead_case_first(&of) >= lead_first(some[of.count - 1], of.published));
			last = lead_case_first(&of);
		}
	}
}

static void what_goes_at_once(void **state)
{
	static const struct lead lead[] = {{.months = 2}}, firm[] = {{.months = 6, .firm = true}};
	struct lead_case of = {.leads = lead, .count = 1, .published = 20261121};

	(void)state;
	of.urgency = LEAD_MINOR;
	assert_int_equal(lead_case_first(&of), 20261121);
	of.urgency = LEAD_SECURITY;
	assert_int_equal(lead_case_first(&of), 20261121);
	of.urgency = LEAD_NORMAL;
	assert_int_equal(lead_case_first(&of), 20270121);
	of.leads = firm;
	of.urgency = LEAD_SECURITY;
	assert_int_equal(lead_case_first(&of), 20270521);
}

static void consent_is_to_a_day(void **state)
{
	static const struct lead lead[] = {{.months = 2}};
	struct lead_case of = {.leads = lead, .count = 1, .published = 20261121};

	(void)state;
	of.consented = 20261201;
	assert_int_equal(lead_case_first(&of), 20261201);
	of.consented = 20261121;
	assert_int_equal(lead_case_first(&of), 20261121);
	of.consented = 20261120; /* it has gone by */
	assert_int_equal(lead_case_first(&of), 20270121);
	of.consented = 20280101; /* later than it may be anyway */
	assert_int_equal(lead_case_first(&of), 20270121);
}

static void it_is_said_in_words(void **state)
{
	char text[LEAD_TEXT_MAX];

	(void)state;
	lead_words(MONTHS(6), false, text);
	assert_string_equal(text, "6か月前まで");
	lead_words(DAYS(14), true, text);
	assert_string_equal(text, "14 days ahead");
	lead_words((struct lead){0}, false, text);
	assert_string_equal(text, "すぐ");
}

static void break_lead(void)
{
	(void)lead_first(MONTHS(-1), 20261121);
}

static void a_lead_has_its_limits(void **state)
{
	(void)state;
	assert_stops(break_lead);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leads_are_read),
		cmocka_unit_test(ends_of_months_shorten_nothing),
		cmocka_unit_test(every_day_of_forty_years),
		cmocka_unit_test(the_longest_holds),
		cmocka_unit_test(more_leads_are_never_shorter),
		cmocka_unit_test(what_goes_at_once),
		cmocka_unit_test(consent_is_to_a_day),
		cmocka_unit_test(it_is_said_in_words),
		cmocka_unit_test(a_lead_has_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
