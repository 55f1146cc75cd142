/*
 * known - published answers for every row of the allow-list, also for those that only TLS uses.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "crypto/known_int.h"

#include "crypto/crypto.h"

#define TEXT_MAX_LEN 256

/* Hex as the documents print it, put together. */
struct raw {
	uint8_t bytes[TEXT_MAX_LEN];
	size_t len;
};

static bool raw_of(const char *hex, struct raw *raw)
{
	raw->len = strlen(hex) / 2;
	return raw->len <= sizeof(raw->bytes) && err_is_ok(hex_decode(bytes_str(hex), raw->bytes, raw->len));
}

static bool same(const uint8_t *found, size_t len, const char *hex)
{
	struct raw expected;

	return raw_of(hex, &expected) && expected.len == len && ct_equal(found, expected.bytes, len);
}

/* ---- FIPS 180-4: the example "abc" ---- */

static const struct {
	const char *name;
	const char *digest;
} hashes[] = {
	{"SHA2-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"SHA2-384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
	{"SHA2-512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static bool hash_right(const char *name)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool right = false;

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (strcmp(hashes[i].name, name) == 0)
			right = md != NULL && EVP_Digest("abc", 3, digest, &len, md, NULL) == 1 && same(digest, len, hashes[i].digest);
	EVP_MD_free(md);
	return right;
}

/* ---- Authenticated encryption ---- */

/* GCM: McGrew and Viega, test cases 4 and 16. ChaCha20-Poly1305: RFC 8439 section 2.8.2. */
static const struct sealed {
	const char *name;
	const char *key, *nonce, *aad, *plain, *tag;
} ciphers[] = {
	{"AES-128-GCM", "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	    "5bc94fbc3221a5db94fae95ae7121a47"},
	{"AES-256-GCM", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	    "76fc6ece0f4e1768cddf8853bb2d551b"},
	{"CHACHA20-POLY1305", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
	    "50515253c0c1c2c3c4c5c6c7",
	    "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f66666572"
	    "20796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e",
	    "1ae10b594f09e26a7e902ecbd0600691"},
};

static bool seal(EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const struct sealed *row, uint8_t tag_out[static AEAD_TAG_LEN])
{
	struct raw key, nonce, aad, plain;
	uint8_t text[TEXT_MAX_LEN];
	int len = 0;

	return raw_of(row->key, &key) && raw_of(row->nonce, &nonce) && raw_of(row->aad, &aad) && raw_of(row->plain, &plain) &&
	    (size_t)EVP_CIPHER_get_key_length(cipher) == key.len && nonce.len == AEAD_NONCE_LEN &&
	    EVP_EncryptInit_ex2(context, cipher, key.bytes, nonce.bytes, NULL) == 1 &&
	    EVP_EncryptUpdate(context, NULL, &len, aad.bytes, (int)aad.len) == 1 &&
	    EVP_EncryptUpdate(context, text, &len, plain.bytes, (int)plain.len) == 1 &&
	    EVP_EncryptFinal_ex(context, text, &len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN, tag_out) == 1;
}

static bool cipher_right(const char *name)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t tag[AEAD_TAG_LEN];
	bool right = false;

	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (cipher != NULL && context != NULL && strcmp(ciphers[i].name, name) == 0)
			right = seal(context, cipher, &ciphers[i], tag) && same(tag, sizeof(tag), ciphers[i].tag);
	EVP_CIPHER_CTX_free(context);
	EVP_CIPHER_free(cipher);
	return right;
}

/* ---- Elliptic curves ---- */

/* One number and one point, either may be NULL. */
static EVP_PKEY *curve_key(const char *group, const char *own, const char *point)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	BIGNUM *number = NULL;
	struct raw public_key;
	bool made = builder != NULL && context != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1;

	if (made && own != NULL)
		made = BN_hex2bn(&number, own) > 0 && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1;
	if (made && point != NULL)
		made = raw_of(point, &public_key) &&
		    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, public_key.bytes, public_key.len) == 1;
	if (made)
		params = OSSL_PARAM_BLD_to_param(builder);
	if (params == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, own != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	BN_free(number);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

/* RFC 5903 section 8: i's own number, r's point, and the secret they share. */
static const struct {
	const char *name;
	const char *own, *peer, *shared;
} groups[] = {
	{"P-256",
	    .own = "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	    .peer = "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d"
	           "6aac23f046ada30f8353e74f33039872ab",
	    .shared = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
	{"P-384",
	    .own = "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
	    .peer = "04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a35"
	           "71dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e638"
	           "6c",
	    .shared = "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"},
	{"P-521",
	    .own = "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777"
	           "f5957b2639bab072462f68c27a57382d4a52",
	    .peer = "0400d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64"
	           "a6c2912d4ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852"
	           "077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
	    .shared = "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06"
	           "b3c715a3a8cc3151f2bee417996d19f3ddea"},
};

static bool derive(EVP_PKEY *own, EVP_PKEY *peer, const char *shared)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	uint8_t secret[TEXT_MAX_LEN];
	size_t len = sizeof(secret);
	bool right = context != NULL && EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, peer) == 1 &&
	    EVP_PKEY_derive(context, secret, &len) == 1 && same(secret, len, shared);

	EVP_PKEY_CTX_free(context);
	return right;
}

static bool group_right(const char *name)
{
	bool right = false;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		EVP_PKEY *own, *peer;

		if (strcmp(groups[i].name, name) != 0)
			continue;
		own = curve_key(name, groups[i].own, NULL);
		peer = curve_key(name, NULL, groups[i].peer);
		right = own != NULL && peer != NULL && derive(own, peer, groups[i].shared);
		EVP_PKEY_free(own);
		EVP_PKEY_free(peer);
	}
	return right;
}

