/*
 * Clocks, against answers counted by hand, and against a second implementation that knows nothing of the first: it lives through
 * the time second by second (or minute by minute), asks the C library what day it is in Japan, and counts.
 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "govern/clock.h"

#define SECOND_US ((int64_t)1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)

static int64_t at(const char *text)
{
	int64_t at_us = 0;

	assert_ok(clock_time_parse(bytes_str(text), &at_us));
	return at_us;
}

/* ---- answers counted by hand ---- */

static const struct clock_rule reply = {.target_us = 48 * HOUR_US, .open_days = true};
static const struct clock_rule reply_by_days = {.target_us = 48 * HOUR_US, .open_days = true, .reading = CLOCK_END_OF_DAY};
static const struct clock_rule thirty_days = {.target_us = 30 * DAY_US, .reading = CLOCK_END_OF_DAY};

static const struct worktime_edition december[] = {
	{.valid_from = 20261201, .decided_on = 20261101, .weekdays = WORKTIME_WEEKEND, .holidays = true, .year_end = true,
	    .closed = {{20261228}, 1}},
};
static const struct worktime usual = {0}, with_december = {.editions = december, .count = 1};

static const struct known {
	const struct clock_rule *rule;
	const struct worktime *calendar;
	const char *start, *now;
	int64_t used_s;
	const char *due;
	bool late;
} known[] = {
	/* two ordinary days */
	{&reply, &usual, "2026-11-17T10:00:00+09:00", "2026-11-18T09:00:00+09:00", 23 * 3600, "2026-11-19T10:00:00+09:00", false},
	{&reply, &usual, "2026-11-17T10:00:00+09:00", "2026-11-19T09:59:59+09:00", 48 * 3600 - 1, "2026-11-19T10:00:00+09:00", false},
	{&reply, &usual, "2026-11-17T10:00:00+09:00", "2026-11-19T10:00:00+09:00", 48 * 3600, "2026-11-19T10:00:00+09:00", true},
	/* over a weekend and a Monday that is a holiday */
	{&reply, &usual, "2026-11-20T17:00:00+09:00", "2026-11-23T12:00:00+09:00", 7 * 3600, "2026-11-25T17:00:00+09:00", false},
	/* filed on a closed day: begins at 0:00 of the next open one */
	{&reply, &usual, "2026-11-21T13:30:00+09:00", "2026-11-23T23:59:59+09:00", 0, "2026-11-26T00:00:00+09:00", false},
	{&reply, &usual, "2026-11-21T13:30:00+09:00", "2026-11-24T07:00:00+09:00", 7 * 3600, "2026-11-26T00:00:00+09:00", false},
	/* five closed days in September 2026, the Tuesday being one only because of its neighbours */
	{&reply, &usual, "2026-09-18T09:10:00+09:00", "2026-09-24T16:20:00+09:00", 31 * 3600 + 600, "2026-09-25T09:10:00+09:00", false},
	/* the turn of the year */
	{&reply, &usual, "2026-12-28T12:00:00+09:00", "2027-01-04T12:00:00+09:00", 24 * 3600, "2027-01-05T12:00:00+09:00", false},
	{&reply, &with_december, "2026-12-25T12:00:00+09:00", "2026-12-28T18:00:00+09:00", 12 * 3600, "2027-01-05T12:00:00+09:00", false},
	/* the day in Japan, not the one in UTC: Friday 23:59:59 and a second later */
	{&reply, &usual, "2026-11-27T14:59:59Z", "2026-11-29T14:59:59Z", 1, "2026-12-01T14:59:59Z", false},
	{&reply, &usual, "2026-11-27T15:00:00Z", "2026-11-29T15:00:00Z", 0, "2026-12-01T15:00:00Z", false},
	/* leap day */
	{&reply, &usual, "2028-02-28T08:00:00+09:00", "2028-02-29T08:00:00+09:00", 24 * 3600, "2028-03-01T08:00:00+09:00", false},
	/* the other reading: until the end of the second open day after the one of the inquiry */
	{&reply_by_days, &usual, "2026-11-17T10:00:00+09:00", "2026-11-18T12:00:00+09:00", 12 * 3600, "2026-11-20T00:00:00+09:00", false},
	{&reply_by_days, &usual, "2026-11-20T17:00:00+09:00", "2026-11-23T12:00:00+09:00", 0, "2026-11-26T00:00:00+09:00", false},
	{&reply_by_days, &usual, "2026-11-21T13:30:00+09:00", "2026-11-25T23:59:59+09:00", 48 * 3600 - 1, "2026-11-26T00:00:00+09:00", false},
	{&reply_by_days, &usual, "2026-09-18T09:10:00+09:00", "2026-09-24T16:20:00+09:00", 16 * 3600 + 1200, "2026-09-26T00:00:00+09:00", false},
	/* thirty days of the calendar: the first one is not counted, closed days are */
	{&thirty_days, &usual, "2026-11-21T13:30:00+09:00", "2026-12-21T23:59:59+09:00", 30 * 86400 - 1, "2026-12-22T00:00:00+09:00", false},
	{&thirty_days, &usual, "2026-11-21T13:30:00+09:00", "2026-12-22T00:00:00+09:00", 30 * 86400, "2026-12-22T00:00:00+09:00", true},
	{&thirty_days, &usual, "2028-01-31T00:00:00+09:00", "2028-02-29T12:00:00+09:00", 28 * 86400 + 43200, "2028-03-02T00:00:00+09:00", false},
	{&thirty_days, &usual, "2027-01-31T23:59:59+09:00", "2027-02-01T00:00:00+09:00", 0, "2027-03-03T00:00:00+09:00", false},
};

