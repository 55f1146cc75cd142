/*
 * stream - a body that comes in chunks, each a call of its own; kept sealed until it is used.
 *
 * The row that owns a stream says how many bytes there will be and how many have come. Chunks are rows: owner, position
 * and length stand in the row's keyed digest, the bytes are sealed under the customer's key with id and version of the
 * row; so a chunk that was moved, cut, dropped or put back is found when the stream is read.
 * T1  A chunk begins exactly where the last one ended. The same chunk again is welcome and changes nothing.
 * T2  A chunk that does not end the stream has at least STREAM_CHUNK_MIN bytes: no stream is made of crumbs.
 */
#ifndef OP_STREAM_H
#define OP_STREAM_H

#include "op/op.h"

#define STREAM_SIZE_MAX (16 << 20)
#define STREAM_CHUNK_MAX 49152
#define STREAM_CHUNK_MIN 1024
#define STREAM_REMOVE_MAX 32                    /* chunks removed at once */
#define STREAM_KEPT_US (24LL * 3600 * 1000000)  /* from its beginning, if nothing comes of it */

extern const struct entity stream_chunk_entity;

struct stream {
	struct id owner;
	int64_t size;        /* in all */
	int64_t received;
};

MUST_USE err stream_start(void); /* once, after row_plan_make */
bool stream_complete(const struct stream *stream);
/* On success stream->received has grown, or stays when the chunk was there. CONFLICT: not where the stream stands, or not the
 * same bytes as before; INVALID: length; both say what is wrong in the call's problems, `offset` naming the input. */
MUST_USE err stream_put(struct call *call, struct stream *stream, const char *input, int64_t offset, struct bytes data);
/* The whole body, in memory. CORRUPT: not what was put. */
MUST_USE err stream_read(struct row_context *rows, const struct stream *stream, struct buf *body_out);
/*
 * From offset to the end of the stream, at most max bytes (more than 0) of it; only the chunks that hold them are opened. offset: within
 * the stream. Each part is as good as the whole: every chunk stands for itself with owner, position and length.
 */
MUST_USE err stream_read_part(struct row_context *rows, const struct stream *stream, int64_t offset, size_t max, struct buf *part_out);
/* Removes up to max chunks; *count_out: how many. */
MUST_USE err stream_remove(struct row_context *rows, struct id owner, size_t max, size_t *count_out);

#endif