/* RFC 6979 appendix A.2.5: the signature of "sample" with SHA-256, as DER; and not of another text. */
static bool ecdsa_right(void)
{
	static const char point[] = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	                            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
	static const char signature_hex[] = "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	                                    "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
	EVP_PKEY *key = curve_key("P-256", NULL, point);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct raw signature;
	bool right = key != NULL && context != NULL && raw_of(signature_hex, &signature);

	right = right && EVP_DigestVerifyInit_ex(context, NULL, "SHA2-256", NULL, NULL, key, NULL) == 1 &&
	    EVP_DigestVerify(context, signature.bytes, signature.len, (const uint8_t *)"sample", 6) == 1;
	right = right && EVP_MD_CTX_reset(context) == 1 &&
	    EVP_DigestVerifyInit_ex(context, NULL, "SHA2-256", NULL, NULL, key, NULL) == 1 &&
	    EVP_DigestVerify(context, signature.bytes, signature.len, (const uint8_t *)"simple", 6) != 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return right;
}

/* ---- Suites of TLS: what they are made of ---- */

static const struct {
	const char *name, *cipher, *hash;
} suites[] = {
	{"TLS_AES_256_GCM_SHA384", "AES-256-GCM", "SHA2-384"},
	{"TLS_AES_128_GCM_SHA256", "AES-128-GCM", "SHA2-256"},
	{"TLS_CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305", "SHA2-256"},
	{"ECDHE-ECDSA-AES256-GCM-SHA384", "AES-256-GCM", "SHA2-384"},
	{"ECDHE-RSA-AES256-GCM-SHA384", "AES-256-GCM", "SHA2-384"},
	{"ECDHE-ECDSA-AES128-GCM-SHA256", "AES-128-GCM", "SHA2-256"},
	{"ECDHE-RSA-AES128-GCM-SHA256", "AES-128-GCM", "SHA2-256"},
	{"ECDHE-ECDSA-CHACHA20-POLY1305", "CHACHA20-POLY1305", "SHA2-256"},
	{"ECDHE-RSA-CHACHA20-POLY1305", "CHACHA20-POLY1305", "SHA2-256"},
};

static bool suite_right(const char *name)
{
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		if (strcmp(suites[i].name, name) == 0)
			return cipher_right(suites[i].cipher) && hash_right(suites[i].hash);
	return false;
}

static bool row_right(const struct allowed *row)
{
	bool ours = false;

	/* What this program computes itself must be right in the form in which it does so. */
	if (crypto_known(row->use, row->name, &ours) && !ours)
		return false;
	if (strcmp(row->use, "hash") == 0)
		return hash_right(row->name);
	if (strcmp(row->use, "aead") == 0)
		return cipher_right(row->name);
	if (strcmp(row->use, "tls-group") == 0)
		return group_right(row->name);
	if (strcmp(row->use, "tls-suite") == 0)
		return suite_right(row->name);
	if (strcmp(row->name, "ECDSA") == 0)
		return ecdsa_right();
	return ours;
}

void known_answers(void (*tell)(void *context, const struct allowed *row, bool right), void *context)
{
	size_t count = 0;
	const struct allowed *rows = allowed_table(&count);

	for (size_t i = 0; i < count; i++)
		tell(context, &rows[i], row_right(&rows[i]));
}
