#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/job_int.h"

#define ARENA_MAX ((size_t)16 << 20)
#define SAVE_EVERY_US (60LL * 1000000)  /* a tick that found nothing is not worth a commit of its own */
#define OVERDUE_AT_ONCE 16
#define RETRY_US 1000000

static const char *const states[] = {"waiting", "running", "done", "failed", NULL};

static const struct field fields[] = {
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 96, .offset = offsetof(struct job, kind)},
	{.name = "object", .ja = "対象", .en = "Object", .type = FIELD_ID, .grade = GRADE_2, .required = true, .offset = offsetof(struct job, object)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = states, .offset = offsetof(struct job, state)},
	{.name = "position", .ja = "位置", .en = "Position", .type = FIELD_INT, .grade = GRADE_2, .offset = offsetof(struct job, position)},
	{.name = "total", .ja = "全体", .en = "Total", .type = FIELD_INT, .grade = GRADE_2, .offset = offsetof(struct job, total)},
	{.name = "requester", .ja = "依頼者", .en = "Requester", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .offset = offsetof(struct job, requester)},
	{.name = "filed_at", .ja = "依頼日時", .en = "Filed", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct job, filed_at)},
	{.name = "started_at", .ja = "開始日時", .en = "Started", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct job, started_at)},
	{.name = "ended_at", .ja = "終了日時", .en = "Ended", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct job, ended_at)},
};
static const char *const indexes[] = {"kind,state", "object", NULL};

