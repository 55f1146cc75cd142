#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "keys/keystore.h"
#include "ledger/ledger.h"
#include "op/compartment.h"
#include "op/head_signer.h"
#include "op/history.h"
#include "op/list.h"
#include "op/schedule.h"
#include "store/migrate.h"

const char compartment_schema[] =
    "CREATE TABLE compartment (one INTEGER PRIMARY KEY, name TEXT NOT NULL, title_ja TEXT NOT NULL, title_en TEXT NOT NULL,"
    " provider INTEGER NOT NULL, demo INTEGER NOT NULL, probe INTEGER NOT NULL, origin TEXT NOT NULL, id BLOB NOT NULL);"
    "CREATE TABLE heartbeat (one INTEGER PRIMARY KEY, beats INTEGER NOT NULL);"
    "INSERT INTO heartbeat (one, beats) VALUES (1, 0);";

static const struct statement insert_self = {"compartment.insert",
    "INSERT INTO compartment (one, name, title_ja, title_en, provider, demo, probe, origin, id)"
    " VALUES (1, :name, :title_ja, :title_en, :provider, :demo, :probe, :origin, :id)"};
static const struct statement select_self = {"compartment.select",
    "SELECT name, title_ja, title_en, provider, demo, origin, id, probe FROM compartment WHERE one = 1"};

err compartment_start(void)
{
	TRY(entity_check(entities));
	TRY(row_plan_make(entities, "sqlite"));
	TRY(access_start());
	for (size_t i = 0; op_starts[i] != NULL; i++)
		TRY(op_starts[i]());
	TRY(list_start());
	TRY(history_start());
	return op_check();
}

static bool name_fits(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 31 || name[0] < 'a' || name[0] > 'z')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

err compartment_ddl(const char *driver, struct buf *sql_out)
{
	for (size_t i = 0; entities[i] != NULL; i++)
		TRY(row_ddl(entities[i], driver, sql_out));
	return OK;
}

static err schema_make(struct db *db)
{
	OWN(buf) sql = {0};
	struct migration first = {.number = 1, .name = "first"};

	TRY(buf_append_str(&sql, compartment_schema));
	TRY(buf_append_str(&sql, ledger_schema));
	TRY(buf_append_str(&sql, ledger_triggers));
	TRY(buf_append_str(&sql, history_schema));
	TRY(buf_append_str(&sql, schedule_schema));
	TRY(compartment_ddl("sqlite", &sql));
	TRY(buf_u8(&sql, 0));
	first.sql = (const char *)sql.ptr;
	return migrate_run(db, &first, 1);
}

static err insert_row(struct db *db, const struct compartment_spec *spec, const char *origin)
{
	struct query *query = NULL;
	struct id id;
	err e;

	TRY(id_new(&id));
	TRY(query_start(db, &insert_self, &query));
	e = query_text(query, "name", bytes_str(spec->name));
	if (err_is_ok(e))
		e = query_text(query, "title_ja", bytes_str(spec->title_ja));
	if (err_is_ok(e))
		e = query_text(query, "title_en", bytes_str(spec->title_en));
	if (err_is_ok(e))
		e = query_int(query, "provider", spec->provider);
	if (err_is_ok(e))
		e = query_int(query, "demo", spec->demo);
	if (err_is_ok(e))
		e = query_int(query, "probe", spec->probe);
	if (err_is_ok(e))
		e = query_text(query, "origin", bytes_str(origin));
	if (err_is_ok(e))
		e = query_id(query, "id", &id);
	if (!err_is_ok(e)) {
		query_end(&query);
		return e;
	}
	return query_run(&query);
}

static err make_directory(const char *path)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return OK;
	log_error("%s cannot be made: %s", path, strerror(errno));
	return FAIL(UNAVAILABLE);
}

static err path_join(char out[static PATH_MAX], const char *a, const char *b, const char *c)
{
	int len = snprintf(out, PATH_MAX, "%s/%s%s%s", a, b, c != NULL ? "/" : "", c != NULL ? c : "");

	return len > 0 && len < PATH_MAX ? OK : FAIL(TOO_LARGE);
}

/* Empty; its name becomes durable with the database's, which syncs the folder when it is made after it. */
static err make_heads(const char *core)
{
	char path[PATH_MAX];
	int fd;
	bool made;

	TRY(path_join(path, core, COMPARTMENT_HEADS, NULL));
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return FAIL(UNAVAILABLE);
	made = fsync(fd) == 0;
	if (close(fd) != 0)
		made = false;
	return made ? OK : FAIL(UNAVAILABLE);
}

