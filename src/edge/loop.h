/*
 * loop - one thread of the edge: its events, its connections, its channels to the cores.
 *
 * One turn: what libevent has found, then one message per channel for all frames of the turn, then all replies.
 * L1  Only the loop's own thread touches anything here but `posted`.
 */
#ifndef EDGE_LOOP_H
#define EDGE_LOOP_H

#include <pthread.h>

#include "edge/conn.h"
#include "edge/input.h"
#include "edge/link.h"
#include "edge/pending.h"
#include "edge/static.h"

/* What the loops share; read-only after edge_new but for the atomics and the table of addresses. */
struct shared {
	SSL_CTX *context;
	struct limits limits;
	struct static_files *files;
	struct address_table *addresses;
	_Atomic unsigned connections;
	size_t compartment_count;
	char compartments[LIMIT_COMPARTMENTS][SESSION_COMPARTMENT_MAX + 1];
	_Atomic bool ready[LIMIT_COMPARTMENTS];
	uint8_t digest[32];            /* of the table of operations */
};

struct posted { unsigned link; int fd; };

struct loop {
	struct shared *shared;
	unsigned index;
	pthread_t thread;
	bool running;
	struct event_base *base;
	struct evhttp *http;
	struct event *wake, *sweep;
	int wake_fd;
	struct conn_pool pool;
	struct link links[LIMIT_COMPARTMENTS];
	struct pending_table pending;
	/* For parsing one request at a time. */
	struct arena arena;
	struct buf fields, frame;
	struct input_values values;
	struct buf body;               /* of a reply made here */
	uint8_t message[WIRE_MESSAGE_MAX];
	unsigned reports;              /* to /csp in this second */
	int64_t reports_since_ms, reports_logged_ms;
	uint64_t reports_total;
	/* From other threads, under lock. */
	pthread_mutex_t lock;
	struct posted posted[LIMIT_COMPARTMENTS];
	size_t posted_count;
	bool stop_asked;
	/* Stopping. */
	bool stopping;
	int64_t stop_until_ms;
};

/* listen_fd is duplicated. UNAVAILABLE. */
MUST_USE err loop_init(struct loop *loop, struct shared *shared, unsigned index, int listen_fd);
void loop_free(struct loop *loop);
MUST_USE err loop_start(struct loop *loop);
void loop_join(struct loop *loop);

/* From any thread. */
void loop_post_channel(struct loop *loop, unsigned link, int fd);
void loop_post_stop(struct loop *loop);

#endif
