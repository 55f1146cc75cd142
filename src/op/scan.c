#include "base/log.h"
#include "ledger/event.h"
#include "op/scan_int.h"

static const struct statement blobs = {"scan.blobs", "SELECT entries FROM ledger_blob WHERE first >= :first ORDER BY first"};

static err learn_entry(struct engine *engine, struct bytes leaf, struct event_row *rows)
{
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event event;

	TRY(event_decode(leaf, &event, objects, rows));
	for (size_t i = 0; i < event.row_count; i++)
		TRY(newest_learn(engine->newest, event.rows[i].id, event.rows[i].version, event.rows[i].after));
	return OK;
}

static err learn_blob(struct engine *engine, struct bytes entries, struct event_row *rows)
{
	while (entries.len > 0) {
		struct bytes leaf;
		uint16_t len;

		if (!err_is_ok(cut_u16(&entries, &len)) || !err_is_ok(cut_bytes(&entries, len, &leaf)) ||
		    !err_is_ok(learn_entry(engine, leaf, rows)))
			return FAIL(CORRUPT);
	}
	return OK;
}

static err learn_all(struct engine *engine, struct db *db)
{
	static struct event_row rows[EVENT_ROW_MAX]; /* one scan at a time */
	struct query *query = NULL;
	bool row = true;
	err e = query_start(db, &blobs, &query);

	if (err_is_ok(e))
		e = query_int(query, "first", 0);
	while (err_is_ok(e) && row && engine->scanning) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = learn_blob(engine, column_bytes(query, 0), rows);
	}
	query_end(&query);
	return e;
}

static void *scan_main(void *context)
{
	struct engine *engine = context;
	struct db *db = NULL;
	err e = db_open(engine->config.database, DB_READ, &db);

	if (err_is_ok(e))
		e = learn_all(engine, db);
	if (err_is_ok(e) && engine->scanning)
		newest_complete(engine->newest);
	if (!err_is_ok(e))
		log_error("the ledger could not be read back (%s): rows are opened without comparing them with it", err_row(e)->name);
	db_close(&db);
	return NULL;
}

err scan_start(struct engine *engine)
{
	engine->scanning = true;
	if (pthread_create(&engine->scan_thread, NULL, scan_main, engine) != 0) {
		engine->scanning = false;
		return FAIL(UNAVAILABLE);
	}
	return OK;
}

void scan_stop(struct engine *engine)
{
	if (!engine->scanning)
		return;
	engine->scanning = false;
	pthread_join(engine->scan_thread, NULL);
}