err compartment_make(const char *directory, const struct compartment_spec *spec)
{
	char core[PATH_MAX], keys[PATH_MAX], database[PATH_MAX], root[PATH_MAX], store[PATH_MAX];
	char origin[96];
	struct db *db = NULL;
	err e;

	if (!name_fits(spec->name))
		return FAIL(INVALID);
	TRY(path_join(core, directory, "core", NULL));
	TRY(path_join(keys, directory, "keys", NULL));
	TRY(path_join(database, core, COMPARTMENT_DATABASE, NULL));
	TRY(path_join(root, keys, COMPARTMENT_ROOT_KEY, NULL));
	TRY(path_join(store, keys, COMPARTMENT_KEY_STORE, NULL));
	if (access(database, F_OK) == 0)
		return FAIL(CONFLICT);
	TRY(make_directory(directory));
	TRY(make_directory(core));
	TRY(make_directory(keys));
	(void)snprintf(origin, sizeof(origin), "%ssekimori.example/%s", spec->demo ? "demo/" : "", spec->name);
	TRY(keystore_create(root, store, origin));
	TRY(make_heads(core));
	TRY(db_open(database, DB_WRITE, &db));
	e = schema_make(db);
	if (err_is_ok(e))
		e = db_begin(db, DB_WRITE);
	if (err_is_ok(e))
		e = insert_row(db, spec, origin);
	if (err_is_ok(e))
		e = db_commit(db);
	db_close(&db);
	return e;
}

static err copy_text(struct query *query, int column, char *out, size_t max)
{
	struct bytes text = column_bytes(query, column);

	if (text.len >= max || (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL))
		return FAIL(CORRUPT);
	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return OK;
}

static err self_read(struct db *db, struct compartment *out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(db, &select_self, &query);

	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && !row)
		e = FAIL(CORRUPT);
	if (err_is_ok(e))
		e = copy_text(query, 0, out->name, sizeof(out->name));
	if (err_is_ok(e))
		e = copy_text(query, 1, out->title_ja, sizeof(out->title_ja));
	if (err_is_ok(e))
		e = copy_text(query, 2, out->title_en, sizeof(out->title_en));
	if (err_is_ok(e))
		e = copy_text(query, 5, out->origin, sizeof(out->origin));
	if (err_is_ok(e))
		e = column_id(query, 6, &out->id);
	if (err_is_ok(e)) {
		out->provider = column_int(query, 3) != 0;
		out->demo = column_int(query, 4) != 0;
		out->probe = column_int(query, 7) != 0;
	}
	query_end(&query);
	return e;
}

/* Two committers on one ledger would fork it: the second one is told. Held until compartment_close. */
static err lock_alone(const char *core, int *fd_out)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[PATH_MAX];
	int fd;

	TRY(path_join(path, core, COMPARTMENT_LOCK, NULL));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return FAIL(UNAVAILABLE);
	if (fcntl(fd, F_SETLK, &lock) == 0) {
		*fd_out = fd;
		return OK;
	}
	close(fd);
	log_error("the compartment is in use by another process");
	return FAIL(CONFLICT);
}

err compartment_open(const char *core, struct compartment *out, struct db **write_out)
{
	char database[PATH_MAX];
	struct db *db = NULL;
	err e;

	TRY(path_join(database, core, COMPARTMENT_DATABASE, NULL));
	if (access(database, F_OK) != 0)
		return FAIL(NOT_FOUND);
	TRY(lock_alone(core, &out->lock_fd));
	e = db_open(database, DB_WRITE, &db);
	if (err_is_ok(e))
		e = schema_make(db);
	if (err_is_ok(e))
		e = self_read(db, out);
	if (err_is_ok(e))
		e = ledger_open(db, &out->ledger);
	if (!err_is_ok(e)) {
		db_close(&db);
		close(out->lock_fd);
		out->name[0] = '\0'; /* compartment_close has nothing to close */
		return e;
	}
	clock_hold(); /* the ledger's times never run backwards */
	(void)snprintf(out->directory, sizeof(out->directory), "%s", core);
	*write_out = db;
	return OK;
}

void compartment_close(struct compartment *compartment)
{
	head_signer_close(&compartment->signer);
	ledger_close(&compartment->ledger);
	if (compartment->name[0] == '\0')
		return; /* it was not opened */
	close(compartment->lock_fd);
	clock_release();
}
