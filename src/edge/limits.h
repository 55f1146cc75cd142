/*
 * limits - every bound of the edge, in one place.
 */
#ifndef EDGE_LIMITS_H
#define EDGE_LIMITS_H

/* One request. */
#define LIMIT_URI 2048
#define LIMIT_HEAD 16384
#define LIMIT_HEADERS 64
#define LIMIT_BODY 65536
#define LIMIT_BODY_RAW (2 * LIMIT_BODY)   /* a chunked body with its framing */
#define LIMIT_PARAMETERS 32
#define LIMIT_ARENA (512 * 1024)          /* what parsing one request may take */

/* Connections. The product of connections and bodies is what strangers can make us hold. */
#define LIMIT_CONNECTIONS 4096
#define LIMIT_PER_ADDRESS 64              /* before sign-in; IPv6 counts by /64 */
#define LIMIT_AHEAD LIMIT_HEAD            /* bytes of the next request that may come before the reply */
#define LIMIT_LOOPS 8
#define LIMIT_COMPARTMENTS 32
#define LIMIT_PENDING (2 * LIMIT_CONNECTIONS) /* requests under way in one loop, the abandoned included */
#define LIMIT_MESSAGES 64                 /* read from one channel before the others get their turn */

/* Absolute deadlines; none is moved by a trickle of bytes. */
#define LIMIT_HELLO_MS 15000              /* from accept until the first request has arrived */
#define LIMIT_REQUEST_MS 15000            /* from a request's first byte until its last */
#define LIMIT_REPLY_MS 30000              /* from then until the core's answer; later 503 */
#define LIMIT_WRITE_MS 60000              /* from the answer until the client has taken it */
#define LIMIT_IDLE_MS 75000               /* between requests */
#define LIMIT_LINGER_MS 2000              /* a refused client may finish sending */
#define LIMIT_READY_MS 2000
#define LIMIT_SWEEP_MS 250                /* how exact all of these are */

/* One TLS record: a reply up to this size is written as one. */
#define LIMIT_RECORD 16384

#define LIMIT_REPORTS 20                  /* reports to /csp a second and loop */

#define LIMIT_ASSETS 4096
#define LIMIT_ASSET_LEN (16 << 20)
#define LIMIT_ASSETS_LEN (64 << 20)

/* The deadlines, so that tests can shorten them. */
struct limits {
	unsigned hello_ms, request_ms, reply_ms, write_ms, idle_ms, linger_ms, ready_ms, sweep_ms;
	unsigned connections, per_address;
};

#define LIMITS_DEFAULT                                                                                 \
	((struct limits){LIMIT_HELLO_MS, LIMIT_REQUEST_MS, LIMIT_REPLY_MS, LIMIT_WRITE_MS,             \
	    LIMIT_IDLE_MS, LIMIT_LINGER_MS, LIMIT_READY_MS, LIMIT_SWEEP_MS, LIMIT_CONNECTIONS,         \
	    LIMIT_PER_ADDRESS})

#endif
