/*
 * db - connections over SQLite: how they are set up, what their errors mean, their transactions.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/log.h"
#include "store/store.h"
#include "store/store_int.h"

#define BUSY_TIMEOUT_MS 5000
#define CHECKPOINT_FRAMES 1000   /* SQLite's own default */
#define LENGTH_MAX (64 << 20)    /* bytes of one value, one row, one script */

static const struct statement begin_read = {"store.begin-read", "BEGIN"};
static const struct statement begin_write = {"store.begin-write", "BEGIN IMMEDIATE"};
static const struct statement commit = {"store.commit", "COMMIT"};
static const struct statement rollback = {"store.rollback", "ROLLBACK"};
static const struct statement savepoint = {"store.savepoint", "SAVEPOINT step"};
static const struct statement release = {"store.release", "RELEASE SAVEPOINT step"};
static const struct statement rollback_to = {"store.rollback-to", "ROLLBACK TO SAVEPOINT step"};

/* What each of SQLite's primary codes means to our callers; the rest is INTERNAL. */
static const struct {
	int code;
	enum err_code means;
	bool quiet;              /* an everyday outcome, not worth a line */
} meaning[] = {
	{SQLITE_BUSY, ERR_UNAVAILABLE, true},
	{SQLITE_LOCKED, ERR_UNAVAILABLE, true},
	{SQLITE_CONSTRAINT, ERR_CONFLICT, true},
	{SQLITE_INTERRUPT, ERR_UNAVAILABLE, true},
	{SQLITE_FULL, ERR_UNAVAILABLE, false},
	{SQLITE_IOERR, ERR_UNAVAILABLE, false},
	{SQLITE_NOMEM, ERR_UNAVAILABLE, false},
	{SQLITE_CANTOPEN, ERR_UNAVAILABLE, false},
	{SQLITE_PERM, ERR_UNAVAILABLE, false},
	{SQLITE_AUTH, ERR_UNAVAILABLE, false},
	{SQLITE_PROTOCOL, ERR_UNAVAILABLE, false},
	{SQLITE_CORRUPT, ERR_CORRUPT, false},
	{SQLITE_NOTADB, ERR_CORRUPT, false},
	{SQLITE_FORMAT, ERR_CORRUPT, false},
	{SQLITE_TOOBIG, ERR_TOO_LARGE, false},
};

err db_failure(struct db *db, int code, const char *what)
{
	int primary = code & 0xff;
	enum err_code means = ERR_INTERNAL;
	bool quiet = false;

	/* Growing the shared index is the one I/O error that only says "no space". */
	if (primary == SQLITE_IOERR && code != SQLITE_IOERR_SHMSIZE)
		db->io_failed = true;
	for (size_t i = 0; i < sizeof(meaning) / sizeof(meaning[0]); i++) {
		if (meaning[i].code == primary) {
			means = meaning[i].means;
			quiet = meaning[i].quiet;
		}
	}
	/* SQLite's message names tables and columns, never values; it is gone once we return. */
	if (!quiet)
		log_error("store: %s: %s (%d)", what, db->handle == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db->handle), code);
	return (err){(unsigned char)means};
}

/* The file is ours alone from its first moment, and its name is durable. */
static err create_file(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);
	int file, directory;
	bool durable;

	if (len >= sizeof(folder) - 1)
		return FAIL(UNAVAILABLE);
	file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return errno == EEXIST ? OK : FAIL(UNAVAILABLE);
	if (len == 0) {
		memcpy(folder, slash == NULL ? "." : "/", 2);
	} else {
		memcpy(folder, path, len);
		folder[len] = '\0';
	}
	directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	durable = directory >= 0 && fsync(file) == 0 && fsync(directory) == 0;
	if (directory >= 0 && close(directory) != 0)
		durable = false;
	if (close(file) != 0)
		durable = false;
	return durable ? OK : FAIL(UNAVAILABLE);
}

