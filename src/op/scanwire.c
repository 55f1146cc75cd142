#include "op/scanwire.h"

#define VERSION 1
#define SECONDS_MAX INT64_C(253402300799) /* the end of the year 9999 */

static bool is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
			return false;
	return text.len <= SCANWIRE_TEXT_MAX;
}

static bool fits(const struct scanwire_answer *answer)
{
	bool named = answer->verdict == SCANWIRE_FOUND || answer->verdict == SCANWIRE_FAILED;

	return (unsigned)answer->verdict < SCANWIRE_VERDICT_COUNT && (unsigned)answer->media < MEDIA_COUNT &&
	    (answer->media == MEDIA_NONE || answer->verdict == SCANWIRE_PASSED) && (answer->found.len > 0) == named &&
	    answer->signatures_s >= 0 && answer->signatures_s <= SECONDS_MAX && is_plain(answer->engine) && is_plain(answer->found);
}

static err put_answer(struct buf *message, const struct scanwire_answer *answer)
{
	REQUIRE(fits(answer));
	TRY(buf_u8(message, (uint8_t)answer->verdict));
	TRY(buf_u8(message, (uint8_t)answer->media));
	TRY(buf_u64(message, (uint64_t)answer->signatures_s));
	TRY(buf_blob(message, answer->engine));
	return buf_blob(message, answer->found);
}

err scanwire_put(struct buf *message, const struct scanwire_frame *frame)
{
	REQUIRE(message->len == 0);
	TRY(buf_u8(message, VERSION));
	TRY(buf_u8(message, (uint8_t)frame->type));
	TRY(buf_u32(message, frame->number));
	switch (frame->type) {
	case SCANWIRE_BEGIN:
		REQUIRE(frame->size <= SCANWIRE_SIZE_MAX);
		return buf_u32(message, frame->size);
	case SCANWIRE_DATA:
		REQUIRE(frame->data.len > 0 && frame->data.len <= SCANWIRE_DATA_MAX);
		return buf_append(message, frame->data);
	case SCANWIRE_ANSWER: return put_answer(message, &frame->answer);
	case SCANWIRE_TYPE_COUNT: break;
	}
	REQUIRE(false);
}

static err cut_answer(struct bytes *from, struct scanwire_answer *answer)
{
	uint8_t verdict, media;
	uint64_t seconds;

	TRY(cut_u8(from, &verdict));
	TRY(cut_u8(from, &media));
	TRY(cut_u64(from, &seconds));
	TRY(cut_blob(from, SCANWIRE_TEXT_MAX, &answer->engine));
	TRY(cut_blob(from, SCANWIRE_TEXT_MAX, &answer->found));
	if (verdict >= SCANWIRE_VERDICT_COUNT || media >= MEDIA_COUNT || seconds > (uint64_t)SECONDS_MAX)
		return FAIL(INVALID);
	answer->verdict = (enum scanwire_verdict)verdict;
	answer->media = (enum media)media;
	answer->signatures_s = (int64_t)seconds;
	return fits(answer) ? OK : FAIL(INVALID);
}

static err cut_begin(struct bytes *from, struct scanwire_frame *frame)
{
	TRY(cut_u32(from, &frame->size));
	return frame->size <= SCANWIRE_SIZE_MAX ? OK : FAIL(INVALID);
}

err scanwire_cut(struct bytes message, struct scanwire_frame *frame_out)
{
	struct scanwire_frame frame = {0};
	uint8_t version, type;

	if (message.len > SCANWIRE_MESSAGE_MAX)
		return FAIL(INVALID);
	TRY(cut_u8(&message, &version));
	TRY(cut_u8(&message, &type));
	TRY(cut_u32(&message, &frame.number));
	if (version != VERSION || type >= SCANWIRE_TYPE_COUNT)
		return FAIL(INVALID);
	frame.type = (enum scanwire_type)type;
	if (frame.type == SCANWIRE_BEGIN)
		TRY(cut_begin(&message, &frame));
	if (frame.type == SCANWIRE_ANSWER)
		TRY(cut_answer(&message, &frame.answer));
	if (frame.type == SCANWIRE_DATA) {
		frame.data = message;
		message.len = 0;
		if (frame.data.len == 0 || frame.data.len > SCANWIRE_DATA_MAX)
			return FAIL(INVALID);
	}
	if (message.len != 0)
		return FAIL(INVALID);
	*frame_out = frame;
	return OK;
}
