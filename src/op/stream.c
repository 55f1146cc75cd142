#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "op/stream.h"

struct chunk {
	struct row row;
	struct id owner;
	int64_t position, length;
	struct bytes data;
};

static const struct field fields[] = {
	{.name = "owner", .ja = "持ち主", .en = "Owner", .type = FIELD_ID, .grade = GRADE_2, .required = true, .offset = offsetof(struct chunk, owner)},
	{.name = "position", .ja = "位置", .en = "Position", .type = FIELD_INT, .grade = GRADE_2, .offset = offsetof(struct chunk, position)},
	{.name = "length", .ja = "長さ", .en = "Length", .type = FIELD_INT, .grade = GRADE_2, .offset = offsetof(struct chunk, length)},
	{.name = "data", .ja = "内容", .en = "Content", .type = FIELD_BYTES, .grade = GRADE_3A, .personal = true, .sealed = true, .max = STREAM_CHUNK_MAX, .offset = offsetof(struct chunk, data)},
};
static const char *const unique[] = {"owner,position", NULL};

const struct entity stream_chunk_entity = {
	.name = "upload_chunk", .ja = "送信の一部", .en = "Chunk of an upload", .size = sizeof(struct chunk), .seal = SEAL_CUSTOMER,
	.unique = unique, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list at_position = {"stream.at", &stream_chunk_entity, "owner = :owner AND position = :position", NULL};
static struct row_list in_order = {"stream.in-order", &stream_chunk_entity, "owner = :owner ORDER BY position LIMIT :limit", NULL};

static struct row_list from_position = {"stream.from", &stream_chunk_entity,
    "owner = :owner AND position + length > :from AND position < :until ORDER BY position", NULL};

err stream_start(void)
{
	TRY(row_list_make(&from_position));
	TRY(row_list_make(&at_position));
	return row_list_make(&in_order);
}

bool stream_complete(const struct stream *stream)
{
	return stream->received == stream->size;
}

static err find(struct row_context *rows, const struct stream *stream, int64_t position, struct chunk *chunk_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(rows->db, at_position.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "owner", &stream->owner);
	if (err_is_ok(e))
		e = query_int(query, "position", position);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		e = row_read(rows, &stream_chunk_entity, query, false, chunk_out);
	query_end(&query);
	TRY(e);
	return found ? OK : FAIL(NOT_FOUND);
}

static err refuse(struct call *call, const struct stream *stream, const char *input)
{
	char ja[200], en[200];

	(void)snprintf(ja, sizeof(ja), "ここまでに%" PRId64 "バイトを受け取りました。その続きを送ってください。", stream->received);
	(void)snprintf(en, sizeof(en), "%" PRId64 " bytes have been received; go on from there.", stream->received);
	err_ignore(call_flaw(call, input, FLAW_RULE, ja, en)); /* the words stand; the status is ours */
	call->reason = "chunk out of place";
	return FAIL(CONFLICT);
}

static err put_again(struct call *call, const struct stream *stream, const char *input, int64_t offset, struct bytes data)
{
	struct chunk chunk = {0};
	err e = find(&call->rows, stream, offset, &chunk);

	if (err_is(e, ERR_NOT_FOUND))
		return refuse(call, stream, input);
	TRY(e);
	return bytes_equal(chunk.data, data) ? OK : refuse(call, stream, input);
}

static err check_length(struct call *call, const struct stream *stream, const char *input, struct bytes data)
{
	int64_t rest = stream->size - stream->received;

	if (data.len > STREAM_CHUNK_MAX || (int64_t)data.len > rest)
		return call_flaw(call, input, FLAW_TOO_LONG, "はじめに伝えられた大きさを超えています。", "This is more than was announced.");
	if (data.len == 0 || (data.len < STREAM_CHUNK_MIN && (int64_t)data.len < rest))
		return call_flaw(call, input, FLAW_TOO_SHORT, "最後のほかは1024バイト以上に分けてください。",
		    "Every chunk but the last has at least 1024 bytes.");
	return OK;
}

err stream_put(struct call *call, struct stream *stream, const char *input, int64_t offset, struct bytes data)
{
	struct chunk chunk = {.owner = stream->owner, .position = offset, .length = (int64_t)data.len, .data = data};

	if (offset < stream->received)
		return put_again(call, stream, input, offset, data);
	if (offset > stream->received)
		return refuse(call, stream, input);
	TRY(check_length(call, stream, input, data));
	TRY(row_insert(&call->rows, &stream_chunk_entity, &chunk));
	stream->received += chunk.length;
	return OK;
}

static err open_list(struct row_context *rows, const struct id *owner, int64_t limit, struct query **query_out)
{
	struct query *query = NULL;
	err e = query_start(rows->db, in_order.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "owner", owner);
	if (err_is_ok(e))
		e = query_int(query, "limit", limit);
	if (!err_is_ok(e)) {
		query_end(&query);
		return e;
	}
	*query_out = query;
	return OK;
}

/* Each chunk in an arena of its own: the whole would stand there twice. */
static err append_chunk(struct row_context *rows, struct query *query, const struct stream *stream, struct buf *body)
{
	struct row_context one = *rows;
	struct arena arena;
	struct chunk chunk = {0};
	err e;

	arena_init(&arena, STREAM_CHUNK_MAX * 4);
	one.arena = &arena;
	e = row_read(&one, &stream_chunk_entity, query, false, &chunk);
	if (err_is_ok(e) && (chunk.position != (int64_t)body->len || chunk.length != (int64_t)chunk.data.len ||
	    chunk.length > stream->size - chunk.position))
		e = FAIL(CORRUPT);
	if (err_is_ok(e))
		e = buf_append(body, chunk.data);
	arena_free(&arena);
	return e;
}

err stream_read(struct row_context *rows, const struct stream *stream, struct buf *body_out)
{
	struct query *query = NULL;
	OWN(buf) body = {0};
	bool row = true;
	err e;

	REQUIRE(stream->size <= STREAM_SIZE_MAX);
	TRY(buf_reserve(&body, (size_t)stream->size));
	TRY(open_list(rows, &stream->owner, STREAM_SIZE_MAX / STREAM_CHUNK_MIN + 1, &query));
	for (e = query_step(query, &row); err_is_ok(e) && row; e = query_step(query, &row)) {
		e = append_chunk(rows, query, stream, &body);
		if (!err_is_ok(e))
			break;
	}
	query_end(&query);
	TRY(e);
	if ((int64_t)body.len != stream->size)
		return FAIL(CORRUPT);
	*body_out = buf_take(&body);
	return OK;
}

/* What of a chunk lies in the part, which goes on where it stands. */
static err append_piece(struct row_context *rows, struct query *query, const struct stream *stream, int64_t offset, size_t max, struct buf *part)
{
	struct row_context one = *rows;
	int64_t at = offset + (int64_t)part->len;
	struct arena arena;
	struct chunk chunk = {0};
	struct bytes piece;
	err e;

	arena_init(&arena, STREAM_CHUNK_MAX * 4);
	one.arena = &arena;
	e = row_read(&one, &stream_chunk_entity, query, false, &chunk);
	if (err_is_ok(e) && (chunk.position > at || chunk.position + chunk.length <= at || chunk.length != (int64_t)chunk.data.len ||
	    chunk.length > stream->size - chunk.position))
		e = FAIL(CORRUPT);
	if (err_is_ok(e)) {
		piece = (struct bytes){chunk.data.ptr + (at - chunk.position), chunk.data.len - (size_t)(at - chunk.position)};
		if (piece.len > max - part->len)
			piece.len = max - part->len;
		e = buf_append(part, piece);
	}
	arena_free(&arena);
	return e;
}

err stream_read_part(struct row_context *rows, const struct stream *stream, int64_t offset, size_t max, struct buf *part_out)
{
	int64_t rest = stream->size - offset;
	struct query *query = NULL;
	OWN(buf) part = {0};
	bool row = true;
	err e;

	REQUIRE(offset >= 0 && rest >= 0 && max > 0);
	if ((int64_t)max > rest)
		max = (size_t)rest;
	e = query_start(rows->db, from_position.statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "owner", &stream->owner);
	if (err_is_ok(e))
		e = query_int(query, "from", offset);
	if (err_is_ok(e))
		e = query_int(query, "until", offset + (int64_t)max);
	while (err_is_ok(e) && part.len < max) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = append_piece(rows, query, stream, offset, max, &part);
	}
	query_end(&query);
	TRY(e);
	if (part.len != max)
		return FAIL(CORRUPT);
	*part_out = buf_take(&part);
	return OK;
}

err stream_remove(struct row_context *rows, struct id owner, size_t max, size_t *count_out)
{
	struct chunk chunks[STREAM_REMOVE_MAX];
	struct query *query = NULL;
	size_t count = 0;
	bool row = true;
	err e;

	if (max > STREAM_REMOVE_MAX)
		max = STREAM_REMOVE_MAX;
	TRY(open_list(rows, &owner, (int64_t)max, &query));
	for (e = query_step(query, &row); err_is_ok(e) && row && count < max; e = query_step(query, &row)) {
		chunks[count] = (struct chunk){0};
		e = row_read(rows, &stream_chunk_entity, query, false, &chunks[count]);
		if (!err_is_ok(e))
			break;
		count++;
	}
	query_end(&query);
	for (size_t i = 0; err_is_ok(e) && i < count; i++)
		e = row_delete(rows, &stream_chunk_entity, &chunks[i]);
	TRY(e);
	*count_out = count;
	return OK;
}
