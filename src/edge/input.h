/*
 * input - path, query and body of a request become typed fields of one operation.
 *
 * What is wrong with a field does not end the request here: it goes along in the frame, so that the core can refuse in the right
 * order, after it has decided whether the caller may know that the object exists.
 */
#ifndef EDGE_INPUT_H
#define EDGE_INPUT_H

#include "op/op.h"
#include "wire/wire.h"

struct input_source {
	const struct op *op;
	const struct bytes *parts;   /* OP_PATH_INPUT_MAX raw path inputs as op_route_find gives them */
	struct bytes query;
	struct bytes body;
};

struct input_values {
	struct value list[FIELD_MAX];   /* in the order of op->inputs */
	struct problems problems;
};

/* MEDIA_TYPE: a body of a kind that the operation does not take. */
MUST_USE err input_media(const struct op *op, struct bytes content_type, size_t body_len);

/* UNAVAILABLE: no memory. An id in the path that is none becomes the zero id, which nothing has. */
MUST_USE err input_read(const struct input_source *source, struct arena *arena, struct input_values *values_out);

/* Fills fields, present and flaws of the request; fields is appended to and borrowed from. TOO_LARGE, UNAVAILABLE. */
MUST_USE err input_encode(const struct op *op, const struct input_values *values, struct buf *fields, struct wire_request *request);

const struct value *input_find(const struct op *op, const struct input_values *values, const char *name); /* NULL: absent */

#endif
