#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "crypto/tlsclient.h"

#define PEM_MAX 65536

struct tlsclient {
	int fd;
	SSL_CTX *context;
	SSL *ssl;
	/* of the target, while the handshake runs */
	const uint8_t *pin;
	const char *name;
	bool any_name;
	bool untrusted;
};

/* ---- the connection ---- */

static int wait_ms(int64_t deadline_us)
{
	int64_t left_us = deadline_us - clock_mono_us();

	return left_us <= 0 ? 0 : left_us / 1000 >= 60000 ? 60000 : (int)(left_us / 1000) + 1;
}

static err wait_for(int fd, short events, int64_t deadline_us)
{
	for (;;) {
		struct pollfd one = {.fd = fd, .events = events};
		int ms = wait_ms(deadline_us);
		int count;

		if (ms == 0)
			return FAIL(TIMEOUT);
		count = poll(&one, 1, ms);
		if (count > 0)
			return OK;
		if (count < 0 && errno != EINTR)
			return FAIL(UNAVAILABLE);
	}
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t address_len(const union address *address)
{
	return address->any.sa_family == AF_INET ? (socklen_t)sizeof(address->v4) : (socklen_t)sizeof(address->v6);
}

static bool numeric(const char *text, uint16_t port, union address *out)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		return true;
	}
	if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		return true;
	}
	return false;
}

