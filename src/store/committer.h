/*
 * committer - the one thread that writes.
 *
 *   push ─▶ queue ─▶ BEGIN IMMEDIATE
 *                      for each call: SAVEPOINT, run, RELEASE or ROLLBACK TO, record (outer transaction)
 *                    flush, COMMIT (one fsync), settle, done for each
 *
 * C1  done(OK or the call's own refusal) only after the commit that holds its event.
 * C2  When SQLite has ended the transaction by itself (autocommit is back), nothing more runs in this batch and
 *     every call of it is done with UNAVAILABLE.
 * C3  A failed commit because of fsync or I/O is never retried, nor is any other I/O error on the write connection
 *     (the copying of the log into the database, after a batch's replies, included): settle(false), then every call of
 *     the batch and of the queue is done with UNAVAILABLE, then idle, then the process ends with COMMITTER_EXIT.
 *     A full disk fails the batch with UNAVAILABLE and the thread goes on.
 */
#ifndef STORE_COMMITTER_H
#define STORE_COMMITTER_H

#include "store/store.h"

struct committer;

struct commit_call {
	struct commit_call *next; /* the committer's */
	/* In its own savepoint; anything but OK rolls it back. */
	err (*run)(struct commit_call *call, struct db *db);
	/* In the outer transaction, after run's savepoint is settled; outcome is run's. An error here fails the batch. */
	err (*record)(struct commit_call *call, struct db *db, err outcome);
	/* After the commit (outcome as recorded) or without it (UNAVAILABLE). Called on the committer's thread; must not block. */
	void (*done)(struct commit_call *call, err outcome);
	err outcome; /* the committer's */
};

/* Each may be NULL. */
struct committer_hooks {
	void *context;
	err (*flush)(void *context, struct db *db);   /* before COMMIT: the ledger writes its blobs */
	void (*settle)(void *context, bool committed); /* after COMMIT or ROLLBACK, before any done */
	void (*idle)(void *context);                   /* after each batch's dones: send what was queued */
};

#define COMMITTER_BATCH_MAX 512  /* calls in one transaction */
#define COMMITTER_QUEUE_MAX 65536 /* calls waiting; one more is refused */
#define COMMITTER_EXIT 70        /* status of the process that ended under C3 */

/* Takes over db (DB_WRITE). */
MUST_USE err committer_start(struct db *db, const struct committer_hooks *hooks, struct committer **committer_out);
/* LIMITED: the queue is full. UNAVAILABLE: the committer is ending. Otherwise done will be called exactly once. */
MUST_USE err committer_push(struct committer *committer, struct commit_call *call);
void committer_stop(struct committer **committer); /* finishes the queue, joins the thread, closes db */

#endif
