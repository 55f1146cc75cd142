/*
 * tls - the one place where the server's TLS settings stand.
 *
 * Source: STANDARDS sections 1.3 and 2 (CRYPTREC GL-3001, recommended profile; groups of the strict list).
 */
#ifndef EDGE_TLS_H
#define EDGE_TLS_H

#include <openssl/ssl.h>

#include "base/bytes.h"

/* certificate: chain in PEM, own one first; key: its private key in PEM. Both are read from the start and left open.
 * INVALID: not readable, not a pair, or below the security level. UNAVAILABLE. */
MUST_USE err tls_new(int certificate_fd, int key_fd, SSL_CTX **context_out);
void tls_free(SSL_CTX **context);

#endif
