#include <string.h>

#include "keys/keystate.h"
#include "keys/keywire.h"

static err put_id(struct buf *out, const struct id *id)
{
	return buf_append(out, id_bytes(id));
}

static err cut_id(struct bytes *from, struct id *id_out)
{
	struct bytes raw;

	TRY(cut_bytes(from, ID_LEN, &raw));
	memcpy(id_out->b, raw.ptr, ID_LEN);
	return OK;
}

static err cut_kind(struct bytes *from, enum key_kind *kind_out)
{
	uint8_t value;

	TRY(cut_u8(from, &value));
	if (value >= KEY_KIND_COUNT)
		return FAIL(INVALID);
	*kind_out = (enum key_kind)value;
	return OK;
}

static err cut_state(struct bytes *from, enum key_state *state_out)
{
	uint8_t value;

	TRY(cut_u8(from, &value));
	if (value >= KEYSTATE_COUNT)
		return FAIL(INVALID);
	*state_out = (enum key_state)value;
	return OK;
}

static err cut_count(struct bytes *from, size_t *count_out)
{
	uint8_t value;

	TRY(cut_u8(from, &value));
	if (value == 0 || value > KEYS_BATCH_MAX)
		return FAIL(INVALID);
	*count_out = value;
	return OK;
}

static err put_head(struct buf *out, enum keywire_operation operation, uint32_t number)
{
	TRY(buf_u8(out, KEYWIRE_VERSION));
	TRY(buf_u8(out, (uint8_t)operation));
	return buf_u32(out, number);
}

static err cut_head(struct bytes *from, enum keywire_operation *operation_out, uint32_t *number_out)
{
	uint8_t version;
	uint8_t operation;

	TRY(cut_u8(from, &version));
	TRY(cut_u8(from, &operation));
	if (version != KEYWIRE_VERSION || operation < KEYWIRE_ACTIVE || operation > KEYWIRE_SIGN)
		return FAIL(INVALID);
	*operation_out = (enum keywire_operation)operation;
	return cut_u32(from, number_out);
}

err keywire_request_format(const struct keywire_request *request, struct buf *frame_out)
{
	TRY(put_head(frame_out, request->operation, request->number));
	switch (request->operation) {
	case KEYWIRE_ACTIVE:
		REQUIRE(request->owner_count == 1);
		TRY(buf_u8(frame_out, (uint8_t)request->kind));
		return put_id(frame_out, &request->owners[0]);
	case KEYWIRE_BY_ID:
		return put_id(frame_out, &request->key);
	case KEYWIRE_CREATE:
		REQUIRE(request->owner_count >= 1 && request->owner_count <= KEYS_BATCH_MAX);
		TRY(buf_u8(frame_out, (uint8_t)request->kind));
		TRY(buf_u8(frame_out, (uint8_t)request->owner_count));
		for (size_t i = 0; i < request->owner_count; i++)
			TRY(put_id(frame_out, &request->owners[i]));
		return OK;
	case KEYWIRE_MOVE:
		REQUIRE(request->text.len <= KEYWIRE_REASON_MAX);
		TRY(put_id(frame_out, &request->key));
		TRY(buf_u8(frame_out, (uint8_t)request->state));
		return buf_blob(frame_out, request->text);
	case KEYWIRE_PUBLIC:
		return OK;
	case KEYWIRE_SIGN:
		REQUIRE(request->text.len <= KEYWIRE_TEXT_MAX);
		return buf_blob(frame_out, request->text);
	}
	return FAIL(INTERNAL);
}

static err cut_owners(struct bytes *from, struct keywire_request *request)
{
	for (size_t i = 0; i < request->owner_count; i++)
		TRY(cut_id(from, &request->owners[i]));
	return OK;
}

static err cut_request_body(struct bytes *from, struct keywire_request *request)
{
	switch (request->operation) {
	case KEYWIRE_ACTIVE:
		TRY(cut_kind(from, &request->kind));
		request->owner_count = 1;
		return cut_owners(from, request);
	case KEYWIRE_BY_ID:
		return cut_id(from, &request->key);
	case KEYWIRE_CREATE:
		TRY(cut_kind(from, &request->kind));
		TRY(cut_count(from, &request->owner_count));
		return cut_owners(from, request);
	case KEYWIRE_MOVE:
		TRY(cut_id(from, &request->key));
		TRY(cut_state(from, &request->state));
		return cut_blob(from, KEYWIRE_REASON_MAX, &request->text);
	case KEYWIRE_PUBLIC:
		return OK;
	case KEYWIRE_SIGN:
		return cut_blob(from, KEYWIRE_TEXT_MAX, &request->text);
	}
	return FAIL(INVALID);
}

