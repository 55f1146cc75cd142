#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>

#include "base/clock.h"
#include "base/log.h"
#include "edge/conn.h"
#include "edge/scan.h"

enum phase { READING, PASSED, DRAINING };
enum place { NOWHERE, FRESH, WAITING, WRITTEN, DOOMED };

#define NEVER INT64_MAX
#define REPLY_SLACK_MS 5000   /* the request's own deadline answers first */

struct conn {
	struct conn_pool *pool;
	SSL *ssl;
	struct bufferevent *bev;
	LIST_ENTRY(conn) all;
	TAILQ_ENTRY(conn) turn;
	enum place place;           /* in which of the pool's queues */
	enum phase phase;
	struct scan scan;
	size_t fed;                 /* bytes of the present request that scan has seen */
	struct evbuffer *held;      /* bytes that the HTTP library must not see yet */
	err refusal;
	int64_t deadline_ms;
	struct address address;
	struct conn **owner;
	bool busy;                  /* we ourselves are moving bytes */
	bool counted;               /* against its address */
	bool close;                 /* after the reply */
	bool dead;
};

static const char stand_in[] = "GET /refused HTTP/1.1\r\nHost: refused\r\n\r\n";
static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
static int ssl_index = -1;

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

static void set_deadline(struct conn *conn, unsigned after_ms)
{
	conn->deadline_ms = now_ms() + after_ms;
}

static struct conn_queue *queue_of(struct conn_pool *pool, enum place place)
{
	switch (place) {
	case FRESH:
		return &pool->fresh;
	case WAITING:
		return &pool->waiting;
	case WRITTEN:
		return &pool->written;
	case DOOMED:
		return &pool->doomed;
	case NOWHERE:
		break;
	}
	return NULL;
}

static void leave_queue(struct conn *conn)
{
	if (conn->place != NOWHERE)
		TAILQ_REMOVE(queue_of(conn->pool, conn->place), conn, turn);
	if (conn->place == WAITING)
		address_table_leave(conn->pool->addresses, conn->address);
	conn->place = NOWHERE;
}

static void join_queue(struct conn *conn, enum place place)
{
	leave_queue(conn);
	TAILQ_INSERT_TAIL(queue_of(conn->pool, place), conn, turn);
	conn->place = place;
}

static void uncount(struct conn *conn)
{
	if (!conn->counted)
		return;
	address_table_remove(conn->pool->addresses, conn->address);
	conn->counted = false;
	conn->pool->room = true;
}

/* With the SSL object, which the HTTP library frees with the connection. */
static void end_conn(void *ssl, void *value, CRYPTO_EX_DATA *data, int index, long number, void *context)
{
	struct conn *conn = value;

	(void)ssl;
	(void)data;
	(void)index;
	(void)number;
	(void)context;
	if (conn == NULL)
		return;
	if (conn->owner != NULL)
		*conn->owner = NULL;
	leave_queue(conn);
	LIST_REMOVE(conn, all);
	uncount(conn);
	atomic_fetch_sub(conn->pool->total, 1);
	if (conn->held != NULL)
		evbuffer_free(conn->held);
	wipe(conn, sizeof(*conn));
	free(conn);
}

err conn_start(void)
{
	if (ssl_index < 0)
		ssl_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, end_conn);
	return ssl_index < 0 ? FAIL(UNAVAILABLE) : OK;
}

void conn_pool_init(struct conn_pool *pool)
{
	LIST_INIT(&pool->all);
	TAILQ_INIT(&pool->fresh);
	TAILQ_INIT(&pool->waiting);
	TAILQ_INIT(&pool->written);
	TAILQ_INIT(&pool->doomed);
}

/* ---- the gate ---- */

/* A whole request, or a stand-in, goes to the HTTP library. */
static void set_passed(struct conn *conn)
{
	conn->phase = PASSED;
	conn->fed = 0;
	scan_init(&conn->scan);
	set_deadline(conn, conn->pool->limits->reply_ms + REPLY_SLACK_MS);
}

static void drop(struct evbuffer *buffer)
{
	(void)evbuffer_drain(buffer, evbuffer_get_length(buffer));
}

/* Ends the connection after this turn: not here, where libevent is in the middle of it. */
static void give_up(struct conn *conn)
{
	conn->phase = DRAINING;
	join_queue(conn, DOOMED);
}

static void refuse(struct conn *conn, err why)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);

	drop(conn->held);
	drop(input);
	conn->refusal = why;
	conn->close = true;
	set_passed(conn);
	if (evbuffer_add(input, stand_in, sizeof(stand_in) - 1) != 0)
		give_up(conn);
}

