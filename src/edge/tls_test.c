/*
 * The settings, read back; and files that are no certificate or no key.
 */
#include <sys/mman.h>

#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "edge/tls.h"

static int file_of(struct bytes text)
{
	int fd = memfd_create("pem", MFD_CLOEXEC);

	assert_true(fd >= 0);
	if (text.len > 0)
		assert_int_equal(write(fd, text.ptr, text.len), text.len);
	return fd;
}

struct pems {
	struct buf certificate, key, other_certificate, other_key;
};

static void make_pems(struct pems *pems)
{
	memset(pems, 0, sizeof(*pems));
	assert_ok(crypto_start());
	assert_ok(certificate_self_signed("localhost", 10, &pems->certificate, &pems->key));
	assert_ok(certificate_self_signed("localhost", 10, &pems->other_certificate, &pems->other_key));
}

static void free_pems(struct pems *pems)
{
	buf_free(&pems->certificate);
	buf_free(&pems->key);
	buf_free(&pems->other_certificate);
	buf_free(&pems->other_key);
}

static void the_settings_hold(void **state)
{
	struct pems pems;
	SSL_CTX *context;
	uint64_t options;
	int certificate;
	int key;

	REQ("K-27");
	(void)state;
	make_pems(&pems);
	certificate = file_of(bytes_of(&pems.certificate));
	key = file_of(bytes_of(&pems.key));
	assert_ok(tls_new(certificate, key, &context));
	options = SSL_CTX_get_options(context);
	assert_true((options & SSL_OP_NO_RENEGOTIATION) != 0);
	assert_true((options & SSL_OP_NO_COMPRESSION) != 0);
	assert_true((options & SSL_OP_NO_TICKET) != 0);
	assert_true((options & SSL_OP_CIPHER_SERVER_PREFERENCE) != 0);
	assert_int_equal(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
	assert_int_equal(SSL_CTX_get_read_ahead(context), 0);
	assert_int_equal(SSL_CTX_get_num_tickets(context), 0);
	assert_int_equal(SSL_CTX_get_max_early_data(context), 0);
	assert_int_equal(SSL_CTX_get_session_cache_mode(context), SSL_SESS_CACHE_OFF);
	tls_free(&context);
	assert_null(context);
	/* Read from the start each time: a restarted process may get the same file. */
	assert_ok(tls_new(certificate, key, &context));
	tls_free(&context);
	close(certificate);
	close(key);
	free_pems(&pems);
}

static void files_that_do_not_fit(void **state)
{
	struct pems pems;
	struct { struct bytes certificate, key; } rows[6];

	(void)state;
	make_pems(&pems);
	rows[0].certificate = bytes_of(&pems.certificate), rows[0].key = bytes_of(&pems.other_key);
	rows[1].certificate = bytes_of(&pems.key), rows[1].key = bytes_of(&pems.key);
	rows[2].certificate = bytes_of(&pems.certificate), rows[2].key = bytes_of(&pems.certificate);
	rows[3].certificate = (struct bytes){0}, rows[3].key = bytes_of(&pems.key);
	rows[4].certificate = bytes_of(&pems.certificate), rows[4].key = (struct bytes){0};
	rows[5].certificate = BYTES_LIT("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), rows[5].key = bytes_of(&pems.key);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		SSL_CTX *context = NULL;
		int certificate = file_of(rows[i].certificate);
		int key = file_of(rows[i].key);

		assert_err(INVALID, tls_new(certificate, key, &context));
		assert_null(context);
		close(certificate);
		close(key);
	}
	assert_err(INVALID, tls_new(-1, -1, &(SSL_CTX *){NULL}));
	free_pems(&pems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_settings_hold),
		cmocka_unit_test(files_that_do_not_fit),
	};

	return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
