/*
 * Connections: their settings, what each error becomes, what a query keeps and forgets.
 */
#include "store/store.h"
#include "store/temp_test.h"

static const struct statement add = {"test.add", "INSERT INTO thing (id, name, data) VALUES (:id, :name, :data)"};
static const struct statement all = {"test.all", "SELECT id, name, data FROM thing ORDER BY id"};
static const struct statement count = {"test.count", "SELECT count(*) FROM thing"};
static const struct statement rename_all = {"test.rename", "UPDATE thing SET name = :name"};
static const struct statement nonsense = {"test.nonsense", "SELECT * FROM nowhere"};
static const struct statement two = {"test.two", "SELECT 1; SELECT 2"};
static const struct statement add_part = {"test.add-part", "INSERT INTO part (thing) VALUES (:thing)"};

static struct db *open_new(const char *name)
{
	struct db *db = NULL;

	assert_ok(db_open(temp_file(name), DB_WRITE, &db));
	assert_ok(db_script(db,
	    "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, data BLOB) STRICT;"
	    "CREATE TABLE part (thing INTEGER NOT NULL REFERENCES thing (id)) STRICT;"));
	return db;
}

static err put(struct db *db, int64_t id, const char *name, struct bytes data)
{
	struct query *query;

	TRY(query_start(db, &add, &query));
	assert_ok(query_int(query, "id", id));
	assert_ok(query_text(query, "name", bytes_str(name)));
	assert_ok(query_blob(query, "data", data));
	return query_run(&query);
}

static int64_t things(struct db *db)
{
	struct query *query;
	bool row = false;
	int64_t number;

	assert_ok(query_start(db, &count, &query));
	assert_ok(query_step(query, &row));
	assert_true(row);
	number = column_int(query, 0);
	query_end(&query);
	assert_null(query);
	return number;
}

static int64_t pragma(struct db *db, const struct statement *statement)
{
	struct query *query;
	bool row;
	int64_t value;

	assert_ok(query_start(db, statement, &query));
	assert_ok(query_step(query, &row));
	value = column_int(query, 0);
	query_end(&query);
	return value;
}