static err connect_one(const union address *to, const char *source, int64_t deadline_us, int *fd_out)
{
	union address from;
	int on = 1;
	int problem = 0;
	socklen_t len = sizeof(problem);
	int fd = socket(to->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	err e = OK;

	if (fd < 0)
		return FAIL(UNAVAILABLE);
	if (source != NULL && (!numeric(source, 0, &from) || from.any.sa_family != to->any.sa_family || bind(fd, &from.any, address_len(&from)) != 0))
		e = FAIL(INVALID);
	if (err_is_ok(e) && connect(fd, &to->any, address_len(to)) != 0) {
		e = errno == EINPROGRESS ? wait_for(fd, POLLOUT, deadline_us) : FAIL(UNAVAILABLE);
		if (err_is_ok(e) && (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &len) != 0 || problem != 0))
			e = FAIL(UNAVAILABLE);
	}
	if (!err_is_ok(e)) {
		(void)close(fd); /* nothing was sent */
		return e;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* only for speed */
	*fd_out = fd;
	return OK;
}

static err connect_named(const struct tlsclient_target *target, int64_t deadline_us, int *fd_out)
{
	const struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	char port[8];
	err e = FAIL(UNAVAILABLE);

	(void)snprintf(port, sizeof(port), "%u", target->port);
	if (getaddrinfo(target->host, port, &wanted, &list) != 0)
		return FAIL(UNAVAILABLE);
	for (const struct addrinfo *at = list; at != NULL && !err_is_ok(e); at = at->ai_next) {
		union address to = {0};

		if (at->ai_addrlen > sizeof(to))
			continue;
		memcpy(&to, at->ai_addr, at->ai_addrlen);
		e = connect_one(&to, target->source, deadline_us, fd_out);
	}
	freeaddrinfo(list);
	return e;
}

static err connect_to(const struct tlsclient_target *target, int64_t deadline_us, int *fd_out)
{
	union address to;

	if (numeric(target->host, target->port, &to))
		return connect_one(&to, target->source, deadline_us, fd_out);
	return connect_named(target, deadline_us, fd_out);
}

/* ---- who the server is ---- */

static bool name_fits(X509 *certificate, const char *name)
{
	union address address;

	if (numeric(name, 0, &address))
		return X509_check_ip_asc(certificate, name, 0) == 1;
	return X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

static err certificate_hash(X509 *certificate, uint8_t hash_out[static HASH_LEN])
{
	unsigned len = 0;
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (X509_digest(certificate, EVP_sha256(), hash, &len) != 1 || len != HASH_LEN)
		return FAIL(UNAVAILABLE);
	memcpy(hash_out, hash, HASH_LEN);
	return OK;
}

/* With a pin: this certificate and no other, whoever signed it. Without: the chain, by OpenSSL. */
static int accept_certificate(X509_STORE_CTX *store, void *context)
{
	struct tlsclient *client = context;
	X509 *certificate = X509_STORE_CTX_get0_cert(store);
	uint8_t hash[HASH_LEN];
	bool good;

	if (certificate == NULL)
		return 0;
	if (client->pin != NULL)
		good = err_is_ok(certificate_hash(certificate, hash)) && ct_equal(hash, client->pin, HASH_LEN);
	else
		good = X509_verify_cert(store) == 1;
	good = good && (client->any_name || name_fits(certificate, client->name));
	client->untrusted = !good;
	return good ? 1 : 0;
}

static int64_t time_of(const ASN1_TIME *time)
{
	int days = 0;
	int seconds = 0;
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int64_t at_us = 0;

	if (epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1)
		at_us = ((int64_t)days * 86400 + seconds) * 1000000;
	ASN1_TIME_free(epoch);
	return at_us;
}

static void tell(const struct tlsclient *client, struct tlsclient_info *info)
{
	X509 *certificate = SSL_get0_peer_certificate(client->ssl);
	int group = 0;

	(void)snprintf(info->version, sizeof(info->version), "%s", SSL_get_version(client->ssl));
	(void)snprintf(info->suite, sizeof(info->suite), "%s", SSL_get_cipher_name(client->ssl));
	group = (int)SSL_get_negotiated_group(client->ssl);
	if (group > 0 && SSL_group_to_name(client->ssl, group) != NULL)
		(void)snprintf(info->group, sizeof(info->group), "%s", SSL_group_to_name(client->ssl, group));
	if (certificate == NULL)
		return;
	info->not_before_us = time_of(X509_get0_notBefore(certificate));
	info->not_after_us = time_of(X509_get0_notAfter(certificate));
	info->name_fits = name_fits(certificate, client->name);
	err_ignore(certificate_hash(certificate, info->certificate)); /* zero when there is no memory: equals nothing */
}

/* ---- what is offered ---- */

static int version_of(const char *text, int otherwise)
{
	static const struct { const char *text; int number; } versions[] = {
		{"1.0", TLS1_VERSION}, {"1.1", TLS1_1_VERSION}, {"1.2", TLS1_2_VERSION}, {"1.3", TLS1_3_VERSION},
	};

	if (text == NULL)
		return otherwise;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(versions[i].text, text) == 0)
			return versions[i].number;
	return 0;
}

static err offer(SSL_CTX *context, const struct tlsclient_target *target)
{
	int min = version_of(target->version_min, TLS1_2_VERSION);
	int max = version_of(target->version_max, TLS1_3_VERSION);

	if (min == 0 || max == 0)
		return FAIL(INVALID);
	/* Whoever asks for what is forbidden wants to see it refused by the server, not by our own library. */
	if (min < TLS1_2_VERSION || target->suites != NULL)
		SSL_CTX_set_security_level(context, 0);
	if (SSL_CTX_set_min_proto_version(context, min) != 1 || SSL_CTX_set_max_proto_version(context, max) != 1 ||
	    (target->suites != NULL && SSL_CTX_set_cipher_list(context, target->suites) != 1) ||
	    (target->suites_13 != NULL && SSL_CTX_set_ciphersuites(context, target->suites_13) != 1) ||
	    (target->groups != NULL && SSL_CTX_set1_groups_list(context, target->groups) != 1))
		return FAIL(INVALID);
	return OK;
}

static int refuse_phrase(char *phrase, int max, int writing, void *context)
{
	(void)phrase;
	(void)max;
	(void)writing;
	(void)context;
	return 0;
}

static err show_certificate(SSL_CTX *context, const struct tlsclient_target *target)
{
	BIO *chain;
	BIO *secret;
	X509 *certificate;
	EVP_PKEY *key;
	bool done;

	if (target->certificate.len == 0)
		return OK;
	if (target->certificate.len > PEM_MAX || target->key.len > PEM_MAX)
		return FAIL(INVALID);
	chain = BIO_new_mem_buf(target->certificate.ptr, (int)target->certificate.len);
	secret = BIO_new_mem_buf(target->key.ptr, (int)target->key.len);
	certificate = chain == NULL ? NULL : PEM_read_bio_X509(chain, NULL, refuse_phrase, NULL);
	key = secret == NULL ? NULL : PEM_read_bio_PrivateKey(secret, NULL, refuse_phrase, NULL);
	done = certificate != NULL && key != NULL && SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
	while (done && (X509_free(certificate), certificate = PEM_read_bio_X509(chain, NULL, refuse_phrase, NULL)) != NULL)
		done = SSL_CTX_add1_chain_cert(context, certificate) == 1;
	X509_free(certificate);
	EVP_PKEY_free(key);
	BIO_free(chain);
	BIO_free(secret);
	return done ? OK : FAIL(INVALID);
}

static err trust(SSL_CTX *context, const struct tlsclient_target *target, struct tlsclient *client)
{
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, accept_certificate, client);
	/* Whoever names a certificate as the one to trust need not name who signed it. */
	if (X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN) != 1)
		return FAIL(UNAVAILABLE);
	if (target->pin != NULL)
		return OK;
	if (target->authorities != NULL)
		return SSL_CTX_load_verify_file(context, target->authorities) == 1 ? OK : FAIL(INVALID);
	return SSL_CTX_set_default_verify_paths(context) == 1 ? OK : FAIL(UNAVAILABLE);
}

