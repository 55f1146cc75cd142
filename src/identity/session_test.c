/*
 * How long a session lasts, at the limit and one moment past it; which PINs and codes are taken.
 */
#include "base/unit_test.h"
#include "identity/device.h"
#include "identity/pin.h"
#include "identity/session.h"

#define MINUTE ((int64_t)60 * 1000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define START ((int64_t)1800000000 * 1000000)

static struct session_limits usual(const struct session *session, enum role role)
{
	const struct contract_limits nothing = {0};

	return session_limits(session, role, &nothing);
}

static enum session_standing standing(const struct session *session, enum role role, int64_t now_us)
{
	struct session_limits limits = usual(session, role);

	return session_standing(session, &limits, now_us);
}

static struct session begun(enum role role)
{
	struct session session = {.started = START, .seen = START, .proved = START};
	struct session_limits limits = usual(&session, role);

	session_limit(&session, &limits);
	return session;
}

static const struct { enum role role; int64_t idle, absolute; enum session_standing idles_to; } rows[] = {
	{ROLE_GUARDIAN, 30 * DAY, 180 * DAY, SESSION_OVER},
	{ROLE_STAFF, 15 * MINUTE, 12 * HOUR, SESSION_LOCKED},
	{ROLE_PRINCIPAL, 15 * MINUTE, 12 * HOUR, SESSION_OVER},
	{ROLE_OFFICER, 60 * MINUTE, 12 * HOUR, SESSION_OVER},
	{ROLE_OFFICER_ADMIN, 15 * MINUTE, 12 * HOUR, SESSION_OVER},
	{ROLE_AUDITOR, 60 * MINUTE, 12 * HOUR, SESSION_OVER},
	{ROLE_SERVICE, 15 * MINUTE, 12 * HOUR, SESSION_OVER},
	{ROLE_OPERATOR, 15 * MINUTE, 12 * HOUR, SESSION_OVER},
	{ROLE_OPERATOR_ADMIN, 15 * MINUTE, 12 * HOUR, SESSION_OVER},
};

static void idle(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct session session = begun(rows[i].role);

		assert_int_equal(standing(&session, rows[i].role, START), SESSION_LIVE);
		assert_int_equal(standing(&session, rows[i].role, START + rows[i].idle - 1), SESSION_LIVE);
		assert_int_equal(standing(&session, rows[i].role, START + rows[i].idle), rows[i].idles_to);
		session.seen = START + rows[i].idle;
		assert_int_equal(standing(&session, rows[i].role, START + rows[i].idle), SESSION_LIVE);
	}
}

static void absolute(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct session session = begun(rows[i].role);

		assert_true(session.expires == START + rows[i].absolute);
		session.seen = START + rows[i].absolute;
		assert_int_equal(standing(&session, rows[i].role, START + rows[i].absolute - 1), SESSION_LIVE);
		assert_int_equal(standing(&session, rows[i].role, START + rows[i].absolute), SESSION_OVER);
		session.locked = START;
		assert_int_equal(standing(&session, rows[i].role, START + rows[i].absolute), SESSION_OVER);
	}
}

static void ended(void **state)
{
	struct session session = begun(ROLE_STAFF);

	(void)state;
	session.locked = START;
	assert_int_equal(standing(&session, ROLE_STAFF, START + 1), SESSION_LOCKED);
	session.ended = START;
	assert_int_equal(standing(&session, ROLE_STAFF, START + 1), SESSION_OVER);
}

/* A guardian's month is not for a tablet that all share. */
static void on_a_tablet(void **state)
{
	struct session session = {.started = START, .seen = START, .proved = START, .device = {{1}}};
	struct session_limits limits = usual(&session, ROLE_GUARDIAN);

	(void)state;
	session_limit(&session, &limits);
	assert_true(session.expires == START + 12 * HOUR);
	assert_int_equal(standing(&session, ROLE_GUARDIAN, START + 15 * MINUTE - 1), SESSION_LIVE);
	assert_int_equal(standing(&session, ROLE_GUARDIAN, START + 15 * MINUTE), SESSION_OVER);
}

/* The note of the last use is fine enough for the limit. */
static void noted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct session session = begun(rows[i].role);
		struct session_limits limits = usual(&session, rows[i].role);
		int64_t step = rows[i].role == ROLE_GUARDIAN ? 10 * MINUTE : MINUTE;

		assert_false(session_touch_due(&session, &limits, START + step - 1));
		assert_true(session_touch_due(&session, &limits, START + step));
	}
}

