#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "ledger/blob.h"
#include "op/history_int.h"

#define PAIR_FIRST 1024

static const struct statement count_traces = {"history.count",
    "SELECT (SELECT count(*) FROM history_trace) + (SELECT count(*) FROM history_version), coalesce((SELECT traces FROM history_position WHERE one = 1), 0)"};
static const struct statement clear_traces = {"history.clear-traces", "DELETE FROM history_trace"};
static const struct statement clear_versions = {"history.clear-versions", "DELETE FROM history_version"};
static const struct statement clear_position = {"history.clear-position", "DELETE FROM history_position"};
static const struct statement add_trace = {"history.trace-add",
    "INSERT INTO history_trace (object, event) VALUES (:object, :event) ON CONFLICT DO NOTHING"};
static const struct statement add_version = {"history.version-add",
    "INSERT INTO history_version (object, version, event) VALUES (:object, :version, :event) ON CONFLICT DO NOTHING"};
static const struct statement set_position = {"history.position-set",
    "INSERT INTO history_position (one, next, traces) VALUES (1, :next, :traces)"
    " ON CONFLICT (one) DO UPDATE SET next = excluded.next, traces = history_position.traces + excluded.traces"};

struct pair {
	struct history_about about;
	uint64_t event;
};

/* One commit of the thread, which waits for it. */
struct history_index {
	struct commit_call commit;      /* first: the committer hands back this */
	struct engine *engine;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool due, stop, settled;
	bool anew;                      /* the commit empties the index */
	err outcome;
	struct db *db;                  /* the thread's */
	struct history_scratch scratch;
	uint64_t from, until;           /* what pairs were read from */
	struct pair *pairs;
	size_t count, room;
};

/* ---- the committer's thread ---- */

static err run_plain(struct db *db, const struct statement *statement)
{
	struct query *query = NULL;

	TRY(query_start(db, statement, &query));
	return query_run(&query);
}

static err insert_pair(struct db *db, const struct pair *pair, int64_t *traces)
{
	struct query *query = NULL;
	bool row;
	err e = query_start(db, &add_trace, &query);

	if (err_is_ok(e))
		e = query_id(query, "object", &pair->about.object);
	if (err_is_ok(e))
		e = query_int(query, "event", (int64_t)pair->event);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*traces += query_changes(query);
	query_end(&query);
	if (!err_is_ok(e) || pair->about.version == 0)
		return e;
	TRY(query_start(db, &add_version, &query));
	e = query_id(query, "object", &pair->about.object);
	if (err_is_ok(e))
		e = query_int(query, "version", pair->about.version);
	if (err_is_ok(e))
		e = query_int(query, "event", (int64_t)pair->event);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*traces += query_changes(query);
	query_end(&query);
	return e;
}

static err put_position(struct db *db, uint64_t next, int64_t traces)
{
	struct query *query = NULL;
	bool row;
	err e = query_start(db, &set_position, &query);

	if (err_is_ok(e))
		e = query_int(query, "next", (int64_t)next);
	if (err_is_ok(e))
		e = query_int(query, "traces", traces);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	return e;
}

static err commit_run(struct commit_call *commit, struct db *db)
{
	struct history_index *index = (struct history_index *)commit;
	uint64_t position = 0;
	int64_t traces = 0;

	if (index->anew) {
		TRY(run_plain(db, &clear_traces));
		TRY(run_plain(db, &clear_versions));
		return run_plain(db, &clear_position);
	}
	TRY(history_position(db, &position));
	if (position != index->from)
		return FAIL(CONFLICT); /* emptied meanwhile */
	for (size_t i = 0; i < index->count; i++)
		TRY(insert_pair(db, &index->pairs[i], &traces));
	return put_position(db, index->until, traces);
}

/* Nothing that the ledger does not say already: no event. */
static err commit_record(struct commit_call *commit, struct db *db, err outcome)
{
	(void)commit;
	(void)db;
	(void)outcome;
	return OK;
}

static void commit_done(struct commit_call *commit, err outcome)
{
	struct history_index *index = (struct history_index *)commit;

	pthread_mutex_lock(&index->lock);
	index->outcome = outcome;
	index->settled = true;
	pthread_cond_broadcast(&index->wake);
	pthread_mutex_unlock(&index->lock);
}

/* ---- the index's thread ---- */

static err commit_and_wait(struct history_index *index)
{
	index->settled = false;
	index->commit = (struct commit_call){.run = commit_run, .record = commit_record, .done = commit_done};
	TRY(committer_push(index->engine->committer, &index->commit));
	pthread_mutex_lock(&index->lock);
	while (!index->settled)
		pthread_cond_wait(&index->wake, &index->lock);
	pthread_mutex_unlock(&index->lock);
	return index->outcome;
}

