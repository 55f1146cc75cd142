/*
 * committer - the one thread that writes.
 *
 *   sleeping ──push──▶ open ──all calls run──▶ settled ──dones, idle──▶ copying ──▶ sleeping
 *                        │     batch_write        ▲   finish_batch       db_checkpoint
 *                        └──an error: rollback────┘
 *
 * A disk that fails leads from `settled` or `copying` to stop_process instead (C3).
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "store/store_int.h"
#include "store/committer.h"

struct chain {
	struct commit_call *first;
	struct commit_call *last;
	size_t count;
};

struct committer {
	struct db *db;
	struct committer_hooks hooks;
	pthread_t thread;

	pthread_mutex_t lock;    /* of all below */
	pthread_cond_t filled;
	struct chain queue;
	bool waiting;            /* the thread sleeps, or is about to, and must be woken */
	bool stopping;           /* no further calls; end when the queue is empty */
};

static void chain_add(struct chain *chain, struct commit_call *call)
{
	call->next = NULL;
	if (chain->last == NULL)
		chain->first = call;
	else
		chain->last->next = call;
	chain->last = call;
	chain->count++;
}

static struct commit_call *chain_cut(struct chain *chain)
{
	struct commit_call *call = chain->first;

	if (call == NULL)
		return NULL;
	chain->first = call->next;
	if (chain->first == NULL)
		chain->last = NULL;
	chain->count--;
	call->next = NULL;
	return call;
}

static void lock(struct committer *committer)
{
	REQUIRE(pthread_mutex_lock(&committer->lock) == 0);
}

static void unlock(struct committer *committer)
{
	REQUIRE(pthread_mutex_unlock(&committer->lock) == 0);
}

/* Up to a batch of calls, waiting for the first; none means: stop. */
static struct chain next_batch(struct committer *committer)
{
	struct chain batch = {0};

	lock(committer);
	while (committer->queue.count == 0 && !committer->stopping) {
		committer->waiting = true;
		REQUIRE(pthread_cond_wait(&committer->filled, &committer->lock) == 0);
	}
	committer->waiting = false;
	if (committer->queue.count <= COMMITTER_BATCH_MAX) {
		batch = committer->queue;
		committer->queue = (struct chain){0};
	} else {
		while (batch.count < COMMITTER_BATCH_MAX)
			chain_add(&batch, chain_cut(&committer->queue));
	}
	unlock(committer);
	return batch;
}

/* One call in its savepoint. An error is the batch's; the call's own outcome stays in the call. */
static err call_write(struct db *db, struct commit_call *call)
{
	TRY(db_savepoint(db));
	call->outcome = call->run(call, db);
	/* A full disk or a failed read may have ended the whole transaction (C2); then each statement would commit alone. */
	if (db_io_failed(db) || !db_in_transaction(db))
		return FAIL(UNAVAILABLE);
	if (err_is_ok(call->outcome))
		TRY(db_release(db));
	else
		TRY(db_rollback_to(db));
	TRY(call->record(call, db, call->outcome));
	return db_io_failed(db) || !db_in_transaction(db) ? FAIL(UNAVAILABLE) : OK;
}

static err batch_write(struct committer *committer, const struct chain *batch)
{
	struct db *db = committer->db;

	TRY(db_begin(db, DB_WRITE));
	for (struct commit_call *call = batch->first; call != NULL; call = call->next)
		TRY(call_write(db, call));
	if (committer->hooks.flush != NULL)
		TRY(committer->hooks.flush(committer->hooks.context, db));
	if (!db_in_transaction(db))
		return FAIL(UNAVAILABLE);
	return db_commit(db);
}

static void finish_batch(struct committer *committer, struct chain *batch, bool committed)
{
	struct commit_call *call;

	if (committer->hooks.settle != NULL)
		committer->hooks.settle(committer->hooks.context, committed);
	/* The call may be gone when done returns. */
	while ((call = chain_cut(batch)) != NULL)
		call->done(call, committed ? call->outcome : FAIL(UNAVAILABLE));
	if (committer->hooks.idle != NULL)
		committer->hooks.idle(committer->hooks.context);
}

/* C3. Whether the last commit is on the disk is unknown; the restarted process reads what is. */
static _Noreturn void
stop_process(struct committer *committer)
{
	struct chain rest;

	log_error("committer: the disk failed; this process ends and trusts nothing it remembers");
	lock(committer);
	committer->stopping = true;
	rest = committer->queue;
	committer->queue = (struct chain){0};
	unlock(committer);
	if (rest.count > 0)
		finish_batch(committer, &rest, false);
	_exit(COMMITTER_EXIT);
}

static void *work(void *context)
{
	struct committer *committer = context;
	struct db *db = committer->db;

	for (;;) {
		struct chain batch = next_batch(committer);
		err e;

		if (batch.count == 0)
			return NULL;
		e = batch_write(committer, &batch);
		if (!err_is_ok(e)) {
			db_rollback(db);
			REQUIRE(!db_in_transaction(db));
			log_warn("committer: a batch of %zu calls failed: %s", batch.count, err_row(e)->name);
		}
		/* A commit that SQLite calls done is done, whatever happened besides. */
		finish_batch(committer, &batch, err_is_ok(e));
		if (db_io_failed(db) || !err_is_ok(db_checkpoint(db)))
			stop_process(committer);
	}
}

err committer_start(struct db *db, const struct committer_hooks *hooks, struct committer **committer_out)
{
	struct committer *committer = calloc(1, sizeof(*committer));

	if (committer == NULL)
		return FAIL(UNAVAILABLE);
	committer->db = db;
	committer->hooks = *hooks;
	db_take_checkpoints(db);
	REQUIRE(pthread_mutex_init(&committer->lock, NULL) == 0);
	REQUIRE(pthread_cond_init(&committer->filled, NULL) == 0);
	if (pthread_create(&committer->thread, NULL, work, committer) != 0) {
		(void)pthread_cond_destroy(&committer->filled); /* cannot fail: nobody waits */
		(void)pthread_mutex_destroy(&committer->lock);  /* cannot fail: nobody holds it */
		free(committer);
		return FAIL(UNAVAILABLE);
	}
	*committer_out = committer;
	return OK;
}

err committer_push(struct committer *committer, struct commit_call *call)
{
	bool wake = false;
	err e = OK;

	call->outcome = FAIL(UNAVAILABLE);
	lock(committer);
	if (committer->stopping) {
		e = FAIL(UNAVAILABLE);
	} else if (committer->queue.count >= COMMITTER_QUEUE_MAX) {
		e = FAIL(LIMITED);
	} else {
		chain_add(&committer->queue, call);
		wake = committer->waiting;
		committer->waiting = false;
	}
	unlock(committer);
	if (wake)
		REQUIRE(pthread_cond_signal(&committer->filled) == 0);
	return e;
}

void committer_stop(struct committer **owner)
{
	struct committer *committer = *owner;

	*owner = NULL;
	if (committer == NULL)
		return;
	lock(committer);
	committer->stopping = true;
	unlock(committer);
	REQUIRE(pthread_cond_signal(&committer->filled) == 0);
	REQUIRE(pthread_join(committer->thread, NULL) == 0);
	(void)pthread_cond_destroy(&committer->filled); /* cannot fail: nobody waits */
	(void)pthread_mutex_destroy(&committer->lock);  /* cannot fail: nobody holds it */
	db_close(&committer->db);
	free(committer);
}
