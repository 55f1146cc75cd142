/*
 * engine - carries out operations in the order of op.h, for every door.
 *
 *   submit ─▶ reads: on the caller's thread and read connection ─▶ committer records the event ─▶ reply
 *          ├▶ writes: in the committer's savepoint ─▶ event ─▶ commit ─▶ reply
 *          ├▶ slow writes: committer (prepare) ─▶ pool (slow) ─▶ committer (apply) ─▶ reply
 *          └▶ slow reads: read connection (prepare) ─▶ pool (slow) ─▶ committer (decides again; apply) ─▶ event ─▶ reply
 *
 * E1  Authentication and authorisation run on the connection on which the effect runs.
 * E2  A recorded read whose authority moved between decision and record is run again in the committer; a slow one is
 *     always decided again there, before it is recorded and answered.
 * E3  A reply leaves after the commit that holds its event; an operation without an event answers at once.
 * E4  A read that is due to note the use of its session does so in the committer, and the row stands in the read's event.
 */
#ifndef OP_ENGINE_H
#define OP_ENGINE_H

#include "op/op.h"
#include "store/committer.h"

struct engine;
struct engine_reader;    /* one thread's read connection and scratch memory */

enum signed_by { SIGNED_NOBODY, SIGNED_COOKIE, SIGNED_BEARER, SIGNED_LOCAL };

struct submission_flaw {
	enum flaw flaw;
	char name[64];
};

struct answer {
	int status;
	bool problem;                 /* body is application/problem+json, else as op->reply */
	int cookie;                   /* COOKIE_… of struct call */
	uint8_t token[32];
	uint32_t cookie_age_s;
	bool immutable;
	unsigned retry_after_s;
	struct bytes file;            /* the reply's own name; empty: the operation's */
	enum media media;
	struct bytes body;            /* valid during the callback */
};

/* What a door says of one request; everything borrowed until engine_submit returns. */
struct submission {
	const struct op *op;
	enum language language;
	enum signed_by signed_by;
	bool cross_site;
	struct id request;
	uint8_t address[16];
	uint8_t token[32];            /* zero = none */
	uint8_t device[32];           /* likewise: of a registered tablet */
	struct bytes agent, idempotency_key, confirm, phrase;
	const struct value *values;   /* one for each input of op */
	const struct submission_flaw *flaws;
	size_t flaw_count;
	struct actor local;           /* SIGNED_LOCAL: who acts */
	/* Called exactly once, on any thread; must not block. */
	void (*reply)(void *context, uint64_t number, const struct answer *answer);
	void *context;
	uint64_t number;
};

struct engine_config {
	const struct compartment *compartment;
	const char *database;          /* path, for read connections */
	op_apply authenticate;         /* call->token_hash -> call->actor; UNAUTHENTICATED with call->reason */
	/* Sets call->held for the session's person, without a statement where that is known; of a read, accepted_us with touch_due. NULL: nobody is. */
	op_apply held;
	op_apply touch;                /* notes that the caller's session was used, after a read for which touch_due was set */
	unsigned pool_threads;
	bool sweeps;                   /* compare all rows with the ledger after the start and every hour */
	void (*flush)(void *context);  /* after each batch of replies from the committer or the pool */
	void *flush_context;
};

/* write is taken over by the committer. */
MUST_USE err engine_start(struct db *write, const struct engine_config *config, struct engine **engine_out);
void engine_stop(struct engine **engine);   /* finishes what was submitted */

MUST_USE err engine_reader_open(struct engine *engine, struct engine_reader **reader_out);
void engine_reader_close(struct engine_reader **reader);
/* Reads of one burst share one read transaction: submit any number, then end; never sleep in between. */
void engine_submit(struct engine_reader *reader, const struct submission *submission);
void engine_burst_end(struct engine_reader *reader);

/* Whether a commit would succeed now (at most one probing commit a second) and the ledger could be read back. Calls back like a reply. */
void engine_ready(struct engine *engine, void (*ready)(void *context, uint64_t number, bool yes), void *context, uint64_t number);
/* Rows read with this context are compared with what the ledger says of them; for whoever reads beside the operations. */
void engine_vouch(struct engine *engine, struct row_context *rows);
/* Once a second from some thread: flushes counted refusals, runs due chores. */
void engine_tick(struct engine *engine);

#endif