static err keep(struct history_index *index, uint64_t event)
{
	for (size_t i = 0; i < index->scratch.count; i++) {
		if (index->count == index->room) {
			size_t room = index->room == 0 ? PAIR_FIRST : index->room * 2;
			struct pair *pairs = reallocarray(index->pairs, room, sizeof(*pairs));

			if (pairs == NULL)
				return FAIL(UNAVAILABLE);
			index->pairs = pairs;
			index->room = room;
		}
		index->pairs[index->count++] = (struct pair){index->scratch.about[i], event};
	}
	return OK;
}

static err gather(struct history_index *index)
{
	OWN(buf) entries = {0};
	struct bytes rest, leaf;

	index->count = 0;
	TRY(ledger_entries(index->db, index->from, (unsigned)(index->until - index->from), &entries));
	rest = bytes_of(&entries);
	for (uint64_t event = index->from; event < index->until; event++) {
		TRY(blob_next(&rest, &leaf));
		TRY(history_read(index->db, leaf, &index->scratch));
		TRY(keep(index, event));
	}
	return OK;
}

static bool stopping(struct history_index *index)
{
	bool stop;

	pthread_mutex_lock(&index->lock);
	stop = index->stop;
	pthread_mutex_unlock(&index->lock);
	return stop;
}

/* People's calls go first: it rests as long as it has worked. */
static void rest_for(int64_t us)
{
	const struct timespec pause = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};

	(void)nanosleep(&pause, NULL); /* cut short by a signal: goes on sooner */
}

/* Whole bundles only: what is left is read from the ledger by those who ask. *more_out: there was one. */
static err advance(struct history_index *index, bool *more_out)
{
	int64_t began = clock_mono_us();
	uint64_t size = 0;
	err e;

	*more_out = false;
	TRY(db_begin(index->db, DB_READ));
	e = history_position(index->db, &index->from);
	if (err_is_ok(e))
		e = ledger_size(index->db, &size);
	index->until = index->from - index->from % HISTORY_STEP + HISTORY_STEP;
	if (err_is_ok(e) && index->until <= size) {
		*more_out = true;
		e = gather(index);
	}
	db_rollback(index->db); /* it only read */
	if (!err_is_ok(e) || !*more_out)
		return e;
	TRY(commit_and_wait(index));
	rest_for(clock_mono_us() - began);
	return OK;
}

/* Entries of the index that are missing would be missed: then it is made anew. */
static err check_whole(struct history_index *index)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(index->db, &count_traces, &query);

	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		index->anew = !row || column_int(query, 0) != column_int(query, 1);
	query_end(&query);
	if (!err_is_ok(e) || !index->anew)
		return e;
	log_warn("the index of the ledger by object is not whole; it is made anew");
	e = commit_and_wait(index);
	index->anew = false;
	return e;
}

static bool wait_due(struct history_index *index)
{
	bool stop;

	pthread_mutex_lock(&index->lock);
	while (!index->due && !index->stop)
		pthread_cond_wait(&index->wake, &index->lock);
	index->due = false;
	stop = index->stop;
	pthread_mutex_unlock(&index->lock);
	return !stop;
}

static void *index_main(void *context)
{
	struct history_index *index = context;
	bool whole = false;

	while (wait_due(index)) {
		bool more = true;
		err e = whole ? OK : check_whole(index);

		whole = whole || err_is_ok(e);
		while (err_is_ok(e) && more && !stopping(index))
			e = advance(index, &more);
		if (!err_is_ok(e) && !stopping(index))
			log_warn("the index of the ledger by object did not advance: %s", err_row(e)->name);
	}
	return NULL;
}

/* ---- the engine ---- */

void history_index_tick(struct engine *engine)
{
	struct history_index *index = engine->history;

	if (index == NULL)
		return;
	pthread_mutex_lock(&index->lock);
	index->due = true;
	pthread_cond_broadcast(&index->wake);
	pthread_mutex_unlock(&index->lock);
}

static void index_free(struct history_index *index)
{
	db_close(&index->db);
	free(index->pairs);
	free(index);
}

err history_index_start(struct engine *engine)
{
	struct history_index *index = calloc(1, sizeof(*index));
	err e;

	if (index == NULL)
		return FAIL(UNAVAILABLE);
	index->engine = engine;
	e = db_open(engine->config.database, DB_READ, &index->db);
	if (err_is_ok(e) && (pthread_mutex_init(&index->lock, NULL) != 0 || pthread_cond_init(&index->wake, NULL) != 0 ||
	    pthread_create(&index->thread, NULL, index_main, index) != 0))
		e = FAIL(UNAVAILABLE);
	if (!err_is_ok(e)) {
		index_free(index);
		return e;
	}
	engine->history = index;
	return OK;
}

void history_index_stop(struct engine *engine)
{
	struct history_index *index = engine->history;

	if (index == NULL)
		return;
	pthread_mutex_lock(&index->lock);
	index->stop = true;
	pthread_cond_broadcast(&index->wake);
	pthread_mutex_unlock(&index->lock);
	pthread_join(index->thread, NULL);
	engine->history = NULL;
	index_free(index);
}
