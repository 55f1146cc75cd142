/*
 * json_read - one JSON object to typed values.
 *
 * json_scan finds what is wrong inside strings and numbers, jansson what is wrong with the syntax, this file what is wrong with
 * the members. jansson's memory is wiped when it is given back: passwords pass through it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <jansson.h>

#include "entity/json.h"
#include "entity/json_scan_int.h"
#include "entity/members.h"
#include "entity/text_int.h"
#include "entity/value_int.h"

#define SHOWN_MAX 64

struct reading {
	const struct field *const *fields;
	size_t count;
	struct arena *arena;
	struct value *values;
	struct problems *problems;
	bool judged[FIELD_MAX];  /* a flaw has been reported: the value is not looked at */
	bool failed;             /* anything has been reported, even beyond the room in problems */
};

/* In front of every piece of jansson's memory: its size. */
union piece {
	size_t len;
	max_align_t align;
};

static void *piece_new(size_t len)
{
	size_t sum;
	union piece *piece;

	if (!size_add(len, sizeof(*piece), &sum))
		return NULL;
	piece = malloc(sum);
	if (piece == NULL)
		return NULL;
	piece->len = len;
	return piece + 1;
}

static void piece_free(void *memory)
{
	union piece *piece = memory;

	if (piece == NULL)
		return;
	piece--;
	wipe(piece, sizeof(*piece) + piece->len);
	free(piece);
}

/* The seed of jansson's hash is drawn here because a confined process cannot open /dev/urandom. */
static void start(void)
{
	size_t seed = 0;

	json_set_alloc_funcs(piece_new, piece_free);
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) || seed == 0)
		seed = 1 + (size_t)(uintptr_t)&seed;
	json_object_seed(seed);
}

static size_t find(const struct reading *reading, struct bytes name)
{
	size_t i = 0;

	while (i < reading->count &&
	    (reading->fields[i]->type == FIELD_BYTES || !bytes_is(name, reading->fields[i]->name)))
		i++;
	return i;
}

static void flawed(struct reading *reading, size_t index, enum flaw flaw)
{
	reading->failed = true;
	if (reading->judged[index])
		return;
	reading->judged[index] = true;
	problems_add(reading->problems, NULL, reading->fields[index], flaw, NULL);
}

static void flawed_name(struct reading *reading, struct bytes name, enum flaw flaw)
{
	char shown[SHOWN_MAX];

	reading->failed = true;
	text_show(name, shown, sizeof(shown));
	problems_add(reading->problems, shown, NULL, flaw, NULL);
}

/* From json_scan: a number out of range is the wrong type where no number is wanted. */
static void scanned(void *context, struct bytes name, enum flaw flaw)
{
	struct reading *reading = context;
	size_t index = find(reading, name);
	bool number = flaw == FLAW_TOO_LARGE || flaw == FLAW_TOO_SMALL;

	if (index == reading->count)
		flawed_name(reading, name, flaw);
	else
		flawed(reading, index, number && reading->fields[index]->type != FIELD_INT ? FLAW_TYPE : flaw);
}

static void read_text(struct reading *reading, size_t index, json_t *member)
{
	struct bytes text = {(const uint8_t *)json_string_value(member), json_string_length(member)};
	enum flaw flaw = value_parse(reading->fields[index], text, reading->arena, &reading->values[index]);

	if (flaw != FLAW_NONE)
		flawed(reading, index, flaw);
}

static void read_typed(struct reading *reading, size_t index, const struct value *value)
{
	enum flaw flaw = value_check(reading->fields[index], value);

	if (flaw != FLAW_NONE)
		flawed(reading, index, flaw);
	else
		reading->values[index] = *value;
}

/* What stands in one member of a form, as a text; a number or a truth in the words of JSON. */
static enum flaw form_text(const struct reading *reading, json_t *value, struct bytes *text_out)
{
	char number[32];

	*text_out = (struct bytes){0};
	if (json_is_null(value))
		return FLAW_NONE;
	if (json_is_string(value))
		return members_text((struct bytes){(const uint8_t *)json_string_value(value), json_string_length(value)}, reading->arena, text_out);
	if (json_is_boolean(value))
		*text_out = json_is_true(value) ? BYTES_LIT("true") : BYTES_LIT("false");
	else if (json_is_integer(value) && snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value)) > 0)
		return err_is_ok(arena_copy(reading->arena, bytes_str(number), text_out)) ? FLAW_NONE : FLAW_TOO_LARGE;
	else
		return FLAW_TYPE;
	return FLAW_NONE;
}

static void flawed_member(struct reading *reading, size_t index, const char *name, enum flaw flaw)
{
	char inner[SHOWN_MAX / 2];
	char shown[SHOWN_MAX];

	text_show(bytes_str(name), inner, sizeof(inner));
	(void)snprintf(shown, sizeof(shown), "%.20s.%s", reading->fields[index]->name, inner);
	flawed_name(reading, bytes_str(shown), flaw);
}

