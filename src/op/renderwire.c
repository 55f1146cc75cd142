#include "op/renderwire.h"

#define VERSION 1
enum { FORM_LANDSCAPE = 1, FORM_SHEET, FORM_COVER };
#define YEAR_9999_US INT64_C(253402300799000000)

/* ---- the document ---- */

err renderwire_put_head(struct buf *document, const struct renderwire_head *head)
{
	REQUIRE(head->landscape + head->sheet + head->cover <= 1);
	REQUIRE(document->len == 0 && head->issued_us >= 0 && head->issued_us <= YEAR_9999_US);
	TRY(buf_u8(document, VERSION));
	TRY(buf_u8(document, head->english));
	TRY(buf_u8(document, head->cover ? FORM_COVER : head->sheet ? FORM_SHEET : head->landscape ? FORM_LANDSCAPE : 0));
	TRY(buf_u64(document, (uint64_t)head->issued_us));
	TRY(buf_blob(document, head->title));
	TRY(buf_blob(document, head->subtitle));
	TRY(buf_blob(document, head->footer));
	return buf_blob(document, head->issued);
}

static err put_columns(struct buf *document, const struct renderwire_item *item)
{
	REQUIRE(item->count <= RENDERWIRE_COLUMN_MAX);
	TRY(buf_u8(document, (uint8_t)item->count));
	for (size_t i = 0; i < item->count; i++) {
		TRY(buf_blob(document, item->columns[i].head));
		TRY(buf_u16(document, item->columns[i].weight));
		TRY(buf_u8(document, (uint8_t)item->columns[i].align));
	}
	return OK;
}

err renderwire_put_item(struct buf *document, const struct renderwire_item *item)
{
	TRY(buf_u8(document, (uint8_t)item->kind));
	switch (item->kind) {
	case RENDERWIRE_HEADING:
	case RENDERWIRE_TEXT:
	case RENDERWIRE_NOTE:
	case RENDERWIRE_CONTENTS:
		return buf_blob(document, item->text);
	case RENDERWIRE_QR:
		TRY(buf_blob(document, item->payload));
		return buf_blob(document, item->text);
	case RENDERWIRE_TABLE:
	case RENDERWIRE_SEALS:
		return put_columns(document, item);
	case RENDERWIRE_CELL:
		TRY(buf_u8(document, (uint8_t)item->flags));
		return buf_blob(document, item->text);
	case RENDERWIRE_BREAK:
	case RENDERWIRE_TABLE_END:
		return OK;
	case RENDERWIRE_KIND_COUNT: break;
	}
	REQUIRE(false);
}

size_t renderwire_refuses(struct bytes text, size_t at)
{
	const uint8_t *byte = text.ptr + at;
	size_t left = text.len - at;

	if ((byte[0] < ' ' && byte[0] != '\n') || byte[0] == 0x7f)
		return 1;
	if (byte[0] == 0xef && left >= 3 && ((byte[1] == 0xb7 && byte[2] >= 0x90 && byte[2] <= 0xaf) || (byte[1] == 0xbf && byte[2] >= 0xbe)))
		return 3; /* U+FDD0 to U+FDEF, U+FFFE, U+FFFF */
	if (byte[0] >= 0xf0 && left >= 4 && (byte[1] & 0x0f) == 0x0f && byte[2] == 0xbf && byte[3] >= 0xbe)
		return 4; /* the last two of each plane */
	return 0;
}

static err cut_text(struct bytes *from, size_t max, struct bytes *text_out)
{
	TRY(cut_blob(from, max, text_out));
	TRY(utf8_check(*text_out, NULL));
	for (size_t i = 0; i < text_out->len; i++)
		if (renderwire_refuses(*text_out, i) > 0)
			return FAIL(INVALID);
	return OK;
}

static err cut_flag(struct bytes *from, bool *flag_out)
{
	uint8_t value;

	TRY(cut_u8(from, &value));
	*flag_out = value == 1;
	return value <= 1 ? OK : FAIL(INVALID);
}

