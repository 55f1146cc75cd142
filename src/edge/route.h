/*
 * route - the target of a request: path and query, decoded once.
 */
#ifndef EDGE_ROUTE_H
#define EDGE_ROUTE_H

#include "base/arena.h"

struct route {
	struct bytes path;   /* decoded; UTF-8; no empty, "." or ".." segment, no control character */
	struct bytes query;  /* as sent, without '?' */
};

/* INVALID: an encoded slash, a control character, a dot segment, something not UTF-8. UNAVAILABLE: no memory. */
MUST_USE err route_split(struct bytes target, struct arena *arena, struct route *route_out);

/* The next parameter of a query, decoded. NOT_FOUND: no more. INVALID: not UTF-8 or broken encoding; the query has
 * moved on, name_out is what could be read of the name. UNAVAILABLE: no memory. */
MUST_USE err route_parameter(struct bytes *query, struct arena *arena, struct bytes *name_out, struct bytes *value_out);

/* Percent-decoding once; plus_is_space for queries. INVALID: broken encoding or not UTF-8. */
MUST_USE err route_decode(struct bytes text, bool plus_is_space, struct arena *arena, struct bytes *plain_out);

#endif
