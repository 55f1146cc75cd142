/*
 * value - one typed field value.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "entity/members.h"
#include "entity/text_int.h"
#include "entity/value_int.h"

#define DATE_MIN 19000101
#define DATE_MAX 21991231
#define TIME_MIN INT64_C(-2208988800000000)  /* 1900-01-01 */
#define TIME_MAX INT64_C(7258118399999999)   /* 2199-12-31 */

/* What zeroes in a descriptor mean. */
static const struct {
	int64_t min;
	int64_t max;
} limits[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = {0, VALUE_TEXT_DEFAULT},
	[FIELD_DATE] = {DATE_MIN, DATE_MAX},
	[FIELD_TIME] = {TIME_MIN, TIME_MAX},
	[FIELD_INT] = {-VALUE_INTEGER_MAX, VALUE_INTEGER_MAX},
	[FIELD_BYTES] = {0, VALUE_BYTES_MAX},
	[FIELD_FORM] = {0, MEMBERS_SIZE_MAX},
};

int64_t value_min(const struct field *field)
{
	bool set = field->type == FIELD_INT ? field->min != 0 || field->max != 0 : field->min != 0;

	return set ? field->min : limits[field->type].min;
}

int64_t value_max(const struct field *field)
{
	bool set = field->type == FIELD_INT ? field->min != 0 || field->max != 0 : field->max != 0;

	return set ? field->max : limits[field->type].max;
}

int32_t value_choice_count(const struct field *field)
{
	int32_t count = 0;

	while (field->choices != NULL && field->choices[count] != NULL)
		count++;
	return count;
}

static enum flaw check_length(const struct field *field, size_t len)
{
	if (len > (uint64_t)value_max(field))
		return FLAW_TOO_LONG;
	return len < (uint64_t)value_min(field) ? FLAW_TOO_SHORT : FLAW_NONE;
}

static enum flaw check_range(const struct field *field, int64_t number)
{
	if (number > value_max(field))
		return FLAW_TOO_LARGE;
	return number < value_min(field) ? FLAW_TOO_SMALL : FLAW_NONE;
}

/* Well-formed text without control characters: nothing, or of allowed length. */
static enum flaw check_content(const struct field *field, struct bytes text, size_t count)
{
	if (field->required && text_is_blank(text))
		return FLAW_MISSING;
	return count == 0 ? FLAW_NONE : check_length(field, count);
}

static enum flaw check_text(const struct field *field, struct bytes text)
{
	size_t count;
	bool plain;
	enum flaw flaw = text_check(text, field->multiline, &count, &plain);

	if (flaw == FLAW_NONE)
		flaw = check_content(field, text, count);
	if (flaw == FLAW_NONE && !plain && !text_is_nfc(text))
		flaw = FLAW_ENCODING;
	return flaw;
}

static enum flaw parse_text(const struct field *field, struct bytes text, struct arena *arena, struct value *value)
{
	struct bytes normal;
	size_t count;
	bool plain;
	enum flaw flaw;

	if (field->multiline && !err_is_ok(text_lines(text, arena, &text)))
		return FLAW_TOO_LARGE;
	flaw = text_check(text, field->multiline, &count, &plain);
	if (flaw != FLAW_NONE)
		return flaw;
	/* a composed character has been written as at most a few: do not normalise what is far too long */
	if (count / 8 > (uint64_t)value_max(field))
		return FLAW_TOO_LONG;
	normal = text;
	if (!plain) {
		if (!err_is_ok(text_nfc(text, arena, &normal)) || !err_is_ok(utf8_check(normal, &count)))
			return FLAW_TOO_LARGE;
	}
	flaw = check_content(field, normal, count);
	if (flaw == FLAW_NONE && !err_is_ok(arena_copy(arena, normal, &value->as.text)))
		flaw = FLAW_TOO_LARGE;
	return flaw;
}

static enum flaw parse_id(struct bytes text, struct id *id_out)
{
	return err_is_ok(id_parse(text, id_out)) && !id_is_zero(*id_out) ? FLAW_NONE : FLAW_FORMAT;
}

/* -?(0|[1-9][0-9]*) */
static enum flaw parse_integer(struct bytes text, int64_t *number_out)
{
	bool negative = text.len != 0 && text.ptr[0] == '-';
	size_t at = negative ? 1 : 0;
	int64_t number = 0;

	if (at == text.len || (text.ptr[at] == '0' && (text.len > at + 1 || negative)))
		return FLAW_FORMAT;
	for (size_t i = at; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FLAW_FORMAT;
	for (; at < text.len && number <= VALUE_INTEGER_MAX; at++)
		number = number * 10 + (text.ptr[at] - '0');
	if (number > VALUE_INTEGER_MAX)
		return negative ? FLAW_TOO_SMALL : FLAW_TOO_LARGE;
	*number_out = negative ? -number : number;
	return FLAW_NONE;
}

static enum flaw parse_choice(const struct field *field, struct bytes text, int32_t *choice_out)
{
	int32_t count = value_choice_count(field);

