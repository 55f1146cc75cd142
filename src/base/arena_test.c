#include <stdalign.h>

#include "base/starve_test.h"
#include "base/unit_test.h"

#include "base/arena.h"

static void memory_is_zero_and_aligned(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 20);
	for (size_t round = 0; round < 3; round++) {
		for (size_t len = 0; len < 300; len++) {
			uint8_t *memory = arena_alloc(&arena, len);

			assert_non_null(memory);
			assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
			for (size_t i = 0; i < len; i++)
				assert_int_equal(memory[i], 0);
			memset(memory, 0xff, len);
		}
		arena_reset(&arena);
		assert_int_equal(arena.used, 0);
	}
	arena_free(&arena);
	assert_null(arena.first);
	arena_free(&arena);
}

static void the_limit_and_one_past(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 100);
	assert_null(arena_alloc(&arena, 101));
	assert_non_null(arena_alloc(&arena, 100));
	assert_null(arena_alloc(&arena, 1));
	assert_null(arena_alloc(&arena, 0));
	arena_reset(&arena);
	assert_non_null(arena_alloc(&arena, 100));
	arena_free(&arena);
	assert_null(arena_alloc(&arena, 1));
	arena_init(&arena, SIZE_MAX);
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, SIZE_MAX - 64));
	arena_free(&arena);
}

static void large_and_small_pieces_do_not_overlap(void **state)
{
	static const size_t lens[] = {10, 9000, 20, 100000, 8192, 1, 3000, 3000, 3000, 3000, 8177};
	uint8_t *pieces[COUNT_OF(lens)];
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < COUNT_OF(lens); i++) {
		pieces[i] = arena_alloc(&arena, lens[i]);
		assert_non_null(pieces[i]);
		memset(pieces[i], (int)i + 1, lens[i]);
	}
	for (size_t i = 0; i < COUNT_OF(lens); i++)
		for (size_t at = 0; at < lens[i]; at++)
			assert_int_equal(pieces[i][at], i + 1);
	arena_free(&arena);
}

static void copies(void **state)
{
	struct arena arena;
	struct bytes copy = BYTES_LIT("before");

	(void)state;
	arena_init(&arena, 32);
	assert_err(UNAVAILABLE, arena_copy(&arena, BYTES_LIT("123456789012345678901234567890123"), &copy));
	assert_bytes(copy, BYTES_LIT("before"));
	assert_ok(arena_copy(&arena, BYTES_LIT("text"), &copy));
	assert_bytes(copy, BYTES_LIT("text"));
	assert_ok(arena_copy(&arena, (struct bytes){0}, &copy));
	assert_int_equal(copy.len, 0);
	arena_free(&arena);
}

static void without_memory_nothing_changes(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 20);
	for (starve_start(); starve_next();) {
		void *memory = arena_alloc(&arena, 10);

		if (starve_failed()) {
			assert_null(memory);
			assert_int_equal(arena.used, 0);
		} else {
			assert_non_null(memory);
		}
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zero_and_aligned),
		cmocka_unit_test(the_limit_and_one_past),
		cmocka_unit_test(large_and_small_pieces_do_not_overlap),
		cmocka_unit_test(copies),
		cmocka_unit_test(without_memory_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
