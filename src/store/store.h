/*
 * store - one SQLite database per compartment: connections, named statements, rows.
 *
 * S1  Every statement is a `struct statement` known before the program runs or derived from a descriptor at
 *     start; none is assembled from input. Parameters are bound by name.
 * S2  A connection belongs to one thread at a time. Statements are prepared once per connection.
 * S3  The write connection is the committer's alone (WAL, synchronous=FULL, foreign_keys=ON).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/bytes.h"
#include "base/id.h"

/* Known to a connection by its address: lives, unchanged, as long as any connection that has run it. */
struct statement {
	const char *name; /* module.purpose */
	const char *sql;  /* the common subset of SQLite and PostgreSQL; parameters :name */
};

enum db_mode { DB_READ, DB_WRITE };

struct db;
struct query;

/* path: the database file; DB_WRITE creates it (0600). UNAVAILABLE: cannot be opened; CORRUPT: not a database. */
MUST_USE err db_open(const char *path, enum db_mode mode, struct db **db_out);
void db_close(struct db **db);

/* For migrations and DDL only, at start. */
MUST_USE err db_script(struct db *db, const char *sql);

MUST_USE err db_begin(struct db *db, enum db_mode mode); /* read: deferred; write: BEGIN IMMEDIATE */
MUST_USE err db_commit(struct db *db);
void db_rollback(struct db *db);                         /* of whatever is open */
MUST_USE err db_savepoint(struct db *db);
MUST_USE err db_release(struct db *db);
MUST_USE err db_rollback_to(struct db *db);              /* and release */
bool db_in_transaction(struct db *db);                   /* !sqlite3_get_autocommit() */

/* What the database says of itself: the columns of each table of ours, and the text of each trigger with its table. Both stop at each's
 * first error, which is returned. */
MUST_USE err db_columns(struct db *db, err (*each)(void *context, struct bytes table, struct bytes column), void *context);
MUST_USE err db_triggers(struct db *db, err (*each)(void *context, struct bytes table, struct bytes sql), void *context);

enum db_file { DB_FILE_DATA, DB_FILE_LOG };

/*
 * For those who look at what really lies on the disk: up to max bytes of the database's file, or of its log, as they are there.
 * By the connection's own descriptor: closing another one of the same file would drop SQLite's locks.
 *
 * read_out     0: the file ends at or before `at`, or there is no log
 */
MUST_USE err db_file_read(struct db *db, enum db_file file, int64_t at, uint8_t *out, size_t max, size_t *read_out);

/*
 * Start a statement. It is reset by query_end, which every way out must call.
 * UNAVAILABLE: busy, full, I/O error. CORRUPT: malformed database. CONFLICT (on step): a constraint.
 */
MUST_USE err query_start(struct db *db, const struct statement *statement, struct query **query_out);
void query_end(struct query **query);
/* name without the colon. A name that the statement does not have is our mistake (REQUIRE), unless query_has says so first. */
bool query_has(const struct query *query, const char *name);
MUST_USE err query_int(struct query *query, const char *name, int64_t value);
MUST_USE err query_blob(struct query *query, const char *name, struct bytes value); /* borrowed until query_end */
MUST_USE err query_text(struct query *query, const char *name, struct bytes value); /* borrowed until query_end */
MUST_USE err query_null(struct query *query, const char *name);
static inline err query_id(struct query *query, const char *name, const struct id *id) { return query_blob(query, name, id_bytes(id)); }
MUST_USE err query_step(struct query *query, bool *row_out);
MUST_USE err query_run(struct query **query);            /* step to the end, then query_end in any case */
int64_t query_changes(const struct query *query);        /* rows touched by the last step */
/* Columns of the current row; bytes are valid until the next step. NULL is 0 or empty. */
bool column_null(struct query *query, int column);
int64_t column_int(struct query *query, int column);
struct bytes column_bytes(struct query *query, int column);
MUST_USE err column_id(struct query *query, int column, struct id *id_out); /* CORRUPT: not 16 bytes */

/* For speed in hot paths: the parameter's number once (REQUIREs that it exists), then bind by number. */
int query_parameter(const struct query *query, const char *name);
MUST_USE err query_int_at(struct query *query, int parameter, int64_t value);
MUST_USE err query_blob_at(struct query *query, int parameter, struct bytes value);
MUST_USE err query_text_at(struct query *query, int parameter, struct bytes value);

#endif
