/*
 * crypto - what must hold before anything else is done: each algorithm used is allowed, present and right.
 */
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/log.h"
#include "crypto/aead_int.h"
#include "crypto/known_int.h"

#include "crypto/crypto.h"

#define ANSWER_MAX 64

/* Answers are compared in hex, as the documents print them. */
static bool answers(struct bytes found, const char *expected_hex)
{
	uint8_t expected[ANSWER_MAX];

	return found.len <= sizeof(expected) && err_is_ok(hex_decode(bytes_str(expected_hex), expected, found.len)) &&
	    ct_equal(found.ptr, expected, found.len);
}

static bool from_hex(const char *hex, uint8_t *raw_out, size_t raw_len)
{
	return err_is_ok(hex_decode(bytes_str(hex), raw_out, raw_len));
}

/* FIPS 180-4, the example "abc"; and the fetched algorithm says the same as ours without EVP. */
static bool test_hash(void)
{
	static const char answer[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	EVP_MD *fetched = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	uint8_t ours[HASH_LEN];
	uint8_t theirs[HASH_LEN];
	unsigned len = 0;
	bool right = fetched != NULL && EVP_Digest("abc", 3, theirs, &len, fetched, NULL) == 1 && len == HASH_LEN &&
	    err_is_ok(hash_sha256(BYTES_LIT("abc"), ours)) && answers((struct bytes){ours, HASH_LEN}, answer) &&
	    answers((struct bytes){theirs, HASH_LEN}, answer);

	EVP_MD_free(fetched);
	return right;
}

/* RFC 4231 section 4.3. */
static bool test_mac(void)
{
	EVP_MAC *fetched = EVP_MAC_fetch(NULL, "HMAC", NULL);
	struct mac *mac = NULL;
	uint8_t tag[HASH_LEN];
	bool right = fetched != NULL && err_is_ok(mac_new((const uint8_t *)"Jefe", 4, &mac)) &&
	    err_is_ok(mac_compute(mac, BYTES_LIT("what do ya want for nothing?"), tag)) &&
	    answers((struct bytes){tag, sizeof(tag)}, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

	mac_free(&mac);
	EVP_MAC_free(fetched);
	return right;
}

/* RFC 5869 appendix A.1. */
static bool test_hkdf(void)
{
	uint8_t key[22];
	uint8_t salt[13];
	uint8_t info[10];
	uint8_t out[42];

	return from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", key, sizeof(key)) &&
	    from_hex("000102030405060708090a0b0c", salt, sizeof(salt)) &&
	    from_hex("f0f1f2f3f4f5f6f7f8f9", info, sizeof(info)) &&
	    err_is_ok(hkdf_sha256((struct bytes){key, sizeof(key)}, (struct bytes){salt, sizeof(salt)},
	        (struct bytes){info, sizeof(info)}, out, sizeof(out))) &&
	    answers((struct bytes){out, sizeof(out)},
	        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

/* The GCM specification of McGrew and Viega, test case 16, in our form. */
static bool test_aead(void)
{
	static const char sealed_hex[] = "cafebabefacedbaddecaf888"
	                                 "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	                                 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
	                                 "76fc6ece0f4e1768cddf8853bb2d551b";
	uint8_t key[AEAD_KEY_LEN];
	uint8_t nonce[AEAD_NONCE_LEN];
	uint8_t aad[20];
	uint8_t plain[60];
	uint8_t sealed[sizeof(plain) + AEAD_OVERHEAD];
	struct bytes aad_bytes = {aad, sizeof(aad)};
	struct aead *aead = NULL;
	OWN(buf) made = {0};
	OWN(buf) opened = {0};
	bool right = from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key, sizeof(key)) &&
	    from_hex("cafebabefacedbaddecaf888", nonce, sizeof(nonce)) &&
	    from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", aad, sizeof(aad)) &&
	    from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	             "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39", plain, sizeof(plain)) &&
	    from_hex(sealed_hex, sealed, sizeof(sealed)) && err_is_ok(aead_new(key, &aead)) &&
	    err_is_ok(aead_seal_with(aead, nonce, aad_bytes, (struct bytes){plain, sizeof(plain)}, &made)) &&
	    bytes_equal(bytes_of(&made), (struct bytes){sealed, sizeof(sealed)}) &&
	    err_is_ok(aead_open(aead, aad_bytes, bytes_of(&made), &opened)) &&
	    bytes_equal(bytes_of(&opened), (struct bytes){plain, sizeof(plain)});

	sealed[sizeof(sealed) - 1] ^= 1; /* a wrong tag must not pass */
	right = right && err_is(aead_open(aead, aad_bytes, (struct bytes){sealed, sizeof(sealed)}, &opened), ERR_CORRUPT);
	aead_free(&aead);
	return right;
}

/* RFC 8032 section 7.1, test 2. */
static bool test_ed25519(void)
{
	static const uint8_t text[] = {0x72};
	struct signer *signer = NULL;
	uint8_t seed[SIGN_SEED_LEN];
	uint8_t public_key[SIGN_PUBLIC_LEN];
	uint8_t signature[SIGN_LEN];
	struct bytes signed_text = {text, sizeof(text)};
	bool right = from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, sizeof(seed)) &&
	    err_is_ok(signer_new(seed, &signer)) && err_is_ok(signer_sign(signer, signed_text, signature)) &&
	    answers((struct bytes){signature, sizeof(signature)},
	        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

	if (right) {
		signer_public(signer, public_key);
		right = answers((struct bytes){public_key, sizeof(public_key)},
		            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c") &&
		    err_is_ok(sign_verify(public_key, signed_text, signature));
	}
	if (right) {
		signature[0] ^= 1;
		right = err_is(sign_verify(public_key, signed_text, signature), ERR_CORRUPT);
	}
	signer_free(&signer);
	return right;
}

/* RFC 7914 section 11, its first vector; and 4096 rounds for the loop. */
static bool test_pbkdf2(void)
{
	uint8_t out[64];

	return err_is_ok(password_derive(BYTES_LIT("passwd"), BYTES_LIT("salt"), 1, out, sizeof(out))) &&
	    answers((struct bytes){out, sizeof(out)},
	        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
	        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783") &&
	    err_is_ok(password_derive(BYTES_LIT("password"), BYTES_LIT("salt"), 4096, out, 32)) &&
	    answers((struct bytes){out, 32}, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
}

/* Only made and used within TLS and certificates: that it signs what it verifies is enough. */
static bool test_ecdsa(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[128];
	size_t len = sizeof(signature);
	bool right = key != NULL && context != NULL &&
	    EVP_DigestSignInit_ex(context, NULL, "SHA2-256", NULL, NULL, key, NULL) == 1 &&
	    EVP_DigestSign(context, signature, &len, (const uint8_t *)"abc", 3) == 1 &&
	    EVP_MD_CTX_reset(context) == 1 &&
	    EVP_DigestVerifyInit_ex(context, NULL, "SHA2-256", NULL, NULL, key, NULL) == 1 &&
	    EVP_DigestVerify(context, signature, len, (const uint8_t *)"abc", 3) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return right;
}

/* What this folder uses, with the test of each. */
static const struct {
	const char *use;
	const char *name;
	bool (*test)(void);
} used[] = {
	{"hash", "SHA2-256", test_hash},
	{"mac", "HMAC", test_mac},
	{"kdf", "HKDF", test_hkdf},
	{"kdf", "PBKDF2", test_pbkdf2},
	{"aead", "AES-256-GCM", test_aead},
	{"signature", "ED25519", test_ed25519},
	{"signature", "ECDSA", test_ecdsa},
};

bool crypto_known(const char *use, const char *name, bool *right_out)
{
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		if (bytes_is(bytes_str(used[i].use), use) && bytes_is(bytes_str(used[i].name), name)) {
			*right_out = used[i].test();
			return true;
		}
	return false;
}

err crypto_start(void)
{
	/* No file and no variable of the machine decides which implementation runs. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return FAIL(CORRUPT);
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
		if (!allowed_has(used[i].use, used[i].name)) { /* CR-3, K-7, T-17, U-06 */
			log_error("%s is not on the list of allowed algorithms", used[i].name);
			return FAIL(CORRUPT);
		}
		if (!used[i].test()) {
			log_error("the self-test of %s failed", used[i].name);
			return FAIL(CORRUPT);
		}
	}
	return OK;
}
