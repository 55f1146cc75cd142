/*
 * hello - the first message of a TLS client, made by hand: for versions and suites that no library offers any more.
 *
 * Written to see whether a server goes on or refuses; nothing can be spoken afterwards. RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2.
 */
#ifndef ASSURE_HELLO_H
#define ASSURE_HELLO_H

#include "base/bytes.h"

#define HELLO_SSL_3 0x0300
#define HELLO_TLS_1_0 0x0301
#define HELLO_TLS_1_1 0x0302
#define HELLO_TLS_1_2 0x0303
#define HELLO_TLS_1_3 0x0304

struct hello {
	uint16_t version;               /* the highest, and the only one from 1.3 on */
	const uint16_t *suites;
	size_t suite_count;
	const uint16_t *groups;
	size_t group_count;
};

MUST_USE err hello_write(const struct hello *hello, struct buf *out);
/* Did the server answer with a hello of its own (in 1.3 also the request to try again)? Anything else is a refusal. */
bool hello_accepted(struct bytes reply);
/* The suites of TLS 1.2 and below that have a number, of 1.3 likewise: all that are registered, listed or not. */
size_t hello_suites(uint16_t version, uint16_t *out, size_t max);
/* OpenSSL's name of a suite that may be used -> its number; 0: none of them. */
uint16_t hello_suite(const char *name);

#endif
