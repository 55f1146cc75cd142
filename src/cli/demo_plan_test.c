#include <stdlib.h>

#include "base/unit_test.h"

#include "cli/demo_plan.h"

#define CITY_COUNT 3

static const struct demo_size size = {.seed = 1, .children = 20, .today = 20261121};

static void make(struct demo_city cities[static CITY_COUNT], unsigned signins, uint64_t seed)
{
	static const struct demo_city blank[CITY_COUNT] = {
		{.name = "first", .facility_count = 10},
		{.name = "second", .facility_count = 4},
		{.name = "provider", .provider = true},
	};

	for (size_t i = 0; i < CITY_COUNT; i++) {
		struct demo_size own = size;

		own.seed = seed;
		cities[i] = blank[i];
		if (cities[i].facility_count > 0)
			cities[i].facilities = calloc(cities[i].facility_count, sizeof(*cities[i].facilities));
		assert_ok(demo_plan_city(&cities[i], &own));
	}
	demo_plan_signins(cities, CITY_COUNT, signins, seed);
}

static void unmake(struct demo_city cities[static CITY_COUNT])
{
	for (size_t i = 0; i < CITY_COUNT; i++)
		demo_plan_free(&cities[i]);
}

static size_t count(const struct demo_city *city, enum role role, size_t facility)
{
	size_t found = 0;

	for (size_t i = 0; i < city->person_count; i++)
		found += city->people[i].password[0] != '\0' && city->people[i].role == role &&
		    (facility == DEMO_NOWHERE || city->people[i].facility == facility);
	return found;
}

/* Forty are enough to try every role in both cities, at two facilities each. */
static void test_forty(void **state)
{
	struct demo_city cities[CITY_COUNT];

	(void)state;
	make(cities, 40, 1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(count(&cities[i], ROLE_OFFICER, DEMO_NOWHERE), 1);
		assert_int_equal(count(&cities[i], ROLE_OFFICER_ADMIN, DEMO_NOWHERE), 2);
		assert_int_equal(count(&cities[i], ROLE_AUDITOR, DEMO_NOWHERE), 1);
		for (size_t facility = 0; facility < 2; facility++) {
			assert_true(count(&cities[i], ROLE_GUARDIAN, facility) >= 3);
			assert_true(count(&cities[i], ROLE_STAFF, facility) >= 2);
			assert_int_equal(count(&cities[i], ROLE_PRINCIPAL, facility), 1);
		}
	}
	assert_int_equal(count(&cities[2], ROLE_OPERATOR, DEMO_NOWHERE), 1);
	assert_int_equal(count(&cities[2], ROLE_OPERATOR_ADMIN, DEMO_NOWHERE), 2);
	unmake(cities);
}

static size_t given(const struct demo_city cities[static CITY_COUNT])
{
	size_t found = 0;

	for (size_t i = 0; i < CITY_COUNT; i++)
		for (size_t k = 0; k < cities[i].person_count; k++)
			found += cities[i].people[k].password[0] != '\0';
	return found;
}

static void test_number(void **state)
{
	static const unsigned numbers[] = {0, 1, 7, 40, 500};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct demo_city cities[CITY_COUNT];

		make(cities, numbers[i], 1);
		assert_int_equal(given(cities), numbers[i]);
		unmake(cities);
	}
}

static void test_children(void **state)
{
	struct demo_city cities[CITY_COUNT];
	size_t classes[10][DEMO_CLASSES] = {{0}};

	(void)state;
	make(cities, 40, 7);
	for (size_t i = 0; i < cities[0].child_count; i++) {
		const struct demo_child *child = &cities[0].children[i];

		assert_in_range(child->guardian_count, 1, DEMO_GUARDIANS_MAX);
		assert_true(child->birth_date > 0 && child->entry_date > child->birth_date);
		classes[child->facility][child->class]++;
	}
	for (size_t i = 0; i < 10; i++)
		for (size_t k = 0; k < DEMO_CLASSES; k++)
			assert_in_range(classes[i][k], 12, 30);
	assert_int_equal(classes[0][0], 30);
	unmake(cities);
}

/* The same seed gives the same people; another one others. */
static void test_seed(void **state)
{
	struct demo_city a[CITY_COUNT];
	struct demo_city b[CITY_COUNT];
	struct demo_city other[CITY_COUNT];

	(void)state;
	make(a, 40, 3);
	make(b, 40, 3);
	make(other, 40, 4);
	assert_int_equal(a[0].person_count, b[0].person_count);
	for (size_t i = 0; i < a[0].person_count; i++) {
		assert_string_equal(a[0].people[i].login, b[0].people[i].login);
		assert_string_equal(a[0].people[i].name, b[0].people[i].name);
		assert_string_equal(a[0].people[i].password, b[0].people[i].password);
	}
	assert_string_not_equal(a[0].people[a[0].signins[0]].password, other[0].people[other[0].signins[0]].password);
	unmake(a);
	unmake(b);
	unmake(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forty),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
