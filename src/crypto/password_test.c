#include <openssl/evp.h>

#include "base/starve_test.h"
#include "base/unit_test.h"
#include "crypto/password_int.h"

#include "crypto/crypto.h"

#define SALT_TEXT "AAECAwQFBgcICQoLDA0ODw"
#define HASH_TEXT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define FOREIGN "$pbkdf2-sha256$i=2000$ZGVmZ2hpamtsbW5vcHFycw$tGUd0FTOhOpxYf/unNwg0mjGz9ypofhItSjVenJrgDc"
#define GOOD "$pbkdf2-sha256$i=1000$" SALT_TEXT "$" HASH_TEXT

/* RFC 7914 section 11; the others are the widely published answers to RFC 6070's inputs with SHA-256. */
static void published_vectors(void **state)
{
	static const struct {
		struct bytes password;
		struct bytes salt;
		uint32_t rounds;
		const char *out;
	} rows[] = {
		{BYTES_LIT("passwd"), BYTES_LIT("salt"), 1,
		 "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
		 "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"},
		{BYTES_LIT("Password"), BYTES_LIT("NaCl"), 80000,
		 "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
		 "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"},
		{BYTES_LIT("password"), BYTES_LIT("salt"), 1,
		 "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"},
		{BYTES_LIT("password"), BYTES_LIT("salt"), 2,
		 "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"},
		{BYTES_LIT("password"), BYTES_LIT("salt"), 4096,
		 "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"},
		{BYTES_LIT("passwordPASSWORDpassword"), BYTES_LIT("saltSALTsaltSALTsaltSALTsaltSALTsalt"), 4096,
		 "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1c635518c7dac47e9"},
		{BYTES_LIT("pass\0word"), BYTES_LIT("sa\0lt"), 4096, "89b69d0516f829893c696226650a8687"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) expected = {0};
		uint8_t out[64];

		put_hex(&expected, rows[i].out);
		assert_ok(password_derive(rows[i].password, rows[i].salt, rows[i].rounds, out, expected.len));
		assert_memory_equal(out, expected.ptr, expected.len);
	}
}

/* Passwords around the block length, results around the hash length, and the rounds in use. */
static void agrees_with_evp(void **state)
{
	static const size_t password_lens[] = {0, 1, 55, 56, 63, 64, 65, 119, 128, 500};
	static const size_t out_lens[] = {1, 31, 32, 33, 64, 65, 1024};
	char password[500];
	uint8_t ours[1024];
	uint8_t theirs[1024];

	(void)state;
	memset(password, 'p', sizeof(password));
	for (size_t p = 0; p < COUNT_OF(password_lens); p++) {
		for (size_t o = 0; o < COUNT_OF(out_lens); o++) {
			struct bytes given = {(const uint8_t *)password, password_lens[p]};

			assert_ok(password_derive(given, BYTES_LIT("0123456789abcdef"), 3, ours, out_lens[o]));
			assert_int_equal(PKCS5_PBKDF2_HMAC(password, (int)given.len, (const uint8_t *)"0123456789abcdef", 16, 3,
			    EVP_sha256(), (int)out_lens[o], theirs), 1);
			assert_memory_equal(ours, theirs, out_lens[o]);
		}
	}
	assert_ok(password_derive(BYTES_LIT("園の門"), BYTES_LIT("0123456789abcdef"), 600000, ours, 32));
	assert_int_equal(PKCS5_PBKDF2_HMAC("園の門", 9, (const uint8_t *)"0123456789abcdef", 16, 600000, EVP_sha256(), 32,
	    theirs), 1);
	assert_memory_equal(ours, theirs, 32);
}

static void limits_and_one_past(void **state)
{
	uint8_t out[PASSWORD_DERIVE_MAX + 1] = {7};
	char phc[PASSWORD_PHC_MAX] = "before";

	(void)state;
	assert_err(INVALID, password_derive(BYTES_LIT("p"), BYTES_LIT("s"), 0, out, 32));
	assert_err(INVALID, password_derive(BYTES_LIT("p"), BYTES_LIT("s"), PASSWORD_ROUNDS_MAX + 1, out, 32));
	assert_err(INVALID, password_derive(BYTES_LIT("p"), BYTES_LIT("s"), 1, out, 0));
	assert_err(INVALID, password_derive(BYTES_LIT("p"), BYTES_LIT("s"), 1, out, sizeof(out)));
	assert_int_equal(out[0], 7);
	assert_err(INVALID, password_hash(BYTES_LIT("p"), PASSWORD_ROUNDS_MIN - 1, phc));
	assert_err(INVALID, password_hash(BYTES_LIT("p"), PASSWORD_ROUNDS_MAX + 1, phc));
	assert_string_equal(phc, "before");
}

static void only_the_right_password_fits(void **state)
{
	static const char *const wrong[] = {"", "s", "Sakura-1234", "sakura-123", "sakura-12345", "sakura-1234 ", "園"};
	char phc[PASSWORD_PHC_MAX];
	char again[PASSWORD_PHC_MAX];
	uint32_t rounds = 7;

	(void)state;
	REQ("T-23.3");
	assert_ok(password_hash(BYTES_LIT("sakura-1234"), 1000, phc));
	assert_ok(password_hash(BYTES_LIT("sakura-1234"), 1000, again));
	assert_string_not_equal(phc, again);
	assert_memory_equal(phc, "$pbkdf2-sha256$i=1000$", 22);
	assert_int_equal(strlen(phc), strlen(GOOD));
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_err(UNAUTHENTICATED, password_verify(bytes_str(wrong[i]), bytes_str(phc), &rounds));
	assert_int_equal(rounds, 7);
	assert_ok(password_verify(BYTES_LIT("sakura-1234"), bytes_str(phc), &rounds));
	assert_int_equal(rounds, 1000);
	assert_ok(password_verify(BYTES_LIT("sakura-1234"), bytes_str(again), NULL));
}

