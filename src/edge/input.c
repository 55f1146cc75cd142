#include <string.h>
#include <strings.h>

#include "edge/input.h"
#include "edge/limits.h"
#include "edge/route.h"

#define RAW_TYPE "application/octet-stream"
#define JSON_TYPE "application/json"

static const struct input *input_at(const struct op *op, size_t index)
{
	return op->inputs != NULL && op->inputs[index].field.name != NULL ? &op->inputs[index] : NULL;
}

static bool has_raw(const struct op *op)
{
	for (size_t i = 0; input_at(op, i) != NULL; i++)
		if (input_at(op, i)->raw)
			return true;
	return false;
}

/* Type and subtype, whatever parameters follow; the charset, if given, must be UTF-8. */
static bool is_type(struct bytes header, const char *type)
{
	size_t len = strlen(type);
	const uint8_t *rest = header.ptr + len;
	size_t left;

	if (header.len < len || strncasecmp((const char *)header.ptr, type, len) != 0)
		return false;
	left = header.len - len;
	while (left > 0 && (*rest == ' ' || *rest == ';')) {
		rest++;
		left--;
	}
	return left == 0 || (left == 13 && strncasecmp((const char *)rest, "charset=utf-8", left) == 0) ||
	       (left == 15 && strncasecmp((const char *)rest, "charset=\"utf-8\"", left) == 0);
}

err input_media(const struct op *op, struct bytes content_type, size_t body_len)
{
	if (body_len == 0 && content_type.len == 0)
		return OK;
	return is_type(content_type, has_raw(op) ? RAW_TYPE : JSON_TYPE) ? OK : FAIL(MEDIA_TYPE);
}

/* Path inputs in the order of the descriptor. */
static void read_path(const struct input_source *source, struct arena *arena, struct input_values *values)
{
	size_t part = 0;

	for (size_t i = 0; input_at(source->op, i) != NULL; i++) {
		const struct input *in = input_at(source->op, i);
		struct value *value = &values->list[i];
		enum flaw flaw;

		if (in->place != IN_PATH)
			continue;
		REQUIRE(part < OP_PATH_INPUT_MAX);
		flaw = value_parse(&in->field, source->parts[part++], arena, value);
		if (flaw != FLAW_NONE && in->field.type == FIELD_ID)
			*value = (struct value){.present = true};
		else if (flaw != FLAW_NONE)
			problems_add(&values->problems, in->field.name, &in->field, flaw, NULL);
	}
}

static void read_parameter(const struct op *op, struct bytes name, struct bytes text, struct arena *arena, struct input_values *values)
{
	char shown[64] = "";

	for (size_t i = 0; input_at(op, i) != NULL; i++) {
		const struct input *in = input_at(op, i);
		struct value *value = &values->list[i];
		enum flaw flaw;

		if (in->place != IN_QUERY || !bytes_is(name, in->field.name))
			continue;
		flaw = value->present ? FLAW_DUPLICATE : value_parse(&in->field, text, arena, value);
		if (flaw != FLAW_NONE)
			problems_add(&values->problems, in->field.name, &in->field, flaw, NULL);
		return;
	}
	if (name.len > 0)
		memcpy(shown, name.ptr, name.len < sizeof(shown) - 1 ? name.len : sizeof(shown) - 1);
	problems_add(&values->problems, shown, NULL, FLAW_UNKNOWN, NULL);
}

static err read_query(const struct input_source *source, struct arena *arena, struct input_values *values)
{
	struct bytes query = source->query;
	unsigned count = 0;

	for (;;) {
		struct bytes name = {0};
		struct bytes text = {0};
		err e = route_parameter(&query, arena, &name, &text);

		if (err_is(e, ERR_NOT_FOUND))
			break;
		if (err_is(e, ERR_UNAVAILABLE))
			return e;
		if (++count > LIMIT_PARAMETERS) {
			problems_add(&values->problems, "", NULL, FLAW_TOO_LONG, NULL);
			break;
		}
		if (err_is_ok(e))
			read_parameter(source->op, name, text, arena, values);
		else
			problems_add(&values->problems, "", NULL, FLAW_ENCODING, NULL);
	}
	for (size_t i = 0; input_at(source->op, i) != NULL; i++) {
		const struct input *in = input_at(source->op, i);

		if (in->place == IN_QUERY && in->field.required && !values->list[i].present)
			problems_add(&values->problems, in->field.name, &in->field, FLAW_MISSING, NULL);
	}
	return OK;
}

