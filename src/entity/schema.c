/*
 * schema - what descriptors say to people and other programs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "entity/csv_int.h"
#include "entity/members.h"
#include "entity/schema.h"
#include "entity/value_int.h"

#define ID_PATTERN "^[0-7][0-9a-hjkmnp-tv-z]{25}$"

static const char *const grades[GRADE_COUNT] = {"3A", "3B", "3C", "2", "1"};

static const char *const types[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = "text",
	[FIELD_ID] = "id",
	[FIELD_DATE] = "date",
	[FIELD_TIME] = "time",
	[FIELD_INT] = "int",
	[FIELD_BOOL] = "bool",
	[FIELD_CHOICE] = "choice",
	[FIELD_BYTES] = "bytes",
	[FIELD_FORM] = "form",
};

const char *schema_grade(enum grade grade)
{
	REQUIRE(grade < GRADE_COUNT);
	return grades[grade];
}

const char *schema_type(enum field_type type)
{
	REQUIRE(type < FIELD_TYPE_COUNT);
	return types[type];
}

static bool nullable(const struct field *field)
{
	return !field->required && field->type != FIELD_BOOL && field->type != FIELD_INT && field->type != FIELD_TEXT;
}

static void put_type(struct json *json, const char *type, bool or_null)
{
	if (!or_null) {
		json_str(json, "type", type);
		return;
	}
	json_array(json, "type");
	json_str(json, NULL, type);
	json_str(json, NULL, "null");
	json_array_end(json);
}

static void put_choices(struct json *json, const struct field *field, bool or_null)
{
	json_array(json, "enum");
	for (int32_t i = 0; i < value_choice_count(field); i++)
		json_str(json, NULL, field->choices[i]);
	if (or_null)
		json_null(json, NULL);
	json_array_end(json);
}

/* Which names there are and of which type says the description of the kind. */
static void put_members(struct json *json)
{
	static const char *const kinds[] = {"string", "integer", "boolean", "null"};

	json_int(json, "maxProperties", MEMBERS_MAX);
	json_object(json, "propertyNames");
	json_str(json, "pattern", "^[a-z][a-z0-9_]{0,39}$");
	json_object_end(json);
	json_object(json, "additionalProperties");
	json_array(json, "type");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		json_str(json, NULL, kinds[i]);
	json_array_end(json);
	json_object_end(json);
}

static void put_kind(struct json *json, const struct field *field, bool or_null)
{
	static const char *const names[FIELD_TYPE_COUNT] = {[FIELD_INT] = "integer", [FIELD_BOOL] = "boolean", [FIELD_FORM] = "object"};

	put_type(json, names[field->type] == NULL ? "string" : names[field->type], or_null);
	switch (field->type) {
	case FIELD_TEXT:
		if (value_min(field) > 0)
			json_int(json, "minLength", value_min(field));
		json_int(json, "maxLength", value_max(field));
		break;
	case FIELD_ID:
		json_str(json, "pattern", ID_PATTERN);
		break;
	case FIELD_DATE:
		json_str(json, "format", "date");
		break;
	case FIELD_TIME:
		json_str(json, "format", "date-time");
		break;
	case FIELD_INT:
		json_int(json, "minimum", value_min(field));
		json_int(json, "maximum", value_max(field));
		break;
	case FIELD_CHOICE:
		put_choices(json, field, or_null);
		break;
	case FIELD_BYTES:
		json_str(json, "contentMediaType", "application/octet-stream");
		json_int(json, "maxLength", value_max(field));
		break;
	case FIELD_FORM:
		put_members(json);
		break;
	case FIELD_BOOL:
	case FIELD_TYPE_COUNT:
		break;
	}
}

static void put_label(struct json *json, const char *ja, const char *en)
{
	char both[512];

	(void)snprintf(both, sizeof(both), "%s / %s", ja, en);
	json_str(json, "description", both);
	json_object(json, "x-label");
	json_str(json, "ja", ja);
	json_str(json, "en", en);
	json_object_end(json);
}

static void put_field(struct json *json, const struct field *field, bool or_null)
{
	put_kind(json, field, or_null);
	put_label(json, field->ja, field->en);
	json_str(json, "x-grade", schema_grade(field->grade));
	json_bool(json, "x-personal", field->personal);
	if (field->secret)
		json_bool(json, "writeOnly", true);
	if (field->refers != NULL)
		json_str(json, "x-refers", field->refers);
	if (field->group != NULL)
		json_str(json, "x-group", field->group);
}

void schema_field(struct json *json, const struct field *field)
{
	put_field(json, field, nullable(field));
}

static void put_property(struct json *json, const struct field *field, bool or_null)
{
	json_object(json, field->name);
	put_field(json, field, or_null);
	json_object_end(json);
}

static bool is_out(const struct field *field)
{
	return field->type != FIELD_BYTES && !field->secret;
}

void schema_entity(struct json *json, const struct entity *entity)
{
	put_type(json, "object", false);
	json_str(json, "title", entity->name);
	put_label(json, entity->ja, entity->en);
	json_object(json, "properties");
	json_object(json, "id");
	put_type(json, "string", false);
	json_str(json, "pattern", ID_PATTERN);
	json_object_end(json);
	for (size_t i = 0; i < entity->field_count; i++)
		if (is_out(&entity->fields[i]))
			put_property(json, &entity->fields[i], nullable(&entity->fields[i]));
	json_object_end(json);
	json_array(json, "required");
	json_str(json, NULL, "id");
	for (size_t i = 0; i < entity->field_count; i++)
		if (is_out(&entity->fields[i]) && entity->fields[i].group == NULL)
			json_str(json, NULL, entity->fields[i].name);
	json_array_end(json);
}

