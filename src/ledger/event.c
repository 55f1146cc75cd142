#include <stdlib.h>
#include <string.h>

#include "ledger/event.h"

#define EVENT_VERSION 1

/* Names are ours and short; a control character in one would be an escape in somebody's terminal. */
static err check_text(struct bytes text)
{
	if (text.len > EVENT_TEXT_MAX)
		return FAIL(TOO_LARGE);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return FAIL(INVALID);
	}
	return OK;
}

static err put_text(struct buf *out, struct bytes text)
{
	TRY(check_text(text));
	TRY(buf_u8(out, (uint8_t)text.len));
	return buf_append(out, text);
}

static err put_id(struct buf *out, const struct id *id)
{
	return buf_append(out, id_bytes(id));
}

static err put_row(struct buf *out, const struct event_row *row)
{
	TRY(put_text(out, row->entity));
	TRY(put_id(out, &row->id));
	TRY(buf_u64(out, row->version));
	TRY(buf_append(out, (struct bytes){row->before, sizeof(row->before)}));
	return buf_append(out, (struct bytes){row->after, sizeof(row->after)});
}

static err put_event(struct buf *out, const struct event *event)
{
	TRY(buf_u8(out, EVENT_VERSION));
	TRY(buf_u64(out, (uint64_t)event->time_us));
	TRY(put_text(out, event->operation));
	TRY(buf_u16(out, event->outcome));
	TRY(put_text(out, event->role));
	TRY(put_id(out, &event->actor));
	TRY(put_id(out, &event->request));
	TRY(put_id(out, &event->facility));
	TRY(put_text(out, event->rule));
	TRY(buf_u8(out, (uint8_t)event->object_count));
	for (size_t i = 0; i < event->object_count; i++) {
		TRY(put_text(out, event->objects[i].entity));
		TRY(put_id(out, &event->objects[i].id));
	}
	TRY(buf_u16(out, (uint16_t)event->row_count));
	for (size_t i = 0; i < event->row_count; i++)
		TRY(put_row(out, &event->rows[i]));
	return buf_blob(out, event->sealed);
}

err event_encode(const struct event *event, struct buf *out)
{
	size_t before = out->len;
	err e;

	if (event->time_us < 0)
		return FAIL(INVALID);
	if (event->object_count > EVENT_OBJECT_MAX || event->row_count > EVENT_ROW_MAX || event->sealed.len > EVENT_SEALED_MAX)
		return FAIL(TOO_LARGE);
	e = put_event(out, event);
	if (err_is_ok(e) && out->len - before > EVENT_MAX)
		e = FAIL(TOO_LARGE);
	if (!err_is_ok(e)) {
		if (out->ptr != NULL)
			wipe(out->ptr + before, out->len - before);
		out->len = before;
	}
	return e;
}

static err cut_text(struct bytes *from, struct bytes *text_out)
{
	struct bytes text;
	uint8_t len;

	TRY(cut_u8(from, &len));
	TRY(cut_bytes(from, len, &text));
	if (!err_is_ok(check_text(text)))
		return FAIL(INVALID);
	*text_out = text;
	return OK;
}

static err cut_id(struct bytes *from, struct id *id_out)
{
	struct bytes raw;

	TRY(cut_bytes(from, ID_LEN, &raw));
	memcpy(id_out->b, raw.ptr, ID_LEN);
	return OK;
}

static err cut_digest(struct bytes *from, uint8_t digest_out[static 32])
{
	struct bytes raw;

	TRY(cut_bytes(from, 32, &raw));
	memcpy(digest_out, raw.ptr, 32);
	return OK;
}

static err cut_head(struct bytes *from, struct event *event)
{
	uint64_t time_us;
	uint8_t version;

	TRY(cut_u8(from, &version));
	if (version != EVENT_VERSION)
		return FAIL(INVALID);
	TRY(cut_u64(from, &time_us));
	if (time_us > INT64_MAX)
		return FAIL(INVALID);
	event->time_us = (int64_t)time_us;
	TRY(cut_text(from, &event->operation));
	TRY(cut_u16(from, &event->outcome));
	TRY(cut_text(from, &event->role));
	TRY(cut_id(from, &event->actor));
	TRY(cut_id(from, &event->request));
	TRY(cut_id(from, &event->facility));
	return cut_text(from, &event->rule);
}

static err cut_objects(struct bytes *from, struct event_object *objects, size_t *count_out)
{
	uint8_t count;

	TRY(cut_u8(from, &count));
	if (count > EVENT_OBJECT_MAX)
		return FAIL(INVALID);
	for (size_t i = 0; i < count; i++) {
		TRY(cut_text(from, &objects[i].entity));
		TRY(cut_id(from, &objects[i].id));
	}
	*count_out = count;
	return OK;
}

static err cut_rows(struct bytes *from, struct event_row *rows, size_t *count_out)
{
	uint16_t count;

	TRY(cut_u16(from, &count));
	if (count > EVENT_ROW_MAX)
		return FAIL(INVALID);
	for (size_t i = 0; i < count; i++) {
		TRY(cut_text(from, &rows[i].entity));
		TRY(cut_id(from, &rows[i].id));
		TRY(cut_u64(from, &rows[i].version));
		TRY(cut_digest(from, rows[i].before));
		TRY(cut_digest(from, rows[i].after));
	}
	*count_out = count;
	return OK;
}

err event_decode(struct bytes leaf, struct event *event_out, struct event_object *objects, struct event_row *rows)
{
	struct event event = {.objects = objects, .rows = rows};
	struct bytes rest = leaf;

	if (leaf.len > EVENT_MAX)
		return FAIL(INVALID);
	TRY(cut_head(&rest, &event));
	TRY(cut_objects(&rest, objects, &event.object_count));
	TRY(cut_rows(&rest, rows, &event.row_count));
	TRY(cut_blob(&rest, EVENT_SEALED_MAX, &event.sealed));
	if (rest.len != 0)
		return FAIL(INVALID);
	*event_out = event;
	return OK;
}
