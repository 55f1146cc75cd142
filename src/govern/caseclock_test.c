/*
 * Clocks of cases: what their entries make of them, what of the calendar goes along, and the bytes in which both travel.
 */
#include "base/clock.h"
#include "base/unit_test.h"
#include "govern/caseclock.h"

#define ARENA_MAX ((size_t)4 << 20)
#define HOUR_US ((int64_t)3600 * 1000000)


static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, ARENA_MAX);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int64_t at(const char *text)
{
	int64_t at_us = 0;

	assert_ok(clock_time_parse(bytes_str(text), &at_us));
	return at_us;
}

enum { OPEN, ASKED, ANSWERED, CLOSED };

static const struct casekind kind = {
	.states = {{.code = "open"}, {.code = "asked"}, {.code = "answered"}, {.code = "closed", .final = true}}, .state_count = 4,
};
static const struct casekind_clock reply = {.code = "reply", .from = CASEKIND_OPENED, .until = "first-reply",
	.rule = {.target_us = 48 * HOUR_US, .open_days = true}, .stands_in = 1u << ASKED};

static void measure(const struct casekind_clock *clock, const struct caseclock_step *steps, size_t count, int64_t now_us, struct clock_measured *out)
{
	struct caseclock_work work;

	assert_ok(caseclock_events(&kind, clock, steps, count, &arena, &work));
	clock_measure(&work.rule, work.events, work.count, &work.calendar, now_us, out);
}

/* Every word of the events that a clock may name. */
static void test_events(void **state)
{
	const struct casekind_clock whole = {.code = "whole", .from = CASEKIND_OPENED, .until = CASEKIND_CLOSED, .rule = reply.rule};
	const struct casekind_clock after = {.code = "after", .from = "first-reply", .until = CASEKIND_CLOSED, .rule = reply.rule};
	const struct caseclock_step steps[] = {
		{at("2026-11-17T10:00:00+09:00"), NULL, OPEN}, {at("2026-11-17T11:00:00+09:00"), NULL, ASKED}, {at("2026-11-17T14:00:00+09:00"), NULL, OPEN},
		{at("2026-11-17T15:00:00+09:00"), "first-reply", ANSWERED}, {at("2026-11-17T16:00:00+09:00"), "first-reply", ANSWERED},
		{at("2026-11-17T18:00:00+09:00"), NULL, CLOSED},
	};
	struct clock_measured m;

	(void)state;
	REQ("S-29");
	measure(&reply, steps, 6, at("2026-11-18T00:00:00+09:00"), &m);
	assert_int_equal(m.state, CLOCK_ENDED);
	assert_int_equal(m.used_us, 2 * HOUR_US);
	measure(&reply, steps, 2, at("2026-11-18T00:00:00+09:00"), &m);
	assert_int_equal(m.state, CLOCK_STANDING);
	assert_int_equal(m.used_us, HOUR_US);
	measure(&whole, steps, 6, at("2026-11-18T00:00:00+09:00"), &m);
	assert_int_equal(m.used_us, 8 * HOUR_US);
	measure(&after, steps, 3, at("2026-11-18T00:00:00+09:00"), &m);
	assert_int_equal(m.state, CLOCK_IDLE);
	measure(&after, steps, 6, at("2026-11-18T00:00:00+09:00"), &m);
	assert_int_equal(m.used_us, 3 * HOUR_US);
	/* Closed before what it waits for: it ends with the case. */
	measure(&reply, (struct caseclock_step[]){steps[0], steps[5]}, 2, at("2026-11-18T00:00:00+09:00"), &m);
	assert_int_equal(m.state, CLOCK_ENDED);
	assert_int_equal(m.ended_us, steps[5].at_us);
}

/* A machine's clock that was set back: the entries keep their order, and time does not run backwards. */
static void test_set_back(void **state)
{
	const struct caseclock_step steps[] = {
		{at("2026-11-17T10:00:00+09:00"), NULL, OPEN}, {at("2026-11-17T12:00:00+09:00"), NULL, ASKED}, {at("2026-11-17T11:00:00+09:00"), "first-reply", ANSWERED},
	};
	struct caseclock_work work;
	OWN(buf) bytes = {0};

	(void)state;
	assert_ok(caseclock_events(&kind, &reply, steps, 3, &arena, &work));
	for (size_t i = 1; i < work.count; i++)
		assert_true(work.events[i].at_us >= work.events[i - 1].at_us);
	assert_ok(caseclock_encode(&work, &bytes));
	assert_ok(caseclock_decode(bytes_of(&bytes), &arena, &work));
}

