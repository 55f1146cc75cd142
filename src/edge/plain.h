/*
 * plain - a small HTTP listener without TLS, for a machine of one's own: localhost, or behind somebody else's TLS.
 *
 * libevent's evhttp on a thread of its own, within strict bounds. Nothing of Sekimori's data is served by it.
 */
#ifndef EDGE_PLAIN_H
#define EDGE_PLAIN_H

#include "base/bytes.h"

#define PLAIN_BODY_MAX 65536
#define PLAIN_HEAD_MAX 8192
#define PLAIN_TIMEOUT_S 10

struct plain;

struct plain_request {
	bool post;              /* else GET */
	const char *path;       /* as sent, without query; never NULL */
	struct bytes body;
};

struct plain_reply {
	int status;
	const char *type;       /* NULL: text/plain; charset=utf-8 */
	struct buf body;        /* freed by the caller of the answer */
};

/* On the listener's thread. */
typedef void (*plain_answer)(void *context, const struct plain_request *request, struct plain_reply *reply);

/* address: ADDRESS:PORT, [ADDRESS]:PORT. INVALID: no such address. UNAVAILABLE: it cannot be listened on. */
MUST_USE err plain_open(const char *address, plain_answer answer, void *context, struct plain **out);
void plain_close(struct plain **plain);

#endif