const struct entity job_entity = {
	.name = "job", .ja = "処理", .en = "Job", .size = sizeof(struct job), .seal = SEAL_NONE,
	.indexes = indexes, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

/* Filed and not ended, the oldest first. */
static struct row_list open_jobs = {"job.open", &job_entity, "kind = :kind AND state < 2 ORDER BY filed_at, id LIMIT 1", NULL};
static const struct statement is_open = {"job.is-open",
    "SELECT 1 FROM job WHERE kind = :kind AND object = :object AND state < 2"};

static const struct schedule every_minute = {
	.ja = "期限の来たものを処理する", .en = "Does what is due", .every_s = 60, .limit_s = 3600, .missed = SCHEDULE_ONCE,
};

/* What the clock sets going, of one kind. */
struct clockwork {
	struct schedule_state state;
	bool changed, urgent;             /* not stored yet; not to wait for the next round */
	bool work;                        /* look found something to do */
	void *kept;
};

struct jobs {
	struct engine *engine;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool due, stop;
	struct clockwork clocks[JOB_KIND_MAX];
	int64_t saved_at;                 /* monotonic */
	struct db *db;                    /* the thread's */
	struct arena reading, writing;    /* of the thread, of the committer */
	struct job_run runs[JOB_KIND_MAX];
	int64_t retry_at[JOB_KIND_MAX];   /* monotonic; 0: at once */
};

/* One commit of a job. The thread waits for it. */
struct job_commit {
	struct commit_call commit;
	struct jobs *jobs;
	struct job_run *run;
	err (*work)(struct job_commit *own, struct db *db);
	struct id objects[OVERDUE_AT_ONCE];
	size_t object_count;
	bool settled;
	err outcome;
};

static err file(struct row_context *rows, const struct job_kind *kind, struct id object, struct id requester, int64_t now_us)
{
	struct job job = {
		.kind = bytes_str(kind->name), .object = object, .state = JOB_WAITING, .requester = requester, .filed_at = now_us,
	};

	return row_insert(rows, &job_entity, &job);
}

err job_file(struct call *call, const struct job_kind *kind, struct id object)
{
	return file(&call->rows, kind, object, call->actor.account, call->now_us);
}

const struct schedule *job_plan(const struct job_kind *kind)
{
	if (kind->overdue == NULL && kind->look == NULL)
		return NULL;
	return kind->schedule != NULL ? kind->schedule : &every_minute;
}

/* ---- the committer's thread ---- */

static err commit_run(struct commit_call *commit, struct db *db)
{
	struct job_commit *own = (struct job_commit *)commit;
	struct engine *engine = own->jobs->engine;
	struct job_run *run = own->run;

	engine->changes.count = 0;
	engine->changes.authority = false;
	arena_reset(&own->jobs->writing);
	run->now_us = clock_now_us();
	run->object_count = 0;
	run->facility = (struct id){{0}};
	engine_rows(engine, db, &own->jobs->writing, &engine->changes, &run->rows);
	return own->work(own, db);
}

static err put_detail(const struct job_run *run, size_t changes, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_id(&json, "object", run->job.object);
	json_int(&json, "position", run->job.position);
	json_int(&json, "total", run->job.total);
	json_int(&json, "rows", (int64_t)changes);
	return json.state;
}

static err commit_record(struct commit_call *commit, struct db *db, err outcome)
{
	struct job_commit *own = (struct job_commit *)commit;
	struct engine *engine = own->jobs->engine;
	struct system_event event = {
		.operation = own->run->kind->name, .changes = &engine->changes, .facility = own->run->facility,
		.objects = own->run->objects, .object_count = own->run->object_count,
	};
	OWN(buf) detail = {0};

	(void)db;
	if (!err_is_ok(outcome) || engine->changes.count == 0)
		return OK;
	TRY(put_detail(own->run, engine->changes.count, &detail));
	TRY(engine_learn(engine));
	event.detail = bytes_of(&detail);
	return record_system(engine, &event);
}

static void commit_done(struct commit_call *commit, err outcome)
{
	struct job_commit *own = (struct job_commit *)commit;

	pthread_mutex_lock(&own->jobs->lock);
	own->outcome = outcome;
	own->settled = true;
	pthread_cond_broadcast(&own->jobs->wake);
	pthread_mutex_unlock(&own->jobs->lock);
}

/* The job as it is now; somebody may have ended it. */
static err reload(struct job_run *run)
{
	TRY(row_get(&run->rows, &job_entity, run->job.row.id, &run->job));
	return run->job.state < JOB_DONE ? OK : FAIL(CONFLICT);
}

/* What stands in rows of its own. */
static err work_look_step(struct job_commit *own, struct db *db)
{
	struct job_run *run = own->run;

	(void)db;
	run->done = false;
	TRY(run->kind->step(run));
	REQUIRE(own->jobs->engine->changes.count <= EVENT_ROW_MAX);
	return OK;
}

static err work_step(struct job_commit *own, struct db *db)
{
	struct job_run *run = own->run;
	struct engine *engine = own->jobs->engine;

	(void)db;
	TRY(reload(run));
	run->done = false;
	TRY(run->kind->step(run));
	REQUIRE(engine->changes.count <= EVENT_ROW_MAX - 1);
	if (run->job.started_at == 0)
		run->job.started_at = run->now_us;
	run->job.state = run->done ? JOB_DONE : JOB_RUNNING;
	run->job.ended_at = run->done ? run->now_us : 0;
	return row_update(&run->rows, &job_entity, &run->job);
}

static err work_fail(struct job_commit *own, struct db *db)
{
	struct job_run *run = own->run;

	(void)db;
	TRY(reload(run));
	if (run->kind->fail != NULL)
		TRY(run->kind->fail(run));
	run->job.state = JOB_FAILED;
	run->job.ended_at = run->now_us;
	return row_update(&run->rows, &job_entity, &run->job);
}

static err has_open(struct db *db, const struct job_kind *kind, const struct id *object, bool *open_out)
{
	struct query *query = NULL;
	err e = query_start(db, &is_open, &query);

	if (err_is_ok(e))
		e = query_text(query, "kind", bytes_str(kind->name));
	if (err_is_ok(e))
		e = query_id(query, "object", object);
	if (err_is_ok(e))
		e = query_step(query, open_out);
	query_end(&query);
	return e;
}

static err work_file(struct job_commit *own, struct db *db)
{
	struct job_run *run = own->run;

	for (size_t i = 0; i < own->object_count; i++) {
		bool open = false;

		TRY(has_open(db, run->kind, &own->objects[i], &open));
		if (!open)
			TRY(file(&run->rows, run->kind, own->objects[i], (struct id){{0}}, run->now_us));
	}
	return OK;
}

static err work_save(struct job_commit *own, struct db *db)
{
	struct jobs *jobs = own->jobs;

	for (size_t i = 0; job_kinds[i] != NULL; i++)
		if (jobs->clocks[i].changed)
			TRY(schedule_save(db, job_kinds[i]->name, &jobs->clocks[i].state));
	return OK;
}

/* ---- the jobs' thread ---- */

static err commit_and_wait(struct job_commit *own)
{
	struct jobs *jobs = own->jobs;

	own->commit = (struct commit_call){.run = commit_run, .record = commit_record, .done = commit_done};
	TRY(committer_push(jobs->engine->committer, &own->commit));
	pthread_mutex_lock(&jobs->lock);
	while (!own->settled)
		pthread_cond_wait(&jobs->wake, &jobs->lock);
	pthread_mutex_unlock(&jobs->lock);
	return own->outcome;
}

static bool stopping(struct jobs *jobs)
{
	bool stop;

	pthread_mutex_lock(&jobs->lock);
	stop = jobs->stop;
	pthread_mutex_unlock(&jobs->lock);
	return stop;
}

static void rest(struct jobs *jobs, int64_t us)
{
	struct timespec until;

	if (us <= 0 || clock_gettime(CLOCK_MONOTONIC, &until) != 0)
		return;
	until.tv_sec += us / 1000000;
	until.tv_nsec += (us % 1000000) * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&jobs->lock);
	while (!jobs->stop && pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until) == 0)
		;
	pthread_mutex_unlock(&jobs->lock);
}

