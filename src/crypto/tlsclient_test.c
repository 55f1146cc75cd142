/*
 * Against a server of the test's own: a thread with OpenSSL's server side.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "crypto/tlsclient.h"

#define SECOND_US INT64_C(1000000)

static struct server {
	int listener;
	uint16_t port;
	SSL_CTX *context;
	pthread_t thread;
	struct buf certificate, key;
	uint8_t pin[HASH_LEN];
	char from[INET_ADDRSTRLEN]; /* of the last connection */
} server;

/* One connection after another: what comes first goes back, then the end. */
static void *serve(void *unused)
{
	(void)unused;
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		char text[64];
		int fd = accept(server.listener, (struct sockaddr *)&from, &len);
		SSL *ssl;
		int got;

		if (fd < 0)
			return NULL;
		inet_ntop(AF_INET, &from.sin_addr, server.from, sizeof(server.from));
		ssl = SSL_new(server.context);
		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1) {
			while ((got = SSL_read(ssl, text, sizeof(text))) > 0 && text[0] != 'q')
				SSL_write(ssl, text, got);
			SSL_shutdown(ssl);
		}
		SSL_free(ssl);
		close(fd);
	}
}

static int set_up(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	BIO *memory;
	X509 *certificate;
	EVP_PKEY *key;

	(void)state;
	(void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	assert_ok(crypto_start());
	assert_ok(certificate_self_signed("kindergarten.example", 10, &server.certificate, &server.key));
	assert_ok(tlsclient_pin(bytes_of(&server.certificate), server.pin));
	server.context = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_min_proto_version(server.context, TLS1_2_VERSION);
	memory = BIO_new_mem_buf(server.certificate.ptr, (int)server.certificate.len);
	certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL);
	BIO_free(memory);
	memory = BIO_new_mem_buf(server.key.ptr, (int)server.key.len);
	key = PEM_read_bio_PrivateKey(memory, NULL, NULL, NULL);
	BIO_free(memory);
	SSL_CTX_use_certificate(server.context, certificate);
	SSL_CTX_use_PrivateKey(server.context, key);
	X509_free(certificate);
	EVP_PKEY_free(key);
	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server.listener, 8), 0);
	assert_int_equal(getsockname(server.listener, (struct sockaddr *)&address, &len), 0);
	server.port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	shutdown(server.listener, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.listener);
	SSL_CTX_free(server.context);
	buf_free(&server.certificate);
	buf_free(&server.key);
	return 0;
}

static struct tlsclient_target target(void)
{
	return (struct tlsclient_target){.host = "127.0.0.1", .port = server.port, .name = "kindergarten.example", .pin = server.pin};
}

static int64_t soon(void)
{
	return clock_mono_us() + 5 * SECOND_US;
}

static void it_speaks(void **state)
{
	struct tlsclient_target to = target();
	struct tlsclient *client = NULL;
	struct tlsclient_info info;
	uint8_t text[16];
	size_t got;

	(void)state;
	to.source = "127.66.3.4";
	assert_ok(tlsclient_open(&to, soon(), &client, &info));
	assert_string_equal(server.from, "127.66.3.4");
	assert_string_equal(info.version, "TLSv1.3");
	assert_true(info.name_fits && info.not_after_us > clock_now_us() && info.not_before_us < clock_now_us());
	assert_memory_equal(info.certificate, server.pin, HASH_LEN);
	assert_ok(tlsclient_write(client, bytes_str("hello"), soon()));
	assert_ok(tlsclient_read(client, text, sizeof(text), soon(), &got));
	assert_int_equal(got, 5);
	assert_memory_equal(text, "hello", 5);
	assert_err(TIMEOUT, tlsclient_read(client, text, sizeof(text), clock_mono_us() + SECOND_US / 20, &got));
	assert_ok(tlsclient_write(client, bytes_str("q"), soon()));
	assert_ok(tlsclient_read(client, text, sizeof(text), soon(), &got));
	assert_int_equal(got, 0);
	tlsclient_free(&client);
	assert_null(client);
	tlsclient_free(&client);
}

