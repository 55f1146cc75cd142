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

struct answers {
	size_t rows, right;
};

static void count_answer(void *context, const struct allowed *row, bool right)
{
	struct answers *answers = context;

	answers->rows++;
	answers->right += right;
	if (!right)
		print_error("no right answer: %s %s\n", row->use, row->name);
}

static void every_row_has_its_known_answer(void **state)
{
	struct answers answers = {0};
	size_t count = 0;

	(void)state;
	REQ("K-7 T-17");
	(void)allowed_table(&count);
	known_answers(count_answer, &answers);
	assert_int_equal(answers.rows, count);
	assert_int_equal(answers.right, count);
}

static void a_stored_password_says_how_it_was_made(void **state)
{
	static const char *const foreign[] = {
		"", "Password1!", "$2b$12$abcdefghijklmnopqrstuv", "$pbkdf2-sha1$i=600000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	char phc[PASSWORD_PHC_MAX];
	struct password_made made;

	(void)state;
	assert_ok(password_hash(BYTES_LIT("Secret-1"), PASSWORD_ROUNDS_MIN, phc));
	assert_ok(password_made(bytes_str(phc), &made));
	assert_string_equal(made.algorithm, "PBKDF2");
	assert_true(allowed_has("kdf", made.algorithm));
	assert_int_equal(made.rounds, PASSWORD_ROUNDS_MIN);
	for (size_t i = 0; i < COUNT_OF(foreign); i++)
		assert_err(CORRUPT, password_made(bytes_str(foreign[i]), &made));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_starts_again_and_again),
		cmocka_unit_test(rows_are_complete_and_strong),
		cmocka_unit_test(what_is_not_listed_is_not_allowed),
		cmocka_unit_test(names_of_tls_exist),
		cmocka_unit_test(every_row_has_its_known_answer),
		cmocka_unit_test(a_stored_password_says_how_it_was_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
