#include "base/unit_test.h"

#include "crypto/crypto.h"

static void lengths_around_the_pool(void **state)
{
	static const size_t lens[] = {0, 1, 12, 1023, 1024, 1025, 4095, 4096, 4097, 100000};
	static uint8_t out[100001];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lens); i++) {
		memset(out, 0, sizeof(out));
		assert_ok(random_bytes(out, lens[i]));
		assert_int_equal(out[lens[i]], 0);
		if (lens[i] >= 12)
			assert_false(bytes_equal((struct bytes){out, 12}, BYTES_LIT("\0\0\0\0\0\0\0\0\0\0\0\0")));
	}
	assert_err(UNAVAILABLE, random_bytes(out, BUF_MAX + 1));
}

static void no_value_comes_twice(void **state)
{
	static uint64_t values[4096];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++)
		assert_ok(random_bytes(&values[i], sizeof(values[i])));
	for (size_t a = 0; a < COUNT_OF(values); a++)
		for (size_t b = 0; b < a; b++)
			assert_true(values[a] != values[b]);
}

/* A child that went on with its parent's pool would make the same nonces. */
static void a_child_draws_its_own(void **state)
{
	uint8_t ours[16];
	uint8_t theirs[16];
	int ends[2];
	int status = 0;
	pid_t child;

	(void)state;
	assert_ok(random_bytes(ours, sizeof(ours))); /* the pool is full now */
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		bool sent = err_is_ok(random_bytes(theirs, sizeof(theirs))) &&
		    write(ends[1], theirs, sizeof(theirs)) == (ssize_t)sizeof(theirs);

		_exit(sent ? 0 : 1);
	}
	assert_ok(random_bytes(ours, sizeof(ours)));
	assert_int_equal(read(ends[0], theirs, sizeof(theirs)), sizeof(theirs));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_memory_not_equal(ours, theirs, sizeof(ours));
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_around_the_pool),
		cmocka_unit_test(no_value_comes_twice),
		cmocka_unit_test(a_child_draws_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
