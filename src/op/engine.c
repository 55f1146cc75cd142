#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/engine_int.h"
#include "op/history_int.h"
#include "op/job_int.h"
#include "op/pool_int.h"
#include "op/scan_int.h"
#include "op/task_int.h"
#include "op/turn_int.h"

#define LOOK_AGAIN UINT64_MAX   /* no authority version: a read that the committer runs again */

struct engine_reader {
	struct engine *engine;
	struct db *db;
	struct problems problems;
	bool open;                /* a read transaction is open */
	uint64_t authority;       /* before it was opened */
	uint64_t written;         /* likewise */
};

static bool newest_known(void *context, const struct entity *entity, struct id id, int64_t *version_out,
    uint8_t digest_out[static 8])
{
	(void)entity;
	return newest_find(context, id, version_out, digest_out);
}

void engine_rows(struct engine *engine, struct db *db, struct arena *arena, struct change_list *changes, struct row_context *rows_out)
{
	*rows_out = (struct row_context){
		.db = db, .changes = changes, .keys = engine->config.compartment->keys, .arena = arena,
		.newest = newest_known, .newest_context = engine->newest,
	};
}

void engine_vouch(struct engine *engine, struct row_context *rows)
{
	rows->newest = newest_known;
	rows->newest_context = engine->newest;
}

static void rows_use(struct task *task, struct db *db, struct change_list *changes)
{
	engine_rows(task->engine, db, &task->arena, changes, &task->call.rows);
	/* What a reader finds wrong the committer looks at again; so does it with what a slow read prepares. */
	task->call.rows.tentative = task->authority != LOOK_AGAIN &&
	    (task->phase == PHASE_READ || (task->phase == PHASE_PREPARE && task->call.op->kind == OP_READ));
}

/* Everything an earlier try may have left is forgotten. */
static void call_reset(struct task *task)
{
	struct call *call = &task->call;

	call->grant = NULL;
	call->reason = NULL;
	call->status = 0;
	call->object_count = 0;
	call->seal_owner = (struct id){{0}};
	call->event_facility = (struct id){{0}};
	call->cookie = COOKIE_KEEP;
	call->cookie_age_s = 0;
	call->file = (struct bytes){0};
	call->media = MEDIA_NONE;
	call->touch_due = false;
	call->held = false;
	call->accepted_us = 0;
	call->problems->count = 0;
	call->problems->language = call->language;
	buf_clear(&call->detail);
	buf_clear(&task->body);
	task->body_final = false;
	task->filed = false;
	task->confirm_due = false;
	json_init(&call->out, &task->body);
}

static err body_open(struct task *task)
{
	if (task->call.op->reply == REPLY_JSON && task->phase != PHASE_PREPARE)
		json_object(&task->call.out, NULL);
	return task->call.out.state;
}

static err body_close(struct task *task)
{
	if (task->body_final || task->phase == PHASE_PREPARE)
		return OK;
	if (task->call.op->reply == REPLY_JSON)
		json_object_end(&task->call.out);
	TRY(task->call.out.state);
	return task->body.len <= OP_REPLY_MAX ? OK : FAIL(TOO_LARGE); /* before it is recorded as told */
}

static err effect(struct task *task)
{
	struct call *call = &task->call;
	bool replayed = false;

	TRY(decide(task));
	if (task->phase == PHASE_PREPARE)
		return call->op->prepare(call);
	TRY(idempotency_replay(task, &replayed));
	if (replayed)
		return OK;
	TRY(body_open(task));
	TRY(guard_pass(task));
	if (!task->filed)
		TRY(call->op->apply(call));
	TRY(body_close(task));
	return call->op->kind == OP_WRITE ? idempotency_keep(task) : OK;
}

static err perform(struct task *task, struct db *db, struct problems *problems, struct change_list *changes)
{
	task->call.problems = problems;
	task->call.now_us = clock_now_us();
	rows_use(task, db, changes);
	call_reset(task);
	return effect(task);
}

/* The reply of anything but success. Nothing of a half-written body leaves. */
static err problem_body(struct task *task)
{
	struct call *call = &task->call;
	char request[ID_TEXT_MAX];

	if (err_is_ok(task->outcome) || task->body_final)
		return OK;
	buf_clear(&task->body);
	call->cookie = COOKIE_KEEP;
	wipe(call->token, sizeof(call->token));
	id_format(call->request, request);
	TRY(json_problem(&task->body, task->outcome, call->language, NULL, bytes_str(request),
	    call->problems->count > 0 ? call->problems : NULL));
	if (err_is(task->outcome, ERR_CONFIRM))
		TRY(guard_problem(task));
	task->body_final = true;
	return OK;
}