	for (int32_t i = 0; i < count; i++) {
		if (bytes_is(text, field->choices[i])) {
			*choice_out = i;
			return FLAW_NONE;
		}
	}
	return FLAW_CHOICE;
}

static enum flaw parse_bool(struct bytes text, bool *boolean_out)
{
	*boolean_out = bytes_is(text, "true");
	return *boolean_out || bytes_is(text, "false") ? FLAW_NONE : FLAW_FORMAT;
}

static enum flaw parse_typed(const struct field *field, struct bytes text, struct arena *arena, struct value *value)
{
	enum flaw flaw;

	switch (field->type) {
	case FIELD_TEXT:
		return parse_text(field, text, arena, value);
	case FIELD_ID:
		return parse_id(text, &value->as.id);
	case FIELD_DATE:
		if (!err_is_ok(clock_date_parse(text, &value->as.date)))
			return FLAW_FORMAT;
		return check_range(field, value->as.date);
	case FIELD_TIME:
		if (!err_is_ok(clock_time_parse(text, &value->as.time_us)))
			return FLAW_FORMAT;
		return check_range(field, value->as.time_us);
	case FIELD_INT:
		flaw = parse_integer(text, &value->as.integer);
		return flaw != FLAW_NONE ? flaw : check_range(field, value->as.integer);
	case FIELD_BOOL:
		return parse_bool(text, &value->as.boolean);
	case FIELD_CHOICE:
		return parse_choice(field, text, &value->as.choice);
	case FIELD_BYTES:
	case FIELD_FORM:
	case FIELD_TYPE_COUNT:
		break;
	}
	return FLAW_TYPE;
}

enum flaw value_parse(const struct field *field, struct bytes text, struct arena *arena, struct value *value_out)
{
	struct value value = {.present = true};
	enum flaw flaw = parse_typed(field, text, arena, &value);

	if (flaw == FLAW_NONE)
		*value_out = value;
	return flaw;
}

enum flaw value_check(const struct field *field, const struct value *value)
{
	if (value->present && value->null)
		return FLAW_TYPE;
	if (!value->present)
		return field->required ? FLAW_MISSING : FLAW_NONE;
	switch (field->type) {
	case FIELD_TEXT:
		return check_text(field, value->as.text);
	case FIELD_ID:
		return id_is_zero(value->as.id) ? FLAW_FORMAT : FLAW_NONE;
	case FIELD_DATE:
		return clock_weekday(value->as.date) < 0 ? FLAW_FORMAT : check_range(field, value->as.date);
	case FIELD_TIME:
		return check_range(field, value->as.time_us);
	case FIELD_INT:
		return check_range(field, value->as.integer);
	case FIELD_BOOL:
		return FLAW_NONE;
	case FIELD_CHOICE:
		return value->as.choice >= 0 && value->as.choice < value_choice_count(field) ? FLAW_NONE : FLAW_CHOICE;
	case FIELD_BYTES:
		return check_length(field, value->as.text.len);
	case FIELD_FORM:
		return members_check(value->as.text, NULL);
	case FIELD_TYPE_COUNT:
		break;
	}
	return FLAW_TYPE;
}

enum wire_flags { WIRE_ABSENT, WIRE_NULL, WIRE_PRESENT };

err value_encode(const struct field *field, const struct value *value, struct buf *out)
{
	TRY(buf_u8(out, value->present ? WIRE_PRESENT : value->null ? WIRE_NULL : WIRE_ABSENT));
	return value->present ? value_put(field, value, out) : OK;
}

err value_put(const struct field *field, const struct value *value, struct buf *out)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FORM:
		return buf_blob(out, value->as.text);
	case FIELD_ID:
		return buf_append(out, id_bytes(&value->as.id));
	case FIELD_DATE:
		return buf_u32(out, (uint32_t)value->as.date);
	case FIELD_TIME:
		return buf_u64(out, (uint64_t)value->as.time_us);
	case FIELD_INT:
		return buf_u64(out, (uint64_t)value->as.integer);
	case FIELD_BOOL:
		return buf_u8(out, value->as.boolean ? 1 : 0);
	case FIELD_CHOICE:
		return buf_u32(out, (uint32_t)value->as.choice);
	case FIELD_TYPE_COUNT:
		break;
	}
	REQUIRE(false);
}

static err decode_number(struct bytes *from, size_t len, uint64_t *number_out)
{
	uint32_t half;

	if (len == sizeof(uint64_t))
		return cut_u64(from, number_out);
	TRY(cut_u32(from, &half));
	*number_out = half;
	return OK;
}

static err decode_bool(struct bytes *from, bool *boolean_out)
{
	uint8_t byte;

	TRY(cut_u8(from, &byte));
	*boolean_out = byte == 1;
	return byte <= 1 ? OK : FAIL(INVALID);
}

static err decode_id(struct bytes *from, struct id *id_out)
{
	struct bytes raw;

	TRY(cut_bytes(from, ID_LEN, &raw));
	memcpy(id_out->b, raw.ptr, ID_LEN);
	return OK;
}

