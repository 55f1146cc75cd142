#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/describe.h"

#include "govern/form.h"

#define LONG_DEFAULT 2000
#define CELL_MAX 200            /* characters of a choice or a truth in a file */

const char *const form_type_names[] = {
	[FORM_TEXT] = "text", [FORM_LONG] = "long", [FORM_DATE] = "date", [FORM_TIME] = "time", [FORM_INT] = "int", [FORM_BOOL] = "bool",
	[FORM_CHOICE] = "choice", NULL,
};

/* How entity/value judges them, and whether min and max may be said. */
static const struct {
	enum field_type type;
	bool bounds, multiline;
	int64_t max;
} kinds[FORM_TYPE_COUNT] = {
	[FORM_TEXT] = {FIELD_TEXT, true, false, 200},
	[FORM_LONG] = {FIELD_TEXT, true, true, LONG_DEFAULT},
	[FORM_DATE] = {FIELD_DATE, false, false, 0},
	[FORM_TIME] = {FIELD_TIME, false, false, 0},
	[FORM_INT] = {FIELD_INT, true, false, 0},
	[FORM_BOOL] = {FIELD_BOOL, false, false, 0},
	[FORM_CHOICE] = {FIELD_CHOICE, false, false, 0},
};

/* ---- loading ---- */

static void *reserve(struct arena *arena, size_t count, size_t size)
{
	size_t len;

	return size_mul(count + 1, size, &len) ? arena_alloc(arena, len) : NULL;
}

static err read_choices(const struct yaml_node *node, struct arena *arena, struct form_field *field)
{
	const struct yaml_node *list = NULL;
	struct form_choice *choices;
	const char **codes;
	size_t count = 0;

	TRY(yaml_member(node, "choices", YAML_LIST, &list));
	choices = reserve(arena, list->count, sizeof(*choices));
	codes = reserve(arena, list->count, sizeof(*codes));
	if (choices == NULL || codes == NULL)
		return FAIL(UNAVAILABLE);
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next) {
		TRY(yaml_only(one, "code ja en"));
		TRY(yaml_text(one, "code", &choices[count].code));
		TRY(yaml_text(one, "ja", &choices[count].ja));
		TRY(yaml_text(one, "en", &choices[count].en));
		for (size_t i = 0; i < count; i++)
			if (strcmp(choices[i].code, choices[count].code) == 0)
				return yaml_wrong(one, "the choice %s is there twice", choices[count].code);
		codes[count] = choices[count].code;
		count++;
	}
	if (count < 2)
		return yaml_wrong(list, "a choice is between two things at least");
	codes[count] = NULL;
	field->choices = choices;
	field->choice_count = count;
	field->field.choices = codes;
	return OK;
}

static err read_bound(const struct yaml_node *map, const char *name, const struct form_field *field, int64_t *bound)
{
	const struct yaml_node *node = yaml_find(map, name);
	const char *text = NULL;
	char *end = NULL;
	long long number;

	if (node == NULL)
		return OK;
	TRY(yaml_text(map, name, &text));
	number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || number < -1000000000LL || number > 1000000000LL || (field->type != FORM_INT && number < 0))
		return yaml_wrong(node, "\"%s\" is no whole number that fits", text);
	if (!kinds[field->type].bounds)
		return yaml_wrong(node, "\"%s\" says nothing of a %s", name, form_type_names[field->type]);
	*bound = number;
	return OK;
}

static err read_bounds(const struct yaml_node *node, struct form_field *field)
{
	field->max = kinds[field->type].max;
	TRY(read_bound(node, "min", field, &field->min));
	TRY(read_bound(node, "max", field, &field->max));
	if (field->min > field->max && field->max != 0)
		return yaml_wrong(node, "min is more than max");
	if (kinds[field->type].type == FIELD_TEXT && field->max > TEXT_MAX)
		return yaml_wrong(node, "a text has %d characters at most", TEXT_MAX);
	return OK;
}

static err read_field(const struct yaml_node *node, struct arena *arena, struct form_field *field)
{
	int type = 0;

	TRY(yaml_only(node, "name ja en type required min max choices personal"));
	TRY(yaml_text(node, "name", &field->name));
	if (!members_name_fits(bytes_str(field->name)))
		return yaml_wrong(yaml_find(node, "name"), "\"%s\" is no name: a-z, then a-z, 0-9 and _, 40 at most", field->name);
	TRY(yaml_text(node, "ja", &field->ja));
	TRY(yaml_text(node, "en", &field->en));
	TRY(describe_choice(node, "type", form_type_names, &type));
	field->type = (enum form_type)type;
	TRY(describe_flag(node, "required", &field->required));
	TRY(describe_flag(node, "personal", &field->personal));
	TRY(read_bounds(node, field));
	if (field->type == FORM_CHOICE)
		TRY(read_choices(node, arena, field));
	else if (yaml_find(node, "choices") != NULL)
		return yaml_wrong(node, "a %s has no choices", form_type_names[field->type]);
	field->field.name = field->name;
	field->field.ja = field->ja;
	field->field.en = field->en;
	field->field.type = kinds[field->type].type;
	field->field.multiline = kinds[field->type].multiline;
	field->field.required = field->required;
	field->field.min = field->min;
	field->field.max = field->max;
	return OK;
}