static void answer(struct task *task, err e)
{
	const struct call *call = &task->call;
	struct answer answer = {.body = bytes_of(&task->body), .cookie = (int)call->cookie};
	OWN(buf) plain = {0};

	if (!err_is_ok(e) && !(err_is(e, (enum err_code)task->outcome.code) && task->body_final)) {
		char request[ID_TEXT_MAX];

		/* The batch failed after the body was made: nothing of it is true. */
		id_format(call->request, request);
		answer = (struct answer){.cookie = COOKIE_KEEP};
		err_ignore(json_problem(&plain, e, call->language, NULL, bytes_str(request), NULL)); /* an empty body then */
		answer.body = bytes_of(&plain);
	}
	answer.problem = !err_is_ok(e);
	answer.status = err_is_ok(e) ? (call->status != 0 ? call->status : call->op->status) : err_row(e)->status;
	if (answer.status == 204)
		answer.body = (struct bytes){0};
	answer.immutable = err_is_ok(e) && call->immutable;
	if (err_is_ok(e) && call->op->named) {
		REQUIRE(call->file.len > 0 && call->file.len <= MEDIA_NAME_MAX && media_type(call->media) != NULL);
		answer.file = call->file;
		answer.media = call->media;
	}
	answer.retry_after_s = answer.status == 429 || answer.status == 503 ? 1 : 0;
	if (err_is_ok(e) && (answer.cookie == COOKIE_SET || answer.cookie == COOKIE_DEVICE)) {
		memcpy(answer.token, call->token, sizeof(answer.token));
		answer.cookie_age_s = call->cookie_age_s;
	}
	task->reply(task->context, task->number, &answer);
	wipe(answer.token, sizeof(answer.token));
}

static void push(struct task *task);

static void finish(struct task *task, err e)
{
	struct task *next = task->turn_held ? turn_end(task->engine, task) : NULL;

	answer(task, e);
	task_free(task);
	if (next != NULL)
		push(next);
}

/* ---- the committer's thread ---- */

/* What a reader or the pool has decided stands, unless authority has moved since. */
static bool stands(const struct task *task)
{
	bool read = task->phase == PHASE_READ || (task->phase == PHASE_PREPARE && task->call.op->kind == OP_READ);

	if (task->phase == PHASE_SLOW)
		return true; /* it failed there: nothing was told */
	return read && !task->engine->authority_dirty && task->authority == atomic_load(&task->engine->authority);
}

/* E4. That a session goes on gives nobody more rights than before: the authority stays as it is. */
static err touch(struct task *task, struct db *db)
{
	struct engine *engine = task->engine;

	if (!err_is_ok(task->outcome) || !task->call.touch_due || engine->config.touch == NULL)
		return task->outcome;
	rows_use(task, db, &engine->changes);
	task->outcome = engine->config.touch(&task->call);
	engine->changes.authority = false;
	task->leaf.len = 0; /* it is written again, with the row */
	return task->outcome;
}

static err commit_run(struct commit_call *commit, struct db *db)
{
	struct task *task = (struct task *)commit;
	struct engine *engine = task->engine;

	engine->changes.count = 0;
	engine->changes.authority = false;
	if (stands(task))
		return touch(task, db);
	task->leaf.len = 0;
	/* A read writes nothing of its own here either. */
	task->outcome = perform(task, db, &engine->problems, task->call.op->kind == OP_READ ? NULL : &engine->changes);
	return touch(task, db);
}

err engine_learn(struct engine *engine)
{
	engine->written_dirty = engine->written_dirty || engine->changes.count > 0;
	for (size_t i = 0; i < engine->changes.count; i++) {
		const struct event_row *row = &engine->changes.rows[i];

		TRY(newest_write(engine->newest, row->id, row->version, row->after));
		engine->job_due = engine->job_due || bytes_is(row->entity, job_entity.name);
	}
	if (engine->changes.authority)
		engine->authority_dirty = true;
	return OK;
}

