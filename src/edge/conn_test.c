/*
 * Connections of a real edge over real TLS, with cores that answer what the test says: EDGE.md's items.
 */
#include <stdio.h>

#include "edge/harness_test.h"
#include "edge/loop.h"

#define REPLY_MAX (1 << 20)

static char reply[REPLY_MAX];
static char text[65536];
static struct harness h;
static _Atomic bool silent;
static _Atomic unsigned asked;
static struct wire_request last;

static bool is_op(const struct wire_request *request, const char *method, const char *path)
{
	return strcmp(ops[request->op]->method, method) == 0 && strcmp(ops[request->op]->path, path) == 0;
}

/* Signing in gives a cookie, /v1/facilities is large, all else is an empty object or, without a token, 401. */
static bool core(const struct wire_request *request, struct wire_reply *answer)
{
	static uint8_t large[3 * WIRE_PART_MAX];
	static const uint8_t nobody[SESSION_TOKEN_LEN];

	last = *request;
	atomic_fetch_add(&asked, 1);
	if (atomic_load(&silent))
		return false;
	answer->body = BYTES_LIT("{}");
	if (is_op(request, "POST", "/v1/session")) {
		answer->status = 201;
		answer->cookie = COOKIE_SET;
		memset(answer->token, 7, sizeof(answer->token));
	} else if (is_op(request, "GET", "/v1/facilities")) {
		memset(large, 'x', sizeof(large));
		answer->body = (struct bytes){large, sizeof(large)};
	} else if (memcmp(request->token, nobody, sizeof(nobody)) == 0 && !ops[request->op]->open) {
		answer->status = 401;
		answer->kind = WIRE_KIND_PROBLEM;
	}
	return true;
}

static void begin(const struct limits *limits)
{
	atomic_store(&silent, false);
	atomic_store(&asked, 0);
	harness_start(&h, core, limits, NULL, 0);
}

static void end(void)
{
	harness_stop(&h);
}

static void expect(const char *part)
{
	if (strstr(reply, part) == NULL)
		fail_msg("%s is not in\n%s", part, reply);
}

#define TOKEN "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"
#define ASK(line, fields) line " HTTP/1.1\r\nHost: localhost\r\n" fields "\r\n"
#define ME ASK("GET /v1/me", "Cookie: __Host-sid=mori." TOKEN "\r\n")
#define HEALTH ASK("GET /healthz", "")

static int ask(SSL *ssl, const char *request)
{
	return harness_ask(ssl, request, reply, sizeof(reply));
}

/* A core is told of a new channel asynchronously: ask until it answers. */
static void wait_ready(SSL *ssl)
{
	for (int i = 0; i < 200; i++) {
		if (ask(ssl, ASK("GET /readyz", "")) == 200)
			return;
		usleep(10000);
	}
	fail_msg("never ready");
}

static void item_1_no_tls_object_no_plaintext(void **state)
{
	static struct shared shared;
	static struct loop loop;
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	char byte;
	int fd;

	(void)state;
	shared = (struct shared){.limits = LIMITS_DEFAULT, .compartment_count = 1, .compartments = {"a"}};
	memset(&loop, 0, sizeof(loop));
	assert_ok(conn_start());
	assert_ok(address_table_new(64, &shared.addresses));
	assert_ok(static_load(NULL, &shared.files));
	harness_listen(&h, 0);
	assert_ok(loop_init(&loop, &shared, 0, h.listen_fd)); /* shared.context is NULL: SSL_new fails */
	assert_ok(loop_start(&loop));
	assert_int_equal(getsockname(h.listen_fd, (struct sockaddr *)&at, &len), 0);
	for (int i = 0; i < 3; i++) {
		ssize_t got;

		fd = harness_dial(&h);
		(void)!send(fd, HEALTH, sizeof(HEALTH) - 1, MSG_NOSIGNAL);
		got = recv(fd, &byte, 1, 0);
		assert_true(got <= 0);
		assert_int_not_equal(errno == EAGAIN && got < 0, 1);
		close(fd);
	}
	assert_int_equal(atomic_load(&shared.connections), 0);
	loop_post_stop(&loop);
	loop_join(&loop);
	loop_free(&loop);
	static_free(&shared.files);
	address_table_free(&shared.addresses);
	close(h.listen_fd);
}