static err find_open(struct jobs *jobs, const struct job_kind *kind, struct job *job_out, bool *found_out)
{
	struct row_context rows;
	struct query *query = NULL;
	err e;

	/* Not compared with the ledger: the committer may be ahead of this look, and reads the row again. */
	engine_rows(jobs->engine, jobs->db, &jobs->reading, NULL, &rows);
	rows.newest = NULL;
	e = query_start(jobs->db, open_jobs.statement, &query);
	if (err_is_ok(e))
		e = query_text(query, "kind", bytes_str(kind->name));
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		e = row_read(&rows, &job_entity, query, false, job_out);
	query_end(&query);
	return e;
}

static void forget_state(struct job_run *run)
{
	if (run->kind != NULL && run->kind->forget != NULL && run->state != NULL)
		run->kind->forget(run);
	run->state = NULL;
}

static void forget(struct job_run *run)
{
	forget_state(run);
	*run = (struct job_run){0};
}

/* The job of this kind that is to go on; *found_out false: none. */
static err pick(struct jobs *jobs, const struct job_kind *kind, struct job_run *run, bool *found_out)
{
	struct job job = {0};

	arena_reset(&jobs->reading);
	TRY(find_open(jobs, kind, &job, found_out));
	if (!*found_out || run->kind == NULL || !id_equal(run->job.row.id, job.row.id))
		forget(run);
	run->kind = kind;
	run->compartment = jobs->engine->config.compartment;
	run->job = job;
	return OK;
}

static err read_begin(struct jobs *jobs, struct job_run *run)
{
	TRY(db_begin(jobs->db, DB_READ));
	engine_rows(jobs->engine, jobs->db, &jobs->reading, NULL, &run->rows);
	run->rows.newest = NULL; /* J3 */
	run->now_us = clock_now_us();
	return OK;
}