static err leave_behind(struct task *task)
{
	struct call *call = &task->call;

	if (call->op->refused == NULL || call->state == NULL || (task->phase != PHASE_APPLY && task->phase != PHASE_WRITE))
		return OK;
	return record_wanted(task) ? call->op->refused(call) : OK; /* what is written stands in the ledger */
}

static err commit_record(struct commit_call *commit, struct db *db, err outcome)
{
	struct task *task = (struct task *)commit;
	struct engine *engine = task->engine;

	task->outcome = outcome;
	if (!err_is_ok(outcome)) {
		engine->changes.count = 0; /* rolled back */
		engine->changes.authority = false;
		task->call.problems = &engine->problems;
		TRY(problem_body(task));
		rows_use(task, db, &engine->changes);
		TRY(guard_record(task));
		TRY(leave_behind(task));
	}
	if (!record_wanted(task) && engine->changes.count == 0) {
		if (record_counted(task))
			refusals_count(engine->refusals, task->call.address, task->call.op->id, err_row(outcome)->status);
		return OK;
	}
	if (task->leaf.len == 0)
		TRY(record_encode(task, &engine->changes));
	TRY(engine_learn(engine));
	return record_append(task, &engine->changes);
}

static void slow_begin(struct task *task)
{
	struct pool *pool = task->call.op->reply == REPLY_OCTETS || task->call.op->papers ? &task->engine->documents : &task->engine->passwords;

	task->phase = PHASE_SLOW;
	task->leaf.len = 0;
	if (!err_is_ok(pool_push(pool, task)))
		finish(task, FAIL(LIMITED));
}

static void commit_done(struct commit_call *commit, err outcome)
{
	struct task *task = (struct task *)commit;

	if (task->phase == PHASE_PREPARE && err_is_ok(outcome))
		slow_begin(task);
	else
		finish(task, outcome);
}

static void push(struct task *task)
{
	err e;

	task->commit = (struct commit_call){.run = commit_run, .record = commit_record, .done = commit_done};
	e = committer_push(task->engine->committer, &task->commit);
	if (!err_is_ok(e))
		finish(task, e);
}

/* ---- the pool's threads ---- */

/* Nothing is applied; that it failed is recorded, and told after the commit like all else. */
static void slow_failed(struct task *task, err e)
{
	task->outcome = e;
	if (!err_is_ok(problem_body(task)))
		task->outcome = FAIL(UNAVAILABLE);
	push(task);
}

void engine_slow(struct task *task)
{
	static _Thread_local struct problems problems;
	struct call *call = &task->call;
	err e;

	problems.count = 0;
	problems.language = call->language;
	call->problems = &problems;
	call->rows.db = NULL;
	e = call->op->slow(call);
	if (!err_is_ok(e)) {
		slow_failed(task, e);
		return;
	}
	task->phase = PHASE_APPLY;
	push(task);
}

/* ---- readers ---- */

err engine_reader_open(struct engine *engine, struct engine_reader **reader_out)
{
	struct engine_reader *reader = calloc(1, sizeof(*reader));
	err e;

	if (reader == NULL)
		return FAIL(UNAVAILABLE);
	reader->engine = engine;
	e = db_open(engine->config.database, DB_READ, &reader->db);
	if (!err_is_ok(e)) {
		free(reader);
		return e;
	}
	*reader_out = reader;
	return OK;
}

void engine_reader_close(struct engine_reader **reader)
{
	if (*reader == NULL)
		return;
	engine_burst_end(*reader);
	db_close(&(*reader)->db);
	free(*reader);
	*reader = NULL;
}

void engine_burst_end(struct engine_reader *reader)
{
	if (reader->open)
		db_rollback(reader->db); /* it only read */
	reader->open = false;
}

/* Whoever has been answered that something is written must find it: a snapshot from before is given up. */
static err burst_begin(struct engine_reader *reader)
{
	if (reader->open && reader->written == atomic_load(&reader->engine->written))
		return OK;
	engine_burst_end(reader);
	reader->written = atomic_load(&reader->engine->written); /* both before the snapshot: E2 */
	reader->authority = atomic_load(&reader->engine->authority);
	TRY(db_begin(reader->db, DB_READ));
	reader->open = true;
	return OK;
}

