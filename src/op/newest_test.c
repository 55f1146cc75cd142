#include <string.h>

#include "base/unit_test.h"
#include "op/newest.h"

static struct id id_of(uint32_t number)
{
	struct id id = {{0}};

	for (int i = 0; i < 4; i++) {
		id.b[i] = (uint8_t)(number >> (8 * i));
		id.b[15 - i] = 0xa5;
	}
	return id;
}

static void digest_of(uint8_t first, uint8_t out[static 32])
{
	memset(out, 0, 32);
	out[0] = first;
}

static void assert_known(struct newest *newest, uint32_t number, int64_t version, uint8_t first)
{
	int64_t found;
	uint8_t digest[8];

	assert_true(newest_find(newest, id_of(number), &found, digest));
	assert_int_equal(found, version);
	assert_int_equal(digest[0], first);
}

static void test_says_nothing_before_complete(void **state)
{
	struct newest *newest = NULL;
	uint8_t digest[32], found[8];
	int64_t version;

	(void)state;
	assert_ok(newest_new(&newest));
	digest_of(7, digest);
	assert_ok(newest_learn(newest, id_of(1), 1, digest));
	assert_false(newest_find(newest, id_of(1), &version, found));
	newest_complete(newest);
	assert_known(newest, 1, 1, 7);
	assert_false(newest_find(newest, id_of(2), &version, found));
	newest_free(&newest);
	assert_null(newest);
}

static void test_keeps_many(void **state)
{
	struct newest *newest = NULL;
	uint8_t digest[32];

	(void)state;
	assert_ok(newest_new(&newest));
	for (uint32_t i = 1; i <= 20000; i++) {
		digest_of((uint8_t)(i % 255 + 1), digest);
		assert_ok(newest_learn(newest, id_of(i), i, digest));
	}
	newest_complete(newest);
	for (uint32_t i = 1; i <= 20000; i++)
		assert_known(newest, i, i, (uint8_t)(i % 255 + 1));
	assert_int_equal(newest_count(newest), 20000);
	newest_free(&newest);
}

static void test_failed_batch_is_forgotten(void **state)
{
	struct newest *newest = NULL;
	uint8_t digest[32], found[8];
	int64_t version;

	(void)state;
	assert_ok(newest_new(&newest));
	newest_complete(newest);
	digest_of(1, digest);
	assert_ok(newest_write(newest, id_of(1), 1, digest));
	newest_settle(newest, true);
	digest_of(2, digest);
	assert_ok(newest_write(newest, id_of(1), 2, digest));
	digest_of(3, digest);
	assert_ok(newest_write(newest, id_of(1), 3, digest));
	assert_ok(newest_write(newest, id_of(9), 1, digest));
	newest_settle(newest, false);
	assert_known(newest, 1, 1, 1);
	assert_false(newest_find(newest, id_of(9), &version, found));
	newest_free(&newest);
}

/* Between the write and its commit the database does not have what is known. */
static void test_unsettled_until_its_commit(void **state)
{
	struct newest *newest = NULL;
	uint8_t digest[32];

	(void)state;
	assert_ok(newest_new(&newest));
	digest_of(1, digest);
	assert_true(newest_settled(newest, id_of(1)));
	assert_ok(newest_write(newest, id_of(1), 1, digest));
	assert_false(newest_settled(newest, id_of(1)));
	assert_true(newest_settled(newest, id_of(2)));
	newest_settle(newest, true);
	assert_true(newest_settled(newest, id_of(1)));
	newest_free(&newest);
}

/* The scan reads an older snapshot while the committer goes on: what it still learns must not undo what was written. */
static void test_scan_does_not_go_back(void **state)
{
	struct newest *newest = NULL;
	uint8_t old[32], gone[32];

	(void)state;
	assert_ok(newest_new(&newest));
	digest_of(1, old);
	digest_of(0, gone);
	assert_ok(newest_write(newest, id_of(1), 1, gone));
	newest_settle(newest, true);
	assert_ok(newest_learn(newest, id_of(1), 1, old));
	newest_complete(newest);
	assert_known(newest, 1, 1, 0);
	assert_int_equal(newest_count(newest), 0);
	newest_free(&newest);
}

/* What the scan learns of a row while an open batch writes it is what stands when that batch is taken back. */
static void test_scan_beneath_an_open_batch(void **state)
{
	struct newest *newest = NULL;
	uint8_t digest[32];

	(void)state;
	assert_ok(newest_new(&newest));
	digest_of(7, digest);
	assert_ok(newest_write(newest, id_of(1), 5, digest));
	digest_of(8, digest);
	assert_ok(newest_write(newest, id_of(1), 6, digest));
	digest_of(3, digest);
	assert_ok(newest_learn(newest, id_of(1), 3, digest));
	digest_of(4, digest);
	assert_ok(newest_learn(newest, id_of(1), 4, digest));
	newest_settle(newest, false);
	newest_complete(newest);
	assert_known(newest, 1, 4, 4);
	newest_free(&newest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_nothing_before_complete),
		cmocka_unit_test(test_keeps_many),
		cmocka_unit_test(test_failed_batch_is_forgotten),
		cmocka_unit_test(test_unsettled_until_its_commit),
		cmocka_unit_test(test_scan_does_not_go_back),
		cmocka_unit_test(test_scan_beneath_an_open_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