static void requests_reach_their_compartment(void **state)
{
	SSL *ssl;

	(void)state;
	begin(NULL);
	ssl = harness_open(&h);
	wait_ready(ssl);
	assert_int_equal(ask(ssl, ME), 200);
	assert_int_equal(last.signed_by, SESSION_BY_COOKIE);
	assert_int_equal(last.cross_site, 1); /* a cookie, and nothing that says where it comes from */
	assert_int_equal(last.token[0], 7);
	assert_int_equal(last.address[15], 1);
	assert_int_equal(ask(ssl, ASK("GET /v1/me", "Authorization: Bearer sapporo." TOKEN "\r\nSec-Fetch-Site: cross-site\r\n")), 200);
	assert_int_equal(last.signed_by, SESSION_BY_BEARER);
	assert_int_equal(last.cross_site, 0);
	assert_int_equal(ask(ssl, ASK("GET /v1/me", "Cookie: __Host-sid=elsewhere." TOKEN "\r\n")), 401);
	assert_int_equal(last.signed_by, SESSION_NOBODY);
	expect("WWW-Authenticate: Bearer");
#define SIGN_IN(login) \
	"POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" \
	"2b\r\n{\"login\":\"" login "\",\"password\":\"12345678\"}\r\n0\r\n\r\n"
	assert_int_equal(ask(ssl, SIGN_IN("abcd@mori")), 201);
	expect("Set-Cookie: __Host-sid=mori." TOKEN "; Path=/; Secure; HttpOnly; SameSite=Strict\r\n");
	assert_int_equal(ask(ssl, SIGN_IN("abcd@none")), 201);
	expect("Set-Cookie: __Host-sid=sapporo.");
	harness_close(ssl);
	end();
}

static void item_3_a_small_reply_is_one_record_and_a_large_one_arrives(void **state)
{
	SSL *ssl;
	int got;

	(void)state;
	begin(NULL);
	ssl = harness_open(&h);
	wait_ready(ssl);
	harness_send(ssl, ME);
	got = SSL_read(ssl, reply, sizeof(reply) - 1); /* at most one record */
	assert_true(got > 0);
	reply[got] = '\0';
	assert_string_equal(reply + got - 2, "{}");
	assert_int_equal(ask(ssl, ASK("GET /v1/facilities", "")), 200);
	expect("Content-Length: 147456\r\n");
	assert_int_equal(strspn(strstr(reply, "\r\n\r\n") + 4, "x"), 147456);
	assert_int_equal(ask(ssl, ME), 200);
	harness_close(ssl);
	end();
}

static void item_5_a_drip_ends_at_its_deadline(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	SSL *ssl;
	int status = -1;

	(void)state;
	limits.hello_ms = limits.request_ms = 400;
	limits.sweep_ms = 20;
	begin(&limits);
	ssl = harness_open(&h);
	assert_int_equal(SSL_write(ssl, "G", 1), 1);
	for (int i = 0; i < 100 && status < 0; i++) { /* a byte every 20 ms keeps any idle timeout away */
		struct pollfd wait = {.fd = SSL_get_fd(ssl), .events = POLLIN};

		if (poll(&wait, 1, 20) == 1)
			status = harness_reply(ssl, reply, sizeof(reply));
		else
			assert_int_equal(SSL_write(ssl, i == 0 ? "E" : i == 1 ? "T" : i == 2 ? " " : i == 3 ? "/" : "a", 1), 1);
	}
	assert_int_equal(status, 408);
	expect("Content-Type: application/problem+json");
	expect("Connection: close\r\n");
	harness_close(ssl);
	/* Not even a handshake. */
	{
		int fd = harness_dial(&h);
		char byte;

		assert_int_equal(recv(fd, &byte, 1, 0), 0);
		close(fd);
	}
	end();
}

