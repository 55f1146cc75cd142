/* RFC 6238, appendix B, the rows of SHA-256; and what a door asks of a code. */
#include "base/unit_test.h"

#include "crypto/totp.h"

#define AT_US(s) ((int64_t)(s) * 1000000)

static const struct bytes key = {(const uint8_t *)"12345678901234567890123456789012", 32};

static void vectors(void **state)
{
	static const struct {
		int64_t time_s;
		const char *code;
	} rows[] = {
		{59, "46119246"}, {1111111109, "68084774"}, {1111111111, "67062674"}, {1234567890, "91819424"},
		{2000000000, "90698825"}, {20000000000, "77737706"},
	};
	char code[TOTP_DIGITS_MAX + 1];

	(void)state;
	REQ("K-2 T-13");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_ok(totp_code(key, totp_step(AT_US(rows[i].time_s)), 8, code));
		assert_string_equal(code, rows[i].code);
		assert_ok(totp_code(key, totp_step(AT_US(rows[i].time_s)), TOTP_DIGITS, code));
		assert_string_equal(code, rows[i].code + 2);
	}
}

/* A code is good in its step and the one after it, and only once. */
static void window(void **state)
{
	static const struct {
		int64_t now_s;
		int64_t last;
		bool good;
	} rows[] = {
		{3029, 0, false}, {3030, 0, true}, {3059, 0, true}, {3060, 0, true}, {3089, 0, true}, {3090, 0, false}, {3000, 0, false},
		{3030, 100, true}, {3030, 101, false}, {3060, 101, false}, {3030, 102, false},
	};
	char code[TOTP_DIGITS_MAX + 1];

	(void)state;
	REQ("K-2 T-13");
	assert_ok(totp_code(key, 101, TOTP_DIGITS, code));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t step = -7;
		err e = totp_check(key, (struct bytes){(uint8_t *)code, TOTP_DIGITS}, AT_US(rows[i].now_s), rows[i].last, &step);

		if (rows[i].good)
			assert_ok(e);
		else
			assert_err(UNAUTHENTICATED, e);
		assert_int_equal(step, rows[i].good ? 101 : -7);
	}
}

static void foreign(void **state)
{
	static const char *const rows[] = {"", "0", "00000", "0000000", "abcdef", "000000000000"};
	int64_t step = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(UNAUTHENTICATED, totp_check(key, bytes_str(rows[i]), AT_US(3030), 0, &step));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(window),
		cmocka_unit_test(foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
