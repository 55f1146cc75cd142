#include "base/unit_test.h"

#include "base/bytes.h"

static void text_becomes_bytes(void **state)
{
	(void)state;
	assert_bytes(bytes_str("abc"), BYTES_LIT("abc"));
	assert_int_equal(bytes_str(NULL).len, 0);
	assert_int_equal(bytes_str("").len, 0);
	assert_int_equal(BYTES_LIT("a\0b").len, 3);
}

static void equality(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} rows[] = {
		{"", "", true}, {NULL, "", true}, {"a", "a", true}, {"a", "b", false}, {"a", "ab", false}, {"ab", "a", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(bytes_equal(bytes_str(rows[i].a), bytes_str(rows[i].b)), rows[i].equal);
		assert_int_equal(bytes_is(bytes_str(rows[i].a), rows[i].b), rows[i].equal);
	}
}

static void constant_time_equality_sees_each_bit(void **state)
{
	uint8_t a[33] = {0};
	uint8_t b[33] = {0};

	(void)state;
	assert_true(ct_equal(a, b, 0));
	assert_true(ct_equal(a, b, sizeof(a)));
	for (size_t bit = 0; bit < sizeof(a) * 8; bit++) {
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(ct_equal(a, b, sizeof(a)));
		b[bit / 8] = 0;
	}
}

static void wiping(void **state)
{
	uint8_t data[4] = {1, 2, 3, 4};

	(void)state;
	wipe(data, 3);
	assert_memory_equal(data, "\0\0\0\4", 4);
	wipe(NULL, 0);
}

static void sizes_that_overflow(void **state)
{
	size_t out = 7;

	(void)state;
	assert_true(size_add(SIZE_MAX - 1, 1, &out));
	assert_true(out == SIZE_MAX);
	out = 7;
	assert_false(size_add(SIZE_MAX, 1, &out));
	assert_false(size_mul(SIZE_MAX / 2 + 1, 2, &out));
	assert_int_equal(out, 7);
	assert_true(size_mul(SIZE_MAX / 2, 2, &out));
	assert_true(out == SIZE_MAX - 1);
	assert_true(size_mul(SIZE_MAX, 0, &out));
	assert_int_equal(out, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_bytes),
		cmocka_unit_test(equality),
		cmocka_unit_test(constant_time_equality_sees_each_bit),
		cmocka_unit_test(wiping),
		cmocka_unit_test(sizes_that_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