err form_load(const struct yaml_node *list, struct arena *arena, struct form *out)
{
	struct form_field *fields = reserve(arena, list->count, sizeof(*fields));
	size_t count = 0;

	if (fields == NULL)
		return FAIL(UNAVAILABLE);
	if (list->kind != YAML_LIST || list->count == 0 || list->count > FORM_FIELDS_MAX)
		return yaml_wrong(list, "between 1 and %d fields are wanted", FORM_FIELDS_MAX);
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		fields[count] = (struct form_field){0};
		TRY(read_field(node, arena, &fields[count]));
		for (size_t i = 0; i < count; i++)
			if (strcmp(fields[i].name, fields[count].name) == 0)
				return yaml_wrong(node, "the field %s is there twice", fields[count].name);
		count++;
	}
	*out = (struct form){fields, count};
	return OK;
}

const struct form_field *form_find(const struct form *form, struct bytes name)
{
	for (size_t i = 0; i < form->count; i++)
		if (bytes_is(name, form->fields[i].name))
			return &form->fields[i];
	return NULL;
}

/* ---- judging ---- */

static void flawed(struct problems *problems, struct bytes name, const struct form_field *field, enum flaw flaw)
{
	char text[64];

	(void)snprintf(text, sizeof(text), FORM_NAME("%.*s"), (int)name.len, (const char *)name.ptr);
	problems_add(problems, text, field != NULL ? &field->field : NULL, flaw, NULL);
}

static err judge_field(const struct form_field *field, struct bytes text, bool whole, struct arena *arena, struct problems *problems,
    struct buf *clean)
{
	struct bytes name = bytes_str(field->name);
	OWN(buf) words = {0};
	struct value value = {0};
	enum flaw flaw = FLAW_NONE;

	if (text.len == 0) {
		if (field->required && whole)
			flawed(problems, name, field, FLAW_MISSING);
		return OK;
	}
	flaw = value_parse(&field->field, text, arena, &value);
	if (flaw != FLAW_NONE) {
		flawed(problems, name, field, flaw);
		return OK;
	}
	TRY(value_text(&field->field, &value, &words));
	return members_put(clean, name, bytes_of(&words));
}

static err judge_members(const struct form *form, struct bytes given, struct problems *problems)
{
	struct member member;
	struct bytes at = {0};
	enum flaw flaw = members_check(given, &at);

	if (flaw != FLAW_NONE) {
		flawed(problems, at, form_find(form, at), flaw);
		return FAIL(INVALID);
	}
	while (err_is_ok(members_next(&given, &member)))
		if (form_find(form, member.name) == NULL)
			flawed(problems, member.name, NULL, FLAW_UNKNOWN);
	return OK;
}

err form_judge(const struct form *form, struct bytes given, bool whole, struct arena *arena, struct problems *problems, struct buf *clean_out)
{
	size_t before = problems->count;

	TRY(judge_members(form, given, problems));
	buf_clear(clean_out);
	for (size_t i = 0; i < form->count; i++)
		TRY(judge_field(&form->fields[i], form_get(given, form->fields[i].name), whole, arena, problems, clean_out));
	if (clean_out->len > MEMBERS_SIZE_MAX)
		problems_add(problems, "fields", NULL, FLAW_TOO_LONG, NULL);
	return problems->count == before ? OK : FAIL(INVALID);
}

err form_check(struct call *call, const struct form *form, struct bytes given, bool whole, struct buf *clean_out)
{
	return form_judge(form, given, whole, call->arena, call->problems, clean_out);
}

struct bytes form_get(struct bytes body, const char *name)
{
	return members_get(body, name);
}

err form_put(struct buf *out, const char *name, struct bytes text)
{
	return members_put(out, bytes_str(name), text);
}

/* ---- out ---- */

/* F2: a text that is no number any more is shown as it is. */
static void put_typed(struct json *json, const struct form_field *field, struct bytes text)
{
	char digits[32];
	char *end = NULL;

	if (text.len == 0) {
		json_null(json, field->name);
	} else if (field->type == FORM_BOOL && (bytes_is(text, "true") || bytes_is(text, "false"))) {
		json_bool(json, field->name, bytes_is(text, "true"));
	} else if (field->type == FORM_INT && text.len < sizeof(digits)) {
		long long number;

		(void)snprintf(digits, sizeof(digits), "%.*s", (int)text.len, (const char *)text.ptr);
		number = strtoll(digits, &end, 10);
		if (*end == '\0')
			json_int(json, field->name, number);
		else
			json_text(json, field->name, text);
	} else {
		json_text(json, field->name, text);
	}
}

