#include "base/unit_test.h"
#include "identity/password.h"

#define BIT(flaw) (1u << IDENTITY_PASSWORD_##flaw)

static const struct row {
	const char *password;
	const char *login;
	unsigned flaws;
} rows[] = {
	{"Kumo-72-hashi", "guardian1", 0},
	{"aB3$efg!jk", "", 0},
	{"aB3$efg!j", "", BIT(SHORT)},
	{"kumo-72-hashi", "", BIT(UPPER)},
	{"KUMO-72-HASHI", "", BIT(LOWER)},
	{"Kumo-yo-hashi", "", BIT(DIGIT)},
	{"Kumo72hashimi", "", BIT(SYMBOL)},
	{"Kumo72橋hashimi", "", 0},
	{"", "", BIT(SHORT) | BIT(UPPER) | BIT(LOWER) | BIT(DIGIT) | BIT(SYMBOL)},
	{"7-Guardian1-zk", "guardian1", BIT(LOGIN)},
	{"7-Gu-Zk-fmw!", "gu", 0},
	{"Password123!", "", BIT(COMMON)},
	{"P@ssw0rd-2026", "", BIT(COMMON)},
	{"!!Sapporo2026", "", BIT(COMMON)},
	{"TestTest#99", "", BIT(COMMON)},
	{"Qwertyuiop1!", "", BIT(COMMON) | BIT(SEQUENCE)},
	{"Aaaaaaaaa1!", "", BIT(SEQUENCE)},
	{"Xy!98765432", "", BIT(SEQUENCE)},
	{"Aa1!Aa1!Aa1!", "", BIT(COMMON) | BIT(SEQUENCE)},
	{"Kumo-72-\x01hashi", "", BIT(ENCODING)},
	{"Kumo-72-\xff", "", BIT(ENCODING)},
};

static void test_rows(void **state)
{
	(void)state;
	REQ("K-1 T-23");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned flaws = identity_password_check(bytes_str(rows[i].password), bytes_str(rows[i].login));

		if (flaws != rows[i].flaws)
			fail_msg("\"%s\": 0x%x instead of 0x%x", rows[i].password, flaws, rows[i].flaws);
	}
}

/* The limit and one past it, in characters and not in bytes. */
static void test_long(void **state)
{
	OWN(buf) text = {0};

	(void)state;
	assert_true(err_is_ok(buf_append_str(&text, "Kz7-")));
	for (int i = 0; i < 62; i++)
		assert_true(err_is_ok(buf_append_str(&text, "橋雲")));
	assert_int_equal(identity_password_check(bytes_of(&text), (struct bytes){0}), 0);
	assert_true(err_is_ok(buf_append_str(&text, "橋")));
	assert_int_equal(identity_password_check(bytes_of(&text), (struct bytes){0}), BIT(LONG));
}

static void test_words(void **state)
{
	(void)state;
	for (int i = 0; i < IDENTITY_PASSWORD_FLAW_COUNT; i++) {
		assert_non_null(identity_password_words((enum identity_password_flaw)i)->ja);
		assert_non_null(identity_password_words((enum identity_password_flaw)i)->en);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
