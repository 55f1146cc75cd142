#include <time.h>

#include "base/log.h"
#include "ledger/event.h"
#include "op/scan_int.h"
#include "op/sweep.h"

#define SWEEP_EVERY_S 3600
#define LEARN_AGAIN_S 60

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
	while (err_is_ok(e) && row && !atomic_load(&engine->scan_stop)) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = learn_blob(engine, column_bytes(query, 0), rows);
	}
	query_end(&query);
	return e;
}

static err learn(struct engine *engine)
{
	struct db *db = NULL;
	err e = db_open(engine->config.database, DB_READ, &db);

	if (err_is_ok(e))
		e = learn_all(engine, db);
	db_close(&db);
	TRY(e);
	if (!atomic_load(&engine->scan_stop))
		newest_complete(engine->newest);
	return OK;
}

/* What a sweep found stands in the ledger; what it found wrong, in the log too. */
static err sweep(struct engine *engine)
{
	struct sweep_report report = {0};
	OWN(buf) words = {0};

	TRY(sweep_run(engine->config.database, engine->config.compartment->keys, engine->newest, &engine->scan_stop, &report));
	if (report.bad > 0)
		log_error("%llu of %llu rows are not what the ledger says, first %s", (unsigned long long)report.bad,
		    (unsigned long long)report.rows, report.what);
	TRY(buf_printf(&words, "\"rows\":%llu,\"bad\":%llu", (unsigned long long)report.rows, (unsigned long long)report.bad));
	if (report.bad > 0)
		TRY(buf_printf(&words, ",\"first\":\"%s\"", report.what)); /* our own words, an entity and an id */
	return engine_note(engine, report.bad == 0 ? "ledger.sweep" : "ledger.sweep-found", &words);
}

/* false: stop. */
static bool rest(struct engine *engine, time_t seconds)
{
	struct timespec until;
	bool stop;

	pthread_mutex_lock(&engine->scan_lock);
	if (clock_gettime(CLOCK_REALTIME, &until) == 0) {
		until.tv_sec += seconds;
		while (!atomic_load(&engine->scan_stop) &&
		    pthread_cond_timedwait(&engine->scan_wake, &engine->scan_lock, &until) == 0)
			;
	}
	stop = atomic_load(&engine->scan_stop);
	pthread_mutex_unlock(&engine->scan_lock);
	return !stop;
}

/* Until it succeeds the service says that it is not ready: rows are opened without comparing them with the ledger. false: stop. */
static bool learn_until(struct engine *engine)
{
	err e = learn(engine);

	while (!err_is_ok(e)) {
		atomic_store(&engine->unlearned, true);
		log_error("the ledger could not be read back (%s): rows are opened without comparing them with it", err_row(e)->name);
		if (!rest(engine, LEARN_AGAIN_S))
			return false;
		e = learn(engine);
	}
	atomic_store(&engine->unlearned, false);
	return true;
}

static void *scan_main(void *context)
{
	struct engine *engine = context;
	err e;

	if (!learn_until(engine) || !engine->config.sweeps)
		return NULL;
	do {
		e = sweep(engine);
		if (!err_is_ok(e) && !atomic_load(&engine->scan_stop))
			log_warn("a sweep of the rows was not finished: %s", err_row(e)->name);
	} while (rest(engine, SWEEP_EVERY_S));
	return NULL;
}

err scan_start(struct engine *engine)
{
	if (pthread_mutex_init(&engine->scan_lock, NULL) != 0 || pthread_cond_init(&engine->scan_wake, NULL) != 0 ||
	    pthread_create(&engine->scan_thread, NULL, scan_main, engine) != 0)
		return FAIL(UNAVAILABLE);
	engine->scanning = true;
	return OK;
}

void scan_stop(struct engine *engine)
{
	if (!engine->scanning)
		return;
	pthread_mutex_lock(&engine->scan_lock);
	atomic_store(&engine->scan_stop, true);
	pthread_cond_broadcast(&engine->scan_wake);
	pthread_mutex_unlock(&engine->scan_lock);
	pthread_join(engine->scan_thread, NULL);
	engine->scanning = false;
}
