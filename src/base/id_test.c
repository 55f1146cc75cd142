#include "base/unit_test.h"

#include "base/id.h"

static void known_texts(void **state)
{
	static const struct {
		const char *hex;
		const char *text;
	} rows[] = {
		{"00000000000000000000000000000000", "00000000000000000000000000"},
		{"00000000000000000000000000000001", "00000000000000000000000001"},
		{"0000000000000000000000000000001f", "0000000000000000000000000z"},
		{"80000000000000000000000000000000", "40000000000000000000000000"},
		{"ffffffffffffffffffffffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"},
		{"0123456789abcdef0123456789abcdef", "014d2pf2dbsqqg28t5cy4tqkff"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct id id;
		struct id again;
		char text[ID_TEXT_MAX];

		assert_ok(hex_decode(bytes_str(rows[i].hex), id.b, sizeof(id.b)));
		id_format(id, text);
		assert_string_equal(text, rows[i].text);
		assert_ok(id_parse(bytes_str(text), &again));
		assert_true(id_equal(id, again));
		assert_bytes(id_bytes(&again), id_bytes(&id));
	}
}

static void only_the_canonical_form(void **state)
{
	static const char *const rows[] = {
		"", "0", "0000000000000000000000000", "000000000000000000000000000", "80000000000000000000000000",
		"z0000000000000000000000000", "0000000000000000000000000A", "0000000000000000000000000i",
		"0000000000000000000000000l", "0000000000000000000000000o", "0000000000000000000000000u",
		"0000000000000000000000000-", "0000000000000000000000000\xff", " 0000000000000000000000000",
		"-0000000000000000000000000",
	};
	struct id id = {{7}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, id_parse(bytes_str(rows[i]), &id));
	assert_err(INVALID, id_parse(BYTES_LIT("\0" "0000000000000000000000000"), &id));
	assert_err(INVALID, id_parse(BYTES_LIT("0000000000000\0" "000000000000"), &id));
	assert_int_equal(id.b[0], 7);
}

static void new_ones_differ(void **state)
{
	struct id a;
	struct id b;

	(void)state;
	assert_true(id_is_zero((struct id){{0}}));
	for (int i = 0; i < 100; i++) {
		char text[ID_TEXT_MAX];
		struct id again;

		assert_ok(id_new(&a));
		assert_ok(id_new(&b));
		assert_false(id_is_zero(a));
		assert_false(id_equal(a, b));
		id_format(a, text);
		assert_ok(id_parse(bytes_str(text), &again));
		assert_true(id_equal(a, again));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts),
		cmocka_unit_test(only_the_canonical_form),
		cmocka_unit_test(new_ones_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