static err pragma_is(struct db *db, const char *sql, const char *expected)
{
	sqlite3_stmt *handle = NULL;
	int code = sqlite3_prepare_v2(db->handle, sql, -1, &handle, NULL);
	bool same = false;

	if (code == SQLITE_OK)
		code = sqlite3_step(handle);
	if (code == SQLITE_ROW) {
		const unsigned char *text = sqlite3_column_text(handle, 0);

		same = text != NULL && strcmp((const char *)text, expected) == 0;
		code = SQLITE_OK;
	}
	if (code != SQLITE_OK) {
		err e = db_failure(db, code, sql);

		sqlite3_finalize(handle);
		return e;
	}
	sqlite3_finalize(handle);
	if (!same) {
		log_error("store: %s is not %s", sql, expected);
		return FAIL(UNAVAILABLE);
	}
	return OK;
}

static err configure(struct db *db, enum db_mode mode)
{
	static const struct {
		int option, value;
	} config[] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},
		{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
		{SQLITE_DBCONFIG_DQS_DDL, 0},
		{SQLITE_DBCONFIG_DQS_DML, 0},
		{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	};

	for (size_t i = 0; i < sizeof(config) / sizeof(config[0]); i++) {
		int now = -1;

		if (sqlite3_db_config(db->handle, config[i].option, config[i].value, &now) != SQLITE_OK || now != config[i].value)
			return FAIL(UNAVAILABLE);
	}
	(void)sqlite3_extended_result_codes(db->handle, 1);
	(void)sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	(void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	TRY(db_script(db,
	    "PRAGMA cell_size_check = ON;"
	    "PRAGMA mmap_size = 0;"
	    "PRAGMA temp_store = MEMORY;"
	    "PRAGMA secure_delete = FAST;"
	    "PRAGMA synchronous = FULL;"));
	if (mode == DB_READ) {
		TRY(db_script(db, "PRAGMA query_only = ON"));
		/* Reads the file's head, so that what is no database is found here. */
		TRY(db_script(db, "SELECT count(*) FROM sqlite_master"));
	} else {
		TRY(pragma_is(db, "PRAGMA journal_mode = WAL", "wal"));
	}
	TRY(pragma_is(db, "PRAGMA synchronous", "2"));
	return pragma_is(db, "PRAGMA foreign_keys", "1");
}

/* SQLite counts its memory under a lock that every thread's every allocation takes; nobody asks for the count. */
static void library_set_up(void)
{
	if (sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK)
		log_warn("store: SQLite keeps counting its memory");
}

err db_open(const char *path, enum db_mode mode, struct db **db_out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct db *db;
	int code;
	err e;

	if (mode == DB_WRITE)
		TRY(create_file(path));
	db = calloc(1, sizeof(*db));
	if (db == NULL)
		return FAIL(UNAVAILABLE);
	/* S2: one thread at a time, so SQLite needs no lock of its own. */
	(void)pthread_once(&once, library_set_up);
	code = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
	e = code == SQLITE_OK ? configure(db, mode) : db_failure(db, code, "open");
	if (!err_is_ok(e)) {
		db_close(&db);
		return e;
	}
	*db_out = db;
	return OK;
}

void db_close(struct db **owner)
{
	struct db *db = *owner;

	*owner = NULL;
	if (db == NULL)
		return;
	query_forget_all(db);
	/* What is open is rolled back; the last connection also empties the log. Its failure loses nothing. */
	if (db->handle != NULL && sqlite3_close(db->handle) != SQLITE_OK)
		log_warn("store: close: %s", sqlite3_errmsg(db->handle));
	free(db);
}

err db_script(struct db *db, const char *sql)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? OK : db_failure(db, code, "script");
}

/* ---- Transactions ---- */

static err run_plain(struct db *db, const struct statement *statement)
{
	struct query *query;

	TRY(query_start(db, statement, &query));
	return query_run(&query);
}

err db_begin(struct db *db, enum db_mode mode)
{
	return run_plain(db, mode == DB_WRITE ? &begin_write : &begin_read);
}

err db_commit(struct db *db)
{
	return run_plain(db, &commit);
}

