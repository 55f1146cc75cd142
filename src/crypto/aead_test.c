#include <pthread.h>

#include "base/starve_test.h"
#include "base/unit_test.h"
#include "crypto/aead_int.h"

#include "crypto/crypto.h"

static struct aead *aead_of(uint8_t first)
{
	uint8_t key[AEAD_KEY_LEN] = {first};
	struct aead *aead = NULL;

	assert_ok(aead_new(key, &aead));
	return aead;
}

/* The GCM specification of McGrew and Viega, test cases 13, 14 and 16. */
static void published_vectors(void **state)
{
	static const struct {
		const char *key;
		const char *nonce;
		const char *aad;
		const char *plain;
		const char *sealed;
	} rows[] = {
		{"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "",
		 "530f8afbc74536b9a963b4f1c4cb738b"},
		{"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
		 "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
		{"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
		 "feedfacedeadbeeffeedfacedeadbeefabaddad2",
		 "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
		 "b16aedf5aa0de657ba637b39",
		 "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
		 "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) key = {0};
		OWN(buf) nonce = {0};
		OWN(buf) aad = {0};
		OWN(buf) plain = {0};
		OWN(buf) expected = {0};
		OWN(buf) sealed = {0};
		OWN(buf) opened = {0};
		struct aead *aead = NULL;

		put_hex(&key, rows[i].key);
		put_hex(&nonce, rows[i].nonce);
		put_hex(&aad, rows[i].aad);
		put_hex(&plain, rows[i].plain);
		put_hex(&expected, rows[i].nonce);
		put_hex(&expected, rows[i].sealed);
		assert_ok(aead_new(key.ptr, &aead));
		assert_ok(aead_seal_with(aead, nonce.ptr, bytes_of(&aad), bytes_of(&plain), &sealed));
		assert_bytes(bytes_of(&sealed), bytes_of(&expected));
		assert_ok(aead_open(aead, bytes_of(&aad), bytes_of(&sealed), &opened));
		assert_bytes(bytes_of(&opened), bytes_of(&plain));
		aead_free(&aead);
		assert_null(aead);
		aead_free(&aead);
	}
}

static void every_flipped_bit_is_found(void **state)
{
	struct aead *aead = aead_of(1);
	struct bytes aad = BYTES_LIT("child/1/name");
	OWN(buf) sealed = {0};
	OWN(buf) opened = {0};

	(void)state;
	assert_ok(buf_append_str(&opened, "kept"));
	assert_ok(aead_seal(aead, aad, BYTES_LIT("a family's secret"), &sealed));
	for (size_t bit = 0; bit < sealed.len * 8; bit++) {
		sealed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_err(CORRUPT, aead_open(aead, aad, bytes_of(&sealed), &opened));
		sealed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_bytes(bytes_of(&opened), BYTES_LIT("kept"));
	assert_ok(aead_open(aead, aad, bytes_of(&sealed), &opened));
	assert_bytes(bytes_of(&opened), BYTES_LIT("kepta family's secret"));
	aead_free(&aead);
}

static void another_place_key_or_length_does_not_open(void **state)
{
	struct aead *aead = aead_of(1);
	struct aead *other = aead_of(2);
	struct bytes aad = BYTES_LIT("child/1/name");
	OWN(buf) sealed = {0};
	OWN(buf) opened = {0};

	(void)state;
	assert_ok(aead_seal(aead, aad, BYTES_LIT("text"), &sealed));
	assert_err(CORRUPT, aead_open(other, aad, bytes_of(&sealed), &opened));
	assert_err(CORRUPT, aead_open(aead, BYTES_LIT("child/2/name"), bytes_of(&sealed), &opened));
	assert_err(CORRUPT, aead_open(aead, BYTES_LIT(""), bytes_of(&sealed), &opened));
	for (size_t len = 0; len < sealed.len; len++)
		assert_err(CORRUPT, aead_open(aead, aad, (struct bytes){sealed.ptr, len}, &opened));
	assert_err(CORRUPT, aead_open(aead, aad, (struct bytes){sealed.ptr + 1, sealed.len - 1}, &opened));
	assert_int_equal(opened.len, 0);
	/* What was decrypted before the tag was known to be wrong is gone. */
	for (size_t i = 0; i + 4 <= opened.cap && i < 4; i++)
		assert_memory_not_equal(opened.ptr + i, "text", 4);
	aead_free(&aead);
	aead_free(&other);
}

static void nothing_and_the_limits(void **state)
{
	static uint8_t large[((size_t)1 << 20) + 1];
	struct aead *aead = aead_of(1);
	struct bytes plain = {large, AEAD_PLAIN_MAX};
	struct bytes aad = {large, AEAD_AAD_MAX};
	OWN(buf) sealed = {0};
	OWN(buf) opened = {0};

	(void)state;
	assert_ok(aead_seal(aead, (struct bytes){0}, (struct bytes){0}, &sealed));
	assert_int_equal(sealed.len, AEAD_OVERHEAD);
	assert_ok(aead_open(aead, (struct bytes){0}, bytes_of(&sealed), &opened));
	assert_int_equal(opened.len, 0);
	buf_clear(&sealed);
	assert_ok(aead_seal(aead, aad, plain, &sealed));
	assert_ok(aead_open(aead, aad, bytes_of(&sealed), &opened));
	assert_bytes(bytes_of(&opened), plain);
	plain.len++;
	aad.len++;
	assert_err(TOO_LARGE, aead_seal(aead, (struct bytes){0}, plain, &sealed));
	assert_err(TOO_LARGE, aead_seal(aead, aad, (struct bytes){0}, &sealed));
	assert_err(CORRUPT, aead_open(aead, aad, bytes_of(&sealed), &opened));
	assert_int_equal(sealed.len, AEAD_PLAIN_MAX + AEAD_OVERHEAD);
	assert_ok(buf_u8(&sealed, 0));
	aad.len--;
	assert_err(CORRUPT, aead_open(aead, aad, bytes_of(&sealed), &opened));
	aead_free(&aead);
}

static void the_same_text_is_sealed_differently(void **state)
{
	struct aead *aead = aead_of(1);
	OWN(buf) one = {0};
	OWN(buf) two = {0};

	(void)state;
	assert_ok(aead_seal(aead, BYTES_LIT(""), BYTES_LIT("text"), &one));
	assert_ok(aead_seal(aead, BYTES_LIT(""), BYTES_LIT("text"), &two));
	assert_memory_not_equal(one.ptr, two.ptr, AEAD_NONCE_LEN);
	assert_memory_not_equal(one.ptr + AEAD_NONCE_LEN, two.ptr + AEAD_NONCE_LEN, 4);
	aead_free(&aead);
}

/* More keys than a thread keeps contexts for, sealing and opening in turn, some freed on the way. */
static void many_keys_take_turns(void **state)
{
	struct aead *keys[200];
	struct buf sealed[COUNT_OF(keys)] = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		keys[i] = aead_of((uint8_t)i);
		assert_ok(aead_seal(keys[i], BYTES_LIT("a"), BYTES_LIT("text"), &sealed[i]));
	}
	for (size_t i = 0; i < COUNT_OF(keys); i += 3) {
		aead_free(&keys[i]);
		keys[i] = aead_of((uint8_t)i);
	}
	for (size_t round = 0; round < 1000; round++) {
		size_t i = round * 7 % COUNT_OF(keys);
		OWN(buf) again = {0};
		OWN(buf) opened = {0};

		assert_ok(aead_open(keys[i], BYTES_LIT("a"), bytes_of(&sealed[i]), &opened));
		assert_bytes(bytes_of(&opened), BYTES_LIT("text"));
		assert_err(CORRUPT, aead_open(keys[i], BYTES_LIT("a"), bytes_of(&sealed[(i + 1) % COUNT_OF(keys)]), &opened));
		assert_ok(aead_seal(keys[i], BYTES_LIT("a"), BYTES_LIT("text"), &again));
		assert_ok(aead_open(keys[i], BYTES_LIT("a"), bytes_of(&again), &opened));
	}
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		aead_free(&keys[i]);
		buf_free(&sealed[i]);
	}
}

static void *seal_and_open(void *shared)
{
	struct aead *aead = shared;

	for (int i = 0; i < 2000; i++) {
		OWN(buf) sealed = {0};
		OWN(buf) opened = {0};
		struct aead *own = NULL;
		uint8_t key[AEAD_KEY_LEN];

		if (!err_is_ok(random_bytes(key, sizeof(key))) || !err_is_ok(aead_new(key, &own)) ||
		    !err_is_ok(aead_seal(own, BYTES_LIT("a"), BYTES_LIT("x"), &sealed)))
			return NULL;
		aead_free(&own);
		buf_clear(&sealed);
		if (!err_is_ok(aead_seal(aead, BYTES_LIT("a"), BYTES_LIT("text"), &sealed)) ||
		    !err_is_ok(aead_open(aead, BYTES_LIT("a"), bytes_of(&sealed), &opened)) ||
		    !bytes_is(bytes_of(&opened), "text"))
			return NULL;
	}
	return aead;
}

static void threads_share_a_key(void **state)
{
	struct aead *aead = aead_of(1);
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, seal_and_open, aead), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		void *result = NULL;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, aead);
	}
	aead_free(&aead);
}