void form_json(struct json *json, const char *name, const struct form *form, struct bytes body)
{
	struct member member;
	struct bytes rest = body;
	char unknown[MEMBERS_NAME_MAX + 1];

	json_object(json, name);
	for (size_t i = 0; i < form->count; i++)
		put_typed(json, &form->fields[i], form_get(body, form->fields[i].name));
	while (err_is_ok(members_next(&rest, &member))) {
		if (form_find(form, member.name) != NULL || !members_name_fits(member.name))
			continue;
		(void)snprintf(unknown, sizeof(unknown), "%.*s", (int)member.name.len, (const char *)member.name.ptr);
		json_text(json, unknown, member.text);
	}
	json_object_end(json);
}

static void put_choices(struct json *json, const struct form_field *field)
{
	json_array(json, "choices");
	for (size_t i = 0; i < field->choice_count; i++) {
		json_object(json, NULL);
		json_str(json, "code", field->choices[i].code);
		json_str(json, "ja", field->choices[i].ja);
		json_str(json, "en", field->choices[i].en);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_bound(struct json *json, const char *name, int64_t bound)
{
	if (bound == 0)
		json_null(json, name);
	else
		json_int(json, name, bound);
}

void form_json_fields(struct json *json, const char *name, const struct form *form)
{
	json_array(json, name);
	for (size_t i = 0; i < form->count; i++) {
		const struct form_field *field = &form->fields[i];

		json_object(json, NULL);
		json_str(json, "name", field->name);
		json_str(json, "ja", field->ja);
		json_str(json, "en", field->en);
		json_str(json, "type", form_type_names[field->type]);
		json_bool(json, "required", field->required);
		put_bound(json, "min", field->min);
		put_bound(json, "max", field->max);
		put_choices(json, field);
		json_object_end(json);
	}
	json_array_end(json);
}

/* ---- tables ---- */

/* Cells that people write in their own words are texts; form_of_row turns them into ours. */
static bool has_words(const struct form_field *field)
{
	return field->type == FORM_BOOL || field->type == FORM_CHOICE;
}

void form_table(const struct form *form, const char *name, struct form_table *table_out)
{
	REQUIRE(form->count <= FORM_FIELDS_MAX);
	*table_out = (struct form_table){.entity = {.name = name, .ja = name, .en = name, .strict = true, .field_count = form->count}};
	for (size_t i = 0; i < form->count; i++) {
		struct field *field = &table_out->fields[i];

		*field = form->fields[i].field;
		if (!has_words(&form->fields[i]))
			continue;
		field->type = FIELD_TEXT;
		field->choices = NULL;
		field->min = 0;
		field->max = CELL_MAX;
	}
	table_out->entity.fields = table_out->fields;
}

static const struct { const char *word, *means; } truths[] = {
	{"はい", "true"}, {"いいえ", "false"}, {"○", "true"}, {"×", "false"}, {"yes", "true"}, {"no", "false"}, {"TRUE", "true"}, {"FALSE", "false"},
};

static struct bytes our_words(const struct form_field *field, struct bytes text)
{
	for (size_t i = 0; i < field->choice_count; i++)
		if (bytes_is(text, field->choices[i].ja) || bytes_is(text, field->choices[i].en))
			return bytes_str(field->choices[i].code);
	for (size_t i = 0; field->type == FORM_BOOL && i < sizeof(truths) / sizeof(truths[0]); i++)
		if (bytes_is(text, truths[i].word))
			return bytes_str(truths[i].means);
	return text;
}

err form_of_row(const struct form *form, const struct value *values, struct buf *out)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct form_field *field = &form->fields[i];
		OWN(buf) text = {0};

		if (!values[i].present)
			continue;
		if (has_words(field))
			TRY(buf_append(&text, our_words(field, values[i].as.text)));
		else
			TRY(value_text(&field->field, &values[i], &text));
		TRY(form_put(out, field->name, bytes_of(&text)));
	}
	return OK;
}

err form_csv_cell(const struct form_field *field, struct bytes text, struct buf *out)
{
	for (size_t i = 0; i < field->choice_count; i++)
		if (bytes_is(text, field->choices[i].code))
			return csv_cell(bytes_str(field->choices[i].ja), true, out);
	if (field->type == FORM_BOOL && text.len > 0)
		return csv_cell(bytes_is(text, "true") ? BYTES_LIT("はい") : BYTES_LIT("いいえ"), true, out);
	return csv_cell(text, field->type != FORM_INT, out);
}