static void it_trusts_only_whom_it_is_told(void **state)
{
	uint8_t other[HASH_LEN] = {1};
	static const struct { const char *name; const char *host; bool any_name; bool pin; enum err_code code; } rows[] = {
		{"kindergarten.example", "127.0.0.1", false, true, ERR_OK},
		{"other.example", "127.0.0.1", false, true, ERR_UNAUTHENTICATED},
		{"other.example", "127.0.0.1", true, true, ERR_OK},
		{NULL, "127.0.0.1", false, true, ERR_OK},                /* the address stands in it */
		{"127.0.0.2", "127.0.0.1", false, true, ERR_UNAUTHENTICATED},
		{"kindergarten.example", "127.0.0.1", true, false, ERR_UNAUTHENTICATED}, /* any_name is for a pin that fits */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tlsclient_target to = target();
		struct tlsclient *client = NULL;
		struct tlsclient_info info;

		to.name = rows[i].name;
		to.host = rows[i].host;
		to.any_name = rows[i].any_name;
		to.pin = rows[i].pin ? server.pin : other;
		assert_int_equal(tlsclient_open(&to, soon(), &client, &info).code, rows[i].code);
		assert_int_equal(info.refusal, rows[i].code == ERR_OK ? TLSCLIENT_NONE : TLSCLIENT_UNTRUSTED);
		tlsclient_free(&client);
	}
}

static void authorities_from_a_file(void **state)
{
	struct tlsclient_target to = target();
	struct tlsclient *client = NULL;
	char path[] = "/tmp/sekimori-tlsclient-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, server.certificate.ptr, server.certificate.len), server.certificate.len);
	close(fd);
	to.pin = NULL;
	assert_err(UNAUTHENTICATED, tlsclient_open(&to, soon(), &client, NULL));
	to.authorities = path;
	to.any_name = true; /* without a pin the name is always compared */
	assert_ok(tlsclient_open(&to, soon(), &client, NULL));
	tlsclient_free(&client);
	to.name = "other.example";
	assert_err(UNAUTHENTICATED, tlsclient_open(&to, soon(), &client, NULL));
	unlink(path);
	assert_err(INVALID, tlsclient_open(&to, soon(), &client, NULL));
}

static void it_offers_what_it_is_told(void **state)
{
	static const struct { const char *version, *suites, *groups; enum err_code code; enum tlsclient_refusal refusal; const char *got; } rows[] = {
		{"1.3", NULL, "P-256", ERR_OK, TLSCLIENT_NONE, "TLSv1.3"},
		{"1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", NULL, ERR_OK, TLSCLIENT_NONE, "TLSv1.2"},
		{"1.1", NULL, NULL, ERR_UNAVAILABLE, TLSCLIENT_BY_SERVER, NULL},
		{"1.0", NULL, NULL, ERR_UNAVAILABLE, TLSCLIENT_BY_SERVER, NULL},
		{"1.2", "ECDHE-RSA-AES128-SHA", NULL, ERR_UNAVAILABLE, TLSCLIENT_BY_SERVER, NULL},
		{"1.2", "NO-SUCH-SUITE", NULL, ERR_INVALID, TLSCLIENT_OURS, NULL},
		{"1.3", NULL, "no-such-group", ERR_INVALID, TLSCLIENT_OURS, NULL},
		{"2.0", NULL, NULL, ERR_INVALID, TLSCLIENT_OURS, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tlsclient_target to = target();
		struct tlsclient *client = NULL;
		struct tlsclient_info info;

		to.version_min = to.version_max = rows[i].version;
		to.suites = rows[i].suites;
		to.groups = rows[i].groups;
		assert_int_equal(tlsclient_open(&to, soon(), &client, &info).code, rows[i].code);
		assert_int_equal(info.refusal, rows[i].refusal);
		if (rows[i].got != NULL)
			assert_string_equal(info.version, rows[i].got);
		tlsclient_free(&client);
	}
}

static void nobody_there(void **state)
{
	struct tlsclient_target to = target();
	struct tlsclient *client = NULL;
	struct tlsclient_info info;

	(void)state;
	to.port = 1;
	assert_err(UNAVAILABLE, tlsclient_open(&to, soon(), &client, &info));
	assert_int_equal(info.refusal, TLSCLIENT_UNREACHED);
	to = target();
	to.source = "192.0.2.1";
	assert_err(INVALID, tlsclient_open(&to, soon(), &client, &info));
	to = target();
	assert_err(TIMEOUT, tlsclient_open(&to, clock_mono_us() - 1, &client, &info));
	assert_int_equal(info.refusal, TLSCLIENT_SLOW);
	assert_null(client);
}

static void knocking(void **state)
{
	struct tlsclient_target to = target();
	uint8_t out[64];
	size_t got = 99;

	(void)state;
	assert_ok(tlsclient_knock(&to, bytes_str("GET / HTTP/1.1\r\n\r\n"), soon(), out, sizeof(out), &got));
	/* An alert record, or the end. */
	assert_true(got == 0 || out[0] == 21);
	assert_err(INVALID, tlsclient_pin(bytes_str("no certificate"), out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_speaks),
		cmocka_unit_test(it_trusts_only_whom_it_is_told),
		cmocka_unit_test(authorities_from_a_file),
		cmocka_unit_test(it_offers_what_it_is_told),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(knocking),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