static bool is_read(const struct op *op)
{
	return strcmp(op->method, "GET") == 0;
}

/* The JSON object's members go to the inputs in the body. */
static err read_json(const struct input_source *source, struct arena *arena, struct input_values *values)
{
	const struct field *fields[FIELD_MAX];
	struct value list[FIELD_MAX];
	size_t index[FIELD_MAX];
	size_t count = 0;
	err e;

	for (size_t i = 0; input_at(source->op, i) != NULL; i++) {
		if (input_at(source->op, i)->place != IN_BODY)
			continue;
		REQUIRE(count < FIELD_MAX);
		index[count] = i;
		fields[count++] = &input_at(source->op, i)->field;
	}
	if (count == 0 && source->body.len == 0)
		return OK;
	memset(list, 0, sizeof(list));
	e = json_read(source->body, fields, count, arena, list, &values->problems);
	for (size_t i = 0; i < count; i++)
		values->list[index[i]] = list[i];
	wipe(list, sizeof(list));
	return err_is(e, ERR_INVALID) ? OK : e;
}

static void read_raw(const struct input_source *source, struct input_values *values)
{
	for (size_t i = 0; input_at(source->op, i) != NULL; i++) {
		const struct field *field = &input_at(source->op, i)->field;
		struct value *value = &values->list[i];
		enum flaw flaw;

		if (!input_at(source->op, i)->raw)
			continue;
		value->present = source->body.len > 0;
		value->as.text = source->body;
		flaw = value_check(field, value);
		if (flaw != FLAW_NONE) {
			*value = (struct value){0};
			problems_add(&values->problems, field->name, field, flaw, NULL);
		}
	}
}

err input_read(const struct input_source *source, struct arena *arena, struct input_values *values_out)
{
	memset(values_out, 0, sizeof(values_out->list));
	values_out->problems.count = 0;
	read_path(source, arena, values_out);
	TRY(read_query(source, arena, values_out));
	if (has_raw(source->op)) {
		read_raw(source, values_out);
		return OK;
	}
	if (is_read(source->op)) {
		if (source->body.len > 0)
			problems_add(&values_out->problems, "", NULL, FLAW_UNKNOWN, NULL);
		return OK;
	}
	return read_json(source, arena, values_out);
}

static void encode_flaws(const struct problems *problems, struct wire_request *request)
{
	for (size_t i = 0; i < problems->count && request->flaw_count < WIRE_FLAW_MAX; i++) {
		struct wire_flaw *flaw = &request->flaws[request->flaw_count++];

		flaw->flaw = (uint8_t)problems->list[i].flaw;
		memcpy(flaw->name, problems->list[i].field, sizeof(flaw->name));
		flaw->name[sizeof(flaw->name) - 1] = '\0';
	}
}

err input_encode(const struct op *op, const struct input_values *values, struct buf *fields, struct wire_request *request)
{
	size_t start = fields->len;

	request->present = 0;
	request->fields = (struct bytes){0};
	for (size_t i = 0; input_at(op, i) != NULL; i++) {
		const struct value *value = &values->list[i];

		if (!value->present && !value->null)
			continue;
		TRY(value_encode(&input_at(op, i)->field, value, fields));
		request->present |= UINT32_C(1) << i;
	}
	if (fields->len - start > WIRE_FIELDS_MAX)
		return FAIL(TOO_LARGE);
	if (fields->len > start)
		request->fields = (struct bytes){fields->ptr + start, fields->len - start};
	encode_flaws(&values->problems, request);
	return OK;
}

const struct value *input_find(const struct op *op, const struct input_values *values, const char *name)
{
	for (size_t i = 0; input_at(op, i) != NULL; i++)
		if (strcmp(input_at(op, i)->field.name, name) == 0 && values->list[i].present)
			return &values->list[i];
	return NULL;
}
