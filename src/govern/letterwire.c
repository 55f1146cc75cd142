#include <string.h>

#include "govern/letterwire.h"

#define VERSION 1

enum part {
	LETTER = 1, OBJECT = 2, OUTCOME = 4, FLAGS = 8, EDITION = 16, AT = 32, NAME = 64, TOPIC = 128, TEXT = 256, DATA = 512, BODY = 1024
};

static const unsigned parts[LETTERWIRE_KIND_COUNT] = {
	[LETTERWIRE_PLACES] = NAME | TOPIC | TEXT,
	[LETTERWIRE_PARCEL] = LETTER | OBJECT | FLAGS | EDITION | NAME | TOPIC | BODY,
	[LETTERWIRE_ANSWER] = LETTER | OUTCOME | NAME,
	[LETTERWIRE_ABLE] = FLAGS | TEXT,
	[LETTERWIRE_MAIL] = LETTER | AT | NAME | TEXT | BODY,
	[LETTERWIRE_HOOK] = LETTER | AT | TOPIC | TEXT | DATA | BODY,
	[LETTERWIRE_RESULT] = LETTER | OUTCOME | NAME | TEXT,
	[LETTERWIRE_BOUNCE] = LETTER | TEXT,
};

static bool is_text(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return false;
	return err_is_ok(utf8_check(text, NULL));
}

static bool fits(const struct letterwire *frame)
{
	return frame->name.len <= LETTERWIRE_NAME_MAX && frame->topic.len <= LETTERWIRE_TOPIC_MAX && frame->text.len <= LETTERWIRE_TEXT_MAX &&
	    frame->data.len <= LETTERWIRE_DATA_MAX && frame->body.len <= LETTERWIRE_BODY_MAX && is_text(frame->name) && is_text(frame->topic) &&
	    is_text(frame->text) && frame->edition >= 0 && frame->at_us >= 0;
}

err letterwire_put(struct buf *message, const struct letterwire *frame)
{
	unsigned has;

	REQUIRE(message->len == 0 && (unsigned)frame->kind < LETTERWIRE_KIND_COUNT && (unsigned)frame->outcome < LETTERWIRE_OUTCOME_COUNT);
	has = parts[frame->kind];
	if (!fits(frame))
		return FAIL(TOO_LARGE);
	TRY(buf_u8(message, VERSION));
	TRY(buf_u8(message, (uint8_t)frame->kind));
	if ((has & LETTER) != 0)
		TRY(buf_append(message, id_bytes(&frame->letter)));
	if ((has & OBJECT) != 0)
		TRY(buf_append(message, id_bytes(&frame->object)));
	if ((has & OUTCOME) != 0)
		TRY(buf_u8(message, (uint8_t)frame->outcome));
	if ((has & FLAGS) != 0)
		TRY(buf_u32(message, frame->flags));
	if ((has & EDITION) != 0)
		TRY(buf_u64(message, (uint64_t)frame->edition));
	if ((has & AT) != 0)
		TRY(buf_u64(message, (uint64_t)frame->at_us));
	if ((has & NAME) != 0)
		TRY(buf_blob(message, frame->name));
	if ((has & TOPIC) != 0)
		TRY(buf_blob(message, frame->topic));
	if ((has & TEXT) != 0)
		TRY(buf_blob(message, frame->text));
	if ((has & DATA) != 0)
		TRY(buf_blob(message, frame->data));
	return (has & BODY) != 0 ? buf_blob(message, frame->body) : OK;
}

static err cut_id(struct bytes *from, struct id *id_out)
{
	struct bytes raw;

	TRY(cut_bytes(from, ID_LEN, &raw));
	memcpy(id_out, raw.ptr, ID_LEN);
	return OK;
}

static err cut_number(struct bytes *from, int64_t *number_out)
{
	uint64_t number;

	TRY(cut_u64(from, &number));
	if (number > INT64_MAX)
		return FAIL(INVALID);
	*number_out = (int64_t)number;
	return OK;
}

static err cut_outcome(struct bytes *from, enum letterwire_outcome *outcome_out)
{
	uint8_t outcome;

	TRY(cut_u8(from, &outcome));
	if (outcome >= LETTERWIRE_OUTCOME_COUNT)
		return FAIL(INVALID);
	*outcome_out = (enum letterwire_outcome)outcome;
	return OK;
}

static err cut_text(struct bytes *from, size_t max, struct bytes *text_out)
{
	TRY(cut_blob(from, max, text_out));
	return is_text(*text_out) ? OK : FAIL(INVALID);
}

static err cut_parts(struct bytes *from, unsigned has, struct letterwire *frame)
{
	if ((has & LETTER) != 0)
		TRY(cut_id(from, &frame->letter));
	if ((has & OBJECT) != 0)
		TRY(cut_id(from, &frame->object));
	if ((has & OUTCOME) != 0)
		TRY(cut_outcome(from, &frame->outcome));
	if ((has & FLAGS) != 0)
		TRY(cut_u32(from, &frame->flags));
	if ((has & EDITION) != 0)
		TRY(cut_number(from, &frame->edition));
	if ((has & AT) != 0)
		TRY(cut_number(from, &frame->at_us));
	if ((has & NAME) != 0)
		TRY(cut_text(from, LETTERWIRE_NAME_MAX, &frame->name));
	if ((has & TOPIC) != 0)
		TRY(cut_text(from, LETTERWIRE_TOPIC_MAX, &frame->topic));
	if ((has & TEXT) != 0)
		TRY(cut_text(from, LETTERWIRE_TEXT_MAX, &frame->text));
	if ((has & DATA) != 0)
		TRY(cut_blob(from, LETTERWIRE_DATA_MAX, &frame->data));
	return (has & BODY) != 0 ? cut_blob(from, LETTERWIRE_BODY_MAX, &frame->body) : OK;
}

err letterwire_cut(struct bytes message, struct letterwire *frame_out)
{
	struct letterwire frame = {0};
	uint8_t version;
	uint8_t kind;

	if (message.len > LETTERWIRE_MAX)
		return FAIL(INVALID);
	TRY(cut_u8(&message, &version));
	TRY(cut_u8(&message, &kind));
	if (version != VERSION || kind >= LETTERWIRE_KIND_COUNT)
		return FAIL(INVALID);
	frame.kind = (enum letterwire_kind)kind;
	TRY(cut_parts(&message, parts[kind], &frame));
	if (message.len != 0)
		return FAIL(INVALID);
	*frame_out = frame;
	return OK;
}
