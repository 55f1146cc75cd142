/*
 * json - JSON out.
 *
 * Names are our own identifiers and need no escapes; texts are escaped where RFC 8259 demands it and nowhere else.
 */
#include <string.h>

#include "base/clock.h"
#include "entity/group_int.h"
#include "entity/json.h"
#include "entity/members.h"
#include "entity/value_int.h"

void json_init(struct json *json, struct buf *out)
{
	*json = (struct json){.out = out};
}

/* Room for len more bytes, NULL after any error. */
static uint8_t *room(struct json *json, size_t len)
{
	struct buf *out = json->out;

	if (!err_is_ok(json->state))
		return NULL;
	if (out->cap - out->len < len) {
		json->state = buf_reserve(out, len);
		if (!err_is_ok(json->state))
			return NULL;
	}
	return out->ptr + out->len;
}

/* Comma and name in front of a value, and room for max bytes of it; the caller ends with done. */
static uint8_t *begin(struct json *json, const char *name, size_t max)
{
	size_t len = name == NULL ? 0 : strlen(name);
	uint8_t *at = room(json, len + 4 + max);

	if (at == NULL)
		return NULL;
	if (json->comma)
		*at++ = ',';
	if (name != NULL) {
		*at++ = '"';
		memcpy(at, name, len);
		at += len;
		*at++ = '"';
		*at++ = ':';
	}
	return at;
}

static void done(struct json *json, const uint8_t *end, bool comma)
{
	json->out->len = (size_t)(end - json->out->ptr);
	json->comma = comma;
}

/* A short value without anything to escape. */
static void plain(struct json *json, const char *name, const char *text, size_t len)
{
	uint8_t *at = begin(json, name, len);

	if (at == NULL)
		return;
	memcpy(at, text, len);
	done(json, at + len, true);
}

static void quoted(struct json *json, const char *name, const char *text)
{
	size_t len = strlen(text);
	uint8_t *at = begin(json, name, len + 2);

	if (at == NULL)
		return;
	*at++ = '"';
	memcpy(at, text, len);
	at += len;
	*at++ = '"';
	done(json, at, true);
}

static void open_with(struct json *json, const char *name, uint8_t mark)
{
	uint8_t *at = begin(json, name, 1);

	if (at == NULL)
		return;
	*at++ = mark;
	done(json, at, false);
}

static void close_with(struct json *json, uint8_t mark)
{
	uint8_t *at = room(json, 1);

	if (at == NULL)
		return;
	*at++ = mark;
	done(json, at, true);
}

void json_object(struct json *json, const char *name)
{
	open_with(json, name, '{');
}

void json_object_end(struct json *json)
{
	close_with(json, '}');
}

void json_array(struct json *json, const char *name)
{
	open_with(json, name, '[');
}

void json_array_end(struct json *json)
{
	close_with(json, ']');
}

static bool needs_escape(uint8_t byte)
{
	return byte < 0x20 || byte == '"' || byte == '\\';
}

static uint8_t *escape(uint8_t *at, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";
	static const char letters[0x20] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

	*at++ = '\\';
	if (byte >= 0x20) {
		*at++ = byte;
	} else if (letters[byte] != '\0') {
		*at++ = (uint8_t)letters[byte];
	} else {
		memcpy(at, "u00", 3);
		at[3] = (uint8_t)digits[byte >> 4];
		at[4] = (uint8_t)digits[byte & 15];
		at += 5;
	}
	return at;
}

static size_t escape_count(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += needs_escape(text.ptr[i]);
	return count;
}

void json_text(struct json *json, const char *name, struct bytes text)
{
	size_t escapes = escape_count(text);
	uint8_t *at = begin(json, name, text.len + escapes * 5 + 2);

	if (at == NULL)
		return;
	*at++ = '"';
	if (escapes == 0) {
		if (text.len != 0)
			memcpy(at, text.ptr, text.len);
		at += text.len;
	} else {
		for (size_t i = 0; i < text.len; i++) {
			if (needs_escape(text.ptr[i]))
				at = escape(at, text.ptr[i]);
			else
				*at++ = text.ptr[i];
		}
	}
	*at++ = '"';
	done(json, at, true);
}