static void test_known(void **state)
{
	(void)state;
	REQ("S-29");
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		const struct known *row = &known[i];
		const struct clock_event event = {.at_us = at(row->start), .move = CLOCK_START};
		struct clock_measured m;

		clock_measure(row->rule, &event, 1, row->calendar, at(row->now), &m);
		if (m.used_us != row->used_s * SECOND_US || m.due_us != at(row->due) || m.late != row->late || m.state != CLOCK_RUNNING)
			fail_msg("row %zu: used %lld s", i, (long long)(m.used_us / SECOND_US));
	}
}

/* ---- the second implementation ---- */

/* As printed, 2026 to 2028; 2028 is a leap year. */
static const int holidays[] = {
	20260101, 20260112, 20260211, 20260223, 20260320, 20260429, 20260503, 20260504, 20260505, 20260506, 20260720, 20260811, 20260921,
	20260922, 20260923, 20261012, 20261103, 20261123,
	20270101, 20270111, 20270211, 20270223, 20270321, 20270322, 20270429, 20270503, 20270504, 20270505, 20270719, 20270811, 20270920,
	20270923, 20271011, 20271103, 20271123,
	20280101, 20280110, 20280211, 20280223, 20280320, 20280429, 20280503, 20280504, 20280505, 20280717, 20280811, 20280918, 20280922,
	20281009, 20281103, 20281123,
};

struct life {
	const struct clock_rule *rule;
	const struct clock_event *events;
	size_t count;
	const struct worktime *calendar;
	int64_t step_s;
};

static bool listed(const struct worktime_days *days, int date)
{
	for (size_t i = 0; i < days->count; i++)
		if (days->days[i] == date)
			return true;
	return false;
}