static void an_idle_connection_ends(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	SSL *ssl;

	(void)state;
	limits.idle_ms = 200;
	limits.sweep_ms = 20;
	begin(&limits);
	ssl = harness_open(&h);
	assert_int_equal(ask(ssl, HEALTH), 200);
	assert_int_equal(harness_reply(ssl, reply, sizeof(reply)), 0);
	harness_close(ssl);
	end();
}

static void a_core_that_does_not_answer(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	SSL *ssl;

	(void)state;
	limits.reply_ms = 200;
	limits.sweep_ms = 20;
	begin(&limits);
	ssl = harness_open(&h);
	wait_ready(ssl);
	atomic_store(&silent, true);
	assert_int_equal(ask(ssl, ME), 503);
	expect("Retry-After: 1\r\n");
	atomic_store(&silent, false);
	assert_int_equal(ask(ssl, ME), 200);
	harness_close(ssl);
	end();
}

static void a_core_that_dies_and_comes_back(void **state)
{
	SSL *ssl;
	SSL *other;

	(void)state;
	begin(NULL);
	ssl = harness_open(&h);
	other = harness_open(&h);
	wait_ready(ssl);
	wait_ready(other);
	atomic_store(&silent, true);
	harness_send(ssl, ME);
	while (atomic_load(&asked) == 0)
		usleep(1000);
	harness_cut(&h, 1);
	assert_int_equal(harness_reply(ssl, reply, sizeof(reply)), 503);
	expect("Retry-After: 1\r\n");
	atomic_store(&silent, false);
	assert_int_equal(ask(ssl, ME), 503);
	assert_int_equal(ask(other, ASK("GET /v1/me", "Cookie: __Host-sid=sapporo." TOKEN "\r\n")), 200); /* the other city notices nothing */
	assert_int_equal(ask(ssl, ASK("GET /readyz", "")), 503);
	for (unsigned loop = 0; loop < HARNESS_LOOPS; loop++)
		harness_connect(&h, 1, loop);
	wait_ready(ssl);
	assert_int_equal(ask(ssl, ME), 200);
	atomic_store(&h.ready, false);
	assert_int_equal(ask(ssl, ASK("GET /readyz", "")), 503);
	atomic_store(&h.ready, true);
	edge_ready(h.edge, "mori", false);
	assert_int_equal(ask(ssl, ASK("GET /readyz", "")), 503);
	edge_ready(h.edge, "mori", true);
	assert_int_equal(ask(ssl, ASK("GET /readyz", "")), 200);
	harness_close(ssl);
	harness_close(other);
	end();
}

static void item_2_a_client_that_leaves_before_the_answer(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	SSL *ssl;

	(void)state;
	limits.reply_ms = 200;
	limits.sweep_ms = 20;
	begin(&limits);
	ssl = harness_open(&h);
	wait_ready(ssl);
	harness_close(ssl);
	atomic_store(&silent, true);
	for (int i = 0; i < 20; i++) {
		ssl = harness_open(&h);
		harness_send(ssl, ME);
		while (atomic_load(&asked) <= (unsigned)i)
			usleep(1000);
		harness_close(ssl);
	}
	atomic_store(&silent, false);
	usleep(400000); /* past the deadline of all of them */
	ssl = harness_open(&h);
	assert_int_equal(ask(ssl, ME), 200);
	harness_close(ssl);
	end();
}

static void item_5_caps(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	SSL *ssl[4];
	int fd;
	char byte;

	(void)state;
	limits.per_address = 3;
	limits.hello_ms = 300;
	limits.sweep_ms = 20;
	begin(&limits);
	for (int i = 0; i < 3; i++) {
		ssl[i] = harness_open(&h);
		wait_ready(ssl[i]);
	}
	fd = harness_dial(&h); /* a fourth stranger of this address waits, in vain */
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	assert_int_equal(ask(ssl[0], ASK("GET /v1/me", "")), 401); /* somebody's word is not enough */
	fd = harness_dial(&h);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	assert_int_equal(ask(ssl[0], ME), 200); /* signed in: no longer counted */
	ssl[3] = harness_open(&h);
	assert_non_null(ssl[3]);
	assert_int_equal(ask(ssl[3], HEALTH), 200);
	for (int i = 0; i < 4; i++)
		harness_close(ssl[i]);
	end();
}

