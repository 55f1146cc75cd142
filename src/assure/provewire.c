#include <string.h>

#include "assure/provewire.h"

#define VERSION 1
#define YEAR_9999_US INT64_C(253402300799000000)

enum part {
	NUMBER = 1, OUTCOME = 2, FLAGS = 4, OBJECTS = 8, TOOK = 16, AT = 32, NAME = 64, TEXT = 128, BODY = 256, DATA = 512
};

static const unsigned parts[PROVEWIRE_KIND_COUNT] = {
	[PROVEWIRE_HELLO] = FLAGS | NAME | BODY | DATA,
	[PROVEWIRE_PREPARE] = NUMBER | NAME | BODY | DATA,
	[PROVEWIRE_PREPARED] = NUMBER | OUTCOME | TEXT | DATA,
	[PROVEWIRE_RUN] = NAME,
	[PROVEWIRE_RESULT] = NUMBER | OUTCOME | OBJECTS | TOOK | AT | NAME | BODY,
	[PROVEWIRE_RECORDED] = NUMBER | OUTCOME,
	[PROVEWIRE_INSPECT] = NUMBER | NAME | TEXT | BODY,
	[PROVEWIRE_INSPECTED] = NUMBER | OUTCOME | OBJECTS | BODY | DATA,
	[PROVEWIRE_ORDER] = FLAGS | NAME | TEXT | BODY | DATA,
	[PROVEWIRE_WHO] = NAME,
	[PROVEWIRE_PERSON] = OUTCOME | FLAGS | AT | NAME | TEXT | BODY | DATA,
	[PROVEWIRE_ASK_CODE] = NAME,
	[PROVEWIRE_CODE] = OUTCOME | TEXT,
	[PROVEWIRE_RENEW] = NAME,
	[PROVEWIRE_COOKIE] = AT | NAME | TEXT,
	[PROVEWIRE_FACT] = NAME | TEXT,
	[PROVEWIRE_START] = NUMBER | FLAGS | TOOK,
	[PROVEWIRE_ENDED] = NUMBER | FLAGS,
};

static bool is_text(struct bytes text)
{
	return text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL;
}

err provewire_put(struct buf *message, const struct provewire *frame)
{
	unsigned has;

	REQUIRE(message->len == 0 && (unsigned)frame->kind < PROVEWIRE_KIND_COUNT);
	has = parts[frame->kind];
	if (frame->name.len > PROVEWIRE_NAME_MAX || frame->text.len > PROVEWIRE_TEXT_MAX || frame->body.len > PROVEWIRE_BODY_MAX ||
	    frame->data.len > PROVEWIRE_DATA_MAX || !is_text(frame->name) || !is_text(frame->text) || frame->at_us < 0 || frame->at_us > YEAR_9999_US)
		return FAIL(TOO_LARGE);
	TRY(buf_u8(message, VERSION));
	TRY(buf_u8(message, (uint8_t)frame->kind));
	if ((has & NUMBER) != 0)
		TRY(buf_u32(message, frame->number));
	if ((has & OUTCOME) != 0)
		TRY(buf_u8(message, (uint8_t)frame->outcome));
	if ((has & FLAGS) != 0)
		TRY(buf_u32(message, frame->flags));
	if ((has & OBJECTS) != 0)
		TRY(buf_u32(message, frame->objects));
	if ((has & TOOK) != 0)
		TRY(buf_u32(message, frame->took_ms));
	if ((has & AT) != 0)
		TRY(buf_u64(message, (uint64_t)frame->at_us));
	if ((has & NAME) != 0)
		TRY(buf_blob(message, frame->name));
	if ((has & TEXT) != 0)
		TRY(buf_blob(message, frame->text));
	if ((has & BODY) != 0)
		TRY(buf_blob(message, frame->body));
	return (has & DATA) != 0 ? buf_blob(message, frame->data) : OK;
}

static err cut_time(struct bytes *from, int64_t *at_us_out)
{
	uint64_t at_us;

	TRY(cut_u64(from, &at_us));
	if (at_us > (uint64_t)YEAR_9999_US)
		return FAIL(INVALID);
	*at_us_out = (int64_t)at_us;
	return OK;
}

static err cut_text(struct bytes *from, size_t max, struct bytes *text_out)
{
	TRY(cut_blob(from, max, text_out));
	return is_text(*text_out) ? OK : FAIL(INVALID);
}

static err cut_outcome(struct bytes *from, enum check_outcome *outcome_out)
{
	uint8_t outcome;

	TRY(cut_u8(from, &outcome));
	if (outcome >= CHECK_OUTCOME_COUNT)
		return FAIL(INVALID);
	*outcome_out = (enum check_outcome)outcome;
	return OK;
}

static err cut_parts(struct bytes *from, unsigned has, struct provewire *frame)
{
	if ((has & NUMBER) != 0)
		TRY(cut_u32(from, &frame->number));
	if ((has & OUTCOME) != 0)
		TRY(cut_outcome(from, &frame->outcome));
	if ((has & FLAGS) != 0)
		TRY(cut_u32(from, &frame->flags));
	if ((has & OBJECTS) != 0)
		TRY(cut_u32(from, &frame->objects));
	if ((has & TOOK) != 0)
		TRY(cut_u32(from, &frame->took_ms));
	if ((has & AT) != 0)
		TRY(cut_time(from, &frame->at_us));
	if ((has & NAME) != 0)
		TRY(cut_text(from, PROVEWIRE_NAME_MAX, &frame->name));
	if ((has & TEXT) != 0)
		TRY(cut_text(from, PROVEWIRE_TEXT_MAX, &frame->text));
	if ((has & BODY) != 0)
		TRY(cut_blob(from, PROVEWIRE_BODY_MAX, &frame->body));
	return (has & DATA) != 0 ? cut_blob(from, PROVEWIRE_DATA_MAX, &frame->data) : OK;
}