struct attempt {
	const struct aead *aead;
	struct bytes sealed;
};

/* On a thread of its own, so that its table has to be made. */
static void *starve_open(void *given)
{
	const struct attempt *attempt = given;
	bool ended = false;

	for (starve_start(); starve_next();) {
		OWN(buf) opened = {0};
		err e = aead_open(attempt->aead, BYTES_LIT("a"), attempt->sealed, &opened);

		if (starve_failed()) {
			if (!err_is(e, ERR_UNAVAILABLE) || opened.len != 0)
				return NULL;
		} else {
			ended = err_is_ok(e) && bytes_is(bytes_of(&opened), "text");
		}
	}
	return ended ? given : NULL;
}

static void without_memory_nothing_is_opened(void **state)
{
	struct aead *aead = NULL;
	uint8_t key[AEAD_KEY_LEN] = {5};
	OWN(buf) sealed = {0};
	struct attempt attempt;
	pthread_t thread;
	void *result = NULL;

	(void)state;
	for (starve_start(); starve_next();) {
		err e = aead_new(key, &aead);

		if (starve_failed()) {
			assert_err(UNAVAILABLE, e);
			assert_null(aead);
		} else {
			assert_ok(e);
		}
	}
	assert_ok(aead_seal(aead, BYTES_LIT("a"), BYTES_LIT("text"), &sealed));
	attempt = (struct attempt){aead, bytes_of(&sealed)};
	assert_int_equal(pthread_create(&thread, NULL, starve_open, &attempt), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, &attempt);
	aead_free(&aead);
}

static int start(void **state)
{
	(void)state;
	return err_is_ok(crypto_start()) ? 0 : 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(every_flipped_bit_is_found),
		cmocka_unit_test(another_place_key_or_length_does_not_open),
		cmocka_unit_test(nothing_and_the_limits),
		cmocka_unit_test(the_same_text_is_sealed_differently),
		cmocka_unit_test(many_keys_take_turns),
		cmocka_unit_test(threads_share_a_key),
		cmocka_unit_test(without_memory_nothing_is_opened),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