/* The request is the first conn->fed bytes of from; what follows waits. */
static void pass(struct conn *conn, struct evbuffer *from)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	size_t len = conn->fed;
	bool moved = true;

	conn->close = conn->scan.close;
	set_passed(conn);
	if (from == input) {
		if (evbuffer_get_length(input) == len)
			return;
		moved = evbuffer_add_buffer(conn->held, input) == 0;
	}
	if (!moved || evbuffer_remove_buffer(conn->held, input, len) != (int)len)
		give_up(conn);
}

static err scan_once(struct conn *conn, struct evbuffer *from)
{
	struct evbuffer_ptr at;
	struct evbuffer_iovec piece;
	const uint8_t *head;
	size_t used = 0;

	if (conn->scan.state == SCAN_HEAD) {
		head = evbuffer_pullup(from, (ev_ssize_t)conn->scan.head_len);
		return head == NULL ? FAIL(UNAVAILABLE) : scan_head(&conn->scan, (struct bytes){head, conn->scan.head_len});
	}
	if (evbuffer_ptr_set(from, &at, conn->fed, EVBUFFER_PTR_SET) != 0 || evbuffer_peek(from, -1, &at, &piece, 1) < 1)
		return FAIL(UNAVAILABLE);
	TRY(scan_feed(&conn->scan, (struct bytes){piece.iov_base, piece.iov_len}, &used));
	conn->fed += used;
	return OK;
}

/* The client waits for leave to send its body. Nothing else is under way on this connection, so the record goes out at once. */
static void say_go_on(struct conn *conn)
{
	conn->scan.expect = false;
	if (SSL_write(conn->ssl, go_on, sizeof(go_on) - 1) <= 0)
		give_up(conn);
}

static void read_request(struct conn *conn, struct evbuffer *from)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);

	while (conn->scan.state == SCAN_HEAD || (conn->scan.state != SCAN_DONE && conn->fed < evbuffer_get_length(from))) {
		err e = scan_once(conn, from);

		if (!err_is_ok(e)) {
			refuse(conn, e);
			return;
		}
	}
	if (conn->scan.state == SCAN_DONE) {
		pass(conn, from);
		return;
	}
	if (conn->scan.expect)
		say_go_on(conn);
	if (from == input && evbuffer_add_buffer(conn->held, input) != 0)
		give_up(conn);
}

static void take_new(struct conn *conn, struct evbuffer *input)
{
	if (!scan_started(&conn->scan) && conn->deadline_ms > now_ms() + conn->pool->limits->request_ms)
		set_deadline(conn, conn->pool->limits->request_ms);
	if (evbuffer_get_length(conn->held) == 0) {
		read_request(conn, input);
		return;
	}
	if (evbuffer_add_buffer(conn->held, input) != 0)
		give_up(conn);
	else
		read_request(conn, conn->held);
}

/* The first keep bytes are the library's; the rest waits, or is of no interest. */
static void take_early(struct conn *conn, struct evbuffer *input, size_t keep)
{
	struct evbuffer *front = evbuffer_new();

	if (front == NULL || evbuffer_remove_buffer(input, front, keep) != (int)keep) {
		give_up(conn);
	} else if (conn->refusal.code != ERR_OK) {
		drop(input);
	} else if (evbuffer_add_buffer(conn->held, input) != 0 || evbuffer_get_length(conn->held) > LIMIT_AHEAD) {
		drop(conn->held);
		give_up(conn);
	}
	if (front != NULL) {
		if (evbuffer_prepend_buffer(input, front) != 0)
			give_up(conn);
		evbuffer_free(front);
	}
}

static void input_changed(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
	struct conn *conn = context;

	if (conn->busy || info->n_added == 0)
		return;
	conn->busy = true;
	switch (conn->phase) {
	case READING:
		take_new(conn, input);
		break;
	case PASSED:
		take_early(conn, input, evbuffer_get_length(input) - info->n_added);
		break;
	case DRAINING:
		drop(input);
		break;
	}
	conn->busy = false;
}

/* ---- birth and death ---- */

static struct conn *new_conn(struct conn_pool *pool, SSL *ssl)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return NULL;
	conn->held = evbuffer_new();
	if (conn->held == NULL || SSL_set_ex_data(ssl, ssl_index, conn) != 1) {
		if (conn->held != NULL)
			evbuffer_free(conn->held);
		free(conn);
		return NULL;
	}
	conn->pool = pool;
	conn->ssl = ssl;
	conn->refusal = OK;
	set_deadline(conn, pool->limits->hello_ms);
	scan_init(&conn->scan);
	LIST_INSERT_HEAD(&pool->all, conn, all);
	join_queue(conn, FRESH);
	atomic_fetch_add(pool->total, 1);
	return conn;
}

