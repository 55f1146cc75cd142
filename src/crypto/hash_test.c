/*
 * The keyed and unkeyed hashes: FIPS 180-4, RFC 4231, RFC 5869, and OpenSSL's own HKDF.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/starve_test.h"
#include "base/unit_test.h"

#include "crypto/crypto.h"

static void assert_hex(const uint8_t *found, size_t len, const char *expected_hex)
{
	OWN(buf) expected = {0};

	put_hex(&expected, expected_hex);
	assert_int_equal(expected.len, len);
	assert_memory_equal(found, expected.ptr, len);
}

static void hashes(void **state)
{
	static const struct {
		const char *text;
		const char *hash;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	uint8_t hash[HASH_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_ok(hash_sha256(bytes_str(rows[i].text), hash));
		assert_hex(hash, sizeof(hash), rows[i].hash);
	}
}

static void parts_hash_as_one(void **state)
{
	uint8_t text[200];
	uint8_t whole[HASH_LEN];
	uint8_t in_parts[HASH_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	assert_ok(hash_sha256((struct bytes){text, sizeof(text)}, whole));
	for (size_t cut = 0; cut <= sizeof(text); cut++) {
		const struct bytes parts[] = {{text, cut}, {0}, {text + cut, sizeof(text) - cut}};

		assert_ok(hash_parts(parts, 3, in_parts));
		assert_memory_equal(whole, in_parts, sizeof(whole));
	}
	assert_ok(hash_parts(NULL, 0, in_parts));
	assert_ok(hash_sha256((struct bytes){0}, whole));
	assert_memory_equal(whole, in_parts, sizeof(whole));
}

/* RFC 4231 sections 4.2 to 4.8, without the truncated one. */
static void macs(void **state)
{
	static const struct {
		const char *key;
		const char *data;
		const char *tag;
	} rows[] = {
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		 "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{"0102030405060708090a0b0c0d0e0f10111213141516171819",
		 "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		 "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) key = {0};
		OWN(buf) data = {0};
		struct mac *mac = NULL;
		uint8_t tag[HASH_LEN];

		put_hex(&key, rows[i].key);
		put_hex(&data, rows[i].data);
		assert_ok(mac_new(key.ptr, key.len, &mac));
		for (int again = 0; again < 2; again++) {
			assert_ok(mac_compute(mac, bytes_of(&data), tag));
			assert_hex(tag, sizeof(tag), rows[i].tag);
		}
		mac_free(&mac);
		assert_null(mac);
		mac_free(&mac);
	}
}

/* Keys around the block length, against EVP. */
static void macs_agree_with_evp(void **state)
{
	uint8_t key[140];
	uint8_t data[300];

	(void)state;
	memset(key, 0xaa, sizeof(key));
	memset(data, 0x33, sizeof(data));
	for (size_t key_len = 0; key_len <= sizeof(key); key_len++) {
		struct mac *mac = NULL;
		uint8_t ours[HASH_LEN];
		uint8_t theirs[HASH_LEN];
		size_t len = 0;

		assert_ok(mac_new(key, key_len, &mac));
		assert_ok(mac_compute(mac, (struct bytes){data, 2 * key_len}, ours));
		assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_len, data, 2 * key_len, theirs,
		    sizeof(theirs), &len));
		assert_memory_equal(ours, theirs, sizeof(ours));
		mac_free(&mac);
	}
}

/* RFC 5869 appendix A.1 to A.3. */
static void derived_keys(void **state)
{
	static const struct {
		const char *key;
		const char *salt;
		const char *info;
		const char *out;
	} rows[] = {
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
		 "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
		{"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
		 "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
		 "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
		 "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		 "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
		 "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		 "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
		 "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
		{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		 "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) key = {0};
		OWN(buf) salt = {0};
		OWN(buf) info = {0};
		uint8_t out[82];
		size_t len = strlen(rows[i].out) / 2;

		put_hex(&key, rows[i].key);
		put_hex(&salt, rows[i].salt);
		put_hex(&info, rows[i].info);
		assert_ok(hkdf_sha256(bytes_of(&key), bytes_of(&salt), bytes_of(&info), out, len));
		assert_hex(out, len, rows[i].out);
	}
}

static void hkdf_by_evp(struct bytes key, struct bytes salt, struct bytes info, uint8_t *out, size_t out_len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	char digest[] = "SHA2-256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key.ptr, key.len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt.ptr, salt.len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.ptr, info.len),
		OSSL_PARAM_construct_end(),
	};

	assert_int_equal(EVP_KDF_derive(context, out, out_len, params), 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

static void the_limit_and_one_past(void **state)
{
	static uint8_t ours[255 * HASH_LEN + 1];
	static uint8_t theirs[255 * HASH_LEN];
	struct bytes key = BYTES_LIT("key");
	struct bytes salt = BYTES_LIT("salt");
	struct bytes info = BYTES_LIT("info");

	(void)state;
	assert_ok(hkdf_sha256(key, salt, info, ours, sizeof(theirs)));
	hkdf_by_evp(key, salt, info, theirs, sizeof(theirs));
	assert_memory_equal(ours, theirs, sizeof(theirs));
	assert_err(INVALID, hkdf_sha256(key, salt, info, ours, sizeof(ours)));
	assert_err(INVALID, hkdf_sha256(key, salt, info, ours, 0));
	assert_memory_equal(ours, theirs, sizeof(theirs));
}

static void without_memory_nothing_is_made(void **state)
{
	struct mac *mac = NULL;

	(void)state;
	for (starve_start(); starve_next();) {
		err e = mac_new((const uint8_t *)"key", 3, &mac);

		if (starve_failed()) {
			assert_err(UNAVAILABLE, e);
			assert_null(mac);
		} else {
			assert_ok(e);
		}
	}
	mac_free(&mac);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(parts_hash_as_one),
		cmocka_unit_test(macs),
		cmocka_unit_test(macs_agree_with_evp),
		cmocka_unit_test(derived_keys),
		cmocka_unit_test(the_limit_and_one_past),
		cmocka_unit_test(without_memory_nothing_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