static void settings(void **state)
{
	static const struct {
		struct statement statement;
		int64_t writer, reader;
	} rows[] = {
		{{"synchronous", "PRAGMA synchronous"}, 2, 2},
		{{"foreign_keys", "PRAGMA foreign_keys"}, 1, 1},
		{{"trusted_schema", "PRAGMA trusted_schema"}, 0, 0},
		{{"cell_size_check", "PRAGMA cell_size_check"}, 1, 1},
		{{"query_only", "PRAGMA query_only"}, 0, 1},
		{{"mmap_size", "PRAGMA mmap_size"}, 0, 0},
		{{"busy_timeout", "PRAGMA busy_timeout"}, 5000, 5000},
		{{"wal_autocheckpoint", "PRAGMA wal_autocheckpoint"}, 1000, 1000},
	};
	struct db *db = open_new("settings.db");
	struct db *reader = NULL;
	struct stat about;

	(void)state;
	assert_ok(db_open(temp_file("settings.db"), DB_READ, &reader));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(pragma(db, &rows[i].statement), rows[i].writer);
		assert_int_equal(pragma(reader, &rows[i].statement), rows[i].reader);
	}
	assert_int_equal(stat(temp_file("settings.db"), &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(stat(temp_file("settings.db-wal"), &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_err(INTERNAL, put(reader, 1, "no", (struct bytes){0}));
	assert_int_equal(things(reader), 0);
	db_close(&reader);
	db_close(&db);
	assert_null(db);
	db_close(&db);
}

static void opening(void **state)
{
	struct db *db = NULL;
	FILE *file;

	(void)state;
	assert_err(UNAVAILABLE, db_open(temp_file("absent.db"), DB_READ, &db));
	assert_err(UNAVAILABLE, db_open(temp_file("absent/absent.db"), DB_WRITE, &db));
	file = fopen(temp_file("text.db"), "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		assert_true(fputs("this is no database\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_err(CORRUPT, db_open(temp_file("text.db"), DB_READ, &db));
	assert_err(CORRUPT, db_open(temp_file("text.db"), DB_WRITE, &db));
	assert_null(db);
}

static void rows(void **state)
{
	struct db *db = open_new("rows.db");
	struct query *query;
	struct id id = {{1, 2, 3}}, found;
	bool row = false;

	(void)state;
	assert_ok(put(db, 1, "one", id_bytes(&id)));
	assert_ok(put(db, 2, "", (struct bytes){0})); /* empty is not NULL */
	assert_ok(query_start(db, &add, &query));
	assert_true(query_has(query, "name"));
	assert_false(query_has(query, "nam"));
	assert_ok(query_int_at(query, query_parameter(query, "id"), 3));
	assert_ok(query_null(query, "name"));
	assert_ok(query_run(&query));
	assert_null(query);

	assert_ok(query_start(db, &all, &query));
	assert_ok(query_step(query, &row));
	assert_true(row);
	assert_int_equal(column_int(query, 0), 1);
	assert_bytes(column_bytes(query, 1), BYTES_LIT("one"));
	assert_ok(column_id(query, 2, &found));
	assert_true(id_equal(found, id));
	assert_ok(query_step(query, &row));
	assert_false(column_null(query, 1));
	assert_false(column_null(query, 2));
	assert_int_equal(column_bytes(query, 2).len, 0);
	assert_err(CORRUPT, column_id(query, 2, &found));
	assert_ok(query_step(query, &row));
	assert_true(column_null(query, 1));
	assert_true(column_null(query, 2)); /* bindings of the run before are gone */
	assert_ok(query_step(query, &row));
	assert_false(row);
	assert_ok(query_step(query, &row)); /* and does not begin anew */
	assert_false(row);
	query_end(&query);

	assert_ok(query_start(db, &rename_all, &query));
	assert_ok(query_text(query, "name", BYTES_LIT("x")));
	assert_ok(query_step(query, &row));
	assert_int_equal(query_changes(query), 3);
	query_end(&query);
	db_close(&db);
}

/* One statement in use twice, as when walking a tree. */
static void nested(void **state)
{
	struct db *db = open_new("nested.db");
	struct query *outer, *inner;
	bool row = false;
	int pairs = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_ok(put(db, i, "n", (struct bytes){0}));
	assert_ok(query_start(db, &all, &outer));
	while (err_is_ok(query_step(outer, &row)) && row) {
		assert_ok(query_start(db, &all, &inner));
		while (err_is_ok(query_step(inner, &row)) && row)
			pairs++;
		query_end(&inner);
	}
	query_end(&outer);
	assert_int_equal(pairs, 25);
	db_close(&db);
}

static void many_statements(void **state)
{
	static struct statement list[600];
	static char sql[600][32];
	struct db *db = open_new("many.db");

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 600; i++) {
			(void)snprintf(sql[i], sizeof(sql[i]), "SELECT %d\n", i);
			list[i] = (struct statement){"test.many", sql[i]};
			assert_int_equal(pragma(db, &list[i]), i);
		}
	}
	db_close(&db);
}

static void errors(void **state)
{
	struct db *db = open_new("errors.db");
	struct db *other = NULL;
	struct query *query;

	(void)state;
	assert_ok(put(db, 1, "one", (struct bytes){0}));
	assert_err(CONFLICT, put(db, 1, "again", (struct bytes){0}));
	assert_ok(query_start(db, &add_part, &query));
	assert_ok(query_int(query, "thing", 99));
	assert_err(CONFLICT, query_run(&query));
	assert_null(query);
	assert_err(INTERNAL, query_start(db, &nonsense, &query));
	assert_err(INTERNAL, db_script(db, "CREATE"));
	assert_err(CONFLICT, put(db, 1, "still in order", (struct bytes){0}));

	/* A second writer waits, and then is told. */
	assert_ok(db_open(temp_file("errors.db"), DB_WRITE, &other));
	assert_ok(db_script(other, "PRAGMA busy_timeout = 1"));
	assert_ok(db_begin(db, DB_WRITE));
	assert_err(UNAVAILABLE, db_begin(other, DB_WRITE));
	assert_false(db_in_transaction(other));
	db_rollback(db);
	db_close(&other);
	db_close(&db);
}

static void transactions(void **state)
{
	struct db *db = open_new("transactions.db");
	struct db *reader = NULL;

	(void)state;
	assert_ok(db_open(temp_file("transactions.db"), DB_READ, &reader));
	assert_false(db_in_transaction(db));
	assert_ok(db_begin(db, DB_WRITE));
	assert_true(db_in_transaction(db));
	assert_ok(db_savepoint(db));
	assert_ok(put(db, 1, "kept", (struct bytes){0}));
	assert_ok(db_release(db));
	assert_ok(db_savepoint(db));
	assert_ok(put(db, 2, "dropped", (struct bytes){0}));
	assert_ok(db_rollback_to(db));
	assert_ok(db_begin(reader, DB_READ));
	assert_int_equal(things(reader), 0);
	assert_ok(db_commit(db));
	assert_int_equal(things(reader), 0); /* one view per transaction */
	assert_ok(db_commit(reader));
	assert_int_equal(things(reader), 1);

	assert_ok(db_begin(db, DB_WRITE));
	assert_ok(put(db, 3, "dropped", (struct bytes){0}));
	db_rollback(db);
	db_rollback(db);
	assert_int_equal(things(db), 1);
	db_close(&reader);
	db_close(&db);
}

static bool holds(struct db *db, enum db_file file, const char *word)
{
	static uint8_t content[1 << 20];
	size_t len = 0, got = 1;

	while (got > 0 && len < sizeof(content)) {
		assert_ok(db_file_read(db, file, (int64_t)len, content + len, 1000, &got));
		len += got;
	}
	return memmem(content, len, word, strlen(word)) != NULL;
}

/* What was written is in the log, and after the last connection has gone, in the database. */
static void files(void **state)
{
	struct db *db = open_new("files.db");
	struct db *reader = NULL;
	uint8_t byte;
	size_t got = 1;

	(void)state;
	assert_ok(put(db, 1, "ハル・sakura-marker", (struct bytes){0}));
	assert_ok(db_open(temp_file("files.db"), DB_READ, &reader));
	assert_true(holds(reader, DB_FILE_LOG, "sakura-marker"));
	assert_false(holds(reader, DB_FILE_LOG, "sakura-marked"));
	db_close(&db);
	db_close(&reader);
	assert_ok(db_open(temp_file("files.db"), DB_READ, &reader));
	assert_true(holds(reader, DB_FILE_DATA, "sakura-marker"));
	assert_false(holds(reader, DB_FILE_LOG, "sakura-marker"));
	assert_ok(db_file_read(reader, DB_FILE_DATA, INT64_MAX, &byte, 1, &got));
	assert_int_equal(got, 0);
	assert_ok(db_file_read(reader, DB_FILE_DATA, -1, &byte, 1, &got));
	assert_int_equal(got, 0);
	db_close(&reader);
}

static struct db *tripped;

static void trip_name(void)
{
	struct query *query;

	if (err_is_ok(query_start(tripped, &count, &query)))
		err_ignore(query_int(query, "id", 1)); /* never returns */
}

static void trip_two(void)
{
	struct query *query;

	err_ignore(query_start(tripped, &two, &query)); /* never returns */
}

static void trip_leak(void)
{
	struct query *query;

	for (int i = 0; i < 100; i++)
		err_ignore(query_start(tripped, &count, &query)); /* stops in time */
}

static void trips(void **state)
{
	(void)state;
	tripped = open_new("trips.db");
	assert_stops(trip_name);
	assert_stops(trip_two);
	assert_stops(trip_leak);
	db_close(&tripped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings),
		cmocka_unit_test(opening),
		cmocka_unit_test(rows),
		cmocka_unit_test(nested),
		cmocka_unit_test(many_statements),
		cmocka_unit_test(errors),
		cmocka_unit_test(transactions),
		cmocka_unit_test(files),
		cmocka_unit_test(trips),
	};

	return cmocka_run_group_tests(tests, temp_make, temp_remove);
}
