#include "base/unit_test.h"
#include "keys/keyrate.h"

static const struct keyrate_limit ten = {.per_second = 10, .burst = 20};

static void burst_then_rate(void **state)
{
	struct keyrate rate = {0};
	int64_t now = 5000000;

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_ok(keyrate_spend(&rate, &ten, 1, now));
	assert_err(LIMITED, keyrate_spend(&rate, &ten, 1, now));
	assert_err(LIMITED, keyrate_spend(&rate, &ten, 1, now + 99999));
	assert_ok(keyrate_spend(&rate, &ten, 1, now + 100000));
	assert_err(LIMITED, keyrate_spend(&rate, &ten, 1, now + 100000));
}

static void never_more_than_the_burst(void **state)
{
	struct keyrate rate = {0};

	(void)state;
	assert_ok(keyrate_spend(&rate, &ten, 20, 0));
	assert_err(LIMITED, keyrate_spend(&rate, &ten, 21, INT64_MAX / 2));
	assert_ok(keyrate_spend(&rate, &ten, 20, INT64_MAX / 2));
	assert_err(LIMITED, keyrate_spend(&rate, &ten, 1, INT64_MAX / 2));
	/* A clock that goes back gives nothing. */
	assert_err(LIMITED, keyrate_spend(&rate, &ten, 1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_then_rate),
		cmocka_unit_test(never_more_than_the_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
