/* Jobs step by step, over a refusal, over a restart, to the end. */
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "op/world_test.h"

enum { ROWS = 10, ROWS_A_STEP = 3 };

static _Atomic int gathered, stepped, failed, finished, forgotten;
static _Atomic int refuse_steps;      /* so many steps are refused after they wrote */
static _Atomic int hold_after = -1;   /* gather says UNAVAILABLE from this step on */
static _Atomic int64_t first_position = -1;

static err gather(struct job_run *run)
{
	gathered++;
	if (hold_after >= 0 && stepped >= hold_after)
		return FAIL(UNAVAILABLE);
	if (run->state == NULL) {
		run->state = malloc(1);
		first_position = run->job.position;
	}
	return run->state == NULL ? FAIL(UNAVAILABLE) : OK;
}

static err write_rows(struct job_run *run)
{
	for (int i = 0; i < ROWS_A_STEP && run->job.position < ROWS; i++, run->job.position++) {
		uint8_t mark[2] = {(uint8_t)run->job.position, run->job.object.b[0]};
		struct confirmation row = {.token_hash = {mark, sizeof(mark)}, .bound = {mark, sizeof(mark)}, .expires_at = 1};

		TRY(row_insert(&run->rows, &op_entity_confirmation, &row)); /* CONFLICT, if a step were done twice */
	}
	return OK;
}

static err step(struct job_run *run)
{
	run->job.total = ROWS;
	TRY(write_rows(run));
	if (refuse_steps > 0) {
		refuse_steps--;
		return FAIL(UNAVAILABLE);
	}
	stepped++;
	run->done = run->job.position == ROWS;
	finished += run->done;
	return OK;
}

static err say_failed(struct job_run *run)
{
	(void)run;
	failed++;
	return OK;
}

static void forget(struct job_run *run)
{
	free(run->state);
	forgotten++;
}

static err never(struct job_run *run)
{
	(void)run;
	return FAIL(INVALID);
}

static const struct job_kind count_kind = {.name = "count-step", .gather = gather, .step = step, .fail = say_failed, .forget = forget};
static const struct job_kind bad_kind = {.name = "bad-step", .step = never, .fail = say_failed};

/* Looks, and does what it found in steps; what it keeps lives as long as the process. */
static _Atomic int looked, to_do, looked_steps, dropped;

static err look(struct job_run *run, bool *due_out)
{
	if (*run->kept == NULL)
		*run->kept = malloc(1);
	looked++;
	*due_out = to_do > 0;
	return *run->kept == NULL ? FAIL(UNAVAILABLE) : OK;
}

static err look_step(struct job_run *run)
{
	struct confirmation row = {.token_hash = {(const uint8_t *)"look", 4}, .bound = BYTES_LIT("x"), .expires_at = 1};
	err e = row_insert(&run->rows, &op_entity_confirmation, &row);

	if (!err_is_ok(e) && !err_is(e, ERR_CONFLICT))
		return e;
	looked_steps++;
	run->done = --to_do == 0;
	return OK;
}

static void drop(void *kept)
{
	free(kept);
	dropped++;
}

static const struct schedule each_second = {.ja = "見る", .en = "Looks", .every_s = 1, .limit_s = 5, .missed = SCHEDULE_ONCE};
static const struct job_kind look_kind = {.name = "look-step", .schedule = &each_second, .look = look, .step = look_step, .drop = drop};
const struct job_kind *const world_jobs[] = {&count_kind, &bad_kind, &look_kind, NULL};

static uint8_t next_object = 1;

static err file_count(struct call *call)
{
	return job_file(call, &count_kind, (struct id){{next_object++}});
}

static err file_bad(struct call *call)
{
	return job_file(call, &bad_kind, (struct id){{next_object++}});
}

static const struct op count_op = WORLD_OP("test.count", file_count);
static const struct op bad_op = WORLD_OP("test.bad", file_bad);
static const struct op schedule_op;
const struct op *const world_ops[] = {&count_op, &bad_op, &schedule_op, NULL};

/* The jobs' thread wakes once a second when it waits for something; a minute is for ever. */
static void wait_for(_Atomic int *counter, int least)
{
	for (int i = 0; i < 60000 && *counter < least; i++)
		usleep(1000);
	assert_true(*counter >= least);
}

static void wait_ticking(_Atomic int *counter, int least)
{
	for (int i = 0; i < 600 && *counter < least; i++) {
		local_tick(world);
		usleep(100000);
	}
	assert_true(*counter >= least);
}

static void runs_to_the_end(void **state)
{
	(void)state;
	finished = stepped = forgotten = 0;
	assert_ok(world_call("test.count"));
	wait_for(&finished, 1);
	wait_for(&forgotten, 1);
	assert_int_equal(stepped, (ROWS + ROWS_A_STEP - 1) / ROWS_A_STEP);
}

static void one_after_the_other(void **state)
{
	(void)state;
	finished = 0;
	for (int i = 0; i < 5; i++)
		assert_ok(world_call("test.count"));
	wait_for(&finished, 5);
}

/* What a refused step wrote is rolled back; it is tried again from gather. */
static void refused_step_leaves_nothing(void **state)
{
	(void)state;
	finished = 0;
	refuse_steps = 1;
	assert_ok(world_call("test.count"));
	for (int i = 0; i < 600 && finished == 0; i++) {
		assert_ok(world_call("test.bad")); /* wakes the thread, as the clock does */
		usleep(100000);
	}
	assert_int_equal(finished, 1);
}

static void gives_up(void **state)
{
	(void)state;
	failed = 0;
	assert_ok(world_call("test.bad"));
	wait_for(&failed, 1);
}

static void goes_on_after_a_restart(void **state)
{
	(void)state;
	finished = stepped = 0;
	hold_after = 2;
	assert_ok(world_call("test.count"));
	wait_for(&stepped, 2);
	local_close(&world);
	hold_after = -1;
	assert_int_equal(finished, 0);
	world_open();
	wait_for(&finished, 1);
	assert_int_equal(first_position, 2 * ROWS_A_STEP);
	assert_int_equal(stepped, 4);
}

static struct schedule_state stored;

static err read_schedule(struct call *call)
{
	return schedule_load(call->rows.db, "look-step", &stored);
}

static const struct op schedule_op = WORLD_OP("test.schedule", read_schedule);

/* As often as its plan says and no row in the table of jobs; the row of its schedule outlasts the process. */
static void looks_by_the_clock(void **state)
{
	int before;

	(void)state;
	wait_ticking(&looked, 1);
	assert_int_equal(looked_steps, 0);
	to_do = 3;
	wait_ticking(&looked_steps, 3);
	before = looked;
	wait_ticking(&looked, before + 1);
	assert_int_equal(looked_steps, 3);
	before = dropped;
	local_close(&world);
	assert_int_equal(dropped, before + 1);
	world_open();
	assert_ok(world_call("test.schedule"));
	assert_true(stored.last_at > 0 && stored.next_at > stored.last_at);
	assert_int_not_equal(stored.outcome, SCHEDULE_NEVER);
	before = looked;
	wait_ticking(&looked, before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_to_the_end), cmocka_unit_test(one_after_the_other), cmocka_unit_test(gives_up),
		cmocka_unit_test(refused_step_leaves_nothing), cmocka_unit_test(goes_on_after_a_restart), cmocka_unit_test(looks_by_the_clock),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