err renderwire_cut_head(struct bytes *document, struct renderwire_head *head_out)
{
	struct renderwire_head head = {0};
	struct bytes rest = *document;
	uint64_t issued_us;
	uint8_t version, form;

	TRY(cut_u8(&rest, &version));
	TRY(cut_flag(&rest, &head.english));
	TRY(cut_u8(&rest, &form));
	head.landscape = form == FORM_LANDSCAPE;
	head.sheet = form == FORM_SHEET;
	head.cover = form == FORM_COVER;
	TRY(cut_u64(&rest, &issued_us));
	if (version != VERSION || form > FORM_COVER || issued_us > (uint64_t)YEAR_9999_US)
		return FAIL(INVALID);
	head.issued_us = (int64_t)issued_us;
	TRY(cut_text(&rest, RENDERWIRE_LINE_MAX, &head.title));
	TRY(cut_text(&rest, RENDERWIRE_LINE_MAX, &head.subtitle));
	TRY(cut_text(&rest, RENDERWIRE_LINE_MAX, &head.footer));
	TRY(cut_text(&rest, RENDERWIRE_LINE_MAX, &head.issued));
	*document = rest;
	*head_out = head;
	return OK;
}

static err cut_columns(struct bytes *from, struct renderwire_item *item)
{
	uint8_t count;

	TRY(cut_u8(from, &count));
	if (count == 0 || count > RENDERWIRE_COLUMN_MAX)
		return FAIL(INVALID);
	item->count = count;
	for (size_t i = 0; i < count; i++) {
		struct renderwire_column *column = &item->columns[i];
		uint8_t align;

		TRY(cut_text(from, RENDERWIRE_LINE_MAX, &column->head));
		TRY(cut_u16(from, &column->weight));
		TRY(cut_u8(from, &align));
		if (column->weight == 0 || column->weight > RENDERWIRE_WEIGHT_MAX || align >= RENDERWIRE_ALIGN_COUNT)
			return FAIL(INVALID);
		column->align = (enum renderwire_align)align;
	}
	return OK;
}

static err cut_qr(struct bytes *from, struct renderwire_item *item)
{
	TRY(cut_blob(from, RENDERWIRE_QR_MAX, &item->payload));
	if (item->payload.len == 0)
		return FAIL(INVALID);
	return cut_text(from, RENDERWIRE_LINE_MAX, &item->text);
}

static err cut_cell(struct bytes *from, struct renderwire_item *item)
{
	uint8_t flags;

	TRY(cut_u8(from, &flags));
	if ((flags & ~(unsigned)RENDERWIRE_FLAGS) != 0)
		return FAIL(INVALID);
	item->flags = flags;
	return cut_text(from, RENDERWIRE_TEXT_MAX, &item->text);
}

err renderwire_cut_item(struct bytes *document, struct renderwire_item *item_out)
{
	struct bytes rest = *document;
	uint8_t kind;
	err e = FAIL(INVALID);

	TRY(cut_u8(&rest, &kind));
	if (kind >= RENDERWIRE_KIND_COUNT)
		return e;
	item_out->kind = (enum renderwire_kind)kind;
	item_out->text = item_out->payload = (struct bytes){0};
	item_out->flags = 0;
	item_out->count = 0;
	switch (item_out->kind) {
	case RENDERWIRE_HEADING:
	case RENDERWIRE_TEXT:
	case RENDERWIRE_NOTE:
	case RENDERWIRE_CONTENTS: e = cut_text(&rest, RENDERWIRE_TEXT_MAX, &item_out->text); break;
	case RENDERWIRE_QR: e = cut_qr(&rest, item_out); break;
	case RENDERWIRE_TABLE: e = cut_columns(&rest, item_out); break;
	case RENDERWIRE_SEALS:
		e = cut_columns(&rest, item_out);
		if (err_is_ok(e) && item_out->count > RENDERWIRE_SEAL_MAX)
			e = FAIL(INVALID);
		break;
	case RENDERWIRE_CELL: e = cut_cell(&rest, item_out); break;
	case RENDERWIRE_BREAK:
	case RENDERWIRE_TABLE_END: e = OK; break;
	case RENDERWIRE_KIND_COUNT: break;
	}
	TRY(e);
	*document = rest;
	return OK;
}

/* columns: of the open table, 0 = none. */
struct order { size_t columns, in_row, cells, items; };

