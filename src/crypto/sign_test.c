#include "base/unit_test.h"

#include "crypto/crypto.h"

/* RFC 8032 section 7.1, tests 1 to 3. */
static const struct {
	const char *seed;
	const char *public_key;
	const char *text;
	const char *signature;
} rows[] = {
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
	 "d25bf5f0595bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
	 "387b2eaeb4302aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
	 "4a7c15e9716ed28dc027beceea1ec40a"},
};

static void published_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) seed = {0};
		OWN(buf) public_key = {0};
		OWN(buf) text = {0};
		OWN(buf) expected = {0};
		struct signer *signer = NULL;
		uint8_t signature[SIGN_LEN];
		uint8_t found[SIGN_PUBLIC_LEN];

		put_hex(&seed, rows[i].seed);
		put_hex(&public_key, rows[i].public_key);
		put_hex(&text, rows[i].text);
		put_hex(&expected, rows[i].signature);
		assert_ok(signer_new(seed.ptr, &signer));
		signer_public(signer, found);
		assert_bytes(bytes_of(&public_key), ((struct bytes){found, sizeof(found)}));
		assert_ok(signer_sign(signer, bytes_of(&text), signature));
		assert_bytes(bytes_of(&expected), ((struct bytes){signature, sizeof(signature)}));
		assert_ok(sign_verify(found, bytes_of(&text), signature));
		signer_free(&signer);
		assert_null(signer);
		signer_free(&signer);
	}
}

static void what_was_not_signed_is_refused(void **state)
{
	const uint8_t seed[SIGN_SEED_LEN] = {1};
	const uint8_t other_seed[SIGN_SEED_LEN] = {2};
	struct signer *signer = NULL;
	struct signer *other = NULL;
	struct bytes text = BYTES_LIT("tree head 42");
	uint8_t signature[SIGN_LEN];
	uint8_t public_key[SIGN_PUBLIC_LEN];
	uint8_t other_key[SIGN_PUBLIC_LEN];

	(void)state;
	assert_ok(signer_new(seed, &signer));
	assert_ok(signer_new(other_seed, &other));
	signer_public(signer, public_key);
	signer_public(other, other_key);
	assert_ok(signer_sign(signer, text, signature));
	assert_ok(sign_verify(public_key, text, signature));
	assert_err(CORRUPT, sign_verify(other_key, text, signature));
	assert_err(CORRUPT, sign_verify(public_key, BYTES_LIT("tree head 43"), signature));
	assert_err(CORRUPT, sign_verify(public_key, BYTES_LIT(""), signature));
	for (size_t at = 0; at < sizeof(signature); at++) {
		signature[at] ^= 0x10;
		assert_err(CORRUPT, sign_verify(public_key, text, signature));
		signature[at] ^= 0x10;
	}
	memset(other_key, 0xff, sizeof(other_key)); /* no point of the curve */
	assert_err(CORRUPT, sign_verify(other_key, text, signature));
	signer_free(&signer);
	signer_free(&other);
}

/* The order added to S gives the same sum: such a second signature of one text must not pass (RFC 8032 section 5.1.7). */
static void a_signature_has_one_form(void **state)
{
	static const uint8_t order[] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
	};
	OWN(buf) public_key = {0};
	OWN(buf) signature = {0};
	unsigned carry = 0;

	(void)state;
	put_hex(&public_key, rows[0].public_key);
	put_hex(&signature, rows[0].signature);
	assert_ok(sign_verify(public_key.ptr, BYTES_LIT(""), signature.ptr));
	for (size_t i = 0; i < sizeof(order); i++) {
		carry += (unsigned)signature.ptr[32 + i] + order[i];
		signature.ptr[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_err(CORRUPT, sign_verify(public_key.ptr, BYTES_LIT(""), signature.ptr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(what_was_not_signed_is_refused),
		cmocka_unit_test(a_signature_has_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
