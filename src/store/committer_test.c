/*
 * C1 and C2 as callers see them; C3 stands in fault_test.c.
 */
#include <pthread.h>

#include "store/committer.h"
#include "store/temp_test.h"

static const struct statement add = {"test.add", "INSERT INTO thing (id) VALUES (:id)"};
static const struct statement add_event = {"test.event", "INSERT INTO event (id, outcome) VALUES (:id, :outcome)"};
static const struct statement count_things = {"test.things", "SELECT count(*) FROM thing"};
static const struct statement count_events = {"test.events", "SELECT count(*) FROM event"};

enum behaviour { WORKS, REFUSES, ENDS_TRANSACTION, RECORD_FAILS };

struct work {
	struct commit_call call; /* first */
	int64_t id;
	enum behaviour behaviour;
	pthread_mutex_t *lock;
	pthread_cond_t *finished;
	unsigned *open;          /* calls not done yet */
	unsigned done_count;
	err outcome;
	int64_t seen;            /* committed rows that another connection sees in done */
	struct db *reader;
};

static err insert(struct db *db, const struct statement *statement, int64_t id, int outcome)
{
	struct query *query;

	TRY(query_start(db, statement, &query));
	assert_ok(query_int(query, "id", id));
	if (query_has(query, "outcome"))
		assert_ok(query_int(query, "outcome", outcome));
	return query_run(&query);
}

static int64_t count(struct db *db, const struct statement *statement)
{
	struct query *query;
	bool row;
	int64_t number;

	assert_ok(query_start(db, statement, &query));
	assert_ok(query_step(query, &row));
	number = column_int(query, 0);
	query_end(&query);
	return number;
}

static err run(struct commit_call *call, struct db *db)
{
	struct work *work = (struct work *)call;

	TRY(insert(db, &add, work->id, 0));
	if (work->behaviour == REFUSES)
		return FAIL(DENIED);
	if (work->behaviour == ENDS_TRANSACTION)
		db_rollback(db); /* as SQLite does by itself on a full disk */
	return OK;
}

static err record(struct commit_call *call, struct db *db, err outcome)
{
	struct work *work = (struct work *)call;

	if (work->behaviour == RECORD_FAILS)
		return FAIL(UNAVAILABLE);
	return insert(db, &add_event, work->id, err_row(outcome)->status);
}

static void done(struct commit_call *call, err outcome)
{
	struct work *work = (struct work *)call;

	work->outcome = outcome;
	work->done_count++;
	if (work->reader != NULL)
		work->seen = count(work->reader, &count_events);
	(void)pthread_mutex_lock(work->lock);
	(*work->open)--;
	(void)pthread_cond_signal(work->finished);
	(void)pthread_mutex_unlock(work->lock);
}

static struct {
	unsigned flushed, committed, dropped, idle;
	pthread_mutex_t gate;
} hooked = {.gate = PTHREAD_MUTEX_INITIALIZER};

static err flush(void *context, struct db *db)
{
	(void)context;
	assert_true(db_in_transaction(db));
	hooked.flushed++;
	return OK;
}

static void settle(void *context, bool committed)
{
	(void)context;
	hooked.committed += committed;
	hooked.dropped += !committed;
}

/* Holds the thread between two batches while the test holds the gate. */
static void idle(void *context)
{
	(void)context;
	hooked.idle++;
	(void)pthread_mutex_lock(&hooked.gate);
	(void)pthread_mutex_unlock(&hooked.gate);
}

static struct db *open_new(const char *name)
{
	struct db *db = NULL;

	hooked.flushed = hooked.committed = hooked.dropped = hooked.idle = 0;
	assert_ok(db_open(temp_file(name), DB_WRITE, &db));
	assert_ok(db_script(db,
	    "CREATE TABLE thing (id INTEGER PRIMARY KEY) STRICT;"
	    "CREATE TABLE event (id INTEGER NOT NULL, outcome INTEGER NOT NULL) STRICT;"));
	return db;
}

struct bench {
	struct committer *committer;
	pthread_mutex_t lock;
	pthread_cond_t finished;
	unsigned open;
};

static const struct committer_hooks hooks = {.flush = flush, .settle = settle, .idle = idle};

static void bench_start(struct bench *bench, const char *name)
{
	*bench = (struct bench){.lock = PTHREAD_MUTEX_INITIALIZER, .finished = PTHREAD_COND_INITIALIZER};
	assert_ok(committer_start(open_new(name), &hooks, &bench->committer));
}

static void push(struct bench *bench, struct work *work)
{
	work->call.run = run;
	work->call.record = record;
	work->call.done = done;
	work->lock = &bench->lock;
	work->finished = &bench->finished;
	work->open = &bench->open;
	(void)pthread_mutex_lock(&bench->lock);
	bench->open++;
	(void)pthread_mutex_unlock(&bench->lock);
	assert_ok(committer_push(bench->committer, &work->call));
}

static void wait_all(struct bench *bench)
{
	(void)pthread_mutex_lock(&bench->lock);
	while (bench->open > 0)
		(void)pthread_cond_wait(&bench->finished, &bench->lock);
	(void)pthread_mutex_unlock(&bench->lock);
}

/* All of them in one batch: the thread is held in `idle` behind a first call until the rest are queued. */
static void push_together(struct bench *bench, struct work *works, size_t number)
{
	struct work first = {.id = 1000000};

	(void)pthread_mutex_lock(&hooked.gate);
	push(bench, &first);
	wait_all(bench);
	for (size_t i = 0; i < number; i++)
		push(bench, &works[i]);
	(void)pthread_mutex_unlock(&hooked.gate);
	wait_all(bench);
}

