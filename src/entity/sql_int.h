/*
 * sql_int - statements derived from a descriptor: the common subset of SQLite and PostgreSQL.
 */
#ifndef ENTITY_SQL_INT_H
#define ENTITY_SQL_INT_H

#include "entity/entity.h"

enum sql_driver { SQL_SQLITE, SQL_POSTGRESQL, SQL_DRIVER_COUNT };

enum column_kind { COLUMN_ID, COLUMN_VERSION, COLUMN_FIELD, COLUMN_LOOKUP, COLUMN_SEALED, COLUMN_DIGEST };

#define COLUMN_NAME_MAX 48
#define COLUMN_MAX (2 * FIELD_MAX + GRADE_COUNT + 3)

struct column {
	enum column_kind kind;
	const struct field *field; /* of COLUMN_FIELD and COLUMN_LOOKUP */
	enum grade grade;          /* of COLUMN_SEALED */
	char name[COLUMN_NAME_MAX];
	size_t name_len;
};

/* In the order of every statement: id, version, fields, lookups, sealed groups, digest. */
size_t sql_columns(const struct entity *entity, struct column columns_out[static COLUMN_MAX]);
MUST_USE err sql_driver_find(const char *name, enum sql_driver *driver_out); /* INVALID */

MUST_USE err sql_ddl(const struct entity *entity, enum sql_driver driver, struct buf *out);
/* "child"."id","child"."version",… */
MUST_USE err sql_select_columns(const struct entity *entity, const struct column *columns, size_t count, struct buf *out);
MUST_USE err sql_insert(const struct entity *entity, const struct column *columns, size_t count, struct buf *out);
/* Both touch the row only as it was read: :id, :version_was, :digest_was. */
MUST_USE err sql_update(const struct entity *entity, const struct column *columns, size_t count, struct buf *out);
MUST_USE err sql_delete(const struct entity *entity, struct buf *out);

#endif