/* Every flaw of every member is told, under FIELD.MEMBER. */
static void read_form(struct reading *reading, size_t index, json_t *object)
{
	OWN(buf) raw = {0};
	const char *name;
	json_t *inner;
	enum flaw flaw = json_object_size(object) > MEMBERS_MAX ? FLAW_TOO_LONG : FLAW_NONE;
	bool sound = true;

	json_object_foreach(object, name, inner) {
		struct bytes text;
		enum flaw one = !members_name_fits(bytes_str(name)) ? FLAW_UNKNOWN : form_text(reading, inner, &text);

		if (flaw != FLAW_NONE)
			break;
		if (one == FLAW_NONE && raw.len <= MEMBERS_SIZE_MAX && !err_is_ok(members_put(&raw, bytes_str(name), text)))
			one = FLAW_TOO_LARGE;
		if (one != FLAW_NONE)
			flawed_member(reading, index, name, one);
		sound = sound && one == FLAW_NONE;
	}
	if (flaw == FLAW_NONE && raw.len > MEMBERS_SIZE_MAX)
		flaw = FLAW_TOO_LONG;
	if (flaw == FLAW_NONE && sound && !err_is_ok(arena_copy(reading->arena, bytes_of(&raw), &reading->values[index].as.text)))
		flaw = FLAW_TOO_LARGE;
	reading->values[index].present = flaw == FLAW_NONE && sound;
	if (flaw != FLAW_NONE)
		flawed(reading, index, flaw);
}

static void read_member(struct reading *reading, size_t index, json_t *member)
{
	enum field_type type = reading->fields[index]->type;

	if (reading->judged[index])
		return;
	if (json_is_null(member)) {
		if (reading->fields[index]->required)
			flawed(reading, index, FLAW_MISSING);
		else
			reading->values[index].null = true;
	} else if (type == FIELD_INT && json_is_integer(member)) {
		read_typed(reading, index, &(struct value){.present = true, .as.integer = json_integer_value(member)});
	} else if (type == FIELD_BOOL && json_is_boolean(member)) {
		read_typed(reading, index, &(struct value){.present = true, .as.boolean = json_is_true(member)});
	} else if (type == FIELD_FORM && json_is_object(member)) {
		read_form(reading, index, member);
	} else if (type != FIELD_INT && type != FIELD_BOOL && type != FIELD_FORM && json_is_string(member)) {
		read_text(reading, index, member);
	} else {
		flawed(reading, index, FLAW_TYPE);
	}
}

static void read_object(struct reading *reading, json_t *object)
{
	const char *name;
	json_t *member;

	for (size_t i = 0; i < reading->count; i++) {
		if (reading->fields[i]->type == FIELD_BYTES)
			continue;
		member = json_object_get(object, reading->fields[i]->name);
		if (member != NULL)
			read_member(reading, i, member);
		else if (reading->fields[i]->required && !reading->judged[i])
			flawed(reading, i, FLAW_MISSING);
	}
	json_object_foreach(object, name, member) {
		if (find(reading, bytes_str(name)) == reading->count)
			flawed_name(reading, bytes_str(name), FLAW_UNKNOWN);
	}
}

/* The parser stops right behind the second of two equal names. */
static void report_duplicate(struct reading *reading, struct bytes text, int position)
{
	size_t end = position > 0 ? (size_t)position - 1 : 0;
	size_t start;
	size_t index;

	while (end > 0 && end < text.len && text.ptr[end] != '"')
		end--;
	start = end;
	while (start > 0 && text.ptr[start - 1] != '"')
		start--;
	if (end >= text.len)
		return;
	text = (struct bytes){text.ptr + start, end - start};
	index = find(reading, text);
	if (index == reading->count)
		flawed_name(reading, text, FLAW_DUPLICATE);
	else
		flawed(reading, index, FLAW_DUPLICATE);
}

static void read_text_of(struct reading *reading, struct bytes text)
{
	json_error_t error = {0};
	json_t *root = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (root == NULL && json_error_code(&error) == json_error_duplicate_key) {
		reading->failed = true;
		report_duplicate(reading, text, error.position);
		root = json_loadb((const char *)text.ptr, text.len, JSON_DECODE_ANY, &error);
	}
	if (root == NULL)
		flawed_name(reading, (struct bytes){0}, FLAW_FORMAT);
	else if (!json_is_object(root))
		flawed_name(reading, (struct bytes){0}, FLAW_TYPE);
	else
		read_object(reading, root);
	json_decref(root);
	wipe(&error, sizeof(error)); /* it quotes the text */
}

err json_read(struct bytes body, const struct field *const *fields, size_t count, struct arena *arena,
    struct value *values_out, struct problems *problems)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct reading reading = {.fields = fields, .count = count, .arena = arena, .values = values_out, .problems = problems};
	struct json_scan scan = {.len = body.len, .found = scanned, .context = &reading};

	REQUIRE(count <= FIELD_MAX && pthread_once(&once, start) == 0);
	for (size_t i = 0; i < count; i++)
		values_out[i] = (struct value){0};
	if (body.len > JSON_IN_MAX) {
		flawed_name(&reading, (struct bytes){0}, FLAW_TOO_LARGE);
		return FAIL(INVALID);
	}
	scan.text = arena_alloc(arena, body.len);
	if (scan.text == NULL)
		return FAIL(UNAVAILABLE);
	if (body.len != 0)
		memcpy(scan.text, body.ptr, body.len);
	if (json_scan(&scan))
		read_text_of(&reading, (struct bytes){scan.text, scan.len});
	return reading.failed ? FAIL(INVALID) : OK;
}