static void refusal_is_recorded(void **state)
{
	struct bench bench;
	struct work works[] = {{.id = 1}, {.id = 2, .behaviour = REFUSES}, {.id = 1}, {.id = 3}};
	struct db *reader = NULL;

	(void)state;
	bench_start(&bench, "refusal.db");
	assert_ok(db_open(temp_file("refusal.db"), DB_READ, &reader));
	for (size_t i = 0; i < COUNT_OF(works); i++)
		works[i].reader = reader;
	push_together(&bench, works, COUNT_OF(works));
	assert_ok(works[0].outcome);
	assert_err(DENIED, works[1].outcome);
	assert_err(CONFLICT, works[2].outcome);
	assert_ok(works[3].outcome);
	for (size_t i = 0; i < COUNT_OF(works); i++) {
		assert_int_equal(works[i].done_count, 1);
		assert_int_equal(works[i].seen, 5); /* C1: committed before the first done */
	}
	committer_stop(&bench.committer);
	assert_int_equal(count(reader, &count_things), 3);
	assert_int_equal(count(reader, &count_events), 5);
	assert_int_equal(hooked.flushed, 2);
	assert_int_equal(hooked.committed, 2);
	assert_int_equal(hooked.dropped, 0);
	assert_int_equal(hooked.idle, 2);
	db_close(&reader);
}

static void batch_fails(void **state)
{
	static const enum behaviour ways[] = {ENDS_TRANSACTION, RECORD_FAILS};

	(void)state;
	for (size_t way = 0; way < COUNT_OF(ways); way++) {
		struct bench bench;
		struct work works[] = {{.id = 1}, {.id = 2, .behaviour = ways[way]}, {.id = 3}};
		struct work after = {.id = 1};
		char name[32];

		(void)snprintf(name, sizeof(name), "fails%zu.db", way);
		bench_start(&bench, name);
		push_together(&bench, works, COUNT_OF(works));
		for (size_t i = 0; i < COUNT_OF(works); i++) {
			assert_err(UNAVAILABLE, works[i].outcome);
			assert_int_equal(works[i].done_count, 1);
		}
		push(&bench, &after);
		wait_all(&bench);
		assert_ok(after.outcome); /* nothing of the batch has stayed */
		committer_stop(&bench.committer);
		assert_int_equal(hooked.dropped, 1);
		assert_int_equal(hooked.committed, 2);
	}
}

static void stop_finishes(void **state)
{
	enum { NUMBER = 3 * COMMITTER_BATCH_MAX };
	static struct work works[NUMBER];
	struct bench bench;

	(void)state;
	bench_start(&bench, "stop.db");
	for (int i = 0; i < NUMBER; i++) {
		works[i].id = i;
		push(&bench, &works[i]);
	}
	committer_stop(&bench.committer);
	assert_null(bench.committer);
	committer_stop(&bench.committer);
	for (int i = 0; i < NUMBER; i++) {
		assert_ok(works[i].outcome);
		assert_int_equal(works[i].done_count, 1);
	}
}

static void queue_is_bounded(void **state)
{
	static struct work works[COMMITTER_QUEUE_MAX + 1];
	struct bench bench;
	struct work first = {.id = -1};

	(void)state;
	bench_start(&bench, "queue.db");
	(void)pthread_mutex_lock(&hooked.gate);
	push(&bench, &first);
	wait_all(&bench);
	for (int i = 0; i < COMMITTER_QUEUE_MAX; i++) {
		works[i].id = i;
		push(&bench, &works[i]);
	}
	assert_err(LIMITED, committer_push(bench.committer, &works[COMMITTER_QUEUE_MAX].call));
	(void)pthread_mutex_unlock(&hooked.gate);
	committer_stop(&bench.committer);
	assert_int_equal(bench.open, 0);
	assert_int_equal(works[COMMITTER_QUEUE_MAX].done_count, 0);
}

struct pusher {
	struct bench *bench;
	struct work works[500];
};

static void *push_many(void *context)
{
	struct pusher *pusher = context;

	for (size_t i = 0; i < COUNT_OF(pusher->works); i++)
		push(pusher->bench, &pusher->works[i]);
	return NULL;
}

/* No wake-up is lost: every call of four threads is done. */
static void several_threads(void **state)
{
	static struct pusher pushers[4];
	pthread_t threads[4];
	struct bench bench;

	(void)state;
	bench_start(&bench, "threads.db");
	for (int t = 0; t < 4; t++) {
		pushers[t].bench = &bench;
		for (int i = 0; i < 500; i++)
			pushers[t].works[i].id = t * 1000 + i;
		assert_int_equal(pthread_create(&threads[t], NULL, push_many, &pushers[t]), 0);
	}
	for (int t = 0; t < 4; t++)
		assert_int_equal(pthread_join(threads[t], NULL), 0);
	wait_all(&bench);
	committer_stop(&bench.committer);
	for (int t = 0; t < 4; t++) {
		for (int i = 0; i < 500; i++)
			assert_ok(pushers[t].works[i].outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusal_is_recorded),
		cmocka_unit_test(batch_fails),
		cmocka_unit_test(stop_finishes),
		cmocka_unit_test(queue_is_bounded),
		cmocka_unit_test(several_threads),
	};

	return cmocka_run_group_tests(tests, temp_make, temp_remove);
}
