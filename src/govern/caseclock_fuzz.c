/*
 * What comes by post as the clock of a case: whatever the bytes, they are refused or measured, within bounds; what was taken is written
 * as it came.
 */
#include "govern/caseclock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct caseclock_work work = {0};
	struct clock_measured measured;
	struct arena arena;

	arena_init(&arena, (size_t)4 << 20);
	if (err_is_ok(caseclock_decode((struct bytes){data, len}, &arena, &work))) {
		OWN(buf) again = {0};
		char words[CLOCK_WORDS_MAX];

		REQUIRE(err_is_ok(caseclock_encode(&work, &again)));
		REQUIRE(bytes_equal(bytes_of(&again), (struct bytes){data, len}));
		clock_measure(&work.rule, work.events, work.count, &work.calendar, (int64_t)1795000000 * 1000000, &measured);
		REQUIRE(measured.used_us >= 0);
		clock_words(&work.rule, &measured, LANGUAGE_JA, words);
		clock_words(&work.rule, &measured, LANGUAGE_EN, words);
	}
	arena_free(&arena);
	return 0;
}
