/*
 * engine_int - what the files of op/ share: the task that carries one request from submission to reply.
 */
#ifndef OP_ENGINE_INT_H
#define OP_ENGINE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "crypto/crypto.h"
#include "ledger/ledger.h"
#include "op/engine.h"
#include "op/newest.h"
#include "op/refusals.h"

#define TASK_ARENA_MAX ((size_t)16 << 20)
#define TASK_IDLE_MAX 512            /* kept for reuse */
#define POOL_QUEUE_MAX 256           /* slow calls waiting */
#define AGENT_MAX 200

enum task_phase {
	PHASE_READ,      /* decided on a reader; the committer only records, or runs it again */
	PHASE_WRITE,
	PHASE_PREPARE,   /* slow calls, in this order */
	PHASE_SLOW,
	PHASE_APPLY
};

struct task {
	struct commit_call commit;   /* first: the committer hands back this */
	struct engine *engine;
	struct task *next;           /* in the idle list or the pool's queue */
	struct arena arena;
	struct call call;
	struct buf body;             /* of the reply */
	struct buf leaf;             /* encoded event */
	enum task_phase phase;
	/* turn.c: in the order of arrival */
	struct task *turn_next;
	uint64_t turn_key;
	bool turn_held, turn_waits;
	uint64_t authority;          /* version under which a read was decided */
	err outcome;
	bool body_final;             /* body holds the reply as it is (replayed, problem rendered) */
	bool filed;                  /* guarded by approve: a change was filed instead */
	/* from the submission */
	enum signed_by signed_by;
	bool cross_site;
	bool has_token;
	struct actor local;
	const struct submission_flaw *flaws;
	size_t flaw_count;
	struct bytes idempotency_key, confirm, phrase;
	void (*reply)(void *context, uint64_t number, const struct answer *answer);
	void *context;
	uint64_t number;
	/* guard confirm: what the 428 promises, stored when it is recorded */
	bool confirm_due;
	uint8_t confirm_hash[HASH_LEN], confirm_bound[HASH_LEN];
	uint8_t confirm_token[32];
	int64_t confirm_objects;
	char confirm_impact[400];
};

/* A few threads and the tasks that wait for them. */
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct task *first, *last;
	size_t count;
	bool stop;
	pthread_t threads[16];
	unsigned thread_count;
};

struct engine {
	struct engine_config config;
	struct committer *committer;
	_Atomic uint64_t authority, written;
	bool authority_dirty;        /* committer: a call of the open batch changed authority */
	bool written_dirty;          /* likewise any row */
	_Atomic bool writable;       /* the last batch was committed */
	_Atomic int64_t ready_at_us; /* monotonic time of the last good commit */
	struct newest *newest;
	struct refusals *refusals;
	/* the committer's scratch, one call at a time */
	struct change_list changes;
	struct problems problems;
	pthread_mutex_t idle_lock;
	struct task *idle;
	size_t idle_count;
	pthread_mutex_t turn_lock;
	struct task *turns;
	struct pool passwords, documents; /* of slow calls: neither waits for the other */
	pthread_t scan_thread;
	bool scanning;
	_Atomic bool scan_stop;
	_Atomic bool unlearned;      /* reading the ledger back has failed so far */
	pthread_mutex_t scan_lock;
	pthread_cond_t scan_wake;
	struct jobs *jobs;
	struct history_index *history;
	bool job_due;                /* committer: a call of the open batch wrote a job */
};

/* engine.c: what work on rows outside of a task needs; and what the batch has to remember of engine->changes. */
void engine_rows(struct engine *engine, struct db *db, struct arena *arena, struct change_list *changes, struct row_context *rows_out);
MUST_USE err engine_learn(struct engine *engine);

/* engine.c: an event of the system's own, in a commit of its own. detail: JSON members, taken over. */
MUST_USE err engine_note(struct engine *engine, const char *operation, struct buf *detail);

/* decide.c: authenticate, authorise, inputs. Sets call->actor, call->grant, call->reason on refusal. */
MUST_USE err decide(struct task *task);
/* The operation whose grants say who sees an entity, NULL = nobody. */
const struct op *decide_seer(const struct entity *entity);
MUST_USE err decide_start(void);     /* statements for nested paths */
/* decide as another person, for the second look at an approved change. */
MUST_USE err decide_objects(struct call *call);
/* P1 of access.h: a write about the whole compartment, by an account that is made for checks. */
bool decide_beyond_probe(const struct call *call, const struct op *op, const struct grant *grant);
/* Is the person held, and the operation none of those that lead out of it? NT-3 */
bool decide_held(const struct call *call, const struct op *op);

/* settle.c: op_settles. UNAVAILABLE: one of them failed (logged). */
MUST_USE err settle_all(struct engine *engine);

/* guard.c */
MUST_USE err guard_pass(struct task *task);
MUST_USE err guard_record(struct task *task);   /* stores the promised confirmation */
MUST_USE err guard_problem(struct task *task);  /* adds "confirm" to the rendered 428 */
MUST_USE err idempotency_input(const struct call *call, uint8_t digest_out[static HASH_LEN]);

/* change.c */
MUST_USE err change_file(struct call *call);
/* Digest of the row that the call is about, as it is now; empty when the operation has no object. */
MUST_USE err change_digest(struct call *call, struct bytes *digest_out);

/* idempotency.c: OK and *replayed_out, or go on. */
MUST_USE err idempotency_start(void);
MUST_USE err guard_start(void);
MUST_USE err idempotency_replay(struct task *task, bool *replayed_out);
MUST_USE err idempotency_keep(struct task *task);

/* record.c */
bool record_wanted(const struct task *task);
bool record_counted(const struct task *task);    /* a stranger's refusal: counted, not recorded one by one */
MUST_USE err record_encode(struct task *task, const struct change_list *changes);
MUST_USE err record_append(struct task *task, const struct change_list *changes);
struct system_event {
	const char *operation;
	struct bytes detail;            /* JSON members */
	const struct change_list *changes; /* NULL: none */
	const struct event_object *objects;
	size_t object_count;
	struct id facility;
};
MUST_USE err record_system(struct engine *engine, const struct system_event *about);

#endif