err provewire_cut(struct bytes message, struct provewire *frame_out)
{
	struct provewire frame = {0};
	uint8_t version;
	uint8_t kind;

	if (message.len > PROVEWIRE_MAX)
		return FAIL(INVALID);
	TRY(cut_u8(&message, &version));
	TRY(cut_u8(&message, &kind));
	if (version != VERSION || kind >= PROVEWIRE_KIND_COUNT)
		return FAIL(INVALID);
	frame.kind = (enum provewire_kind)kind;
	TRY(cut_parts(&message, parts[kind], &frame));
	if (message.len != 0)
		return FAIL(INVALID);
	*frame_out = frame;
	return OK;
}

/* ---- what stands in a body ---- */

err provewire_put_check(struct buf *body, const struct provewire_check *check)
{
	TRY(buf_blob(body, check->id));
	TRY(buf_u32(body, check->every_s));
	TRY(buf_u8(body, check->empty));
	return buf_u64(body, (uint64_t)check->last_us);
}

err provewire_cut_check(struct bytes *body, struct provewire_check *check_out)
{
	struct bytes from = *body;
	struct provewire_check check;
	uint8_t empty;

	TRY(cut_text(&from, CHECK_ID_MAX - 1, &check.id));
	TRY(cut_u32(&from, &check.every_s));
	TRY(cut_u8(&from, &empty));
	TRY(cut_time(&from, &check.last_us));
	if (check.id.len == 0 || check.every_s == 0 || empty > 1)
		return FAIL(INVALID);
	check.empty = empty == 1;
	*check_out = check;
	*body = from;
	return OK;
}

err provewire_put_steps(struct buf *body, const struct steps *steps)
{
	TRY(buf_u8(body, (uint8_t)steps->count));
	TRY(buf_u8(body, (uint8_t)((steps->failed ? 1 : 0) | (steps->unable ? 2 : 0))));
	TRY(buf_u32(body, steps->objects));
	for (size_t i = 0; i < steps->count; i++) {
		TRY(buf_u8(body, steps->lines[i].ok));
		TRY(buf_u32(body, steps->lines[i].count));
		TRY(buf_blob(body, bytes_str(steps->lines[i].ja)));
		TRY(buf_blob(body, bytes_str(steps->lines[i].en)));
		TRY(buf_blob(body, bytes_str(steps->lines[i].seen)));
	}
	return OK;
}

/* It goes into JSON and onto screens. */
static err cut_words(struct bytes *from, char *out, size_t max)
{
	struct bytes text;

	TRY(cut_text(from, max - 1, &text));
	TRY(utf8_check(text, NULL));
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return FAIL(INVALID);
	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return OK;
}

static err cut_line(struct bytes *from, struct steps_line *line)
{
	uint8_t ok;

	TRY(cut_u8(from, &ok));
	TRY(cut_u32(from, &line->count));
	TRY(cut_words(from, line->ja, sizeof(line->ja)));
	TRY(cut_words(from, line->en, sizeof(line->en)));
	TRY(cut_words(from, line->seen, sizeof(line->seen)));
	if (ok > 1 || line->count == 0)
		return FAIL(INVALID);
	line->ok = ok == 1;
	return OK;
}

err provewire_cut_steps(struct bytes body, struct steps *steps_out)
{
	struct steps steps = {0};
	bool bad = false;
	uint8_t count;
	uint8_t flags;

	TRY(cut_u8(&body, &count));
	TRY(cut_u8(&body, &flags));
	TRY(cut_u32(&body, &steps.objects));
	if (count > STEPS_MAX || flags > 3)
		return FAIL(INVALID);
	for (steps.count = 0; steps.count < count; steps.count++) {
		TRY(cut_line(&body, &steps.lines[steps.count]));
		bad = bad || !steps.lines[steps.count].ok;
	}
	steps.failed = (flags & 1u) != 0;
	steps.unable = (flags & 2u) != 0;
	/* A line that is not well stands for one of the two, and the other way round. */
	if (body.len != 0 || bad != (steps.failed || steps.unable))
		return FAIL(INVALID);
	*steps_out = steps;
	return OK;
}

err provewire_put_pair(struct buf *body, const char *name, const char *text)
{
	TRY(buf_blob(body, bytes_str(name)));
	return buf_blob(body, bytes_str(text));
}

err provewire_cut_pair(struct bytes *body, struct bytes *name_out, struct bytes *text_out)
{
	struct bytes from = *body;

	TRY(cut_text(&from, PROVEWIRE_NAME_MAX, name_out));
	TRY(cut_text(&from, PROVEWIRE_TEXT_MAX, text_out));
	if (name_out->len == 0)
		return FAIL(INVALID);
	*body = from;
	return OK;
}