static err gather(struct jobs *jobs, struct job_run *run)
{
	err e;

	if (run->kind->gather == NULL)
		return OK;
	TRY(read_begin(jobs, run));
	e = run->kind->gather(run);
	db_rollback(jobs->db); /* it only read */
	return e;
}

static err give_up(struct jobs *jobs, struct job_run *run)
{
	struct job_commit own = {.jobs = jobs, .run = run, .work = work_fail};

	return commit_and_wait(&own);
}

static void end_turn(struct jobs *jobs, size_t at, enum schedule_outcome outcome)
{
	struct clockwork *clock = &jobs->clocks[at];
	const struct schedule *plan = job_plan(job_kinds[at]);

	if (plan == NULL || clock->state.running_at == 0)
		return;
	schedule_end(plan, &clock->state, outcome, clock_now_us());
	clock->changed = true;
	clock->urgent = clock->urgent || outcome != SCHEDULE_NOTHING;
}

static bool passes(err e)
{
	return err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_LIMITED) || err_is(e, ERR_TIMEOUT);
}

/* One step of what look found. It is looked at anew at its next time, whatever became of it. */
static bool advance_look(struct jobs *jobs, size_t at)
{
	struct clockwork *clock = &jobs->clocks[at];
	struct job_run *run = &jobs->runs[at];
	struct job_commit own = {.jobs = jobs, .run = run, .work = work_look_step};
	int64_t started = clock_mono_us();
	err e;

	if (!clock->work)
		return false;
	e = commit_and_wait(&own);
	if (err_is_ok(e) && !run->done) {
		rest(jobs, clock_mono_us() - started); /* J1 */
		return true;
	}
	clock->work = false;
	end_turn(jobs, at, err_is_ok(e) ? SCHEDULE_DONE : SCHEDULE_FAILED);
	if (!err_is_ok(e))
		log_warn("job %s: %s", job_kinds[at]->name, err_row(e)->name);
	return false;
}

/* One step, or the end, of the oldest job of a kind. true: look again at once. */
static bool advance(struct jobs *jobs, size_t at)
{
	const struct job_kind *kind = job_kinds[at];
	struct job_run *run = &jobs->runs[at];
	struct job_commit own = {.jobs = jobs, .run = run, .work = work_step};
	bool found = false;
	int64_t started;
	err e;

	if (kind->look != NULL)
		return advance_look(jobs, at);
	if (clock_mono_us() < jobs->retry_at[at])
		return false;
	jobs->retry_at[at] = 0;
	e = pick(jobs, kind, run, &found);
	if (err_is_ok(e) && !found) {
		end_turn(jobs, at, SCHEDULE_DONE);
		return false;
	}
	if (err_is_ok(e))
		e = gather(jobs, run);
	started = clock_mono_us();
	if (err_is_ok(e))
		e = commit_and_wait(&own);
	if (err_is_ok(e)) {
		run->tries = 0;
		rest(jobs, clock_mono_us() - started);
		return true;
	}
	/* What the step noted in memory may have been rolled back in the rows. */
	forget_state(run);
	jobs->retry_at[at] = clock_mono_us() + RETRY_US;
	if (!found || (passes(e) && (kind->patient || ++run->tries < JOB_TRIES)))
		return false;
	log_error("job %s gives up: %s", kind->name, err_row(e)->name);
	end_turn(jobs, at, SCHEDULE_FAILED);
	if (err_is_ok(give_up(jobs, run)))
		forget(run);
	return false;
}

static err find_overdue(struct jobs *jobs, const struct job_kind *kind, struct job_commit *own)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(jobs->db, kind->overdue, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", clock_now_us());
	while (err_is_ok(e) && row && own->object_count < OVERDUE_AT_ONCE) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = column_id(query, 0, &own->objects[own->object_count++]);
	}
	query_end(&query);
	return e;
}