/* The decree that a clerk would look up on that morning: every one that was signed before, the newest that has begun. */
static bool office_open(const struct worktime *calendar, time_t s)
{
	time_t tokyo = s + 9 * 3600;
	struct tm tm;
	int date;
	const struct worktime_edition *decree = NULL;
	bool closed;

	(void)gmtime_r(&tokyo, &tm);
	date = (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
	for (size_t i = calendar->count; i-- > 0;) {
		const struct worktime_edition *one = &calendar->editions[i];

		if (one->decided_on >= date || one->valid_from > date)
			continue;
		if (decree == NULL || one->valid_from > decree->valid_from)
			decree = one;
	}
	closed = ((decree != NULL ? decree->weekdays : WORKTIME_WEEKEND) >> tm.tm_wday & 1u) != 0;
	if (decree == NULL || decree->year_end)
		closed = closed || (tm.tm_mon == 11 && tm.tm_mday > 28) || (tm.tm_mon == 0 && tm.tm_mday < 4);
	for (size_t i = 0; (decree == NULL || decree->holidays) && i < COUNT_OF(holidays); i++)
		closed = closed || holidays[i] == date;
	if (decree != NULL && listed(&decree->closed, date))
		closed = true;
	if (decree != NULL && listed(&decree->open, date))
		closed = false;
	return !closed;
}

static bool ran_at(const struct life *life, time_t s, bool after_end)
{
	bool started = false, standing = false;

	for (size_t i = 0; i < life->count && life->events[i].at_us / SECOND_US <= s; i++) {
		started = started || life->events[i].move == CLOCK_START;
		if (life->events[i].move == CLOCK_END && started && after_end)
			break;
		if (life->events[i].move == CLOCK_END && started)
			return false;
		if (started && life->events[i].move == CLOCK_STAND)
			standing = true;
		if (life->events[i].move == CLOCK_GO)
			standing = false;
	}
	return started && !standing;
}

static int day_number(time_t s)
{
	return (int)((s + 9 * 3600) / 86400);
}

/* Second by second: how many of them were used before `now`, and which one is the first too late (0: none before `last`). */
static void live_by_seconds(const struct life *life, time_t first, time_t now, time_t last, int64_t *used_s, time_t *due)
{
	int64_t counted = 0;
	int day = -1;
	bool open = true;
	bool over = false;

	*used_s = 0;
	*due = 0;
	for (time_t s = first; s < last && (s < now || *due == 0); s += life->step_s) {
		if (life->rule->open_days && day_number(s) != day) {
			day = day_number(s);
			open = office_open(life->calendar, s);
		}
		if (s < now && open && ran_at(life, s, false))
			*used_s += life->step_s;
		if (open && ran_at(life, s, true))
			counted += life->step_s;
		over = counted * SECOND_US >= life->rule->target_us;
		if (over && *due == 0)
			*due = s + life->step_s;
	}
}

/* Whole days: is there a step on this day on which it ran? */
static bool ran_on_day(const struct life *life, time_t midnight)
{
	for (time_t s = midnight; s < midnight + 86400; s += life->step_s)
		if (ran_at(life, s, true))
			return true;
	return false;
}

static void live_by_days(const struct life *life, time_t first, time_t now, time_t last, int64_t *used_s, time_t *due)
{
	int64_t wanted = (life->rule->target_us + DAY_US - 1) / DAY_US;
	time_t midnight = (time_t)((day_number(first) + 1) * (int64_t)86400 - 9 * 3600);
	time_t ended = 0;

	for (size_t i = 0; i < life->count; i++)
		if (life->events[i].move == CLOCK_END)
			ended = life->events[i].at_us / SECOND_US;
	*used_s = 0;
	*due = 0;
	for (; midnight < last && (midnight < now || *due == 0); midnight += 86400) {
		time_t until = ended != 0 && ended < now ? ended : now;

		if ((life->rule->open_days && !office_open(life->calendar, midnight)) || !ran_on_day(life, midnight))
			continue;
		if (until > midnight)
			*used_s += until - midnight < 86400 ? until - midnight : 86400;
		if (--wanted == 0)
			*due = midnight + 86400;
	}
}

/* ---- the comparison ---- */

static uint64_t seed;

/* xorshift64: the same lives on every machine, and the seed of a failure is printed. */
static int64_t pick(int64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)below);
}

static struct worktime_edition editions[3];

/* Dates rising, near the start. */
static void some_days(struct worktime_days *days, int32_t first)
{
	days->count = (size_t)pick(5);
	for (size_t i = 0; i < days->count; i++)
		days->days[i] = first = clock_date_add(first, (int32_t)(1 + pick(6)));
}

