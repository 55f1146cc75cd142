/*
 * From nothing to the newest version, step by step, and what is refused.
 */
#include "store/migrate.h"
#include "store/temp_test.h"

static const struct migration steps[] = {
	{1, "first", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);"},
	{2, "second", "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7;"},
	{3, "third", "CREATE TABLE b (z INTEGER) STRICT;"},
};
static const struct statement read_a = {"test.a", "SELECT y FROM a"};

static struct db *open_file(const char *name)
{
	struct db *db = NULL;

	assert_ok(db_open(temp_file(name), DB_WRITE, &db));
	return db;
}

static int version(struct db *db)
{
	int number = -1;

	assert_ok(migrate_version(db, &number));
	return number;
}

static void upwards(void **state)
{
	struct db *db = open_file("up.db");
	struct query *query;
	bool row = false;

	(void)state;
	assert_int_equal(version(db), 0);
	assert_ok(migrate_run(db, steps, 1));
	assert_int_equal(version(db), 1);
	assert_ok(migrate_run(db, steps, 3));
	assert_ok(migrate_run(db, steps, 3));
	assert_int_equal(version(db), 3);
	assert_ok(query_start(db, &read_a, &query));
	assert_ok(query_step(query, &row));
	assert_true(row);
	assert_int_equal(column_int(query, 0), 7);
	query_end(&query);
	db_close(&db);
}

static void refused(void **state)
{
	static const struct migration renamed[] = {{1, "first", "SELECT 1"}, {2, "otherwise", "SELECT 1"}, {3, "third", "SELECT 1"}};
	struct db *db = open_file("refused.db");

	(void)state;
	assert_ok(migrate_run(db, steps, 3));
	assert_err(CONFLICT, migrate_run(db, steps, 2)); /* newer than the program */
	assert_err(CONFLICT, migrate_run(db, renamed, 3));
	assert_false(db_in_transaction(db));
	assert_int_equal(version(db), 3);
	db_close(&db);
}

/* A step that fails half way leaves nothing of itself. */
static void atomic(void **state)
{
	static const struct migration broken[] = {
		{1, "first", "CREATE TABLE a (x INTEGER) STRICT;"},
		{2, "second", "CREATE TABLE b (y INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;"},
	};
	struct db *db = open_file("atomic.db");

	(void)state;
	assert_err(INTERNAL, migrate_run(db, broken, 2));
	assert_false(db_in_transaction(db));
	assert_int_equal(version(db), 1);
	assert_ok(db_script(db, "CREATE TABLE b (y INTEGER) STRICT"));
	db_close(&db);
}

static void trip_gap(void)
{
	static const struct migration gap[] = {{1, "a", "SELECT 1"}, {3, "b", "SELECT 1"}};
	struct db *db = NULL;

	if (err_is_ok(db_open(temp_file("gap.db"), DB_WRITE, &db)))
		err_ignore(migrate_run(db, gap, 2)); /* never returns */
}

static void trips(void **state)
{
	(void)state;
	assert_stops(trip_gap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(upwards),
		cmocka_unit_test(refused),
		cmocka_unit_test(atomic),
		cmocka_unit_test(trips),
	};

	return cmocka_run_group_tests(tests, temp_make, temp_remove);
}
