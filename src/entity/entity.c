/*
 * entity - finding descriptors, and our own mistakes in them.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "entity/entity.h"
#include "entity/value_int.h"

#define NAME_LEN_MAX 40

const struct entity *entity_find(struct bytes name)
{
	for (size_t i = 0; entities[i] != NULL; i++)
		if (bytes_is(name, entities[i]->name))
			return entities[i];
	return NULL;
}

const struct field *entity_field(const struct entity *entity, const char *name)
{
	for (size_t i = 0; i < entity->field_count; i++)
		if (strcmp(entity->fields[i].name, name) == 0)
			return &entity->fields[i];
	return NULL;
}

struct checking {
	const struct entity *const *list;
	const struct entity *entity;
	bool failed;
};

static void mistake(struct checking *checking, const char *part, const char *words)
{
	checking->failed = true;
	log_error("entity %s: %s: %s", checking->entity->name, part, words);
}

static void expect(struct checking *checking, bool holds, const char *part, const char *words)
{
	if (!holds)
		mistake(checking, part, words);
}

/* [a-z][a-z0-9_]* */
static bool is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return name[0] >= 'a' && name[0] <= 'z' && name[len] == '\0' && len <= NAME_LEN_MAX;
}

/* Columns that every table has of its own. */
static bool is_reserved(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "id") == 0 || strcmp(name, "version") == 0 || strcmp(name, "digest") == 0)
		return true;
	return strncmp(name, "sealed_", 7) == 0 || (len > 3 && strcmp(name + len - 3, "_ix") == 0);
}

static const struct entity *find_in(const struct entity *const *list, const char *name)
{
	while (*list != NULL && strcmp((*list)->name, name) != 0)
		list++;
	return *list;
}

static size_t size_of(enum field_type type)
{
	static const size_t sizes[FIELD_TYPE_COUNT] = {
		[FIELD_TEXT] = sizeof(struct bytes),
		[FIELD_ID] = sizeof(struct id),
		[FIELD_DATE] = sizeof(int32_t),
		[FIELD_TIME] = sizeof(int64_t),
		[FIELD_INT] = sizeof(int64_t),
		[FIELD_BOOL] = sizeof(bool),
		[FIELD_CHOICE] = sizeof(int32_t),
		[FIELD_BYTES] = sizeof(struct bytes),
		[FIELD_FORM] = sizeof(struct bytes),
	};

	return type < FIELD_TYPE_COUNT ? sizes[type] : 0;
}

static size_t align_of(enum field_type type)
{
	static const size_t aligns[FIELD_TYPE_COUNT] = {
		[FIELD_TEXT] = _Alignof(struct bytes),
		[FIELD_ID] = _Alignof(struct id),
		[FIELD_DATE] = _Alignof(int32_t),
		[FIELD_TIME] = _Alignof(int64_t),
		[FIELD_INT] = _Alignof(int64_t),
		[FIELD_BOOL] = _Alignof(bool),
		[FIELD_CHOICE] = _Alignof(int32_t),
		[FIELD_BYTES] = _Alignof(struct bytes),
		[FIELD_FORM] = _Alignof(struct bytes),
	};

	return type < FIELD_TYPE_COUNT ? aligns[type] : 1;
}

static void check_place(struct checking *checking, const struct field *field)
{
	const struct entity *entity = checking->entity;
	size_t size = size_of(field->type);
	bool inside = field->offset >= sizeof(struct row) && field->offset <= entity->size &&
	    size <= entity->size - field->offset;

	expect(checking, inside, field->name, "lies outside of the struct");
	expect(checking, field->offset % align_of(field->type) == 0, field->name, "is not aligned");
	for (size_t i = 0; i < entity->field_count && &entity->fields[i] != field; i++) {
		const struct field *other = &entity->fields[i];
		bool apart = other->offset + size_of(other->type) <= field->offset || field->offset + size <= other->offset;

		expect(checking, apart, field->name, "lies over another field");
		expect(checking, strcmp(other->name, field->name) != 0, field->name, "stands twice");
	}
}

/* Ids are random: they name a person without saying anything about it, and relations need them in clear. */
static bool must_be_sealed(const struct field *field)
{
	return field->personal && field->grade <= GRADE_3C && field->type != FIELD_ID;
}