void db_rollback(struct db *db)
{
	if (!db_in_transaction(db))
		return;
	/* SQLite ends the transaction even when it reports trouble, which is logged. */
	err_ignore(run_plain(db, &rollback));
}

err db_savepoint(struct db *db)
{
	return run_plain(db, &savepoint);
}

err db_release(struct db *db)
{
	return run_plain(db, &release);
}

err db_rollback_to(struct db *db)
{
	TRY(run_plain(db, &rollback_to));
	return run_plain(db, &release);
}

bool db_in_transaction(struct db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

/* ---- What the database says of itself ---- */

static struct bytes text_of(sqlite3_stmt *handle, int column)
{
	const unsigned char *text = sqlite3_column_text(handle, column);

	return (struct bytes){text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(handle, column)};
}

static err each_pair(struct db *db, const char *sql, err (*each)(void *context, struct bytes first, struct bytes second), void *context)
{
	sqlite3_stmt *handle = NULL;
	int code = sqlite3_prepare_v2(db->handle, sql, -1, &handle, NULL);
	err e = OK;

	while (code == SQLITE_OK && err_is_ok(e)) {
		code = sqlite3_step(handle);
		if (code == SQLITE_ROW) {
			e = each(context, text_of(handle, 0), text_of(handle, 1));
			code = SQLITE_OK;
		}
	}
	if (err_is_ok(e) && code != SQLITE_DONE)
		e = db_failure(db, code, "schema");
	(void)sqlite3_finalize(handle); /* its failure was the last step's */
	return e;
}

err db_columns(struct db *db, err (*each)(void *context, struct bytes table, struct bytes column), void *context)
{
	return each_pair(db, "SELECT m.name, p.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p"
	    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, p.cid", each, context);
}

err db_triggers(struct db *db, err (*each)(void *context, struct bytes table, struct bytes sql), void *context)
{
	return each_pair(db, "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name", each, context);
}

/* ---- The files themselves ---- */

err db_file_read(struct db *db, enum db_file which, int64_t at, uint8_t *out, size_t max, size_t *read_out)
{
	int op = which == DB_FILE_DATA ? SQLITE_FCNTL_FILE_POINTER : SQLITE_FCNTL_JOURNAL_POINTER;
	sqlite3_file *file = NULL;
	sqlite3_int64 size = 0;
	int code = sqlite3_file_control(db->handle, "main", op, &file);

	*read_out = 0;
	if (code != SQLITE_OK)
		return db_failure(db, code, "file");
	if (file == NULL || file->pMethods == NULL)
		return OK;
	code = file->pMethods->xFileSize(file, &size);
	if (code != SQLITE_OK)
		return db_failure(db, code, "file size");
	if (at < 0 || at >= size)
		return OK;
	if (max > (size_t)INT32_MAX)
		max = (size_t)INT32_MAX;
	if ((uint64_t)(size - at) < max)
		max = (size_t)(size - at);
	code = file->pMethods->xRead(file, out, (int)max, at);
	/* The log may have been cut off since: what is missing reads as zeros. */
	if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
		return db_failure(db, code, "file read");
	*read_out = max;
	return OK;
}

/* ---- Checkpoints, for the committer ---- */

static int note_frames(void *context, sqlite3 *handle, const char *name, int frames)
{
	struct db *db = context;

	(void)handle;
	(void)name;
	db->log_frames = frames;
	return SQLITE_OK;
}

void db_take_checkpoints(struct db *db)
{
	(void)sqlite3_wal_hook(db->handle, note_frames, db);
}

err db_checkpoint(struct db *db)
{
	int code;

	if (db->log_frames < CHECKPOINT_FRAMES)
		return OK;
	db->log_frames = 0;
	code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (code == SQLITE_OK || code == SQLITE_BUSY)
		return OK;
	/* A full disk: nothing is lost, the log stays and the next commit asks again. */
	err_ignore(db_failure(db, code, "checkpoint"));
	return db->io_failed ? FAIL(UNAVAILABLE) : OK;
}

bool db_io_failed(const struct db *db)
{
	return db->io_failed;
}
