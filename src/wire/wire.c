/*
 * wire - writing and cutting frames.
 *
 *   request  u64 number | u16 op | u8 language | u8 signed_by | u8 cross_site | 16 request | 16 address | 32 token | 32 device
 *            | blob agent | blob idempotency_key | blob confirm | blob phrase
 *            | u8 count of flaws, each: u8 flaw, blob name | u32 present | blob fields
 *   reply    u64 number | u16 status | u8 kind | u8 cookie | u8 flags | u16 retry_after_s | u32 cookie_age_s | 32 token | u8 media | blob file | blob body
 *   hello    32 digest
 *   ready    u64 number | u8 value
 *
 * Cutting is exact: whatever put would not have written is refused.
 */
#include <string.h>

#include "entity/value.h"
#include "op/media.h"
#include "wire/wire.h"

_Static_assert(WIRE_FILE_MAX == MEDIA_NAME_MAX, "a file's name fits");

#define VERSION 1
#define LENGTH_LEN 4
#define HEAD_LEN (LENGTH_LEN + 2)
#define FLAW_NAME_MAX (sizeof(((struct wire_flaw *)0)->name) - 1)

enum reply_flags { REPLY_MORE = 1, REPLY_IMMUTABLE = 2, REPLY_FLAGS = 3 };

/* The highest values that the small numbers of a frame may have. */
enum { SIGNED_BY_MAX = 2, KIND_MAX = WIRE_KIND_PROBLEM, COOKIE_MAX = 3, STATUS_MIN = 200, STATUS_MAX = 599 };

static err append_raw(struct buf *message, const uint8_t *raw, size_t len)
{
	return buf_append(message, (struct bytes){raw, len});
}

static err append_head(struct buf *message, enum wire_type type, size_t about)
{
	TRY(buf_reserve(message, HEAD_LEN + about));
	TRY(buf_u32(message, 0));
	TRY(buf_u8(message, VERSION));
	return buf_u8(message, (uint8_t)type);
}

/* Writes the length in front, or takes the frame back. */
static err close_frame(struct buf *message, size_t start, err e)
{
	size_t len = message->len - start;

	if (err_is_ok(e) && len > WIRE_MESSAGE_MAX)
		e = FAIL(TOO_LARGE);
	if (!err_is_ok(e)) {
		wipe(message->ptr == NULL ? NULL : message->ptr + start, len);
		message->len = start;
		return e;
	}
	len -= LENGTH_LEN;
	message->ptr[start] = (uint8_t)(len >> 24);
	message->ptr[start + 1] = (uint8_t)(len >> 16);
	message->ptr[start + 2] = (uint8_t)(len >> 8);
	message->ptr[start + 3] = (uint8_t)len;
	return OK;
}

static bool request_fits(const struct wire_request *request)
{
	for (size_t i = 0; i < request->flaw_count && i < WIRE_FLAW_MAX; i++)
		if (memchr(request->flaws[i].name, '\0', sizeof(request->flaws[i].name)) == NULL)
			return false;
	return request->agent.len <= WIRE_AGENT_MAX && request->idempotency_key.len <= WIRE_KEY_MAX &&
	       request->confirm.len <= WIRE_KEY_MAX && request->phrase.len <= WIRE_PHRASE_MAX &&
	       request->flaw_count <= WIRE_FLAW_MAX && request->fields.len <= WIRE_FIELDS_MAX;
}

static err append_flaws(struct buf *message, const struct wire_request *request)
{
	TRY(buf_u8(message, (uint8_t)request->flaw_count));
	for (size_t i = 0; i < request->flaw_count; i++) {
		TRY(buf_u8(message, request->flaws[i].flaw));
		TRY(buf_blob(message, bytes_str(request->flaws[i].name)));
	}
	return OK;
}

