/*
 * csv - CSV out, and loading the converter for CSV in.
 */
#include <iconv.h>
#include <string.h>

#include "entity/csv_int.h"
#include "entity/group_int.h"

static iconv_t kept = (iconv_t)-1, kept_out = (iconv_t)-1;

/* Kept open for as long as the process lives: then opening another needs no file. */
err csv_start(void)
{
	if (kept == (iconv_t)-1)
		kept = iconv_open("UTF-8", "CP932");
	if (kept_out == (iconv_t)-1)
		kept_out = iconv_open("CP932", "UTF-8");
	return kept == (iconv_t)-1 || kept_out == (iconv_t)-1 ? FAIL(UNAVAILABLE) : OK;
}

err csv_cp932(struct bytes text, struct buf *out)
{
	iconv_t converter = iconv_open("CP932", "UTF-8");
	char *from = (char *)(uintptr_t)text.ptr; /* iconv does not write there */
	size_t left = text.len, room = text.len * 2, start = out->len;
	char *to;
	err e;

	if (converter == (iconv_t)-1)
		return FAIL(UNAVAILABLE);
	e = buf_reserve(out, room); /* no letter grows to more than twice its length */
	if (err_is_ok(e)) {
		to = (char *)out->ptr + start;
		if (text.len > 0 && (iconv(converter, &from, &left, &to, &room) != 0 || left != 0))
			e = FAIL(INVALID); /* refused, or replaced by something like it */
		else
			out->len = (size_t)((uint8_t *)to - out->ptr);
	}
	(void)iconv_close(converter);
	return e;
}

bool csv_formula(struct bytes text)
{
	size_t at = 0;

	while (at < text.len && text.ptr[at] == '\'')
		at++;
	return at < text.len && text.ptr[at] != '\0' && strchr("=+-@\t\r", text.ptr[at]) != NULL;
}

static bool needs_quotes(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '"' || text.ptr[i] == ',' || text.ptr[i] == '\r' || text.ptr[i] == '\n')
			return true;
	return text.len != 0 && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ');
}

err csv_cell(struct bytes text, bool guard, struct buf *out)
{
	bool quotes = needs_quotes(text);

	if (quotes)
		TRY(buf_u8(out, '"'));
	if (guard && csv_formula(text))
		TRY(buf_u8(out, '\''));
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			TRY(buf_u8(out, '"'));
		TRY(buf_u8(out, text.ptr[i]));
	}
	return quotes ? buf_u8(out, '"') : OK;
}

static bool is_out(const struct field *field)
{
	return field->type != FIELD_BYTES && field->type != FIELD_FORM && !field->secret;
}

err csv_head(const struct entity *entity, struct buf *out)
{
	TRY(buf_append_str(out, CSV_BOM "id"));
	for (size_t i = 0; i < entity->field_count; i++) {
		const struct field *field = &entity->fields[i];

		if (!is_out(field))
			continue;
		TRY(buf_u8(out, ','));
		TRY(csv_cell(bytes_str(field->column == NULL ? field->ja : field->column), true, out));
	}
	return buf_append_str(out, "\r\n");
}

/* A negative number is one, and no formula. */
static err put_field(const struct field *field, const void *row, struct buf *out)
{
	OWN(buf) text = {0};
	struct value value;

	value_load(field, row, &value);
	TRY(value_text(field, &value, &text));
	return csv_cell(bytes_of(&text), field->type != FIELD_INT, out);
}

err csv_row(const struct entity *entity, const void *row, const char *groups, struct buf *out)
{
	char id[ID_TEXT_MAX];

	id_format(((const struct row *)row)->id, id);
	TRY(buf_append_str(out, id));
	for (size_t i = 0; i < entity->field_count; i++) {
		if (!is_out(&entity->fields[i]))
			continue;
		TRY(buf_u8(out, ','));
		if (group_wanted(&entity->fields[i], groups))
			TRY(put_field(&entity->fields[i], row, out));
	}
	return buf_append_str(out, "\r\n");
}
