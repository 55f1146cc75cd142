#include "base/unit_test.h"
#include "kinder/card.h"

static void test_pair(void **state)
{
	struct id token = {{0}};
	struct id again = {{0}};
	char text[CARD_TEXT_MAX];

	(void)state;
	assert_ok(id_new(&token));
	card_write(&token, text);
	assert_int_equal(strlen(text), CARD_TEXT_MAX - 1);
	assert_ok(card_read(bytes_str(text), &again));
	assert_true(id_equal(token, again));
}

static void test_garbage(void **state)
{
	static const char *const rows[] = {
		"", "sekimori:", "00000000000000000000000000", "sekimori:0000000000000000000000000", "SEKIMORI:00000000000000000000000001",
		"sekimori:000000000000000000000000011", "sekimori:80000000000000000000000000", "sekimori:0000000000000000000000000U",
		"sekimori 00000000000000000000000001",
	};
	struct id token = {{7}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, card_read(bytes_str(rows[i]), &token));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pair), cmocka_unit_test(test_garbage)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