static const struct worktime_edition editions[] = {
	{.valid_from = 20260401, .decided_on = 20260301, .weekdays = WORKTIME_WEEKEND, .holidays = true, .year_end = true, .closed = {{20260415, 20261120}, 2}},
	{.valid_from = 20261001, .decided_on = 20260901, .weekdays = 1, .holidays = true, .year_end = true, .closed = {{20261102, 20261120}, 2}},
	{.valid_from = 20261001, .decided_on = 20260915, .weekdays = WORKTIME_WEEKEND, .holidays = true, .year_end = true, .closed = {{20261102, 20261119}, 2},
	    .open = {{20261103, 20261123}, 2}},
	{.valid_from = 20260801, .decided_on = 20261118, .weekdays = 2, .holidays = false, .year_end = true},
	{.valid_from = 20261201, .decided_on = 20261101, .weekdays = WORKTIME_WEEKEND, .holidays = true, .year_end = false},
};

/* What goes along says of every day from the start on what the whole calendar says. */
static void test_calendar(void **state)
{
	const struct worktime all = {.weekdays = 1, .editions = editions, .count = COUNT_OF(editions)};
	struct worktime kept;
	int32_t date = 20261117;

	(void)state;
	REQ("S-29");
	assert_ok(caseclock_calendar(&all, at("2026-11-17T10:00:00+09:00"), &arena, &kept));
	assert_true(kept.count < all.count);
	assert_int_equal(kept.editions[0].valid_from, 20261001);
	assert_int_equal(kept.editions[0].closed.count, 1);
	for (int i = 0; i < 500; i++, date = clock_date_add(date, 1))
		if (worktime_why(&kept, date) != worktime_why(&all, date))
			fail_msg("%d", date);
	assert_ok(caseclock_calendar(&all, at("2026-01-05T10:00:00+09:00"), &arena, &kept));
	assert_int_equal(kept.count, all.count);
}

static void make(struct caseclock_work *work)
{
	const struct caseclock_step steps[] = {
		{at("2026-11-17T10:00:00+09:00"), NULL, OPEN}, {at("2026-11-17T11:00:00+09:00"), NULL, ASKED}, {at("2026-11-17T14:00:00+09:00"), NULL, OPEN},
	};

	assert_ok(caseclock_events(&kind, &reply, steps, 3, &arena, work));
	work->calendar = (struct worktime){.weekdays = 1, .editions = editions, .count = COUNT_OF(editions)};
}

static void test_pair(void **state)
{
	struct caseclock_work work, back = {0};
	struct clock_measured one, other;
	OWN(buf) bytes = {0};

	(void)state;
	make(&work);
	assert_ok(caseclock_encode(&work, &bytes));
	assert_ok(caseclock_decode(bytes_of(&bytes), &arena, &back));
	assert_int_equal(back.count, work.count);
	assert_int_equal(back.calendar.count, work.calendar.count);
	assert_int_equal(back.calendar.editions[2].open.days[1], 20261123);
	for (int64_t now = at("2026-11-17T00:00:00+09:00"); now < at("2026-12-31T00:00:00+09:00"); now += 7 * HOUR_US) {
		clock_measure(&work.rule, work.events, work.count, &work.calendar, now, &one);
		clock_measure(&back.rule, back.events, back.count, &back.calendar, now, &other);
		assert_int_equal(one.used_us, other.used_us);
		assert_int_equal(one.due_us, other.due_us);
	}
}

/* Whatever is cut off, added or out of its range is refused, and the output stays. */
static void test_refuses(void **state)
{
	struct caseclock_work work, back = {.count = 77};
	OWN(buf) bytes = {0};
	static const struct { size_t at; uint8_t value; } wrong[] = {
		{0, 2},     /* format */
		{1, 4},     /* an unknown flag */
		{2, 0x80},  /* a target of ages */
		{10, 128},  /* an eighth day of the week */
		{11, 25},   /* too many editions */
		{12, 0xff}, /* no date */
		{21, 4},    /* an unknown flag of an edition */
		{22, 121},  /* too many days */
	};

	(void)state;
	make(&work);
	assert_ok(caseclock_encode(&work, &bytes));
	for (size_t len = 0; len < bytes.len; len++)
		assert_err(INVALID, caseclock_decode((struct bytes){bytes.ptr, len}, &arena, &back));
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		uint8_t kept = bytes.ptr[wrong[i].at];

		bytes.ptr[wrong[i].at] = wrong[i].value;
		if (err_is_ok(caseclock_decode(bytes_of(&bytes), &arena, &back)))
			fail_msg("row %zu", i);
		bytes.ptr[wrong[i].at] = kept;
	}
	assert_ok(buf_u8(&bytes, 0));
	assert_err(INVALID, caseclock_decode(bytes_of(&bytes), &arena, &back));
	assert_int_equal(back.count, 77);
}

static void test_too_large(void **state)
{
	struct worktime_edition many[CASECLOCK_EDITIONS_MAX + 1] = {{.valid_from = 20260401}};
	struct caseclock_work work;
	OWN(buf) bytes = {0};

	(void)state;
	make(&work);
	work.calendar = (struct worktime){.editions = many, .count = CASECLOCK_EDITIONS_MAX};
	assert_ok(caseclock_encode(&work, &bytes));
	work.calendar.count++;
	assert_err(TOO_LARGE, caseclock_encode(&work, &bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_events, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_set_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_calendar, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pair, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refuses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_large, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
