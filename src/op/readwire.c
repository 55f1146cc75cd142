#include <string.h>

#include "op/readwire.h"

#define VERSION 1
#define HEADING_TEXT_MAX (sizeof(((struct csv_problem *)0)->heading) - 1)
#define MESSAGE_TEXT_MAX (sizeof(((struct csv_problem *)0)->message_ja) - 1)

static err put_head(struct buf *message, enum readwire_type type, uint32_t number)
{
	REQUIRE(message->len == 0);
	TRY(buf_u8(message, VERSION));
	TRY(buf_u8(message, (uint8_t)type));
	return buf_u32(message, number);
}

err readwire_put_begin(struct buf *message, uint32_t number, const struct readwire_begin *begin)
{
	REQUIRE(begin->size > 0 && begin->size <= CSV_SIZE_MAX && begin->entity.len <= READWIRE_ENTITY_MAX);
	TRY(put_head(message, READWIRE_BEGIN, number));
	TRY(buf_u8(message, (uint8_t)begin->encoding));
	TRY(buf_u64(message, begin->fields));
	TRY(buf_u32(message, begin->size));
	return buf_blob(message, begin->entity);
}

err readwire_put_data(struct buf *message, uint32_t number, struct bytes data)
{
	REQUIRE(data.len > 0 && data.len <= READWIRE_DATA_MAX);
	TRY(put_head(message, READWIRE_DATA, number));
	return buf_append(message, data);
}

err readwire_put_heading(struct buf *message, uint32_t number, const struct readwire_heading *heading)
{
	REQUIRE(heading->count <= FIELD_MAX);
	TRY(put_head(message, READWIRE_HEADING, number));
	TRY(buf_u8(message, (uint8_t)heading->count));
	for (size_t i = 0; i < heading->count; i++)
		TRY(buf_u32(message, heading->columns[i]));
	return OK;
}

err readwire_put_problem(struct buf *message, uint32_t number, const struct csv_problem *problem)
{
	TRY(put_head(message, READWIRE_PROBLEM, number));
	TRY(buf_u32(message, problem->row));
	TRY(buf_u32(message, problem->column));
	TRY(buf_u8(message, (uint8_t)problem->flaw));
	TRY(buf_blob(message, bytes_str(problem->heading)));
	TRY(buf_blob(message, bytes_str(problem->message_ja)));
	return buf_blob(message, bytes_str(problem->message_en));
}

err readwire_put_end(struct buf *message, uint32_t number, const struct readwire_end *end)
{
	TRY(put_head(message, READWIRE_END, number));
	TRY(buf_u8(message, (uint8_t)end->status));
	return buf_u32(message, end->problems);
}

err readwire_put_row(struct buf *message, uint32_t number, uint32_t row, struct bytes values)
{
	if (values.len > READWIRE_MESSAGE_MAX || message->len + 6 + 8 + values.len > READWIRE_MESSAGE_MAX)
		return FAIL(TOO_LARGE);
	if (message->len == 0)
		TRY(put_head(message, READWIRE_ROWS, number));
	TRY(buf_u32(message, row));
	return buf_blob(message, values);
}

static err cut_begin(struct bytes *from, struct readwire_begin *begin)
{
	uint8_t encoding;

	TRY(cut_u8(from, &encoding));
	TRY(cut_u64(from, &begin->fields));
	TRY(cut_u32(from, &begin->size));
	TRY(cut_blob(from, READWIRE_ENTITY_MAX, &begin->entity));
	if (encoding > CSV_CP932 || begin->size == 0 || begin->size > CSV_SIZE_MAX)
		return FAIL(INVALID);
	begin->encoding = (enum csv_encoding)encoding;
	return OK;
}

static err cut_data(struct bytes *from, struct bytes *data)
{
	*data = *from;
	from->len = 0;
	return data->len > 0 && data->len <= READWIRE_DATA_MAX ? OK : FAIL(INVALID);
}

static err cut_heading(struct bytes *from, struct readwire_heading *heading)
{
	uint8_t count;

	TRY(cut_u8(from, &count));
	if (count > FIELD_MAX)
		return FAIL(INVALID);
	*heading = (struct readwire_heading){.count = count};
	for (size_t i = 0; i < count; i++) {
		TRY(cut_u32(from, &heading->columns[i]));
		if (heading->columns[i] > CSV_COLUMN_MAX)
			return FAIL(INVALID);
	}
	return OK;
}

