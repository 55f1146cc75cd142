#include "base/unit_test.h"

#include "base/err.h"

static void each_row_is_complete(void **state)
{
	(void)state;
	for (unsigned char code = 0; code < ERR_COUNT; code++) {
		const struct err_row *row = err_row((err){code});

		assert_non_null(row->name);
		assert_in_range(row->status, 200, 599);
		assert_true(strcmp(row->retry, "never") == 0 || strcmp(row->retry, "later") == 0 ||
		    strcmp(row->retry, "check") == 0);
		assert_true(strlen(row->slug) > 0);
		assert_true(strlen(row->ja) > 0);
		assert_true(strlen(row->en) > 0);
	}
}

static void slugs_differ(void **state)
{
	(void)state;
	for (unsigned char a = 0; a < ERR_COUNT; a++)
		for (unsigned char b = 0; b < a; b++)
			assert_string_not_equal(err_row((err){a})->slug, err_row((err){b})->slug);
}

static err try_first(err first, bool *went_on)
{
	TRY(first);
	*went_on = true;
	return OK;
}

static void try_returns_the_first_error(void **state)
{
	bool went_on = false;

	(void)state;
	assert_err(CONFLICT, try_first(FAIL(CONFLICT), &went_on));
	assert_false(went_on);
	assert_ok(try_first(OK, &went_on));
	assert_true(went_on);
}

static void break_row(void)
{
	err_row((err){ERR_COUNT});
}

static void break_require(void)
{
	REQUIRE(1 > 2);
}

static void a_broken_contract_stops(void **state)
{
	(void)state;
	assert_stops(break_row);
	assert_stops(break_require);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_complete),
		cmocka_unit_test(slugs_differ),
		cmocka_unit_test(try_returns_the_first_error),
		cmocka_unit_test(a_broken_contract_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