static struct worktime some_calendar(int32_t first)
{
	struct worktime calendar = {.editions = editions, .count = (size_t)pick(4)};
	int32_t decided = clock_date_add(first, -20);

	for (size_t i = 0; i < calendar.count; i++) {
		decided = clock_date_add(decided, (int32_t)pick(20));
		editions[i] = (struct worktime_edition){
			.valid_from = clock_date_add(first, (int32_t)(pick(40) - 20)), .decided_on = decided,
			.weekdays = pick(3) == 0 ? (unsigned)pick(127) : WORKTIME_WEEKEND, .holidays = pick(4) != 0, .year_end = pick(4) != 0,
		};
		some_days(&editions[i].closed, first);
		some_days(&editions[i].open, first);
	}
	return calendar;
}

/* The corners that calendars have, and anywhere. */
static time_t some_moment(int64_t step_s)
{
	static const char *const corners[] = {"2026-09-17T12:00:00+09:00", "2026-12-24T12:00:00+09:00", "2027-12-27T00:00:00+09:00",
		"2028-02-26T00:00:00+09:00", "2026-04-28T00:00:00+09:00", "2027-03-19T00:00:00+09:00", "2026-11-20T00:00:00+09:00",
		"2028-09-15T00:00:00+09:00"};
	int64_t from_s = pick(2) == 0 ? at("2026-03-01T00:00:00+09:00") / SECOND_US + pick(700) * 86400 :
	                                at(corners[pick(COUNT_OF(corners))]) / SECOND_US;
	int64_t s = from_s + pick(5 * 86400 / step_s) * step_s;

	if (pick(6) == 0)
		s = (s + 9 * 3600) / 86400 * 86400 - 9 * 3600; /* midnight itself */
	return s;
}

static size_t some_life(struct clock_event *events, time_t first, int64_t step_s, int64_t pace_s)
{
	size_t count = 1;
	int64_t s = first;
	size_t turns = (size_t)pick(4) * 2 + (size_t)pick(2);

	events[0] = (struct clock_event){.at_us = first * SECOND_US, .move = CLOCK_START};
	for (size_t i = 0; i < turns; i++) {
		s += (1 + pick(pace_s / step_s)) * step_s;
		events[count++] = (struct clock_event){.at_us = s * SECOND_US, .move = i % 2 == 0 ? CLOCK_STAND : CLOCK_GO};
	}
	if (pick(3) == 0)
		events[count++] = (struct clock_event){.at_us = (s + (1 + pick(pace_s / step_s)) * step_s) * SECOND_US, .move = CLOCK_END};
	return count;
}

static void compare(const struct clock_rule *rule, int64_t step_s, int64_t pace_s, int64_t span_s)
{
	time_t first = some_moment(step_s), now, due = 0, last, until;
	struct worktime calendar = some_calendar(clock_date_jst(first * SECOND_US));
	struct clock_event events[12];
	size_t count = some_life(events, first, step_s, pace_s);
	struct life life = {.rule = rule, .events = events, .count = count, .calendar = &calendar, .step_s = step_s};
	struct clock_measured m;
	int64_t used_s = 0;

	now = first + pick(span_s / step_s) * step_s;
	while (life.count > 1 && events[life.count - 1].at_us > now * SECOND_US)
		life.count--; /* of what is to come nobody knows */
	last = first + 2 * span_s + 40 * 86400;
	(rule->reading == CLOCK_SUM ? live_by_seconds : live_by_days)(&life, first, now, last, &used_s, &due);
	clock_measure(rule, events, count, &calendar, now * SECOND_US, &m);
	if (m.due_us > last * SECOND_US)
		m.due_us = 0;
	until = life.events[life.count - 1].move == CLOCK_END ? (time_t)(life.events[life.count - 1].at_us / SECOND_US) : now;
	if (m.used_us != used_s * SECOND_US || m.due_us != due * SECOND_US || m.late != (due != 0 && due <= until))
		fail_msg("seed %llu: used %lld s, not %lld; due %lld, not %lld", (unsigned long long)seed, (long long)used_s,
		    (long long)(m.used_us / SECOND_US), (long long)due, (long long)(m.due_us / SECOND_US));
}

