/*
 * sql - statements derived from a descriptor.
 *
 * All names are quoted: a field may be called "end" or "check".
 */
#include <stdio.h>
#include <string.h>

#include "entity/sql_int.h"

enum storage { STORAGE_BLOB, STORAGE_INTEGER, STORAGE_TEXT };

static const struct {
	const char *name;
	const char *storage[3];
} drivers[SQL_DRIVER_COUNT] = {
	[SQL_SQLITE] = {"sqlite", {"BLOB", "INTEGER", "TEXT"}},
	[SQL_POSTGRESQL] = {"postgresql", {"BYTEA", "BIGINT", "TEXT"}},
};

static const struct {
	enum storage storage;
	bool null; /* "none" is NULL */
} kinds[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = {STORAGE_TEXT, false},
	[FIELD_ID] = {STORAGE_BLOB, true},
	[FIELD_DATE] = {STORAGE_INTEGER, true},
	[FIELD_TIME] = {STORAGE_INTEGER, true},
	[FIELD_INT] = {STORAGE_INTEGER, false},
	[FIELD_BOOL] = {STORAGE_INTEGER, false},
	[FIELD_CHOICE] = {STORAGE_INTEGER, true},
	[FIELD_BYTES] = {STORAGE_BLOB, false},
	[FIELD_FORM] = {STORAGE_BLOB, false},
};

static const char *const sealed_names[GRADE_COUNT] = {"sealed_3a", "sealed_3b", "sealed_3c", "sealed_2", "sealed_1"};

err sql_driver_find(const char *name, enum sql_driver *driver_out)
{
	for (int i = 0; i < SQL_DRIVER_COUNT; i++) {
		if (strcmp(drivers[i].name, name) == 0) {
			*driver_out = (enum sql_driver)i;
			return OK;
		}
	}
	return FAIL(INVALID);
}

static struct column *add(struct column *columns, size_t *count, enum column_kind kind, const char *name, const char *suffix)
{
	struct column *column = &columns[(*count)++];
	int len;

	*column = (struct column){.kind = kind};
	len = snprintf(column->name, sizeof(column->name), "%s%s", name, suffix);
	REQUIRE(len > 0 && (size_t)len < sizeof(column->name));
	column->name_len = (size_t)len;
	return column;
}

static bool has_sealed(const struct entity *entity, enum grade grade)
{
	for (size_t i = 0; i < entity->field_count; i++)
		if (entity->fields[i].sealed && entity->fields[i].grade == grade)
			return true;
	return false;
}

size_t sql_columns(const struct entity *entity, struct column columns_out[static COLUMN_MAX])
{
	const struct field *fields = entity->fields;
	size_t count = 0;

	REQUIRE(entity->field_count <= FIELD_MAX);
	add(columns_out, &count, COLUMN_ID, "id", "");
	add(columns_out, &count, COLUMN_VERSION, "version", "");
	for (size_t i = 0; i < entity->field_count; i++)
		if (!fields[i].sealed)
			add(columns_out, &count, COLUMN_FIELD, fields[i].name, "")->field = &fields[i];
	for (size_t i = 0; i < entity->field_count; i++)
		if (fields[i].lookup)
			add(columns_out, &count, COLUMN_LOOKUP, fields[i].name, "_ix")->field = &fields[i];
	for (int grade = 0; grade < GRADE_COUNT; grade++)
		if (has_sealed(entity, (enum grade)grade))
			add(columns_out, &count, COLUMN_SEALED, sealed_names[grade], "")->grade = (enum grade)grade;
	add(columns_out, &count, COLUMN_DIGEST, "digest", "");
	return count;
}

static err put_column(const struct column *column, enum sql_driver driver, struct buf *out)
{
	enum storage storage = STORAGE_BLOB;
	bool null = column->kind == COLUMN_LOOKUP || column->kind == COLUMN_SEALED;

	if (column->kind == COLUMN_VERSION)
		storage = STORAGE_INTEGER;
	if (column->kind == COLUMN_FIELD) {
		storage = kinds[column->field->type].storage;
		null = kinds[column->field->type].null;
	}
	return buf_printf(out, "\t\"%s\" %s%s%s", column->name, drivers[driver].storage[storage], null ? "" : " NOT NULL",
	    column->kind == COLUMN_ID ? " PRIMARY KEY" : "");
}