/* *found_out: there is something to do. */
static err ask_statement(struct jobs *jobs, size_t at, bool *found_out)
{
	struct job_run run = {.kind = job_kinds[at], .compartment = jobs->engine->config.compartment};
	struct job_commit own = {.jobs = jobs, .run = &run, .work = work_file};

	TRY(find_overdue(jobs, job_kinds[at], &own));
	*found_out = own.object_count > 0;
	return *found_out ? commit_and_wait(&own) : OK;
}

static err ask_look(struct jobs *jobs, size_t at, bool *found_out)
{
	struct job_run *run = &jobs->runs[at];
	err e;

	if (jobs->clocks[at].work)
		return OK; /* still at it */
	arena_reset(&jobs->reading);
	*run = (struct job_run){.kind = job_kinds[at], .compartment = jobs->engine->config.compartment, .kept = &jobs->clocks[at].kept};
	TRY(read_begin(jobs, run));
	e = job_kinds[at]->look(run, found_out);
	db_rollback(jobs->db); /* it only read */
	jobs->clocks[at].work = err_is_ok(e) && *found_out;
	return e;
}

static void ask(struct jobs *jobs, size_t at)
{
	struct clockwork *clock = &jobs->clocks[at];
	const struct job_kind *kind = job_kinds[at];
	int64_t missed = clock->state.missed_at;
	bool running = clock->state.running_at != 0;
	bool found = false;
	err e;

	if (schedule_late(job_plan(kind), &clock->state, clock_now_us()))
		clock->changed = clock->urgent = true;
	if (!schedule_due(job_plan(kind), &clock->state, clock_now_us()))
		return;
	clock->changed = true;
	clock->urgent = clock->urgent || clock->state.missed_at != missed;
	if (running)
		clock->state.next_at = schedule_next(job_plan(kind), clock_now_us());
	else
		schedule_begin(job_plan(kind), &clock->state, clock_now_us());
	e = kind->look != NULL ? ask_look(jobs, at, &found) : ask_statement(jobs, at, &found);
	if (!err_is_ok(e))
		log_warn("what is due of %s was not found: %s", kind->name, err_row(e)->name);
	if (!err_is_ok(e) || !(found || running))
		end_turn(jobs, at, err_is_ok(e) ? SCHEDULE_NOTHING : SCHEDULE_FAILED);
	else
		clock->urgent = clock->urgent || !running;
}

/* A demonstration's clock is behind: what runs then says nothing of what is missed between then and now. */
static bool a_past_is_made(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) == 0 && (int64_t)now.tv_sec * 1000000 - clock_now_us() > 2000000;
}

static void ask_all(struct jobs *jobs)
{
	struct job_run run = {.kind = job_kinds[0]};
	struct job_commit own = {.jobs = jobs, .run = &run, .work = work_save};
	bool changed = false, urgent = false;

	for (size_t i = 0; job_kinds[i] != NULL && !stopping(jobs); i++) {
		if (job_plan(job_kinds[i]) != NULL)
			ask(jobs, i);
		changed = changed || jobs->clocks[i].changed;
		urgent = urgent || jobs->clocks[i].urgent;
	}
	if (a_past_is_made() || (!urgent && !(changed && clock_mono_us() - jobs->saved_at >= SAVE_EVERY_US)))
		return;
	if (!err_is_ok(commit_and_wait(&own)))
		return; /* the next round tries again */
	jobs->saved_at = clock_mono_us();
	for (size_t i = 0; job_kinds[i] != NULL; i++)
		jobs->clocks[i].changed = jobs->clocks[i].urgent = false;
}

static bool wait_due(struct jobs *jobs)
{
	bool stop;

	pthread_mutex_lock(&jobs->lock);
	while (!jobs->due && !jobs->stop)
		pthread_cond_wait(&jobs->wake, &jobs->lock);
	jobs->due = false;
	stop = jobs->stop;
	pthread_mutex_unlock(&jobs->lock);
	return !stop;
}