static void check_kind(struct checking *checking, const struct field *field)
{
	bool text = field->type == FIELD_TEXT;

	expect(checking, (field->type == FIELD_CHOICE) == (value_choice_count(field) > 0), field->name, "choices");
	expect(checking, field->refers == NULL || field->type == FIELD_ID, field->name, "only ids refer");
	expect(checking, field->refers == NULL || find_in(checking->list, field->refers) != NULL, field->name,
	    "refers to an unknown entity");
	expect(checking, value_min(field) <= value_max(field), field->name, "min and max");
	expect(checking, !text || value_max(field) <= TEXT_MAX, field->name, "longer than TEXT_MAX");
	expect(checking, text || !field->lookup, field->name, "only texts have a lookup");
	expect(checking, text || !field->multiline, field->name, "only texts have lines");
	expect(checking, !field->secret, field->name, "secrets are input only");
	expect(checking, !must_be_sealed(field) || field->sealed, field->name, "personal 3x fields are sealed");
	expect(checking, !field->sealed || field->grade != GRADE_1, field->name, "nothing public is sealed");
	expect(checking, !field->sealed || checking->entity->seal != SEAL_NONE, field->name, "sealed without a key");
}

static void check_field(struct checking *checking, const struct field *field)
{
	if (field->name == NULL || field->ja == NULL || field->en == NULL || field->type >= FIELD_TYPE_COUNT ||
	    field->grade >= GRADE_COUNT) {
		mistake(checking, field->name == NULL ? "field" : field->name, "name, labels, type or grade");
		return;
	}
	expect(checking, is_name(field->name) && !is_reserved(field->name), field->name, "not a name for a field");
	check_place(checking, field);
	check_kind(checking, field);
}

/* "id", or an unsealed id of the row. */
static bool names_id(const struct entity *entity, const char *name)
{
	const struct field *field;

	if (name == NULL)
		return false;
	field = entity_field(entity, name);
	return strcmp(name, "id") == 0 || (field != NULL && field->type == FIELD_ID && !field->sealed);
}

static bool is_column(const struct entity *entity, struct bytes name)
{
	if (bytes_is(name, "id") || bytes_is(name, "version"))
		return true;
	for (size_t i = 0; i < entity->field_count; i++) {
		const struct field *field = &entity->fields[i];
		char lookup[NAME_LEN_MAX + 4];

		if (!field->sealed && bytes_is(name, field->name))
			return true;
		(void)snprintf(lookup, sizeof(lookup), "%s_ix", field->name);
		if (field->lookup && bytes_is(name, lookup))
			return true;
	}
	return false;
}

static void check_columns(struct checking *checking, const char *const *lists)
{
	for (; lists != NULL && *lists != NULL; lists++) {
		const char *at = *lists;

		while (at != NULL) {
			size_t len;

			at += strspn(at, ", ");
			len = strcspn(at, ", ");
			expect(checking, is_column(checking->entity, (struct bytes){(const uint8_t *)at, len}), *lists,
			    "not a column");
			at = strchr(at, ',');
		}
	}
}

static void check_entity(struct checking *checking)
{
	const struct entity *entity = checking->entity;
	const char *part = "itself";

	if (entity->ja == NULL || entity->en == NULL || entity->field_count > FIELD_MAX || entity->size < sizeof(struct row)) {
		mistake(checking, part, "labels, size or number of fields");
		return;
	}
	expect(checking, is_name(entity->name), part, "not a name");
	expect(checking, find_in(checking->list, entity->name) == entity, part, "stands twice");
	for (size_t i = 0; i < entity->field_count; i++)
		check_field(checking, &entity->fields[i]);
	if (checking->failed)
		return;
	expect(checking, entity->seal != SEAL_PERSON || names_id(entity, entity->owner), "owner", "not an id of the row");
	expect(checking, entity->seal != SEAL_FACILITY || names_id(entity, entity->facility), "facility", "missing");
	expect(checking, entity->facility == NULL || names_id(entity, entity->facility), "facility", "not an id of the row");
	check_columns(checking, entity->unique);
	check_columns(checking, entity->indexes);
}

err entity_check(const struct entity *const *list)
{
	bool failed = false;

	for (const struct entity *const *at = list; *at != NULL; at++) {
		struct checking checking = {.list = list, .entity = *at};

		check_entity(&checking);
		failed = failed || checking.failed;
	}
	return failed ? FAIL(INVALID) : OK;
}