/* list: "facility, name_ix" */
static err put_index(const struct entity *entity, const char *list, bool unique, size_t number, struct buf *out)
{
	TRY(buf_printf(out, "CREATE %sINDEX IF NOT EXISTS \"%s_%s_%zu\" ON \"%s\" (", unique ? "UNIQUE " : "", entity->name,
	    unique ? "unique" : "index", number, entity->name));
	for (const char *at = list; *at != '\0';) {
		size_t len = strcspn(at, ", ");

		TRY(buf_printf(out, "%s\"%.*s\"", at == list ? "" : ", ", (int)len, at));
		at += len;
		at += strspn(at, ", ");
	}
	return buf_append_str(out, ");\n");
}

static err put_indexes(const struct entity *entity, const char *const *lists, bool unique, struct buf *out)
{
	for (size_t i = 0; lists != NULL && lists[i] != NULL; i++)
		TRY(put_index(entity, lists[i], unique, i + 1, out));
	return OK;
}

/*
 * Short rows live in the tree of their key: a read by id is one search instead of two. Sealed rows are long, and long rows
 * in that tree leave it little fan-out; measured with 700 bytes, inserts take 2.5 times as long and a list 1.3 times.
 */
static const char *table_end(enum sql_driver driver, bool sealed)
{
	if (driver != SQL_SQLITE)
		return ");\n";
	return sealed ? ") STRICT;\n" : ") STRICT, WITHOUT ROWID;\n";
}

err sql_ddl(const struct entity *entity, enum sql_driver driver, struct buf *out)
{
	struct column columns[COLUMN_MAX];
	size_t count = sql_columns(entity, columns);
	bool sealed = false;

	TRY(buf_printf(out, "CREATE TABLE IF NOT EXISTS \"%s\" (\n", entity->name));
	for (size_t i = 0; i < count; i++) {
		sealed = sealed || columns[i].kind == COLUMN_SEALED;
		TRY(put_column(&columns[i], driver, out));
		TRY(buf_append_str(out, i + 1 == count ? "\n" : ",\n"));
	}
	TRY(buf_append_str(out, table_end(driver, sealed)));
	TRY(put_indexes(entity, entity->unique, true, out));
	return put_indexes(entity, entity->indexes, false, out);
}

err sql_select_columns(const struct entity *entity, const struct column *columns, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		TRY(buf_printf(out, "%s\"%s\".\"%s\"", i == 0 ? "" : ",", entity->name, columns[i].name));
	return OK;
}

err sql_insert(const struct entity *entity, const struct column *columns, size_t count, struct buf *out)
{
	TRY(buf_printf(out, "INSERT INTO \"%s\" (", entity->name));
	for (size_t i = 0; i < count; i++)
		TRY(buf_printf(out, "%s\"%s\"", i == 0 ? "" : ", ", columns[i].name));
	TRY(buf_append_str(out, ") VALUES ("));
	for (size_t i = 0; i < count; i++)
		TRY(buf_printf(out, "%s:%s", i == 0 ? "" : ", ", columns[i].name));
	return buf_append_str(out, ")");
}

static const char as_read[] = " WHERE \"id\" = :id AND \"version\" = :version_was AND \"digest\" = :digest_was";

err sql_update(const struct entity *entity, const struct column *columns, size_t count, struct buf *out)
{
	TRY(buf_printf(out, "UPDATE \"%s\" SET ", entity->name));
	for (size_t i = 1; i < count; i++)
		TRY(buf_printf(out, "%s\"%s\" = :%s", i == 1 ? "" : ", ", columns[i].name, columns[i].name));
	return buf_append_str(out, as_read);
}

err sql_delete(const struct entity *entity, struct buf *out)
{
	TRY(buf_printf(out, "DELETE FROM \"%s\"", entity->name));
	return buf_append_str(out, as_read);
}