static void *jobs_main(void *context)
{
	struct jobs *jobs = context;

	while (wait_due(jobs)) {
		bool more = true;

		ask_all(jobs);
		while (more && !stopping(jobs)) {
			more = false;
			for (size_t i = 0; job_kinds[i] != NULL; i++)
				more = advance(jobs, i) || more;
		}
	}
	return NULL;
}

/* ---- the engine ---- */

void job_tick(struct engine *engine)
{
	struct jobs *jobs = engine->jobs;

	if (jobs == NULL)
		return;
	pthread_mutex_lock(&jobs->lock);
	jobs->due = true;
	pthread_cond_broadcast(&jobs->wake);
	pthread_mutex_unlock(&jobs->lock);
}

static err sync_init(struct jobs *jobs)
{
	pthread_condattr_t attributes;
	bool made;

	if (pthread_mutex_init(&jobs->lock, NULL) != 0 || pthread_condattr_init(&attributes) != 0)
		return FAIL(UNAVAILABLE);
	made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&jobs->wake, &attributes) == 0;
	pthread_condattr_destroy(&attributes);
	return made ? OK : FAIL(UNAVAILABLE);
}

/* What was under way when the process ended is not under way any more; it is asked for at its next time. */
static void load_clocks(struct jobs *jobs)
{
	for (size_t i = 0; job_kinds[i] != NULL; i++) {
		struct schedule_state *state = &jobs->clocks[i].state;

		if (job_plan(job_kinds[i]) == NULL)
			continue;
		if (!err_is_ok(schedule_load(jobs->db, job_kinds[i]->name, state)))
			*state = (struct schedule_state){0}; /* begun anew: what is due is seen in the rows, not here */
		if (state->running_at != 0)
			state->next_at = 0;
		else if (job_plan(job_kinds[i])->every_s > 0 && state->next_at > clock_now_us())
			state->next_at = clock_now_us(); /* the first look is at the start */
		state->running_at = 0;
	}
}

static err prepare(struct jobs *jobs)
{
	size_t count = 0;

	while (job_kinds[count] != NULL)
		count++;
	REQUIRE(count <= JOB_KIND_MAX);
	TRY(row_list_make(&open_jobs));
	TRY(sync_init(jobs));
	TRY(db_open(jobs->engine->config.database, DB_READ, &jobs->db));
	load_clocks(jobs);
	return OK;
}

static void jobs_free(struct jobs *jobs)
{
	for (size_t i = 0; job_kinds[i] != NULL; i++) {
		forget(&jobs->runs[i]);
		if (job_kinds[i]->drop != NULL && jobs->clocks[i].kept != NULL)
			job_kinds[i]->drop(jobs->clocks[i].kept);
	}
	db_close(&jobs->db);
	arena_free(&jobs->reading);
	arena_free(&jobs->writing);
	free(jobs);
}

err job_runner_start(struct engine *engine)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	err e;

	if (jobs == NULL)
		return FAIL(UNAVAILABLE);
	jobs->engine = engine;
	jobs->due = true;
	arena_init(&jobs->reading, ARENA_MAX);
	arena_init(&jobs->writing, ARENA_MAX);
	e = prepare(jobs);
	if (err_is_ok(e) && pthread_create(&jobs->thread, NULL, jobs_main, jobs) != 0)
		e = FAIL(UNAVAILABLE);
	if (!err_is_ok(e)) {
		jobs_free(jobs);
		return e;
	}
	engine->jobs = jobs;
	return OK;
}

void job_runner_stop(struct engine *engine)
{
	struct jobs *jobs = engine->jobs;

	if (jobs == NULL)
		return;
	pthread_mutex_lock(&jobs->lock);
	jobs->stop = true;
	pthread_cond_broadcast(&jobs->wake);
	pthread_mutex_unlock(&jobs->lock);
	pthread_join(jobs->thread, NULL);
	engine->jobs = NULL;
	jobs_free(jobs);
}