static void test_second_by_second(void **state)
{
	static const struct clock_rule rules[] = {
		{.target_us = 48 * HOUR_US, .open_days = true}, {.target_us = 48 * HOUR_US}, {.target_us = 6 * HOUR_US, .open_days = true},
		{.target_us = 4 * 60 * SECOND_US, .open_days = true},
	};

	(void)state;
	REQ("S-29");
	seed = 20261121;
	for (int i = 0; i < 24; i++)
		compare(&rules[i % (int)COUNT_OF(rules)], 1, 86400, 5 * 86400);
}

static void test_minute_by_minute(void **state)
{
	static const struct clock_rule rules[] = {
		{.target_us = 48 * HOUR_US, .open_days = true}, {.target_us = 48 * HOUR_US, .open_days = true, .reading = CLOCK_END_OF_DAY},
		{.target_us = 30 * DAY_US, .reading = CLOCK_END_OF_DAY}, {.target_us = 30 * DAY_US, .open_days = true, .reading = CLOCK_END_OF_DAY},
		{.target_us = 30 * HOUR_US, .reading = CLOCK_END_OF_DAY}, {.target_us = 72 * HOUR_US, .open_days = true},
	};

	(void)state;
	REQ("S-29");
	seed = 48;
	for (int i = 0; i < 1500; i++)
		compare(&rules[i % (int)COUNT_OF(rules)], 60, 3 * 86400, 20 * 86400);
}

/* C2: as time goes on, what is used never falls, and the stages come in their order at the moment that was foretold. */
static void test_forward(void **state)
{
	struct clock_event start = {.move = CLOCK_START};
	const struct worktime calendar = {0};

	(void)state;
	seed = 7;
	for (int i = 0; i < 60; i++) {
		int64_t begin = (int64_t)some_moment(60) * SECOND_US, before = 0, half, most_of_it;
		struct clock_measured m;

		start.at_us = begin;
		half = clock_stage(&reply, &start, 1, &calendar, begin, 50);
		most_of_it = clock_stage(&reply, &start, 1, &calendar, begin, 75);
		for (int64_t now = begin; now < begin + 12 * DAY_US; now += 3600 * SECOND_US) {
			clock_measure(&reply, &start, 1, &calendar, now, &m);
			assert_true(m.used_us >= before);
			before = m.used_us;
		}
		clock_measure(&reply, &start, 1, &calendar, half, &m);
		assert_int_equal(m.used_us, 24 * HOUR_US);
		clock_measure(&reply, &start, 1, &calendar, most_of_it, &m);
		assert_int_equal(m.used_us, 36 * HOUR_US);
		assert_true(half < most_of_it && most_of_it < m.due_us);
		assert_int_equal(clock_stage(&reply, &start, 1, &calendar, half, 50), 0);
	}
}

/* Changing the calendar in the middle of a case says nothing about the days that have been. W1 */
static void test_calendar_changes(void **state)
{
	const struct worktime_edition later[] = {{.valid_from = 20261101, .decided_on = 20261118, .weekdays = WORKTIME_WEEKEND,
	    .holidays = true, .year_end = true, .closed = {{20261117, 20261118, 20261119}, 3}}};
	const struct worktime before = {0}, after = {.editions = later, .count = 1};
	const struct clock_event start = {.at_us = at("2026-11-17T10:00:00+09:00"), .move = CLOCK_START};
	struct clock_measured m;

	(void)state;
	REQ("S-29");
	clock_measure(&reply, &start, 1, &before, at("2026-11-18T23:00:00+09:00"), &m);
	assert_int_equal(m.used_us, 37 * HOUR_US);
	clock_measure(&reply, &start, 1, &after, at("2026-11-18T23:00:00+09:00"), &m);
	assert_int_equal(m.used_us, 37 * HOUR_US);
	assert_int_equal(m.due_us, at("2026-11-20T10:00:00+09:00"));
}