static err order_item(struct order *order, const struct renderwire_item *item)
{
	if (item->kind == RENDERWIRE_CELL) {
		if (order->columns == 0)
			return FAIL(INVALID);
		order->in_row = (order->in_row + 1) % order->columns;
		return ++order->cells <= RENDERWIRE_CELL_MAX ? OK : FAIL(TOO_LARGE);
	}
	if (item->kind == RENDERWIRE_TABLE_END) {
		if (order->columns == 0 || order->in_row != 0)
			return FAIL(INVALID);
		order->columns = 0;
		return OK;
	}
	if (order->columns != 0)
		return FAIL(INVALID);
	if (item->kind == RENDERWIRE_TABLE)
		order->columns = item->count;
	return ++order->items <= RENDERWIRE_ITEM_MAX ? OK : FAIL(TOO_LARGE);
}

err renderwire_check(struct bytes document)
{
	struct renderwire_head head;
	struct renderwire_item item;
	struct order order = {0};

	if (document.len > RENDERWIRE_DOCUMENT_MAX)
		return FAIL(TOO_LARGE);
	TRY(renderwire_cut_head(&document, &head));
	while (document.len > 0) {
		TRY(renderwire_cut_item(&document, &item));
		TRY(order_item(&order, &item));
	}
	return order.columns == 0 ? OK : FAIL(INVALID);
}

/* ---- frames ---- */

err renderwire_put(struct buf *message, const struct renderwire_frame *frame)
{
	REQUIRE(message->len == 0);
	TRY(buf_u8(message, VERSION));
	TRY(buf_u8(message, (uint8_t)frame->type));
	TRY(buf_u32(message, frame->number));
	switch (frame->type) {
	case RENDERWIRE_BEGIN:
		return buf_u32(message, frame->size);
	case RENDERWIRE_ANSWER:
		TRY(buf_u8(message, (uint8_t)frame->status));
		return buf_u32(message, frame->size);
	case RENDERWIRE_DATA:
		REQUIRE(frame->data.len > 0 && frame->data.len <= RENDERWIRE_DATA_MAX);
		return buf_append(message, frame->data);
	case RENDERWIRE_TYPE_COUNT: break;
	}
	REQUIRE(false);
}

static err cut_begin(struct bytes *from, struct renderwire_frame *frame)
{
	TRY(cut_u32(from, &frame->size));
	return frame->size > 0 && frame->size <= RENDERWIRE_DOCUMENT_MAX ? OK : FAIL(INVALID);
}

static err cut_answer(struct bytes *from, struct renderwire_frame *frame)
{
	uint8_t status;

	TRY(cut_u8(from, &status));
	TRY(cut_u32(from, &frame->size));
	if (status >= RENDERWIRE_STATUS_COUNT || frame->size > RENDERWIRE_PDF_MAX || (frame->size > 0) != (status == RENDERWIRE_MADE))
		return FAIL(INVALID);
	frame->status = (enum renderwire_status)status;
	return OK;
}

err renderwire_cut(struct bytes message, struct renderwire_frame *frame_out)
{
	struct renderwire_frame frame = {0};
	uint8_t version, type;

	if (message.len > RENDERWIRE_MESSAGE_MAX)
		return FAIL(INVALID);
	TRY(cut_u8(&message, &version));
	TRY(cut_u8(&message, &type));
	TRY(cut_u32(&message, &frame.number));
	if (version != VERSION || type >= RENDERWIRE_TYPE_COUNT)
		return FAIL(INVALID);
	frame.type = (enum renderwire_type)type;
	if (frame.type == RENDERWIRE_BEGIN)
		TRY(cut_begin(&message, &frame));
	if (frame.type == RENDERWIRE_ANSWER)
		TRY(cut_answer(&message, &frame));
	if (frame.type == RENDERWIRE_DATA) {
		frame.data = message;
		message.len = 0;
		if (frame.data.len == 0 || frame.data.len > RENDERWIRE_DATA_MAX)
			return FAIL(INVALID);
	}
	if (message.len != 0)
		return FAIL(INVALID);
	*frame_out = frame;
	return OK;
}
