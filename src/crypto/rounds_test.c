/* Two passwords at a time give what one at a time gives, whoever runs whose. */
#include <pthread.h>
#include <string.h>

#include "base/unit_test.h"
#include "crypto/rounds_int.h"

#define THREADS 9

static void mac_of(size_t number, struct mac *mac, uint8_t block[static HASH_LEN])
{
	uint8_t key[8] = {(uint8_t)number, (uint8_t)(number >> 8), 'k'};

	assert_ok(mac_init(mac, (struct bytes){key, sizeof(key)}));
	memset(block, (int)(number * 7 & 0xff), HASH_LEN);
}

/* Around the piece between two looks at who waits. */
static void alone(void **state)
{
	static const uint32_t rounds[] = {1, 2, 3, 4, 4095, 4096, 4097, 4098, 8193, 20000};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rounds); i++) {
		uint8_t ours[HASH_LEN], plain[HASH_LEN];
		struct mac mac;

		mac_of(i, &mac, ours);
		memcpy(plain, ours, HASH_LEN);
		rounds_run(&mac, rounds[i], ours);
		rounds_run_plain(&mac, rounds[i], plain);
		assert_memory_equal(ours, plain, HASH_LEN);
	}
}

struct one {
	pthread_t thread;
	size_t number;
	bool right;
};

static void *derive_some(void *context)
{
	struct one *one = context;

	one->right = true;
	for (size_t i = 0; i < 12; i++) {
		uint32_t rounds = (uint32_t)(1 + (one->number * 7919 + i * 104729) % 30000);
		uint8_t ours[HASH_LEN], plain[HASH_LEN];
		struct mac mac;

		mac_of(one->number * 100 + i, &mac, ours);
		memcpy(plain, ours, HASH_LEN);
		rounds_run(&mac, rounds, ours);
		rounds_run_plain(&mac, rounds, plain);
		one->right = one->right && memcmp(ours, plain, HASH_LEN) == 0;
	}
	return NULL;
}

/* More threads than runners: each is a guest, is handed back and runs itself. */
static void together(void **state)
{
	struct one all[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		all[i].number = i;
		assert_int_equal(pthread_create(&all[i].thread, NULL, derive_some, &all[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(all[i].thread, NULL), 0);
		assert_true(all[i].right);
	}
	if (!rounds_have_lanes())
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(alone), cmocka_unit_test(together)};

	assert_ok(crypto_start());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
