/*
 * pending - requests that wait for a core, by number.
 *
 * P1  A number is used once: what comes for an old one finds nothing.
 */
#ifndef EDGE_PENDING_H
#define EDGE_PENDING_H

#include "edge/conn.h"
#include "op/op.h"

struct pending {
	uint64_t number;            /* 0: free */
	struct evhttp_request *request;
	struct conn *conn;          /* NULL: the client has left */
	const struct op *op;        /* NULL: /readyz */
	unsigned link;
	int64_t deadline_ms;
	struct id id;
	enum language language;
	bool signed_in;             /* came with a token */
	bool tablet;                /* came from a registered tablet */
	bool head;                  /* HEAD: only the length of the body */
	uint32_t waiting;           /* /readyz: links that have not answered */
	struct buf body;            /* the parts so far */
};

struct pending_table {
	struct pending *list;       /* LIMIT_PENDING */
	uint16_t *free;
	size_t free_count;
	size_t used_max;            /* the list was never used beyond */
	uint64_t serial;
};

MUST_USE err pending_init(struct pending_table *table);
void pending_wipe(struct pending_table *table);
struct pending *pending_new(struct pending_table *table);     /* NULL: full */
struct pending *pending_find(struct pending_table *table, uint64_t number); /* NULL */
void pending_end(struct pending_table *table, struct pending *pending);
static inline size_t pending_count(const struct pending_table *table) { return LIMIT_PENDING - table->free_count; }

#endif
