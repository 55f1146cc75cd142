/*
 * tlsclient - one TLS connection to a server, as a client that trusts nobody by default.
 *
 * Blocking for the caller, with a deadline for each call; non-blocking inside. One thread at a time. The caller ignores SIGPIPE.
 * Numeric addresses need no file and no name service (a sandboxed process has neither).
 */
#ifndef CRYPTO_TLSCLIENT_H
#define CRYPTO_TLSCLIENT_H

#include "crypto/crypto.h"

struct tlsclient;

struct tlsclient_target {
	const char *host;        /* name or numeric address to connect to */
	uint16_t port;
	const char *source;      /* numeric address to come from; NULL: any */
	const char *name;        /* what the certificate must be made for, and what is asked for; NULL: host */
	/* How the server is known: `pin` (SHA-256 of its certificate, DER), else the authorities of `authorities` (PEM file), else the system's. */
	const uint8_t *pin;
	const char *authorities;
	bool any_name;           /* with a pin: the name is not compared */
	/* What is offered; NULL: TLS 1.2 and 1.3 with what OpenSSL offers. */
	const char *version_min, *version_max; /* "1.0" … "1.3" */
	const char *suites;      /* of TLS 1.2 and below */
	const char *suites_13;
	const char *groups;
	struct bytes certificate, key; /* client certificate (chain) and key, PEM; empty: none */
};

enum tlsclient_refusal {
	TLSCLIENT_NONE,
	TLSCLIENT_UNREACHED,     /* no connection */
	TLSCLIENT_BY_SERVER,     /* it ended the handshake */
	TLSCLIENT_UNTRUSTED,     /* we do not accept its certificate */
	TLSCLIENT_SLOW,          /* the time was up */
	TLSCLIENT_OURS,          /* we cannot offer this */
};

struct tlsclient_info {
	char version[16];        /* "TLSv1.3" */
	char suite[64];
	char group[32];
	char alert[64];          /* why the handshake ended, in OpenSSL's words */
	enum tlsclient_refusal refusal;
	int64_t not_before_us, not_after_us; /* of the server's certificate; 0: none seen */
	bool name_fits;
	uint8_t certificate[HASH_LEN];       /* SHA-256 of its DER */
};

/*
 * deadline_us: monotonic. info_out is filled on failure too; may be NULL.
 *
 * UNAVAILABLE      no connection, or the server ended the handshake
 * UNAUTHENTICATED  the server's certificate is not the one, or not trusted
 * TIMEOUT
 * INVALID          the target cannot be offered: unknown suite, group, version, source address
 */
MUST_USE err tlsclient_open(const struct tlsclient_target *target, int64_t deadline_us, struct tlsclient **out, struct tlsclient_info *info_out);
void tlsclient_free(struct tlsclient **client);
MUST_USE err tlsclient_write(struct tlsclient *client, struct bytes data, int64_t deadline_us); /* all of it */
/* got_out 0: the server has ended the connection in order. UNAVAILABLE: it broke off. */
MUST_USE err tlsclient_read(struct tlsclient *client, uint8_t *out, size_t max, int64_t deadline_us, size_t *got_out);
/* SHA-256 of the first certificate of a PEM text. INVALID: there is none. */
MUST_USE err tlsclient_pin(struct bytes pem, uint8_t pin_out[static HASH_LEN]);

/* Without TLS: sends `first` and takes what comes until the end, the deadline or max bytes. For what no library says any more. */
MUST_USE err tlsclient_knock(const struct tlsclient_target *target, struct bytes first, int64_t deadline_us, uint8_t *out, size_t max, size_t *got_out);

#endif