err keywire_request_parse(struct bytes frame, struct keywire_request *request_out)
{
	struct keywire_request request = {0};

	TRY(cut_head(&frame, &request.operation, &request.number));
	TRY(cut_request_body(&frame, &request));
	if (frame.len != 0)
		return FAIL(INVALID);
	*request_out = request;
	return OK;
}

static err put_key(struct buf *out, const struct keywire_key *key)
{
	TRY(put_id(out, &key->id));
	TRY(buf_u8(out, (uint8_t)key->kind));
	TRY(buf_u8(out, (uint8_t)key->state));
	TRY(put_id(out, &key->owner));
	TRY(buf_u64(out, (uint64_t)key->since_us));
	return buf_append(out, (struct bytes){key->raw, sizeof(key->raw)});
}

static err cut_key(struct bytes *from, struct keywire_key *key_out)
{
	struct bytes raw;
	uint64_t since;

	TRY(cut_id(from, &key_out->id));
	TRY(cut_kind(from, &key_out->kind));
	TRY(cut_state(from, &key_out->state));
	TRY(cut_id(from, &key_out->owner));
	TRY(cut_u64(from, &since));
	if (since > INT64_MAX)
		return FAIL(INVALID);
	key_out->since_us = (int64_t)since;
	TRY(cut_bytes(from, sizeof(key_out->raw), &raw));
	memcpy(key_out->raw, raw.ptr, raw.len);
	return OK;
}

err keywire_reply_format(const struct keywire_reply *reply, struct buf *frame_out)
{
	TRY(put_head(frame_out, reply->operation, reply->number));
	TRY(buf_u8(frame_out, reply->result.code));
	if (!err_is_ok(reply->result))
		return OK;
	switch (reply->operation) {
	case KEYWIRE_ACTIVE:
	case KEYWIRE_BY_ID:
		REQUIRE(reply->key_count == 1);
		return put_key(frame_out, &reply->keys[0]);
	case KEYWIRE_CREATE:
		REQUIRE(reply->key_count >= 1 && reply->key_count <= KEYS_BATCH_MAX);
		TRY(buf_u8(frame_out, (uint8_t)reply->key_count));
		for (size_t i = 0; i < reply->key_count; i++)
			TRY(put_key(frame_out, &reply->keys[i]));
		return OK;
	case KEYWIRE_MOVE:
		return OK;
	case KEYWIRE_PUBLIC:
		return buf_append(frame_out, (struct bytes){reply->public_key, sizeof(reply->public_key)});
	case KEYWIRE_SIGN:
		return buf_append(frame_out, (struct bytes){reply->signature, sizeof(reply->signature)});
	}
	return FAIL(INTERNAL);
}

static err cut_exact(struct bytes *from, uint8_t *out, size_t len)
{
	struct bytes raw;

	TRY(cut_bytes(from, len, &raw));
	memcpy(out, raw.ptr, len);
	return OK;
}

static err cut_reply_body(struct bytes *from, struct keywire_reply *reply)
{
	if (!err_is_ok(reply->result))
		return OK;
	switch (reply->operation) {
	case KEYWIRE_ACTIVE:
	case KEYWIRE_BY_ID:
		reply->key_count = 1;
		return cut_key(from, &reply->keys[0]);
	case KEYWIRE_CREATE:
		TRY(cut_count(from, &reply->key_count));
		for (size_t i = 0; i < reply->key_count; i++)
			TRY(cut_key(from, &reply->keys[i]));
		return OK;
	case KEYWIRE_MOVE:
		return OK;
	case KEYWIRE_PUBLIC:
		return cut_exact(from, reply->public_key, sizeof(reply->public_key));
	case KEYWIRE_SIGN:
		return cut_exact(from, reply->signature, sizeof(reply->signature));
	}
	return FAIL(INVALID);
}

static err cut_reply(struct bytes frame, struct keywire_reply *reply)
{
	uint8_t code;

	TRY(cut_head(&frame, &reply->operation, &reply->number));
	TRY(cut_u8(&frame, &code));
	if (code >= ERR_COUNT)
		return FAIL(INVALID);
	reply->result = (err){code};
	TRY(cut_reply_body(&frame, reply));
	return frame.len == 0 ? OK : FAIL(INVALID);
}

err keywire_reply_parse(struct bytes frame, struct keywire_reply *reply_out)
{
	struct keywire_reply reply = {0};
	err result = cut_reply(frame, &reply);

	if (err_is_ok(result))
		*reply_out = reply;
	keywire_reply_wipe(&reply);
	return result;
}

void keywire_reply_wipe(struct keywire_reply *reply)
{
	wipe(reply, sizeof(*reply));
}