static err append_request(struct buf *message, const struct wire_request *request)
{
	TRY(append_head(message, WIRE_REQUEST, 256 + request->fields.len));
	TRY(buf_u64(message, request->number));
	TRY(buf_u16(message, request->op));
	TRY(buf_u8(message, request->language));
	TRY(buf_u8(message, request->signed_by));
	TRY(buf_u8(message, request->cross_site));
	TRY(append_raw(message, request->request.b, sizeof(request->request.b)));
	TRY(append_raw(message, request->address, sizeof(request->address)));
	TRY(append_raw(message, request->token, sizeof(request->token)));
	TRY(append_raw(message, request->device, sizeof(request->device)));
	TRY(buf_blob(message, request->agent));
	TRY(buf_blob(message, request->idempotency_key));
	TRY(buf_blob(message, request->confirm));
	TRY(buf_blob(message, request->phrase));
	TRY(append_flaws(message, request));
	TRY(buf_u32(message, request->present));
	return buf_blob(message, request->fields);
}

err wire_put_request(struct buf *message, const struct wire_request *request)
{
	size_t start = message->len;

	if (!request_fits(request))
		return FAIL(TOO_LARGE);
	return close_frame(message, start, append_request(message, request));
}

static err append_reply(struct buf *message, const struct wire_reply *reply)
{
	unsigned flags = (reply->more != 0 ? REPLY_MORE : 0u) | (reply->immutable != 0 ? REPLY_IMMUTABLE : 0u);

	TRY(append_head(message, WIRE_REPLY, 72 + reply->file.len + reply->body.len));
	TRY(buf_u64(message, reply->number));
	TRY(buf_u16(message, reply->status));
	TRY(buf_u8(message, reply->kind));
	TRY(buf_u8(message, reply->cookie));
	TRY(buf_u8(message, (uint8_t)flags));
	TRY(buf_u16(message, reply->retry_after_s));
	TRY(buf_u32(message, reply->cookie_age_s));
	TRY(append_raw(message, reply->token, sizeof(reply->token)));
	TRY(buf_u8(message, reply->media));
	TRY(buf_blob(message, reply->file));
	return buf_blob(message, reply->body);
}

err wire_put_reply(struct buf *message, const struct wire_reply *reply)
{
	size_t start = message->len;

	if (reply->body.len > WIRE_PART_MAX || reply->file.len > WIRE_FILE_MAX)
		return FAIL(TOO_LARGE);
	return close_frame(message, start, append_reply(message, reply));
}

static err append_hello(struct buf *message, const struct wire_hello *hello)
{
	TRY(append_head(message, WIRE_HELLO, sizeof(hello->digest)));
	return append_raw(message, hello->digest, sizeof(hello->digest));
}

err wire_put_hello(struct buf *message, const struct wire_hello *hello)
{
	size_t start = message->len;

	return close_frame(message, start, append_hello(message, hello));
}

static err append_plain(struct buf *message, enum wire_type type, uint64_t number, uint8_t value)
{
	TRY(append_head(message, type, 9));
	TRY(buf_u64(message, number));
	return buf_u8(message, value);
}

err wire_put_plain(struct buf *message, enum wire_type type, uint64_t number, uint8_t value)
{
	size_t start = message->len;

	REQUIRE(type == WIRE_READY_ASK || type == WIRE_READY);
	return close_frame(message, start, append_plain(message, type, number, value));
}

static err cut_raw(struct bytes *from, uint8_t *raw_out, size_t len)
{
	struct bytes raw;

	TRY(cut_bytes(from, len, &raw));
	memcpy(raw_out, raw.ptr, len);
	return OK;
}

/* A small number that may be at most max. */
static err cut_small(struct bytes *from, uint8_t max, uint8_t *value_out)
{
	TRY(cut_u8(from, value_out));
	return *value_out <= max ? OK : FAIL(INVALID);
}

static err cut_flaw(struct bytes *from, struct wire_flaw *flaw_out)
{
	struct bytes name;

	TRY(cut_small(from, FLAW_COUNT - 1, &flaw_out->flaw));
	TRY(cut_blob(from, FLAW_NAME_MAX, &name));
	if (flaw_out->flaw == FLAW_NONE)
		return FAIL(INVALID);
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] < ' ' || name.ptr[i] == 0x7f)
			return FAIL(INVALID);
	if (name.len > 0)
		memcpy(flaw_out->name, name.ptr, name.len);
	flaw_out->name[name.len] = '\0';
	return OK;
}

