/*
 * settle - what is put in order at each start, before anybody is served: operations of the system's own, where something is due.
 */
#include <pthread.h>

#include "base/log.h"
#include "op/engine_int.h"

#define ARENA_MAX ((size_t)4 << 20)

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t settled;
	bool done, well;
};

static void replied(void *context, uint64_t number, const struct answer *answer)
{
	struct waiting *waiting = context;

	(void)number;
	pthread_mutex_lock(&waiting->lock);
	waiting->done = true;
	waiting->well = !answer->problem;
	pthread_cond_broadcast(&waiting->settled);
	pthread_mutex_unlock(&waiting->lock);
}

static err is_due(struct engine *engine, const struct op_settle *settle, bool *due_out)
{
	struct row_context rows;
	struct arena arena;
	struct db *db = NULL;
	err e = db_open(engine->config.database, DB_READ, &db);

	arena_init(&arena, ARENA_MAX);
	if (err_is_ok(e))
		e = db_begin(db, DB_READ);
	if (err_is_ok(e)) {
		engine_rows(engine, db, &arena, NULL, &rows);
		rows.newest = NULL; /* the operation looks again, and at what the ledger says */
		e = settle->due(&rows, engine->config.compartment, due_out);
		db_rollback(db); /* it only read */
	}
	db_close(&db);
	arena_free(&arena);
	return e;
}

static err carry_out(struct engine *engine, const struct op *op)
{
	static const struct value none[FIELD_MAX];
	struct waiting waiting = {.lock = PTHREAD_MUTEX_INITIALIZER, .settled = PTHREAD_COND_INITIALIZER};
	struct submission submission = {
		.op = op, .language = LANGUAGE_JA, .signed_by = SIGNED_LOCAL, .values = none, .reply = replied, .context = &waiting,
	};
	struct engine_reader *reader = NULL;

	TRY(id_new(&submission.request));
	TRY(engine_reader_open(engine, &reader));
	engine_submit(reader, &submission);
	engine_burst_end(reader);
	pthread_mutex_lock(&waiting.lock);
	while (!waiting.done)
		pthread_cond_wait(&waiting.settled, &waiting.lock);
	pthread_mutex_unlock(&waiting.lock);
	engine_reader_close(&reader);
	if (waiting.well)
		return OK;
	log_error("%s failed at the start", op->id);
	return FAIL(UNAVAILABLE);
}

err settle_all(struct engine *engine)
{
	for (const struct op_settle *settle = op_settles; settle->op != NULL; settle++) {
		bool due = false;

		TRY(is_due(engine, settle, &due));
		if (due)
			TRY(carry_out(engine, settle->op));
	}
	return OK;
}
