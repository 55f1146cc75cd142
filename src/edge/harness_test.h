/*
 * harness_test - a real edge on a real port, with cores that answer what the test says.
 */
#ifndef EDGE_HARNESS_TEST_H
#define EDGE_HARNESS_TEST_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include <openssl/ssl.h>

#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "edge/edge.h"
#include "edge/session.h"
#include "op/op.h"
#include "wire/wire.h"

#define HARNESS_LOOPS 2
#define HARNESS_PATIENCE_MS 5000

/* What a core does with a request. answer->body borrows. false: no answer. */
typedef bool (*harness_core)(const struct wire_request *request, struct wire_reply *answer);

struct harness_link {
	struct harness *harness;
	unsigned loop, compartment;
	struct channel *channel;
	pthread_t thread;
	_Atomic bool stop;
};

struct harness {
	struct edge *edge;
	uint16_t port;
	int listen_fd, certificate_fd, key_fd;
	harness_core core;
	_Atomic bool ready;
	const char *compartments[2];
	struct harness_link links[2][HARNESS_LOOPS];
	SSL_CTX *client;
};

static inline int harness_file(struct buf *text)
{
	int fd = memfd_create("pem", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text->ptr, text->len), text->len);
	return fd;
}

static inline void harness_listen(struct harness *h, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	const int on = 1;

	h->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(h->listen_fd >= 0);
	assert_int_equal(setsockopt(h->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(h->listen_fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(h->listen_fd, 512), 0);
	assert_int_equal(getsockname(h->listen_fd, (struct sockaddr *)&at, &len), 0);
	h->port = ntohs(at.sin_port);
}

static inline void harness_take(struct harness_link *link, struct bytes message)
{
	struct wire_frame frame;
	OWN(buf) out = {0};

	while (message.len > 0) {
		struct wire_reply reply = {.status = 200};

		assert_ok(wire_cut(&message, &frame));
		if (frame.type == WIRE_READY_ASK) {
			assert_ok(wire_put_plain(&out, WIRE_READY, frame.as.plain.number, atomic_load(&link->harness->ready)));
			assert_ok(channel_put(link->channel, bytes_of(&out)));
			buf_clear(&out);
		}
		if (frame.type != WIRE_REQUEST)
			continue;
		reply.number = frame.as.request.number;
		if (link->harness->core(&frame.as.request, &reply))
			assert_ok(channel_put_reply(link->channel, &reply, reply.body));
	}
	assert_ok(channel_flush(link->channel));
}

static inline void *harness_run(void *context)
{
	struct harness_link *link = context;
	static _Thread_local uint8_t message[WIRE_MESSAGE_MAX];

	while (!atomic_load(&link->stop)) {
		struct pollfd wait = {.fd = channel_fd(link->channel), .events = POLLIN};
		size_t len = 0;
		err e;

		if (poll(&wait, 1, 50) <= 0)
			continue;
		e = channel_receive(link->channel, message, sizeof(message), &len);
		if (err_is(e, ERR_UNAVAILABLE))
			break;
		if (err_is_ok(e))
			harness_take(link, (struct bytes){message, len});
	}
	return NULL;
}

static inline void harness_connect(struct harness *h, unsigned compartment, unsigned loop)
{
	struct harness_link *link = &h->links[compartment][loop];
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	*link = (struct harness_link){.harness = h, .loop = loop, .compartment = compartment};
	assert_ok(channel_new(fds[0], &link->channel));
	assert_int_equal(pthread_create(&link->thread, NULL, harness_run, link), 0);
	assert_ok(edge_channel(h->edge, loop, h->compartments[compartment], fds[1]));
}

/* The core of a compartment dies. */
static inline void harness_cut(struct harness *h, unsigned compartment)
{
	for (unsigned loop = 0; loop < HARNESS_LOOPS; loop++) {
		struct harness_link *link = &h->links[compartment][loop];

		if (link->channel == NULL)
			continue;
		atomic_store(&link->stop, true);
		assert_int_equal(pthread_join(link->thread, NULL), 0);
		channel_free(&link->channel);
	}
}

static inline void harness_start(struct harness *h, harness_core core, const struct limits *limits, const char *web, uint16_t port)
{
	OWN(buf) certificate = {0};
	OWN(buf) key = {0};
	struct edge_config config = {.loops = HARNESS_LOOPS, .compartment_count = 2, .web = web, .limits = limits,
	    .openapi = BYTES_LIT("{\"openapi\":\"3.1.0\"}")};

	*h = (struct harness){.core = core, .compartments = {"sapporo", "mori"}};
	atomic_store(&h->ready, true);
	assert_ok(crypto_start());
	assert_ok(certificate_self_signed("localhost", 10, &certificate, &key));
	h->certificate_fd = harness_file(&certificate);
	h->key_fd = harness_file(&key);
	harness_listen(h, port);
	config.listen_fd = h->listen_fd;
	config.certificate_fd = h->certificate_fd;
	config.key_fd = h->key_fd;
	config.compartments = h->compartments;
	assert_ok(edge_new(&config, &h->edge));
	assert_ok(edge_start(h->edge));
	for (unsigned compartment = 0; compartment < 2; compartment++)
		for (unsigned loop = 0; loop < HARNESS_LOOPS; loop++)
			harness_connect(h, compartment, loop);
	h->client = SSL_CTX_new(TLS_client_method());
	assert_non_null(h->client);
}

static inline void harness_stop(struct harness *h)
{
	edge_free(&h->edge);
	harness_cut(h, 0);
	harness_cut(h, 1);
	SSL_CTX_free(h->client);
	close(h->listen_fd);
	close(h->certificate_fd);
	close(h->key_fd);
}

static inline int harness_dial(const struct harness *h)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(h->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {HARNESS_PATIENCE_MS / 1000, 0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* NULL: the server did not want us. */
static inline SSL *harness_open(const struct harness *h)
{
	SSL *ssl = SSL_new(h->client);
	int fd = harness_dial(h);

	assert_non_null(ssl);
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) == 1)
		return ssl;
	SSL_free(ssl);
	close(fd);
	return NULL;
}

static inline void harness_close(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_free(ssl);
	close(fd);
}

static inline void harness_send(SSL *ssl, const char *text)
{
	assert_int_equal(SSL_write(ssl, text, (int)strlen(text)), (int)strlen(text));
}

/* One reply, head and body, as text; its status. 0: the connection has ended. */
static inline int harness_reply(SSL *ssl, char *reply, size_t max)
{
	size_t len = 0;
	size_t need = 0;

	reply[0] = '\0';
	while (need == 0 || len < need) {
		const char *end;
		int got = SSL_read(ssl, reply + len, (int)(max - 1 - len));

		if (got <= 0)
			return need != 0 && len >= need ? 1 : 0;
		len += (size_t)got;
		reply[len] = '\0';
		end = strstr(reply, "\r\n\r\n");
		if (end != NULL) {
			const char *length = strstr(reply, "Content-Length: ");

			need = (size_t)(end - reply) + 4 + (length == NULL || length > end ? 0 : strtoul(length + 16, NULL, 10));
		}
	}
	return (int)strtol(reply + 9, NULL, 10);
}

static inline int harness_ask(SSL *ssl, const char *text, char *reply, size_t max)
{
	harness_send(ssl, text);
	return harness_reply(ssl, reply, max);
}

#endif
