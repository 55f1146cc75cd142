/* hello: its lengths agree, replies are told apart, and every suite that may be used has a number. */
#include <string.h>

#include "assure/hello.h"
#include "base/unit_test.h"
#include "crypto/crypto.h"

static const uint16_t suites[] = {0xc02b, 0x002f};
static const uint16_t groups[] = {23};

static void lengths_agree(void **state)
{
	static const uint16_t versions[] = {HELLO_SSL_3, HELLO_TLS_1_0, HELLO_TLS_1_1, HELLO_TLS_1_2, HELLO_TLS_1_3};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		const struct hello hello = {versions[i], suites, 2, groups, 1};
		OWN(buf) out = {0};

		assert_ok(hello_write(&hello, &out));
		assert_int_equal(out.ptr[0], 0x16);
		assert_int_equal((out.ptr[3] << 8 | out.ptr[4]) + 5, out.len);
		assert_int_equal((out.ptr[6] << 16 | out.ptr[7] << 8 | out.ptr[8]) + 9, out.len);
	}
}

static void only_a_hello_is_one(void **state)
{
	static const uint8_t hello[] = {0x16, 3, 3, 0, 4, 2}, alert[] = {0x15, 3, 3, 0, 2, 2, 40}, other[] = {0x16, 3, 3, 0, 4, 1};

	(void)state;
	assert_true(hello_accepted((struct bytes){hello, sizeof(hello)}));
	assert_false(hello_accepted((struct bytes){hello, sizeof(hello) - 1}));
	assert_false(hello_accepted((struct bytes){alert, sizeof(alert)}));
	assert_false(hello_accepted((struct bytes){other, sizeof(other)}));
	assert_false(hello_accepted((struct bytes){0}));
}

static void listed_suites_have_numbers(void **state)
{
	uint16_t all[640];
	size_t count, known = hello_suites(HELLO_TLS_1_2, all, 640);
	const struct allowed *table = allowed_table(&count);

	(void)state;
	known += hello_suites(HELLO_TLS_1_3, all + known, 640 - known);
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		if (strcmp(table[i].use, "tls-suite") != 0)
			continue;
		for (size_t k = 0; k < known; k++)
			found = found || all[k] == hello_suite(table[i].name);
		assert_true(hello_suite(table[i].name) != 0 && found);
	}
	assert_int_equal(hello_suite("ECDHE-RSA-AES128-SHA"), 0);
	assert_int_equal(hello_suites(HELLO_TLS_1_2, all, 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_agree), cmocka_unit_test(only_a_hello_is_one), cmocka_unit_test(listed_suites_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