void json_str(struct json *json, const char *name, const char *text)
{
	json_text(json, name, bytes_str(text));
}

void json_int(struct json *json, const char *name, int64_t value)
{
	char text[24];
	char *at = text + sizeof(text);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (value < 0)
		*--at = '-';
	plain(json, name, at, (size_t)(text + sizeof(text) - at));
}

void json_bool(struct json *json, const char *name, bool value)
{
	if (value)
		plain(json, name, "true", 4);
	else
		plain(json, name, "false", 5);
}

void json_null(struct json *json, const char *name)
{
	plain(json, name, "null", 4);
}

void json_id(struct json *json, const char *name, struct id id)
{
	char text[ID_TEXT_MAX];

	if (id_is_zero(id)) {
		json_null(json, name);
		return;
	}
	id_format(id, text);
	quoted(json, name, text);
}

void json_time(struct json *json, const char *name, int64_t at_us)
{
	char text[CLOCK_TEXT_MAX];

	if (at_us == 0) {
		json_null(json, name);
		return;
	}
	clock_time_format(at_us, text);
	quoted(json, name, text);
}

void json_date(struct json *json, const char *name, int32_t date)
{
	char text[CLOCK_TEXT_MAX];

	if (date == 0) {
		json_null(json, name);
		return;
	}
	clock_date_format(date, text);
	quoted(json, name, text);
}

void json_base64(struct json *json, const char *name, struct bytes raw)
{
	uint8_t *at = begin(json, name, 1);

	if (at == NULL)
		return;
	*at++ = '"';
	done(json, at, true);
	json->state = base64_append(json->out, raw);
	at = room(json, 1);
	if (at == NULL)
		return;
	*at++ = '"';
	done(json, at, true);
}

static void put_choice(struct json *json, const struct field *field, int32_t choice)
{
	if (choice < 0 || choice >= value_choice_count(field))
		json_null(json, field->name);
	else
		json_str(json, field->name, field->choices[choice]);
}

/* A name is one of ours: members_check has seen it. */
void json_members(struct json *json, const char *name, struct bytes raw)
{
	struct member member;
	char text[MEMBERS_NAME_MAX + 1];

	json_object(json, name);
	while (err_is_ok(members_next(&raw, &member)) && member.name.len <= MEMBERS_NAME_MAX) {
		memcpy(text, member.name.ptr, member.name.len);
		text[member.name.len] = '\0';
		json_text(json, text, member.text);
	}
	json_object_end(json);
}

void json_field(struct json *json, const struct field *field, const void *row)
{
	const void *at = field_in(row, field);

	if (field->secret)
		return;
	switch (field->type) {
	case FIELD_TEXT:
		json_text(json, field->name, *(const struct bytes *)at);
		break;
	case FIELD_ID:
		json_id(json, field->name, *(const struct id *)at);
		break;
	case FIELD_DATE:
		json_date(json, field->name, *(const int32_t *)at);
		break;
	case FIELD_TIME:
		json_time(json, field->name, *(const int64_t *)at);
		break;
	case FIELD_INT:
		json_int(json, field->name, *(const int64_t *)at);
		break;
	case FIELD_BOOL:
		json_bool(json, field->name, *(const bool *)at);
		break;
	case FIELD_CHOICE:
		put_choice(json, field, *(const int32_t *)at);
		break;
	case FIELD_FORM:
		json_members(json, field->name, *(const struct bytes *)at);
		break;
	case FIELD_BYTES:
	case FIELD_TYPE_COUNT:
		break;
	}
}

void json_row(struct json *json, const struct entity *entity, const void *row, const char *groups)
{
	const char *group = NULL;
	bool wanted = true;

	json_id(json, "id", ((const struct row *)row)->id);
	for (size_t i = 0; i < entity->field_count; i++) {
		const struct field *field = &entity->fields[i];

		if (field->group != group) { /* neighbours mostly share theirs */
			group = field->group;
			wanted = group_wanted(field, groups);
		}
		if (wanted)
			json_field(json, field, row);
	}
}