static err cut_flaws(struct bytes *from, struct wire_request *request)
{
	uint8_t count;

	TRY(cut_small(from, WIRE_FLAW_MAX, &count));
	for (size_t i = 0; i < count; i++)
		TRY(cut_flaw(from, &request->flaws[i]));
	request->flaw_count = count;
	return OK;
}

static err cut_request(struct bytes *from, struct wire_request *request)
{
	TRY(cut_u64(from, &request->number));
	TRY(cut_u16(from, &request->op));
	TRY(cut_small(from, LANGUAGE_EN, &request->language));
	TRY(cut_small(from, SIGNED_BY_MAX, &request->signed_by));
	TRY(cut_small(from, 1, &request->cross_site));
	TRY(cut_raw(from, request->request.b, sizeof(request->request.b)));
	TRY(cut_raw(from, request->address, sizeof(request->address)));
	TRY(cut_raw(from, request->token, sizeof(request->token)));
	TRY(cut_raw(from, request->device, sizeof(request->device)));
	TRY(cut_blob(from, WIRE_AGENT_MAX, &request->agent));
	TRY(cut_blob(from, WIRE_KEY_MAX, &request->idempotency_key));
	TRY(cut_blob(from, WIRE_KEY_MAX, &request->confirm));
	TRY(cut_blob(from, WIRE_PHRASE_MAX, &request->phrase));
	TRY(cut_flaws(from, request));
	TRY(cut_u32(from, &request->present));
	return cut_blob(from, WIRE_FIELDS_MAX, &request->fields);
}

static err cut_reply(struct bytes *from, struct wire_reply *reply)
{
	uint8_t flags;

	TRY(cut_u64(from, &reply->number));
	TRY(cut_u16(from, &reply->status));
	TRY(cut_small(from, KIND_MAX, &reply->kind));
	TRY(cut_small(from, COOKIE_MAX, &reply->cookie));
	TRY(cut_small(from, REPLY_FLAGS, &flags));
	TRY(cut_u16(from, &reply->retry_after_s));
	TRY(cut_u32(from, &reply->cookie_age_s));
	TRY(cut_raw(from, reply->token, sizeof(reply->token)));
	TRY(cut_small(from, MEDIA_COUNT - 1, &reply->media));
	TRY(cut_blob(from, WIRE_FILE_MAX, &reply->file));
	TRY(cut_blob(from, WIRE_PART_MAX, &reply->body));
	if (reply->status < STATUS_MIN || reply->status > STATUS_MAX || (reply->media != MEDIA_NONE) != (reply->file.len > 0) ||
	    !err_is_ok(utf8_check(reply->file, NULL)))
		return FAIL(INVALID);
	reply->more = (flags & REPLY_MORE) != 0;
	reply->immutable = (flags & REPLY_IMMUTABLE) != 0;
	return OK;
}

static err cut_plain(struct bytes *from, struct wire_frame *frame)
{
	TRY(cut_u64(from, &frame->as.plain.number));
	return cut_u8(from, &frame->as.plain.value);
}

static err cut_body(struct bytes *from, struct wire_frame *frame)
{
	switch (frame->type) {
	case WIRE_HELLO:
		return cut_raw(from, frame->as.hello.digest, sizeof(frame->as.hello.digest));
	case WIRE_REQUEST:
		return cut_request(from, &frame->as.request);
	case WIRE_REPLY:
		return cut_reply(from, &frame->as.reply);
	case WIRE_READY_ASK:
	case WIRE_READY:
		return cut_plain(from, frame);
	}
	return FAIL(INVALID);
}

err wire_cut(struct bytes *message, struct wire_frame *frame_out)
{
	struct bytes rest = *message;
	struct bytes body;
	struct wire_frame frame;
	uint8_t version;
	uint8_t type;

	TRY(cut_blob(&rest, WIRE_MESSAGE_MAX - LENGTH_LEN, &body));
	TRY(cut_u8(&body, &version));
	TRY(cut_u8(&body, &type));
	if (version != VERSION)
		return FAIL(INVALID);
	frame.type = (enum wire_type)type;
	TRY(cut_body(&body, &frame));
	if (body.len != 0)
		return FAIL(INVALID);
	*frame_out = frame;
	*message = rest;
	return OK;
}
