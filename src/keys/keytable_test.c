#include "base/starve_test.h"
#include "base/unit_test.h"
#include "keys/keytable.h"

#define MANY 5000

struct thing {
	uint64_t hash;
	int number;
	bool in;
};

static bool same_number(const void *item, const void *want)
{
	return ((const struct thing *)item)->number == *(const int *)want;
}

static void put_find_remove(void **state)
{
	static struct thing things[MANY];
	struct keytable table = {0};
	unsigned seed = 1;

	(void)state;
	assert_null(keytable_find(&table, 1, same_number, &(int){0}));
	keytable_remove(&table, 1, &things[0]);
	for (int i = 0; i < MANY; i++) {
		/* Few different hashes, so that runs are long and wrap around. */
		things[i] = (struct thing){.hash = (uint64_t)(i % 97) * 0x100000001b3u << 7, .number = i, .in = true};
		assert_ok(keytable_put(&table, things[i].hash, &things[i]));
	}
	for (int round = 0; round < 3 * MANY; round++) {
		struct thing *thing = &things[(seed = seed * 1103515245u + 12345u) % MANY];

		assert_ptr_equal(keytable_find(&table, thing->hash, same_number, &thing->number), thing->in ? thing : NULL);
		if (thing->in)
			keytable_remove(&table, thing->hash, thing);
		else
			assert_ok(keytable_put(&table, thing->hash, thing));
		thing->in = !thing->in;
	}
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(keytable_find(&table, things[i].hash, same_number, &things[i].number), things[i].in ? &things[i] : NULL);
	assert_true(table.count * 2 <= table.cap);
	keytable_wipe(&table);
	keytable_wipe(&table);
}

static void starved(void **state)
{
	struct thing thing = {.hash = 7, .number = 7};

	(void)state;
	for (starve_start(); starve_next();) {
		struct keytable table = {0};
		err result = keytable_put(&table, thing.hash, &thing);

		if (starve_failed()) {
			assert_err(UNAVAILABLE, result);
			assert_int_equal(table.count, 0);
			assert_null(table.slots);
		} else {
			assert_ok(result);
		}
		keytable_wipe(&table);
	}
}

static void nothing_put(void)
{
	struct keytable table = {0};

	err_ignore(keytable_put(&table, 1, NULL)); /* does not return */
}

static void trips(void **state)
{
	(void)state;
	assert_stops(nothing_put);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_find_remove),
		cmocka_unit_test(starved),
		cmocka_unit_test(trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