err value_cut(const struct field *field, size_t text_max, struct bytes *from, struct value *value)
{
	uint64_t number;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FORM:
		return cut_blob(from, text_max, &value->as.text);
	case FIELD_ID:
		return decode_id(from, &value->as.id);
	case FIELD_DATE:
	case FIELD_CHOICE:
		TRY(decode_number(from, sizeof(uint32_t), &number));
		if (number > INT32_MAX)
			return FAIL(INVALID);
		if (field->type == FIELD_DATE)
			value->as.date = (int32_t)number;
		else
			value->as.choice = (int32_t)number;
		return OK;
	case FIELD_TIME:
		TRY(decode_number(from, sizeof(uint64_t), &number));
		value->as.time_us = (int64_t)number;
		return OK;
	case FIELD_INT:
		TRY(decode_number(from, sizeof(uint64_t), &number));
		value->as.integer = (int64_t)number;
		return OK;
	case FIELD_BOOL:
		return decode_bool(from, &value->as.boolean);
	case FIELD_TYPE_COUNT:
		break;
	}
	return FAIL(INVALID);
}

err value_decode(const struct field *field, struct bytes *from, struct value *value_out)
{
	struct bytes rest = *from;
	size_t text_max = (size_t)value_max(field) * (field->type == FIELD_TEXT ? 4 : 1);
	struct value value = {0};
	uint8_t flags;

	TRY(cut_u8(&rest, &flags));
	if (flags > WIRE_PRESENT)
		return FAIL(INVALID);
	value.present = flags == WIRE_PRESENT;
	value.null = flags == WIRE_NULL;
	if (value.present)
		TRY(value_cut(field, text_max, &rest, &value));
	*value_out = value;
	*from = rest;
	return OK;
}

void value_store(const struct field *field, const struct value *value, void *row)
{
	void *at = field_at(row, field);
	bool given = value->present;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FORM:
		*(struct bytes *)at = given ? value->as.text : (struct bytes){0};
		break;
	case FIELD_ID:
		*(struct id *)at = given ? value->as.id : (struct id){{0}};
		break;
	case FIELD_DATE:
		*(int32_t *)at = given ? value->as.date : 0;
		break;
	case FIELD_TIME:
		*(int64_t *)at = given ? value->as.time_us : 0;
		break;
	case FIELD_INT:
		*(int64_t *)at = given ? value->as.integer : 0;
		break;
	case FIELD_BOOL:
		*(bool *)at = given && value->as.boolean;
		break;
	case FIELD_CHOICE:
		*(int32_t *)at = given ? value->as.choice : -1;
		break;
	case FIELD_TYPE_COUNT:
		break;
	}
}

void value_load(const struct field *field, const void *row, struct value *value_out)
{
	const void *at = field_in(row, field);
	struct value value = {.present = !value_empty(field, row)};

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FORM:
		value.as.text = *(const struct bytes *)at;
		break;
	case FIELD_ID:
		value.as.id = *(const struct id *)at;
		break;
	case FIELD_DATE:
		value.as.date = *(const int32_t *)at;
		break;
	case FIELD_TIME:
		value.as.time_us = *(const int64_t *)at;
		break;
	case FIELD_INT:
		value.as.integer = *(const int64_t *)at;
		break;
	case FIELD_BOOL:
		value.as.boolean = *(const bool *)at;
		break;
	case FIELD_CHOICE:
		value.as.choice = *(const int32_t *)at;
		break;
	case FIELD_TYPE_COUNT:
		break;
	}
	*value_out = value;
}

bool value_empty(const struct field *field, const void *row)
{
	const void *at = field_in(row, field);

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FORM:
		return ((const struct bytes *)at)->len == 0;
	case FIELD_ID:
		return id_is_zero(*(const struct id *)at);
	case FIELD_DATE:
		return *(const int32_t *)at == 0;
	case FIELD_TIME:
		return *(const int64_t *)at == 0;
	case FIELD_CHOICE:
		return *(const int32_t *)at < 0;
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_TYPE_COUNT:
		break;
	}
	return false;
}

err value_text(const struct field *field, const struct value *value, struct buf *out)
{
	char text[CLOCK_TEXT_MAX];

	if (!value->present)
		return OK;
	switch (field->type) {
	case FIELD_TEXT:
		return buf_append(out, value->as.text);
	case FIELD_ID:
		id_format(value->as.id, text);
		return buf_append_str(out, text);
	case FIELD_DATE:
		clock_date_format(value->as.date, text);
		return buf_append_str(out, text);
	case FIELD_TIME:
		clock_time_format(value->as.time_us, text);
		return buf_append_str(out, text);
	case FIELD_INT:
		return buf_printf(out, "%" PRId64, value->as.integer);
	case FIELD_BOOL:
		return buf_append_str(out, value->as.boolean ? "true" : "false");
	case FIELD_CHOICE:
		REQUIRE(value->as.choice < value_choice_count(field));
		return buf_append_str(out, field->choices[value->as.choice]);
	case FIELD_BYTES:
	case FIELD_FORM:
	case FIELD_TYPE_COUNT:
		break;
	}
	return OK;
}