static void read_now(struct engine_reader *reader, struct task *task)
{
	err e = burst_begin(reader);

	task->phase = task->call.op->prepare != NULL ? PHASE_PREPARE : PHASE_READ;
	task->authority = reader->authority;
	task->call.problems = &reader->problems;
	call_reset(task); /* for the answer, also when nothing could be performed */
	if (err_is_ok(e))
		e = perform(task, reader->db, &reader->problems, NULL);
	task->outcome = e;
	if (err_is(e, ERR_CORRUPT)) {
		/* A row may have moved between this snapshot and what the ledger says: the committer sees both alike. */
		task->authority = LOOK_AGAIN;
		push(task);
		return;
	}
	if (err_is_ok(e) && task->phase == PHASE_PREPARE) {
		slow_begin(task);
		return;
	}
	e = problem_body(task);
	if (!err_is_ok(e)) {
		finish(task, e);
		return;
	}
	if (record_wanted(task) || (err_is_ok(task->outcome) && task->call.touch_due && reader->engine->config.touch != NULL)) {
		e = record_encode(task, NULL);
		if (err_is_ok(e))
			push(task);
		else
			finish(task, e);
		return;
	}
	if (record_counted(task))
		refusals_count(reader->engine->refusals, task->call.address, task->call.op->id,
		    err_row(task->outcome)->status);
	finish(task, task->outcome);
}

static void refuse(const struct submission *s, err e)
{
	struct answer answer = {.status = err_row(e)->status, .problem = true, .retry_after_s = 1};
	OWN(buf) body = {0};
	char request[ID_TEXT_MAX];

	id_format(s->request, request);
	err_ignore(json_problem(&body, e, s->language, NULL, bytes_str(request), NULL)); /* an empty body then */
	answer.body = bytes_of(&body);
	s->reply(s->context, s->number, &answer);
}

void engine_submit(struct engine_reader *reader, const struct submission *submission)
{
	struct task *task = NULL;
	bool go = true;
	err e = task_new(reader->engine, submission, &task);

	if (!err_is_ok(e)) {
		refuse(submission, e);
		return;
	}
	if (task->call.op->kind == OP_READ) {
		read_now(reader, task);
		return;
	}
	task->phase = task->call.op->prepare != NULL ? PHASE_PREPARE : PHASE_WRITE;
	if (task->call.op->turns != NULL) {
		e = turn_begin(reader->engine, task, &go);
		if (!err_is_ok(e)) {
			refusals_count(reader->engine->refusals, submission->address, submission->op->id, err_row(e)->status);
			task_free(task);
			refuse(submission, e);
			return;
		}
	}
	if (go)
		push(task);
}

/* ---- readiness and chores ---- */

struct probe {
	struct commit_call commit;
	struct engine *engine;
	void (*ready)(void *, uint64_t, bool);
	void *context;
	uint64_t number;
	const char *operation; /* chores: what to record, NULL = nothing */
	struct buf detail;
};

static const struct statement heartbeat = {"engine.heartbeat", "UPDATE heartbeat SET beats = beats + 1 WHERE one = 1"};

static err probe_run(struct commit_call *commit, struct db *db)
{
	struct query *query = NULL;

	(void)commit;
	TRY(query_start(db, &heartbeat, &query));
	return query_run(&query);
}

static err probe_record(struct commit_call *commit, struct db *db, err outcome)
{
	struct probe *probe = (struct probe *)commit;

	(void)db;
	if (!err_is_ok(outcome) || probe->operation == NULL)
		return OK;
	return record_system(probe->engine, &(struct system_event){.operation = probe->operation, .detail = bytes_of(&probe->detail)});
}

static void probe_done(struct commit_call *commit, err outcome)
{
	struct probe *probe = (struct probe *)commit;

	if (probe->ready != NULL)
		probe->ready(probe->context, probe->number, err_is_ok(outcome));
	buf_free(&probe->detail);
	free(probe);
}

static struct probe *probe_new(struct engine *engine)
{
	struct probe *probe = calloc(1, sizeof(*probe));

	if (probe == NULL)
		return NULL;
	probe->commit = (struct commit_call){.run = probe_run, .record = probe_record, .done = probe_done};
	probe->engine = engine;
	return probe;
}

err engine_note(struct engine *engine, const char *operation, struct buf *detail)
{
	struct probe *probe = probe_new(engine);
	err e;

	if (probe == NULL)
		return FAIL(UNAVAILABLE);
	probe->operation = operation;
	probe->detail = buf_take(detail);
	e = committer_push(engine->committer, &probe->commit);
	if (!err_is_ok(e))
		probe_done(&probe->commit, e);
	return e;
}

