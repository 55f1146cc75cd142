/*
 * Every entry of a small ledger is deleted, edited, swapped, preceded by another, cut off, rolled back to and forked at; verifier and
 * check find each and name the index. K-55 P-3.13
 */
#include "assure/inspect_forge.h"
#include "crypto/crypto.h"
#include "ledger/event.h"
#include "store/temp_test.h"

enum { SMALL = 24, LARGE = 530, ALL = LARGE };

static struct buf texts[ALL];
static struct bytes leaves[ALL];

static void make_leaves(void)
{
	for (uint64_t i = 0; i < ALL; i++) {
		uint8_t sealed[60] = {1, (uint8_t)i, (uint8_t)(i >> 8)};
		const struct event event = {
			.time_us = 1795219200000000 + (int64_t)(i / 3) * 1000, /* some at the same moment */
			.operation = BYTES_LIT("absence.report"), .outcome = 201, .role = BYTES_LIT("guardian"),
			.actor = {{(uint8_t)i, 7}}, .request = {{(uint8_t)(i >> 8), (uint8_t)i, 1}}, .rule = BYTES_LIT("guardian own-child"),
			.sealed = {sealed, sizeof(sealed)},
		};

		assert_ok(event_encode(&event, &texts[i]));
		leaves[i] = bytes_of(&texts[i]);
	}
}

static int prepare(void **state)
{
	make_leaves();
	return err_is_ok(crypto_start()) ? temp_make(state) : -1;
}

static int finish(void **state)
{
	for (size_t i = 0; i < ALL; i++)
		buf_free(&texts[i]);
	return temp_remove(state);
}

static void assert_found(struct forge *forge, enum forgery kind, size_t at)
{
	struct forge_found found;

	assert_ok(inspect_forge_try(forge, kind, at, &found));
	if (found.verifier != found.expected || found.check != found.expected)
		print_error("%s, entry %zu\n", inspect_forge_words_en[kind], at);
	assert_int_equal(found.verifier, found.expected);
	assert_int_equal(found.check, found.expected);
}

static void genuine(void **state)
{
	struct forge *forge = NULL;

	(void)state;
	assert_ok(inspect_forge_begin(temp_path, leaves, SMALL, &forge));
	assert_found(forge, FORGE_NOTHING, 0);
	inspect_forge_end(&forge);
	assert_int_not_equal(access(temp_file("copy.db"), F_OK), 0);
	assert_int_not_equal(access(temp_file("copy.kept"), F_OK), 0);
	assert_int_not_equal(access(temp_file("copy.heads"), F_OK), 0);
}

static void every_entry(void **state)
{
	struct forge *forge = NULL;

	(void)state;
	REQ("K-55 P-3.13");
	assert_ok(inspect_forge_begin(temp_path, leaves, SMALL, &forge));
	for (enum forgery kind = FORGE_EDIT; kind < FORGE_COUNT; kind++)
		for (size_t at = 0; at < SMALL; at++)
			if (kind != FORGE_SWAP || at + 1 < SMALL)
				assert_found(forge, kind, at);
	inspect_forge_end(&forge);
}

/* Where bundles and their stored tiles begin and end. */
static void across_bundles(void **state)
{
	static const size_t places[] = {0, 255, 256, 300, 512};
	struct forge *forge = NULL;

	(void)state;
	REQ("K-55 P-3.13");
	assert_ok(inspect_forge_begin(temp_path, leaves, LARGE, &forge));
	assert_found(forge, FORGE_NOTHING, 0);
	for (enum forgery kind = FORGE_EDIT; kind < FORGE_COUNT; kind++)
		for (size_t i = 0; i < COUNT_OF(places); i++)
			assert_found(forge, kind, places[i]);
	inspect_forge_end(&forge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genuine),
		cmocka_unit_test(every_entry),
		cmocka_unit_test(across_bundles),
	};

	return cmocka_run_group_tests(tests, prepare, finish);
}