void schema_inputs(struct json *json, const struct field *const *fields, size_t count)
{
	put_type(json, "object", false);
	json_object(json, "properties");
	for (size_t i = 0; i < count; i++)
		if (fields[i]->type != FIELD_BYTES)
			put_property(json, fields[i], !fields[i]->required);
	json_object_end(json);
	json_array(json, "required");
	for (size_t i = 0; i < count; i++)
		if (fields[i]->type != FIELD_BYTES && fields[i]->required)
			json_str(json, NULL, fields[i]->name);
	json_array_end(json);
	json_bool(json, "additionalProperties", false);
}

static void put_entry(struct json *json, const struct field *field)
{
	json_object(json, NULL);
	json_str(json, "name", field->name);
	json_str(json, "ja", field->ja);
	json_str(json, "en", field->en);
	json_str(json, "type", schema_type(field->type));
	if (field->type != FIELD_ID && field->type != FIELD_BOOL && field->type != FIELD_CHOICE) {
		json_int(json, "min", value_min(field));
		json_int(json, "max", value_max(field));
	}
	if (field->type == FIELD_CHOICE)
		put_choices(json, field, false);
	json_str(json, "grade", schema_grade(field->grade));
	json_bool(json, "personal", field->personal);
	json_bool(json, "sealed", field->sealed);
	json_bool(json, "required", field->required);
	json_bool(json, "lookup", field->lookup);
	if (field->refers != NULL)
		json_str(json, "refers", field->refers);
	if (field->group != NULL)
		json_str(json, "group", field->group);
	json_object_end(json);
}

err schema_dictionary_json(const struct entity *const *list, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object(&json, NULL);
	json_array(&json, "entities");
	for (; *list != NULL; list++) {
		json_object(&json, NULL);
		json_str(&json, "name", (*list)->name);
		json_str(&json, "ja", (*list)->ja);
		json_str(&json, "en", (*list)->en);
		json_array(&json, "fields");
		for (size_t i = 0; i < (*list)->field_count; i++)
			put_entry(&json, &(*list)->fields[i]);
		json_array_end(&json);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	return json.state;
}

/* The columns of the dictionary; cell writes the text of one. */
struct column {
	const char *heading;
	err (*cell)(const struct entity *entity, const struct field *field, struct buf *out);
};

static err cell_entity(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)field;
	return buf_append_str(out, entity->name);
}

static err cell_name(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)entity;
	return buf_append_str(out, field->name);
}

static err cell_ja(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)entity;
	return buf_append_str(out, field->ja);
}

static err cell_en(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)entity;
	return buf_append_str(out, field->en);
}

static err cell_type(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)entity;
	return buf_append_str(out, schema_type(field->type));
}

static err cell_limits(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)entity;
	switch (field->type) {
	case FIELD_CHOICE:
		for (int32_t i = 0; i < value_choice_count(field); i++)
			TRY(buf_printf(out, "%s%s", i == 0 ? "" : " | ", field->choices[i]));
		return OK;
	case FIELD_TEXT:
	case FIELD_INT:
	case FIELD_DATE:
	case FIELD_BYTES:
	case FIELD_FORM:
		return buf_printf(out, "%" PRId64 " .. %" PRId64, value_min(field), value_max(field));
	case FIELD_ID:
		return buf_append_str(out, field->refers == NULL ? "" : field->refers);
	case FIELD_TIME:
	case FIELD_BOOL:
	case FIELD_TYPE_COUNT:
		break;
	}
	return OK;
}

static err cell_grade(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)entity;
	return buf_append_str(out, schema_grade(field->grade));
}

static err cell_marks(const struct entity *entity, const struct field *field, struct buf *out)
{
	const struct {
		bool set;
		const char *word;
	} marks[] = {
		{field->personal, "personal"},
		{field->sealed, "sealed"},
		{field->required, "required"},
		{field->lookup, "lookup"},
		{field->sort, "sort"},
	};
	const char *space = "";

	(void)entity;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!marks[i].set)
			continue;
		TRY(buf_printf(out, "%s%s", space, marks[i].word));
		space = " ";
	}
	return OK;
}

static err cell_group(const struct entity *entity, const struct field *field, struct buf *out)
{
	(void)entity;
	return buf_append_str(out, field->group == NULL ? "" : field->group);
}

static const struct column columns[] = {
	{"表 / entity", cell_entity},
	{"項目 / field", cell_name},
	{"日本語 / Japanese", cell_ja},
	{"英語 / English", cell_en},
	{"型 / type", cell_type},
	{"制限 / limits", cell_limits},
	{"機密性 / grade", cell_grade},
	{"属性 / marks", cell_marks},
	{"項目群 / group", cell_group},
};
#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static err put_line(const struct entity *entity, const struct field *field, struct buf *out)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		OWN(buf) cell = {0};

		if (field == NULL)
			TRY(buf_append_str(&cell, columns[i].heading));
		else
			TRY(columns[i].cell(entity, field, &cell));
		if (i != 0)
			TRY(buf_u8(out, ','));
		TRY(csv_cell(bytes_of(&cell), true, out));
	}
	return buf_append_str(out, "\r\n");
}

err schema_dictionary_csv(const struct entity *const *list, struct buf *out)
{
	TRY(buf_append_str(out, CSV_BOM));
	TRY(put_line(NULL, NULL, out));
	for (; *list != NULL; list++)
		for (size_t i = 0; i < (*list)->field_count; i++)
			TRY(put_line(*list, &(*list)->fields[i], out));
	return OK;
}
