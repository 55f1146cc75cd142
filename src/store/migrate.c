#include "base/clock.h"
#include "base/log.h"
#include "store/migrate.h"

const char migrate_schema[] =
    "CREATE TABLE IF NOT EXISTS schema_version ("
    " version INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " applied_us INTEGER NOT NULL"
    ") STRICT";

static const struct statement list_steps = {
	"migrate.steps", "SELECT version, name FROM schema_version ORDER BY version"};
static const struct statement last_step = {
	"migrate.last", "SELECT coalesce(max(version), 0) FROM schema_version"};
static const struct statement add_step = {
	"migrate.add", "INSERT INTO schema_version (version, name, applied_us) VALUES (:version, :name, :applied_us)"};

static err first_number(struct db *db, const struct statement *statement, int64_t *number_out)
{
	struct query *query;
	bool row = false;
	int64_t number = 0;
	err e;

	TRY(query_start(db, statement, &query));
	e = query_step(query, &row);
	if (err_is_ok(e) && row)
		number = column_int(query, 0);
	query_end(&query);
	TRY(e);
	*number_out = number;
	return OK;
}

err migrate_version(struct db *db, int *version_out)
{
	int64_t number = 0;

	TRY(db_script(db, migrate_schema));
	TRY(first_number(db, &last_step, &number));
	if (number < 0 || number > INT32_MAX)
		return FAIL(CORRUPT);
	*version_out = (int)number;
	return OK;
}

/* What the database has had must be the beginning of our list. made_out: how many steps. */
static err compare(struct db *db, const struct migration *list, size_t count, size_t *made_out)
{
	struct query *query;
	size_t made = 0;
	bool row = true;
	err e;

	TRY(query_start(db, &list_steps, &query));
	for (;;) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		if (made == count || column_int(query, 0) != list[made].number ||
		    !bytes_is(column_bytes(query, 1), list[made].name)) {
			log_error("migrate: step %lld of this database is not known here; it was made by another program, or a newer one",
			    (long long)column_int(query, 0));
			e = FAIL(CONFLICT);
			break;
		}
		made++;
	}
	query_end(&query);
	TRY(e);
	*made_out = made;
	return OK;
}

static err record_step(struct db *db, const struct migration *step)
{
	struct query *query;
	err e;

	TRY(query_start(db, &add_step, &query));
	e = query_int(query, "version", step->number);
	if (err_is_ok(e))
		e = query_text(query, "name", bytes_str(step->name));
	if (err_is_ok(e))
		e = query_int(query, "applied_us", clock_now_us());
	if (err_is_ok(e))
		return query_run(&query);
	query_end(&query);
	return e;
}

/* The next step, looked up inside its own transaction: two programs may start at once. */
static err make_step(struct db *db, const struct migration *list, size_t count, bool *all_out)
{
	size_t made;

	TRY(compare(db, list, count, &made));
	*all_out = made == count;
	if (made == count)
		return OK;
	TRY(db_script(db, list[made].sql));
	REQUIRE(db_in_transaction(db)); /* a step ended the transaction by itself */
	log_info("migrate: step %d, %s", list[made].number, list[made].name);
	return record_step(db, &list[made]);
}

err migrate_run(struct db *db, const struct migration *list, size_t count)
{
	bool all = false;

	for (size_t i = 0; i < count; i++)
		REQUIRE(list[i].number == (int)i + 1);
	TRY(db_script(db, migrate_schema));
	while (!all) {
		err e;

		TRY(db_begin(db, DB_WRITE));
		e = make_step(db, list, count, &all);
		if (err_is_ok(e))
			e = db_commit(db);
		db_rollback(db);
		TRY(e);
	}
	return OK;
}