/* INVALID too: malformed UTF-8, or a NUL where our C strings would end early. */
static err cut_words(struct bytes *from, size_t max, char *words)
{
	struct bytes raw;

	TRY(cut_blob(from, max, &raw));
	TRY(utf8_check(raw, NULL));
	for (size_t i = 0; i < raw.len; i++)
		if (raw.ptr[i] < ' ')
			return FAIL(INVALID);
	if (raw.len > 0)
		memcpy(words, raw.ptr, raw.len);
	words[raw.len] = '\0';
	return OK;
}

static err cut_problem(struct bytes *from, struct csv_problem *problem)
{
	uint8_t flaw;

	*problem = (struct csv_problem){0};
	TRY(cut_u32(from, &problem->row));
	TRY(cut_u32(from, &problem->column));
	TRY(cut_u8(from, &flaw));
	TRY(cut_words(from, HEADING_TEXT_MAX, problem->heading));
	TRY(cut_words(from, MESSAGE_TEXT_MAX, problem->message_ja));
	TRY(cut_words(from, MESSAGE_TEXT_MAX, problem->message_en));
	if (flaw == FLAW_NONE || flaw >= FLAW_COUNT)
		return FAIL(INVALID);
	problem->flaw = (enum flaw)flaw;
	return OK;
}

static err cut_end(struct bytes *from, struct readwire_end *end)
{
	uint8_t status;

	TRY(cut_u8(from, &status));
	TRY(cut_u32(from, &end->problems));
	if (status >= READWIRE_STATUS_COUNT)
		return FAIL(INVALID);
	end->status = (enum readwire_status)status;
	return OK;
}

err readwire_cut_row(struct bytes *rows, uint32_t *row_out, struct bytes *values_out)
{
	struct bytes rest = *rows;

	TRY(cut_u32(&rest, row_out));
	TRY(cut_blob(&rest, READWIRE_MESSAGE_MAX, values_out));
	*rows = rest;
	return OK;
}

static err cut_rows(struct bytes *from, struct bytes *rows)
{
	*rows = *from;
	from->len = 0;
	return rows->len > 0 ? OK : FAIL(INVALID);
}

err readwire_cut(struct bytes message, struct readwire_frame *frame_out)
{
	struct readwire_frame frame = {0};
	uint8_t version, type;
	err e = FAIL(INVALID);

	if (message.len > READWIRE_MESSAGE_MAX)
		return e;
	TRY(cut_u8(&message, &version));
	TRY(cut_u8(&message, &type));
	TRY(cut_u32(&message, &frame.number));
	if (version != VERSION || type >= READWIRE_TYPE_COUNT)
		return FAIL(INVALID);
	frame.type = (enum readwire_type)type;
	switch (frame.type) {
	case READWIRE_BEGIN: e = cut_begin(&message, &frame.as.begin); break;
	case READWIRE_DATA: e = cut_data(&message, &frame.as.data); break;
	case READWIRE_HEADING: e = cut_heading(&message, &frame.as.heading); break;
	case READWIRE_ROWS: e = cut_rows(&message, &frame.as.rows); break;
	case READWIRE_PROBLEM: e = cut_problem(&message, &frame.as.problem); break;
	case READWIRE_END: e = cut_end(&message, &frame.as.end); break;
	case READWIRE_TYPE_COUNT: break;
	}
	TRY(e);
	if (message.len != 0)
		return FAIL(INVALID);
	*frame_out = frame;
	return OK;
}

err readwire_entity(const struct entity *entity, uint64_t fields, struct readwire_entity *entity_out)
{
	size_t count = 0;

	if (fields == 0 || (entity->field_count < 64 && fields >> entity->field_count != 0))
		return FAIL(INVALID);
	for (size_t i = 0; i < entity->field_count && i < FIELD_MAX; i++)
		if ((fields >> i & 1) != 0)
			entity_out->fields[count++] = entity->fields[i];
	entity_out->entity = *entity;
	entity_out->entity.fields = entity_out->fields;
	entity_out->entity.field_count = count;
	return OK;
}

static const struct entity *const *forms;

void readwire_forms(const struct entity *const *list)
{
	forms = list;
}

static const struct entity *(*described)(struct bytes name);

void readwire_described(const struct entity *(*find)(struct bytes name))
{
	described = find;
}

const struct entity *readwire_find(struct bytes name)
{
	const struct entity *found = described != NULL ? described(name) : NULL;

	if (found != NULL)
		return found;
	for (size_t i = 0; forms != NULL && forms[i] != NULL; i++)
		if (bytes_is(name, forms[i]->name))
			return forms[i];
	return entity_find(name);
}
