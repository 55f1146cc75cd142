/*
 * edge - the door to the network: TLS, HTTP, JSON to fields, static files. Holds no data and no key but that of TLS.
 *
 *   edge_new ─▶ (sandbox) ─▶ edge_start ─▶ edge_channel, edge_ready … ─▶ edge_stop ─▶ edge_free
 *
 * E1  Each loop is one thread and shares with the others only what is read-only, atomic or locked.
 * E2  Every request is answered exactly once, also when its core dies.
 * E3  Memory of requests and replies is wiped when it is given back (edge_memory).
 */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "base/bytes.h"
#include "edge/limits.h"

struct edge;

struct edge_config {
	int listen_fd;                    /* listening, non-blocking; stays the caller's */
	int certificate_fd, key_fd;       /* PEM; stay the caller's */
	unsigned loops;                   /* 1..LIMIT_LOOPS */
	const char *const *compartments;  /* names; the first serves those who do not say */
	size_t compartment_count;         /* 1..LIMIT_COMPARTMENTS */
	const char *web;                  /* folder of static files; NULL: none */
	struct bytes openapi;             /* copied; empty: none */
	const struct limits *limits;      /* NULL: the default */
};

/* Before anything else in the process: OpenSSL and libevent wipe what they give back. UNAVAILABLE: too late. */
MUST_USE err edge_memory(void);

MUST_USE err edge_new(const struct edge_config *config, struct edge **edge_out);
MUST_USE err edge_start(struct edge *edge);     /* the threads */

/* From any thread. fd (SEQPACKET to the core of that compartment, for that loop) is the edge's from now on, also on failure; it
 * replaces the one before. INVALID: no such loop or compartment. */
MUST_USE err edge_channel(struct edge *edge, unsigned loop, const char *compartment, int fd);
/* What the supervisor says of a compartment; /readyz follows it. */
void edge_ready(struct edge *edge, const char *compartment, bool ready);

/* Takes no new connection, finishes what is under way for at most some seconds, ends the threads. */
void edge_stop(struct edge *edge);
void edge_free(struct edge **edge);

#endif