static void all_connections_have_a_cap_too(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	SSL *ssl[2];
	SSL *third;

	(void)state;
	limits.connections = 2;
	limits.sweep_ms = 20;
	begin(&limits);
	for (int i = 0; i < 2; i++) {
		ssl[i] = harness_open(&h);
		assert_int_equal(ask(ssl[i], HEALTH), 200);
	}
	{
		int fd = harness_dial(&h); /* the kernel takes it; we do not yet */
		const struct timeval patience = {0, 300000};

		third = SSL_new(h.client);
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
		SSL_set_fd(third, fd);
		assert_int_not_equal(SSL_connect(third), 1);
		harness_close(third);
	}
	harness_close(ssl[0]);
	third = harness_open(&h);
	assert_non_null(third);
	assert_int_equal(ask(third, HEALTH), 200);
	harness_close(third);
	harness_close(ssl[1]);
	end();
}

static void pieces_and_several_at_once(void **state)
{
	SSL *ssl;

	(void)state;
	begin(NULL);
	ssl = harness_open(&h);
	wait_ready(ssl);
	for (const char *at = ME; *at != '\0'; at++)
		assert_int_equal(SSL_write(ssl, at, 1), 1);
	assert_int_equal(harness_reply(ssl, reply, sizeof(reply)), 200);
	for (int i = 0; i < 30; i++)
		harness_send(ssl, ME);
	text[0] = '\0';
	for (size_t len = 0, got = 0; got < 30;) {
		int more = SSL_read(ssl, text + len, (int)(sizeof(text) - 1 - len));

		assert_true(more > 0);
		len += (size_t)more;
		text[len] = '\0';
		got = 0;
		for (const char *at = strstr(text, "HTTP/1.1 200"); at != NULL; at = strstr(at + 1, "HTTP/1.1 200"))
			got += strstr(at, "\r\n\r\n{}") != NULL;
	}
	harness_close(ssl);
	end();
}

/* Much that is sent ahead of the answers ends the connection instead of our memory. */
static void too_much_ahead(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	SSL *ssl;
	int sent = 0;

	(void)state;
	limits.sweep_ms = 20;
	begin(&limits);
	ssl = harness_open(&h);
	wait_ready(ssl);
	atomic_store(&silent, true);
	harness_send(ssl, ME);
	memset(text, 'a', sizeof(text));
	while (sent < 1 << 24 && SSL_write(ssl, text, sizeof(text)) == sizeof(text))
		sent += (int)sizeof(text);
	assert_true(sent < 1 << 24);
	harness_close(ssl);
	end();
}

static void a_stop_finishes_what_is_under_way(void **state)
{
	SSL *ssl;

	(void)state;
	begin(NULL);
	ssl = harness_open(&h);
	wait_ready(ssl);
	harness_send(ssl, ME);
	while (atomic_load(&asked) == 0)
		usleep(1000);
	edge_stop(h.edge);
	assert_int_equal(harness_reply(ssl, reply, sizeof(reply)), 200);
	assert_int_equal(harness_reply(ssl, reply, sizeof(reply)), 0);
	harness_close(ssl);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(item_1_no_tls_object_no_plaintext),
		cmocka_unit_test(requests_reach_their_compartment),
		cmocka_unit_test(item_2_a_client_that_leaves_before_the_answer),
		cmocka_unit_test(item_3_a_small_reply_is_one_record_and_a_large_one_arrives),
		cmocka_unit_test(item_5_a_drip_ends_at_its_deadline),
		cmocka_unit_test(item_5_caps),
		cmocka_unit_test(all_connections_have_a_cap_too),
		cmocka_unit_test(an_idle_connection_ends),
		cmocka_unit_test(a_core_that_does_not_answer),
		cmocka_unit_test(a_core_that_dies_and_comes_back),
		cmocka_unit_test(pieces_and_several_at_once),
		cmocka_unit_test(too_much_ahead),
		cmocka_unit_test(a_stop_finishes_what_is_under_way),
	};

	assert_ok(edge_memory());
	return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
