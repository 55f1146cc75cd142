#include <stdio.h>
#include <stdlib.h>

#include "assure/plan.h"
#include "base/unit_test.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define NOW_US (INT64_C(1795000000) * SECOND_US)

static void turns(void **state)
{
	(void)state;
	for (uint64_t hash = 1; hash < UINT64_C(1) << 62; hash *= 3) {
		int64_t at_us = NOW_US;

		for (int i = 0; i < 50; i++) {
			int64_t next_us = plan_next(HOUR_US, hash, at_us);

			assert_true(next_us - at_us > HOUR_US / 4 && next_us - at_us <= HOUR_US / 4 * 5);
			if (i > 0)
				assert_int_equal(next_us - at_us, HOUR_US);
			at_us = next_us;
		}
		/* A run that ends late does not move those after it. */
		assert_int_equal(plan_next(HOUR_US, hash, at_us + 600 * SECOND_US), at_us + HOUR_US);
	}
}

static void after_what_did_not_pass(void **state)
{
	(void)state;
	assert_int_equal(plan_every(24 * HOUR_US, CHECK_PASSED), 24 * HOUR_US);
	assert_int_equal(plan_every(24 * HOUR_US, CHECK_FAILED), HOUR_US);
	assert_int_equal(plan_every(24 * HOUR_US, CHECK_UNABLE), HOUR_US / 4);
	assert_int_equal(plan_every(60 * SECOND_US, CHECK_UNABLE), 60 * SECOND_US);
}

static void at_the_start(void **state)
{
	(void)state;
	assert_int_equal(plan_first(HOUR_US, 5, 0, NOW_US), 0);
	assert_int_equal(plan_first(HOUR_US, 5, NOW_US - 3 * HOUR_US, NOW_US), 0);
	assert_int_equal(plan_first(HOUR_US, 5, NOW_US + 1, NOW_US), 0);
	assert_int_equal(plan_first(HOUR_US, 5, NOW_US - SECOND_US, NOW_US), plan_next(HOUR_US, 5, NOW_US - SECOND_US));
	assert_true(plan_first(HOUR_US, 5, NOW_US - SECOND_US, NOW_US) > NOW_US);
}

static int by_number(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* Four compartments with a hundred hourly checks each: no ten seconds have more than a few. */
static void equal_intervals_do_not_bunch(void **state)
{
	static int64_t at_us[400];
	size_t most = 0;

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		char check[32];
		char compartment[32];

		(void)snprintf(check, sizeof(check), "check-number-%zu", i % 100);
		(void)snprintf(compartment, sizeof(compartment), "city-%zu", i / 100);
		at_us[i] = plan_next(HOUR_US, plan_hash(check, compartment), NOW_US);
	}
	qsort(at_us, 400, sizeof(at_us[0]), by_number);
	for (size_t i = 0; i < 400; i++) {
		size_t count = 0;

		while (i + count < 400 && at_us[i + count] - at_us[i] < 10 * SECOND_US)
			count++;
		most = count > most ? count : most;
	}
	assert_true(most <= 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns),
		cmocka_unit_test(after_what_did_not_pass),
		cmocka_unit_test(at_the_start),
		cmocka_unit_test(equal_intervals_do_not_bunch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