#define READY_FRESH_US 1000000

void engine_ready(struct engine *engine, void (*ready)(void *, uint64_t, bool), void *context, uint64_t number)
{
	struct probe *probe;

	if (atomic_load(&engine->unlearned)) {
		ready(context, number, false);
		return;
	}
	if (atomic_load(&engine->writable) && clock_mono_us() - atomic_load(&engine->ready_at_us) < READY_FRESH_US) {
		ready(context, number, true);
		return;
	}
	probe = probe_new(engine);
	if (probe == NULL) {
		ready(context, number, false);
		return;
	}
	probe->ready = ready;
	probe->context = context;
	probe->number = number;
	if (!err_is_ok(committer_push(engine->committer, &probe->commit)))
		probe_done(&probe->commit, FAIL(LIMITED));
}

void engine_tick(struct engine *engine)
{
	OWN(buf) counted = {0};
	bool due = false;
	err e;

	job_tick(engine);
	history_index_tick(engine);
	e = refusals_take(engine->refusals, clock_now_us(), &counted, &due);
	if (err_is_ok(e) && due)
		e = engine_note(engine, "refusals.count", &counted);
	if (!err_is_ok(e))
		log_warn("counted refusals were not recorded: %s", err_row(e)->name);
}

/* ---- the committer's hooks ---- */

static err hook_flush(void *context, struct db *db)
{
	struct engine *engine = context;

	return ledger_flush(engine->config.compartment->ledger, db);
}

static void hook_settle(void *context, bool committed)
{
	struct engine *engine = context;

	ledger_settle(engine->config.compartment->ledger, committed);
	newest_settle(engine->newest, committed);
	if (engine->authority_dirty)
		atomic_fetch_add(&engine->authority, 1);
	if (engine->written_dirty)
		atomic_fetch_add(&engine->written, 1);
	engine->authority_dirty = false;
	engine->written_dirty = false;
	atomic_store(&engine->writable, committed);
	if (committed)
		atomic_store(&engine->ready_at_us, clock_mono_us());
	if (engine->job_due && engine->jobs != NULL)
		job_tick(engine);
	engine->job_due = false;
}

static void hook_idle(void *context)
{
	struct engine *engine = context;

	if (engine->config.flush != NULL)
		engine->config.flush(engine->config.flush_context);
}

static err engine_parts(struct engine *engine)
{
	TRY(decide_start());
	TRY(guard_start());
	TRY(idempotency_start());
	TRY(newest_new(&engine->newest));
	return refusals_new(&engine->refusals);
}

err engine_start(struct db *write, const struct engine_config *config, struct engine **engine_out)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	struct committer_hooks hooks = {engine, hook_flush, hook_settle, hook_idle};
	err e;

	if (engine == NULL)
		return FAIL(UNAVAILABLE);
	engine->config = *config;
	e = engine_parts(engine);
	if (err_is_ok(e) && (pthread_mutex_init(&engine->idle_lock, NULL) != 0 || pthread_mutex_init(&engine->turn_lock, NULL) != 0))
		e = FAIL(UNAVAILABLE);
	if (err_is_ok(e))
		e = committer_start(write, &hooks, &engine->committer);
	if (err_is_ok(e))
		e = pool_start(&engine->passwords, config->pool_threads);
	if (err_is_ok(e))
		e = pool_start(&engine->documents, 1);
	if (err_is_ok(e))
		e = scan_start(engine);
	if (err_is_ok(e))
		e = job_runner_start(engine);
	if (err_is_ok(e))
		e = history_index_start(engine);
	if (err_is_ok(e))
		e = settle_all(engine);
	if (!err_is_ok(e)) {
		engine_stop(&engine);
		return e;
	}
	*engine_out = engine;
	return OK;
}

void engine_stop(struct engine **engine_in)
{
	struct engine *engine = *engine_in;

	if (engine == NULL)
		return;
	scan_stop(engine);
	job_runner_stop(engine);
	history_index_stop(engine);
	pool_stop(&engine->passwords);
	pool_stop(&engine->documents);
	if (engine->committer != NULL)
		committer_stop(&engine->committer);
	task_drain(engine);
	newest_free(&engine->newest);
	refusals_free(&engine->refusals);
	free(engine);
	*engine_in = NULL;
}
