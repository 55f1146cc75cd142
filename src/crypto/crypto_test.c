/*
 * The start and the allow-list.
 */
#include <openssl/ssl.h>

#include "base/unit_test.h"

#include "crypto/crypto.h"

static void it_starts_again_and_again(void **state)
{
	(void)state;
	REQ("CR-3");
	assert_ok(crypto_start());
	assert_ok(crypto_start());
}

static void rows_are_complete_and_strong(void **state)
{
	static const char *const uses[] = {"hash", "mac", "aead", "signature", "kdf", "tls-group", "tls-suite"};
	size_t count = 0;
	const struct allowed *rows = allowed_table(&count);

	(void)state;
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		bool known = false;

		for (size_t u = 0; u < COUNT_OF(uses); u++)
			known = known || strcmp(rows[i].use, uses[u]) == 0;
		assert_true(known);
		assert_true(rows[i].bits >= 128);
		assert_true(strlen(rows[i].listed) > 0);
		assert_true(allowed_has(rows[i].use, rows[i].name));
	}
}

static void what_is_not_listed_is_not_allowed(void **state)
{
	static const struct {
		const char *use;
		const char *name;
	} rows[] = {
		{"hash", "SHA1"}, {"hash", "MD5"}, {"aead", "AES-256-GCM-SIV"}, {"aead", "AES-128-ECB"}, {"kdf", "SCRYPT"},
		{"kdf", "ARGON2ID"}, {"kdf", "AES-256-GCM"}, {"tls-group", "X25519"}, {"tls-group", "ffdhe2048"},
		{"tls-suite", "TLS_AES_128_CCM_8_SHA256"}, {"tls-suite", "ECDHE-RSA-AES128-SHA"}, {"aead", ""}, {"", "HMAC"},
		{"aead", "aes-256-gcm"},
	};

	(void)state;
	REQ("CR-3 K-7 T-17 U-06");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_false(allowed_has(rows[i].use, rows[i].name));
}

/* A row that OpenSSL does not know by this name would be an empty promise. */
static void names_of_tls_exist(void **state)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	size_t count = 0;
	const struct allowed *rows = allowed_table(&count);

	(void)state;
	assert_non_null(context);
	for (size_t i = 0; i < count; i++) {
		long known = 1;

		if (strcmp(rows[i].use, "tls-group") == 0)
			known = SSL_CTX_set1_groups_list(context, rows[i].name);
		else if (strncmp(rows[i].name, "TLS_", 4) == 0)
			known = SSL_CTX_set_ciphersuites(context, rows[i].name);
		else if (strcmp(rows[i].use, "tls-suite") == 0)
			known = SSL_CTX_set_cipher_list(context, rows[i].name);
		assert_int_equal(known, 1);
	}
	SSL_CTX_free(context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_starts_again_and_again),
		cmocka_unit_test(rows_are_complete_and_strong),
		cmocka_unit_test(what_is_not_listed_is_not_allowed),
		cmocka_unit_test(names_of_tls_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