/*
 * What evhttp gets instead of NULL, with which it would speak plaintext: half a pair without its other half. It cannot take a
 * descriptor, so evhttp closes the socket at once. (CLOSE_ON_FREE keeps evhttp from closing it twice.)
 */
static struct bufferevent *dead_end(struct event_base *base)
{
	struct bufferevent *pair[2];

	REQUIRE(bufferevent_pair_new(base, BEV_OPT_CLOSE_ON_FREE, pair) == 0);
	bufferevent_free(pair[1]);
	return pair[0];
}

static struct bufferevent *make_bufferevent(struct event_base *base, struct conn_pool *pool)
{
	SSL *ssl = pool->context == NULL ? NULL : SSL_new(pool->context);
	struct bufferevent *bev;
	struct conn *conn;

	if (ssl == NULL)
		return NULL;
	conn = new_conn(pool, ssl);
	if (conn == NULL) {
		SSL_free(ssl);
		return NULL;
	}
	bev = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL)
		return NULL; /* has freed the SSL object, and conn with it */
	conn->bev = bev;
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1); /* lengths are always said: nothing can be cut off unnoticed */
	if (evbuffer_add_cb(bufferevent_get_input(bev), input_changed, conn) == NULL) {
		bufferevent_free(bev);
		return NULL;
	}
	return bev;
}

struct bufferevent *conn_make(struct event_base *base, void *context)
{
	struct conn_pool *pool = context;
	struct bufferevent *bev = make_bufferevent(base, pool);

	(void)evconnlistener_disable(pool->listener);
	pool->paused = true;
	if (bev != NULL)
		return bev;
	log_error("no memory for a connection");
	return dead_end(base);
}

static void kill_conn(struct conn *conn)
{
	leave_queue(conn);
	if (conn->dead)
		return;
	conn->dead = true;
	conn->deadline_ms = NEVER;
	bufferevent_trigger_event(conn->bev, BEV_EVENT_TIMEOUT | BEV_EVENT_READING, 0);
}

static bool is_admitted(struct conn *conn)
{
	conn->counted = err_is_ok(address_table_add(conn->pool->addresses, conn->address));
	return conn->counted;
}

static void admit(struct conn *conn)
{
	leave_queue(conn);
	/* The loops may have accepted one too many between them. */
	if (atomic_load(conn->pool->total) > conn->pool->limits->connections ||
	    !err_is_ok(address_of_peer(bufferevent_getfd(conn->bev), &conn->address))) {
		kill_conn(conn);
	} else if (!is_admitted(conn)) {
		if (!err_is_ok(address_table_wait(conn->pool->addresses, conn->address))) {
			kill_conn(conn);
			return;
		}
		join_queue(conn, WAITING);
		(void)bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
	}
}

static void admit_waiting(struct conn_pool *pool)
{
	struct conn *conn = TAILQ_FIRST(&pool->waiting);

	pool->room = false;
	while (conn != NULL) {
		struct conn *next = TAILQ_NEXT(conn, turn);

		if (!conn->dead && is_admitted(conn)) {
			leave_queue(conn);
			(void)bufferevent_enable(conn->bev, EV_READ);
		}
		conn = next;
	}
}

/* ---- replies ---- */

struct conn *conn_of(struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);

	if (connection == NULL)
		return NULL;
	return SSL_get_ex_data(bufferevent_openssl_get_ssl(evhttp_connection_get_bufferevent(connection)), ssl_index);
}

err conn_refusal(const struct conn *conn)
{
	return conn->refusal;
}

void conn_condemn(struct conn *conn, err why)
{
	conn->refusal = why;
	conn->close = true;
	drop(conn->held);
}

struct address conn_address(const struct conn *conn)
{
	return conn->address;
}

/*
 * evhttp has stopped reading, which costs two calls to the kernel per request and hides that a client leaves. Reading goes on, but
 * without its callback, which must not run now.
 */
void conn_wait(struct conn *conn, struct conn **owner)
{
	bufferevent_event_cb on_event;
	bufferevent_data_cb on_write;
	void *context;

	bufferevent_getcb(conn->bev, NULL, &on_write, &on_event, &context);
	bufferevent_setcb(conn->bev, NULL, on_write, on_event, context);
	(void)bufferevent_enable(conn->bev, EV_READ);
	conn->owner = owner;
	*owner = conn;
}

