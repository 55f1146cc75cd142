/*
 * conn - the life of one connection: TLS, caps, deadlines, and the gate through which requests reach the HTTP library.
 *
 *            conn_make                    whole request scanned          conn_reply, last byte written
 *   (accept) ─────────▶ READING ─────────────────────────────▶ PASSED ─────────────────────────────▶ READING
 *                          │                                      ▲ close asked for, or refused ──▶ DRAINING ─▶ (closed)
 *                          └── refused: a request that says so ───┘
 *
 * C1  The HTTP library sees only whole requests that scan accepted, one at a time; of a refused one it sees a stand-in.
 *     Bytes that come before the reply wait outside of it.
 * C2  Every state has an absolute deadline; conn_sweep ends what is past its own.
 * C3  Without a TLS object there is no connection: never plaintext.
 * C4  A connection counts against its address until it has carried a request of somebody signed in. Beyond the cap it
 *     waits, before its handshake; beyond a multiple of the cap it is closed.
 * C5  All of a pool belongs to one loop; total and addresses are shared.
 */
#ifndef EDGE_CONN_H
#define EDGE_CONN_H

#include <stdatomic.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "edge/address.h"
#include "edge/limits.h"

struct conn;
struct pending;
LIST_HEAD(conn_list, conn);
TAILQ_HEAD(conn_queue, conn);

struct conn_pool {
	SSL_CTX *context;
	const struct limits *limits;
	struct address_table *addresses;
	_Atomic unsigned *total;
	struct evconnlistener *listener;
	bool stopping;
	bool paused;                 /* not accepting until the end of this turn, or until some have gone */
	struct conn_list all;
	struct conn_queue fresh;     /* accepted in this turn of the loop, not yet counted */
	struct conn_queue waiting;   /* of addresses that have too many: not read from until others have gone */
	struct conn_queue written;   /* replies of this turn, not yet sent */
	struct conn_queue doomed;    /* to be closed after this turn */
	bool room;                   /* somebody has gone: look at the waiting ones */
	uint64_t sent_now;           /* replies that went out at once as one record */
};

/* Once, before the first pool. */
MUST_USE err conn_start(void);

void conn_pool_init(struct conn_pool *pool);
/* For evhttp_set_bevcb; context is the pool. Stops accepting until the next turn, so that the loops share a rush. */
struct bufferevent *conn_make(struct event_base *base, void *pool);
/* After each turn of the loop: count new connections, send replies, accept again. */
void conn_turn(struct conn_pool *pool);
void conn_sweep(struct conn_pool *pool);     /* ends what is past its deadline */
void conn_close_idle(struct conn_pool *pool); /* for an orderly stop: all that is between requests */
void conn_close_all(struct conn_pool *pool);

/* The connection of a request; NULL: the client has left. */
struct conn *conn_of(struct evhttp_request *request);
/* OK, or why the request was refused: then the request is a stand-in. */
err conn_refusal(const struct conn *conn);
void conn_condemn(struct conn *conn, err why);   /* refuse it after all: the answer will be the last */
struct address conn_address(const struct conn *conn);
/* The handler has put off the answer: keep an eye on the client meanwhile. owner hears of its end by conn = NULL. */
void conn_wait(struct conn *conn, struct conn **owner);
void conn_signed_in(struct conn *conn);

/* Exactly once per request, also when the client has left; block as reply_block makes it. The body is in request's output buffer. */
void conn_reply(struct evhttp_request *request, int status, const char *block);

#endif
