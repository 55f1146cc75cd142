/*
 * store_int - connections and queries as the files of this folder share them.
 */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H

#include <sqlite3.h>

#include "store/store.h"

struct query {
	struct query *same;      /* another one of the same statement */
	struct db *db;
	const struct statement *statement;
	sqlite3_stmt *handle;
	int64_t changes;
	bool used;
	bool ended;              /* stepped to the end */
	err failed;              /* of a step, or of a column for want of memory; stays until query_end */
};

struct slot {
	const struct statement *statement;
	struct query *first;
};

struct db {
	sqlite3 *handle;
	struct slot *slots;      /* open addressing; slot_count is a power of two */
	size_t slot_count;
	size_t slot_used;
	int log_frames;
	bool io_failed;
};

/* What an error of SQLite means to our callers; logged here unless it is an everyday outcome. what: names the act. */
MUST_USE err db_failure(struct db *db, int code, const char *what);

/* Checkpoints no longer follow a commit by themselves; the committer makes them after its replies. */
void db_take_checkpoints(struct db *db);
/* Copies the log into the database when it has grown enough. Only an I/O error is an error; db_io_failed tells. */
MUST_USE err db_checkpoint(struct db *db);
/* An I/O error (a failed fsync among them) has happened on this connection; never reset. */
bool db_io_failed(const struct db *db);

/* Frees every prepared statement, used or not. */
void query_forget_all(struct db *db);

#endif