static void test_events_that_do_not_fit(void **state)
{
	const struct clock_event events[] = {
		{at("2026-11-16T10:00:00+09:00"), CLOCK_GO}, {at("2026-11-16T11:00:00+09:00"), CLOCK_END},
		{at("2026-11-17T10:00:00+09:00"), CLOCK_START}, {at("2026-11-17T11:00:00+09:00"), CLOCK_START},
		{at("2026-11-17T12:00:00+09:00"), CLOCK_GO}, {at("2026-11-17T20:00:00+09:00"), CLOCK_END},
		{at("2026-11-17T21:00:00+09:00"), CLOCK_START}, {at("2026-11-17T22:00:00+09:00"), CLOCK_END},
	};
	struct clock_measured m;

	(void)state;
	clock_measure(&reply, events, COUNT_OF(events), &usual, at("2026-11-20T10:00:00+09:00"), &m);
	assert_int_equal(m.state, CLOCK_ENDED);
	assert_int_equal(m.used_us, 10 * HOUR_US);
	assert_false(m.late);
	clock_measure(&reply, events, 2, &usual, at("2026-11-20T10:00:00+09:00"), &m);
	assert_int_equal(m.state, CLOCK_IDLE);
	assert_int_equal(m.due_us, 0);
	clock_measure(&reply, NULL, 0, &usual, at("2026-11-20T10:00:00+09:00"), &m);
	assert_int_equal(m.state, CLOCK_IDLE);
}

/* No day is ever open: there is no end, and no endless search for one. */
static void test_never_open(void **state)
{
	const struct worktime never = {.weekdays = 127};
	const struct clock_event start = {.at_us = at("2026-11-17T10:00:00+09:00"), .move = CLOCK_START};
	struct clock_measured m;

	(void)state;
	clock_measure(&reply, &start, 1, &never, at("2056-11-18T23:00:00+09:00"), &m);
	assert_int_equal(m.used_us, 0);
	assert_int_equal(m.due_us, 0);
	assert_false(m.late);
	assert_int_equal(clock_stage(&reply, &start, 1, &never, at("2026-11-18T23:00:00+09:00"), 50), 0);
}

/* ---- words ---- */

static void assert_words(const struct clock_rule *rule, const struct clock_event *events, size_t count, const char *now, const char *ja,
    const char *en)
{
	struct clock_measured m;
	char words[CLOCK_WORDS_MAX];

	clock_measure(rule, events, count, &usual, at(now), &m);
	clock_words(rule, &m, LANGUAGE_JA, words);
	assert_string_equal(words, ja);
	clock_words(rule, &m, LANGUAGE_EN, words);
	assert_string_equal(words, en);
}