static err prepare(struct tlsclient *client, const struct tlsclient_target *target)
{
	union address address;

	client->context = SSL_CTX_new(TLS_client_method());
	if (client->context == NULL)
		return FAIL(UNAVAILABLE);
	client->pin = target->pin;
	client->name = target->name != NULL ? target->name : target->host;
	client->any_name = target->any_name && target->pin != NULL;
	TRY(offer(client->context, target));
	TRY(trust(client->context, target, client));
	TRY(show_certificate(client->context, target));
	client->ssl = SSL_new(client->context);
	if (client->ssl == NULL || SSL_set_fd(client->ssl, client->fd) != 1)
		return FAIL(UNAVAILABLE);
	if (!numeric(client->name, 0, &address) && SSL_set_tlsext_host_name(client->ssl, client->name) != 1)
		return FAIL(INVALID);
	return OK;
}

/* ---- steps that may have to wait ---- */

/* OK: try again. */
static err wait_ssl(struct tlsclient *client, int result, int64_t deadline_us)
{
	switch (SSL_get_error(client->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(client->fd, POLLIN, deadline_us);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(client->fd, POLLOUT, deadline_us);
	default:
		return FAIL(UNAVAILABLE);
	}
}

static err shake_hands(struct tlsclient *client, int64_t deadline_us)
{
	for (;;) {
		int result;

		ERR_clear_error();
		result = SSL_connect(client->ssl);
		if (result == 1)
			return OK;
		TRY(wait_ssl(client, result, deadline_us));
	}
}

static enum tlsclient_refusal refusal_of(const struct tlsclient *client, err e)
{
	if (err_is_ok(e))
		return TLSCLIENT_NONE;
	if (err_is(e, ERR_TIMEOUT))
		return TLSCLIENT_SLOW;
	if (client->fd < 0)
		return err_is(e, ERR_INVALID) ? TLSCLIENT_OURS : TLSCLIENT_UNREACHED;
	if (client->untrusted)
		return TLSCLIENT_UNTRUSTED;
	/* Our own library finds nothing it may offer: nothing has left us. */
	if (err_is(e, ERR_INVALID) || ERR_GET_REASON(ERR_peek_error()) == SSL_R_NO_PROTOCOLS_AVAILABLE ||
	    ERR_GET_REASON(ERR_peek_error()) == SSL_R_NO_CIPHERS_AVAILABLE)
		return TLSCLIENT_OURS;
	return TLSCLIENT_BY_SERVER;
}

err tlsclient_open(const struct tlsclient_target *target, int64_t deadline_us, struct tlsclient **out, struct tlsclient_info *info_out)
{
	struct tlsclient_info info = {0};
	struct tlsclient *client = calloc(1, sizeof(*client));
	err e;

	if (client == NULL)
		return FAIL(UNAVAILABLE);
	client->fd = -1;
	ERR_clear_error();
	e = connect_to(target, deadline_us, &client->fd);
	if (err_is_ok(e))
		e = prepare(client, target);
	if (err_is_ok(e))
		e = shake_hands(client, deadline_us);
	info.refusal = refusal_of(client, e);
	if (!err_is_ok(e) && ERR_peek_error() != 0)
		(void)snprintf(info.alert, sizeof(info.alert), "%s", ERR_reason_error_string(ERR_peek_error()) == NULL ? "?" : ERR_reason_error_string(ERR_peek_error()));
	if (client->ssl != NULL)
		tell(client, &info);
	if (info_out != NULL)
		*info_out = info;
	/* The target is the caller's and may go. */
	client->pin = NULL;
	client->name = NULL;
	if (err_is_ok(e)) {
		*out = client;
		return OK;
	}
	ERR_clear_error();
	tlsclient_free(&client);
	if (info.refusal == TLSCLIENT_UNTRUSTED)
		return FAIL(UNAUTHENTICATED);
	return info.refusal == TLSCLIENT_OURS ? FAIL(INVALID) : e;
}

void tlsclient_free(struct tlsclient **client_in)
{
	struct tlsclient *client = *client_in;

	if (client == NULL)
		return;
	if (client->ssl != NULL && SSL_is_init_finished(client->ssl))
		(void)SSL_shutdown(client->ssl); /* a word of farewell; nobody waits for it */
	SSL_free(client->ssl);
	SSL_CTX_free(client->context);
	if (client->fd >= 0)
		(void)close(client->fd); /* what mattered has been read */
	ERR_clear_error();
	free(client);
	*client_in = NULL;
}

err tlsclient_write(struct tlsclient *client, struct bytes data, int64_t deadline_us)
{
	while (data.len > 0) {
		size_t done = 0;
		int result;

		ERR_clear_error();
		result = SSL_write_ex(client->ssl, data.ptr, data.len, &done);
		if (result != 1) {
			TRY(wait_ssl(client, result, deadline_us));
			continue;
		}
		data.ptr += done;
		data.len -= done;
	}
	return OK;
}

err tlsclient_read(struct tlsclient *client, uint8_t *out, size_t max, int64_t deadline_us, size_t *got_out)
{
	for (;;) {
		size_t got = 0;
		int result;

		ERR_clear_error();
		result = SSL_read_ex(client->ssl, out, max, &got);
		if (result == 1 || SSL_get_error(client->ssl, result) == SSL_ERROR_ZERO_RETURN) {
			*got_out = result == 1 ? got : 0;
			return OK;
		}
		TRY(wait_ssl(client, result, deadline_us));
	}
}

err tlsclient_pin(struct bytes pem, uint8_t pin_out[static HASH_LEN])
{
	BIO *text;
	X509 *certificate;
	err e;

	if (pem.len == 0 || pem.len > PEM_MAX)
		return FAIL(INVALID);
	text = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	certificate = text == NULL ? NULL : PEM_read_bio_X509(text, NULL, refuse_phrase, NULL);
	e = certificate == NULL ? FAIL(INVALID) : certificate_hash(certificate, pin_out);
	X509_free(certificate);
	BIO_free(text);
	ERR_clear_error();
	return e;
}

/* ---- without TLS ---- */

static err send_plain(int fd, struct bytes data, int64_t deadline_us)
{
	while (data.len > 0) {
		ssize_t sent = send(fd, data.ptr, data.len, MSG_NOSIGNAL);

		if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
			TRY(wait_for(fd, POLLOUT, deadline_us));
			continue;
		}
		if (sent < 0)
			return FAIL(UNAVAILABLE);
		data.ptr += sent;
		data.len -= (size_t)sent;
	}
	return OK;
}

err tlsclient_knock(const struct tlsclient_target *target, struct bytes first, int64_t deadline_us, uint8_t *out, size_t max, size_t *got_out)
{
	size_t len = 0;
	int fd;
	err e;

	TRY(connect_to(target, deadline_us, &fd));
	e = send_plain(fd, first, deadline_us);
	while (err_is_ok(e) && len < max) {
		ssize_t got = recv(fd, out + len, max - len, 0);

		if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (!err_is_ok(wait_for(fd, POLLIN, deadline_us)))
				break; /* it keeps the line open and says no more */
			continue;
		}
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	(void)close(fd); /* what mattered has been read */
	TRY(e);
	*got_out = len;
	return OK;
}