/* Made by another program: hashlib.pbkdf2_hmac of Python. */
static void a_foreign_phc_string_is_read(void **state)
{
	uint32_t rounds = 0;

	(void)state;
	assert_ok(password_verify(BYTES_LIT("correct horse"), BYTES_LIT(FOREIGN), &rounds));
	assert_int_equal(rounds, 2000);
}

static void phc_strings_pair(void **state)
{
	static const uint32_t rounds[] = {PASSWORD_ROUNDS_MIN, 600000, PASSWORD_ROUNDS_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rounds); i++) {
		struct password_phc phc = {.rounds = rounds[i], .salt = {1, 2, 3}, .hash = {4, 5, 6}};
		struct password_phc again;
		char text[PASSWORD_PHC_MAX];

		assert_ok(password_phc_format(&phc, text));
		assert_ok(password_phc_parse(bytes_str(text), &again));
		assert_int_equal(again.rounds, phc.rounds);
		assert_memory_equal(again.salt, phc.salt, sizeof(phc.salt));
		assert_memory_equal(again.hash, phc.hash, sizeof(phc.hash));
	}
}

static void malformed_phc_strings(void **state)
{
	static const char *const rows[] = {
		"", "$", "$pbkdf2-sha256$", "pbkdf2-sha256$i=1000$" SALT_TEXT "$" HASH_TEXT,
		"$pbkdf2-sha512$i=1000$" SALT_TEXT "$" HASH_TEXT, "$pbkdf2-sha256$v=1$i=1000$" SALT_TEXT "$" HASH_TEXT,
		"$pbkdf2-sha256$i=999$" SALT_TEXT "$" HASH_TEXT, "$pbkdf2-sha256$i=10000001$" SALT_TEXT "$" HASH_TEXT,
		"$pbkdf2-sha256$i=4294968296$" SALT_TEXT "$" HASH_TEXT, "$pbkdf2-sha256$i=01000$" SALT_TEXT "$" HASH_TEXT,
		"$pbkdf2-sha256$i=0$" SALT_TEXT "$" HASH_TEXT, "$pbkdf2-sha256$i=$" SALT_TEXT "$" HASH_TEXT,
		"$pbkdf2-sha256$i=+1000$" SALT_TEXT "$" HASH_TEXT, "$pbkdf2-sha256$i=-1000$" SALT_TEXT "$" HASH_TEXT,
		"$pbkdf2-sha256$i=1e3$" SALT_TEXT "$" HASH_TEXT, "$pbkdf2-sha256$i=1000," SALT_TEXT "$" HASH_TEXT,
		"$pbkdf2-sha256$i=1000$" SALT_TEXT "==$" HASH_TEXT, "$pbkdf2-sha256$i=1000$" SALT_TEXT "$" HASH_TEXT "=",
		"$pbkdf2-sha256$i=1000$AAECAwQFBgcICQoLDA0ODx$" HASH_TEXT, "$pbkdf2-sha256$i=1000$AAECAwQFBgcICQoLDA0OD$" HASH_TEXT,
		"$pbkdf2-sha256$i=1000$AAECAwQFBgcICQoLDA0O-w$" HASH_TEXT, GOOD "\n", GOOD "$", " " GOOD,
		"$pbkdf2-sha256$i=1000$" SALT_TEXT HASH_TEXT, "$pbkdf2-sha256$i=1000$" SALT_TEXT "$", "$pbkdf2-sha256$i=1000$",
		"$pbkdf2-sha256$i=1000$" SALT_TEXT "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
		"$pbkdf2-sha256$i=1000$" SALT_TEXT "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	uint32_t rounds = 7;

	(void)state;
	assert_err(UNAUTHENTICATED, password_verify(BYTES_LIT("p"), BYTES_LIT(GOOD), &rounds));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(CORRUPT, password_verify(BYTES_LIT("p"), bytes_str(rows[i]), &rounds));
	for (size_t len = 0; len < sizeof(GOOD) - 1; len++)
		assert_err(CORRUPT, password_verify(BYTES_LIT("p"), (struct bytes){(const uint8_t *)GOOD, len}, &rounds));
	assert_int_equal(rounds, 7);
}

static void without_memory_nothing_changes(void **state)
{
	char phc[PASSWORD_PHC_MAX] = "before";

	(void)state;
	for (starve_start(); starve_next();) {
		err e = password_hash(BYTES_LIT("p"), PASSWORD_ROUNDS_MIN, phc);

		if (starve_failed()) {
			assert_err(UNAVAILABLE, e);
			assert_string_equal(phc, "before");
		} else {
			assert_ok(e);
		}
	}
	for (starve_start(); starve_next();) {
		uint32_t rounds = 7;
		err e = password_verify(BYTES_LIT("p"), bytes_str(phc), &rounds);

		if (starve_failed()) {
			assert_err(UNAVAILABLE, e);
			assert_int_equal(rounds, 7);
		} else {
			assert_ok(e);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(agrees_with_evp),
		cmocka_unit_test(limits_and_one_past),
		cmocka_unit_test(only_the_right_password_fits),
		cmocka_unit_test(a_foreign_phc_string_is_read),
		cmocka_unit_test(phc_strings_pair),
		cmocka_unit_test(malformed_phc_strings),
		cmocka_unit_test(without_memory_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