static void test_words(void **state)
{
	const struct clock_event september[] = {{at("2026-09-18T09:10:00+09:00"), CLOCK_START}, {at("2026-09-24T12:00:00+09:00"), CLOCK_END}};
	const struct clock_event new_year[] = {{at("2026-12-28T12:00:00+09:00"), CLOCK_START}};
	const struct clock_event asked[] = {{at("2026-11-02T09:00:00+09:00"), CLOCK_START}, {at("2026-11-05T10:30:00+09:00"), CLOCK_STAND},
		{at("2026-11-09T09:05:00+09:00"), CLOCK_GO}};
	const struct clock_rule short_one = {.target_us = 240 * SECOND_US};

	(void)state;
	REQ("S-29");
	assert_words(&reply, september, 1, "2026-09-24T16:20:00+09:00",
	    "48時間のうち31時間10分を使用。期限は9月25日（金）9:10。9月19日〜23日は閉庁日のため停止。",
	    "31 h 10 min of 48 h used. Due Friday 25 September 9:10. Stands still 19–23 September (closed days).");
	assert_words(&reply, september, 2, "2026-09-28T00:00:00+09:00", "48時間のうち26時間50分で完了。9月19日〜23日は閉庁日のため停止。",
	    "Done with 26 h 50 min of 48 h used. Stands still 19–23 September (closed days).");
	assert_words(&reply, september, 1, "2026-09-25T10:00:00+09:00",
	    "48時間を50分超過。期限は9月25日（金）9:10でした。9月19日〜23日は閉庁日のため停止。",
	    "Over the target of 48 h by 50 min. Was due Friday 25 September 9:10. Stands still 19–23 September (closed days).");
	assert_words(&reply, new_year, 1, "2027-01-04T00:00:00+09:00",
	    "48時間のうち12時間を使用。期限は2027年1月5日（火）12:00。12月29日〜2027年1月3日は閉庁日のため停止。",
	    "12 h of 48 h used. Due Tuesday 5 January 2027 12:00. Stands still 29 December – 3 January 2027 (closed days).");
	assert_words(&thirty_days, asked, 2, "2026-11-07T00:00:00+09:00", "30日のうち3日を使用。回答待ちのため停止中。11月5日 10:30から停止。",
	    "3 days of 30 days used. Stands still until an answer comes. Has stood still since 5 November 10:30.");
	assert_words(&thirty_days, asked, 3, "2026-11-10T12:00:00+09:00",
	    "30日のうち4日を使用。期限は12月5日（土）。11月5日 10:30から11月9日 9:05まで回答待ちのため停止。",
	    "4 days of 30 days used. Due Saturday 5 December. Stood still from 5 November 10:30 to 9 November 9:05, waiting for an answer.");
	assert_words(&thirty_days, asked, 3, "2026-12-06T12:00:00+09:00",
	    "30日を1日超過。期限は12月5日（土）でした。11月5日 10:30から11月9日 9:05まで回答待ちのため停止。",
	    "Over the target of 30 days by 1 day. Was due Saturday 5 December. Stood still from 5 November 10:30 to 9 November 9:05, waiting for an answer.");
	assert_words(&reply_by_days, september, 1, "2026-09-24T16:20:00+09:00",
	    "2開庁日のうち0日を使用。期限は9月25日（金）。9月19日〜23日は閉庁日のため停止。",
	    "0 days of 2 open days used. Due Friday 25 September. Stands still 19–23 September (closed days).");
	assert_words(&short_one, new_year, 1, "2026-12-28T12:01:05+09:00", "4分のうち1分5秒を使用。期限は12月28日（月）12:04。",
	    "1 min 5 s of 4 min used. Due Monday 28 December 12:04.");
	assert_words(&reply, september, 0, "2026-09-24T16:20:00+09:00", "始まっていません。", "Not started.");
}

/* However many stops there were: what does not fit is left out, and said to be there. */
static void test_many_stands(void **state)
{
	struct clock_event events[41] = {{at("2026-11-02T09:00:00+09:00"), CLOCK_START}};
	char words[CLOCK_WORDS_MAX];
	struct clock_measured m;

	(void)state;
	for (size_t i = 1; i < COUNT_OF(events); i++)
		events[i] = (struct clock_event){events[i - 1].at_us + 60 * SECOND_US, i % 2 == 1 ? CLOCK_STAND : CLOCK_GO};
	clock_measure(&reply, events, COUNT_OF(events), &usual, at("2026-11-05T09:00:00+09:00"), &m);
	assert_int_equal(m.stand_count, CLOCK_STAND_MAX);
	assert_true(m.more_stands);
	clock_words(&reply, &m, LANGUAGE_JA, words);
	assert_true(strlen(words) < CLOCK_WORDS_MAX);
	assert_ok(utf8_check(bytes_str(words), NULL));
}

static void no_target(void)
{
	const struct clock_rule none = {0};
	struct clock_measured m;

	clock_measure(&none, NULL, 0, &usual, 0, &m);
}

static void test_trips(void **state)
{
	(void)state;
	assert_stops(no_target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_second_by_second),
		cmocka_unit_test(test_minute_by_minute),
		cmocka_unit_test(test_forward),
		cmocka_unit_test(test_calendar_changes),
		cmocka_unit_test(test_events_that_do_not_fit),
		cmocka_unit_test(test_never_open),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_many_stands),
		cmocka_unit_test(test_trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