/* A contract's numbers make it shorter, and never longer. */
static void agreed(void **state)
{
	const struct contract_limits short_ones = {.idle_us = MINUTE, .total_us = 4 * MINUTE};
	const struct contract_limits long_ones = {.idle_us = 400 * DAY, .total_us = 4000 * DAY};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct session session = begun(rows[i].role);
		struct session_limits limits = session_limits(&session, rows[i].role, &short_ones);

		assert_int_equal(session_standing(&session, &limits, START + MINUTE - 1), SESSION_LIVE);
		assert_int_equal(session_standing(&session, &limits, START + MINUTE), rows[i].idles_to);
		assert_true(session_touch_due(&session, &limits, START + 10 * 1000000));
		session.seen = START + 4 * MINUTE; /* begun under longer limits: the shorter ones hold all the same */
		assert_int_equal(session_standing(&session, &limits, START + 4 * MINUTE - 1), SESSION_LIVE);
		assert_int_equal(session_standing(&session, &limits, START + 4 * MINUTE), SESSION_OVER);
		limits = session_limits(&session, rows[i].role, &long_ones);
		assert_true(limits.idle_us == rows[i].idle && limits.absolute_us == rows[i].absolute);
	}
}

/* On trial the proof is from before it: the limits count from its beginning. */
static void on_trial(void **state)
{
	struct session session = begun(ROLE_PRINCIPAL);
	struct session_limits limits = usual(&session, ROLE_PRINCIPAL);

	(void)state;
	session.proved = START - 12 * HOUR;
	assert_int_equal(session_standing(&session, &limits, START + 1), SESSION_OVER);
	session.trial_of = (struct id){{1}};
	session.expires = START + HOUR;
	assert_int_equal(session_standing(&session, &limits, START + 1), SESSION_LIVE);
	session.seen = START + HOUR - 1;
	assert_int_equal(session_standing(&session, &limits, START + HOUR - 1), SESSION_LIVE);
	assert_int_equal(session_standing(&session, &limits, START + HOUR), SESSION_OVER);
}

static void pins(void **state)
{
	static const struct { const char *pin; enum pin_flaw flaw; } cases[] = {
		{"4071", PIN_FITS}, {"40718263", PIN_FITS}, {"0012", PIN_FITS}, {"1235", PIN_FITS}, {"", PIN_NO_DIGITS}, {"407", PIN_NO_DIGITS},
		{"407182639", PIN_NO_DIGITS}, {"40 71", PIN_NO_DIGITS}, {"4o71", PIN_NO_DIGITS}, {"-407", PIN_NO_DIGITS},
		{"\xef\xbc\x94\xef\xbc\x90", PIN_NO_DIGITS}, {"0000", PIN_GUESSED}, {"1234", PIN_GUESSED}, {"87654321", PIN_GUESSED},
		{"99999999", PIN_GUESSED}, {"4567", PIN_GUESSED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(pin_check(bytes_str(cases[i].pin)), cases[i].flaw);
}

static void codes(void **state)
{
	static const struct { const char *text, *code; } cases[] = {
		{"ABCD-EFGH", "ABCDEFGH"}, {"abcd-efgh", "ABCDEFGH"}, {"ABCDEFGH", "ABCDEFGH"}, {"oil0-0LIO", "01100110"},
		{"0123-WXYZ", "0123WXYZ"}, {"", NULL}, {"ABCD-EFG", NULL}, {"ABCD-EFGHJ", NULL}, {"ABC-DEFGH", NULL}, {"ABCD--EFGH", NULL},
		{"ABCD-EFGH-", NULL}, {"-ABCDEFGH", NULL}, {"ABCD EFGH", NULL}, {"ABCD-EFGU", NULL}, {"ABCD-EFG\xe3\x81\x82", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char code[DEVICE_CODE_LEN] = "-------";
		err e = device_code_read(bytes_str(cases[i].text), code);

		if (cases[i].code == NULL) {
			assert_err(INVALID, e);
			assert_memory_equal(code, "-------", 8);
		} else {
			assert_ok(e);
			assert_memory_equal(code, cases[i].code, DEVICE_CODE_LEN);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle),
		cmocka_unit_test(absolute),
		cmocka_unit_test(ended),
		cmocka_unit_test(on_a_tablet),
		cmocka_unit_test(noted),
		cmocka_unit_test(agreed),
		cmocka_unit_test(on_trial),
		cmocka_unit_test(pins),
		cmocka_unit_test(codes),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