void conn_signed_in(struct conn *conn)
{
	uncount(conn);
}

/* The reply's last byte is out, or in the kernel's hands. */
static void completed(struct evhttp_request *request, void *context)
{
	struct conn *conn = context;

	(void)request;
	if (conn->close) {
		(void)SSL_shutdown(conn->ssl); /* "that was all"; what the client still sends is read and dropped for a moment */
		conn->phase = DRAINING;
		set_deadline(conn, conn->pool->limits->linger_ms);
		return;
	}
	conn->phase = READING;
	set_deadline(conn, conn->pool->limits->idle_ms);
	if (evbuffer_get_length(conn->held) > 0) {
		set_deadline(conn, conn->pool->limits->request_ms);
		conn->busy = true;
		read_request(conn, conn->held);
		conn->busy = false;
	}
}

void conn_reply(struct evhttp_request *request, int status, const char *block)
{
	struct conn *conn = conn_of(request);

	if (conn != NULL) {
		if (conn->owner != NULL)
			*conn->owner = NULL;
		conn->owner = NULL;
		evhttp_request_set_on_complete_cb(request, completed, conn);
		set_deadline(conn, conn->pool->limits->write_ms);
		if (conn->place != DOOMED)
			join_queue(conn, WRITTEN);
	}
	evhttp_send_reply(request, status, block, NULL);
}

/* One record for the whole reply, without waiting for the loop to say that the socket can be written. */
static void send_now(struct conn *conn)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);
	size_t len = evbuffer_get_length(output);
	const uint8_t *record;

	leave_queue(conn);
	if (conn->dead || len == 0 || len > LIMIT_RECORD)
		return;
	record = evbuffer_pullup(output, -1);
	if (record == NULL || SSL_write(conn->ssl, record, (int)len) != (int)len)
		return; /* the loop tries again, or finds the error */
	conn->pool->sent_now++;
	(void)evbuffer_drain(output, len);
	bufferevent_trigger(conn->bev, EV_WRITE, 0);
}

void conn_turn(struct conn_pool *pool)
{
	while (!TAILQ_EMPTY(&pool->fresh))
		admit(TAILQ_FIRST(&pool->fresh));
	if (pool->room)
		admit_waiting(pool);
	while (!TAILQ_EMPTY(&pool->written))
		send_now(TAILQ_FIRST(&pool->written));
	while (!TAILQ_EMPTY(&pool->doomed))
		kill_conn(TAILQ_FIRST(&pool->doomed));
	if (pool->paused && !pool->stopping && atomic_load(pool->total) < pool->limits->connections)
		pool->paused = evconnlistener_enable(pool->listener) != 0;
}

/* ---- deadlines ---- */

static void expire(struct conn *conn)
{
	if (conn->phase == READING && scan_started(&conn->scan)) {
		conn->busy = true;
		refuse(conn, FAIL(TIMEOUT));
		conn->busy = false;
		bufferevent_trigger(conn->bev, EV_READ, 0);
		return;
	}
	kill_conn(conn);
}

static void for_each(struct conn_pool *pool, bool (*wanted)(const struct conn *conn, int64_t at_ms), void (*act)(struct conn *conn))
{
	struct conn *conn = LIST_FIRST(&pool->all);
	int64_t at_ms = now_ms();

	while (conn != NULL) {
		struct conn *next = LIST_NEXT(conn, all);

		if (!conn->dead && conn->place != FRESH && wanted(conn, at_ms))
			act(conn);
		conn = next;
	}
}

static bool is_late(const struct conn *conn, int64_t at_ms)
{
	return conn->deadline_ms <= at_ms;
}

static bool is_idle(const struct conn *conn, int64_t at_ms)
{
	(void)at_ms;
	return conn->phase == READING && !scan_started(&conn->scan);
}

static bool is_any(const struct conn *conn, int64_t at_ms)
{
	(void)conn;
	(void)at_ms;
	return true;
}

void conn_sweep(struct conn_pool *pool)
{
	for_each(pool, is_late, expire);
	pool->room = !TAILQ_EMPTY(&pool->waiting); /* another loop's connections may have gone */
}

void conn_close_idle(struct conn_pool *pool)
{
	for_each(pool, is_idle, kill_conn);
}

void conn_close_all(struct conn_pool *pool)
{
	for_each(pool, is_any, kill_conn);
}
