/* Things to do: one for each object and person; reminders, due dates and escalations at their time, each once. */
#include "govern/todo.h"

#define WORLD_ENTITIES &todo_entity,
#define WORLD_STARTS todo_start,
#include "op/world_test.h"

#include "base/clock.h"

#define HOUR (3600LL * 1000000)
#define DAY (24 * HOUR)

static struct todo_spec spec;
static struct id done_account;
static const char *done_kind = "test-kind";
static struct todo found[16];
static size_t found_count;

const struct job_kind *const world_jobs[] = {&todo_remind, NULL};

static err put_apply(struct call *call)
{
	return todo_put(&call->rows, &spec, call->now_us);
}

static err done_apply(struct call *call)
{
	return todo_done(&call->rows, done_kind, spec.object, done_account, TODO_DONE, call->now_us);
}

/* texts are not kept */
static err look_apply(struct call *call)
{
	struct query *query = NULL;
	bool more = true;
	err e = query_start(call->rows.db, row_statement(&todo_entity, "all"), &query);

	found_count = 0;
	while (err_is_ok(e) && found_count < COUNT_OF(found)) {
		e = query_step(query, &more);
		if (!err_is_ok(e) || !more)
			break;
		found[found_count] = (struct todo){0};
		e = row_read(&call->rows, &todo_entity, query, false, &found[found_count]);
		if (err_is_ok(e) && found[found_count].object.b[0] == spec.object.b[0])
			found_count++;
	}
	query_end(&query);
	return e;
}

static const struct op put_op = WORLD_OP("test.put", put_apply);
static const struct op done_op = WORLD_OP("test.done", done_apply);
static const struct op look_op = WORLD_OP("test.look", look_apply);
const struct op *const world_ops[] = {&put_op, &done_op, &look_op, NULL};

static uint8_t next_object = 1;

static int fresh(void **state)
{
	(void)state;
	spec = (struct todo_spec){.kind = "test-kind", .object_kind = "job", .object = {{next_object++}}, .roles = ROLE(OFFICER),
	    .ja = BYTES_LIT("確かめる"), .en = BYTES_LIT("Look at it"), .link = "/things/", .grade = GRADE_2};
	done_account = (struct id){{0}};
	return 0;
}

static void look(size_t count)
{
	assert_ok(world_call("test.look"));
	assert_int_equal(found_count, count);
}

/* ---- when: no database ---- */

static void put_u64(struct buf *out, uint64_t seconds)
{
	assert_ok(buf_u64(out, seconds));
}

static void turns_in_order(void **state)
{
	OWN(buf) reminders = {0};
	struct todo todo = {.due_at = 100 * DAY, .escalate = 1, .escalate_at = 100 * DAY + HOUR, .passed_at = 10 * DAY};
	struct todo_turn turn;

	(void)state;
	put_u64(&reminders, 60 * 86400);
	put_u64(&reminders, 7 * 86400);
	todo.reminders = bytes_of(&reminders);
	turn = todo_turn(&todo, 10 * DAY);
	assert_false(turn.remind || turn.overdue || turn.escalate);
	assert_int_equal(turn.next_at, 40 * DAY);
	turn = todo_turn(&todo, 40 * DAY);
	assert_true(turn.remind && !turn.overdue);
	assert_int_equal(turn.next_at, 93 * DAY);
	todo.passed_at = 40 * DAY;
	assert_false(todo_turn(&todo, 40 * DAY).remind);
	assert_false(todo_turn(&todo, 93 * DAY - 1).remind);
	assert_true(todo_turn(&todo, 93 * DAY).remind);
	turn = todo_turn(&todo, 100 * DAY);
	assert_true(turn.overdue && !turn.escalate && !turn.remind); /* what comes too late to remind is not a reminder any more */
	assert_int_equal(turn.next_at, 100 * DAY + HOUR);
	todo.stage = TODO_OVERDUE;
	turn = todo_turn(&todo, 100 * DAY + HOUR);
	assert_true(turn.escalate && !turn.overdue);
	assert_int_equal(turn.next_at, 0);
	todo.escalated_at = 100 * DAY + HOUR;
	turn = todo_turn(&todo, 200 * DAY);
	assert_false(turn.remind || turn.overdue || turn.escalate);
	todo.state = TODO_DONE;
	todo.stage = TODO_QUIET;
	assert_false(todo_turn(&todo, 200 * DAY).overdue);
}

/* However long nobody looked, and whenever one looks: one reminder for all that were missed, overdue and escalation once. */
static void after_any_pause(void **state)
{
	uint64_t random = 4711;

	(void)state;
	for (int run = 0; run < 500; run++) {
		OWN(buf) reminders = {0};
		struct todo todo = {.due_at = 50 * DAY, .escalate = 1, .escalate_at = (run & 1) ? 0 : 51 * DAY, .passed_at = 1 * DAY};
		int64_t now = 1 * DAY;
		int overdue = 0, escalated = 0, reminded = 0;

		put_u64(&reminders, 30 * 86400);
		put_u64(&reminders, 5 * 86400);
		put_u64(&reminders, 86400);
		todo.reminders = bytes_of(&reminders);
		while (now < 70 * DAY) {
			struct todo_turn turn;

			random = random * 6364136223846793005u + 1442695040888963407u;
			now += (int64_t)(random >> 33) % (4 * DAY) + 1;
			turn = todo_turn(&todo, now);
			assert_true(turn.next_at == 0 || turn.next_at > now);
			assert_false(turn.remind && turn.overdue);
			reminded += turn.remind;
			overdue += turn.overdue;
			escalated += turn.escalate;
			if (turn.overdue)
				todo.stage = TODO_OVERDUE;
			if (turn.escalate)
				todo.escalated_at = now;
			todo.passed_at = now;
		}
		assert_int_equal(overdue, 1);
		assert_int_equal(escalated, 1);
		assert_in_range(reminded, 2, 3); /* 30 days before alone; the other two may meet */
	}
}

/* ---- rows ---- */

static void put_again_is_the_same(void **state)
{
	(void)state;
	assert_ok(world_call("test.put"));
	look(1);
	assert_int_equal(found[0].row.version, 1);
	spec.due_us = clock_now_us() + DAY;
	assert_ok(world_call("test.put"));
	look(1);
	assert_int_equal(found[0].row.version, 2);
	assert_int_equal(found[0].next_at, spec.due_us);
	spec.account = (struct id){{7}};
	assert_ok(world_call("test.put"));
	look(2);
	spec.account = (struct id){{8}};
	assert_ok(world_call("test.put"));
	look(3);
}

static size_t open_count(void)
{
	size_t count = 0;

	assert_ok(world_call("test.look"));
	for (size_t i = 0; i < found_count; i++)
		count += found[i].state == TODO_OPEN;
	return count;
}

static void done_for_one_and_for_all(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		spec.account = (struct id){{i}};
		assert_ok(world_call("test.put"));
	}
	done_account = (struct id){{2}};
	assert_ok(world_call("test.done"));
	assert_int_equal(open_count(), 3);
	assert_ok(world_call("test.done"));
	assert_int_equal(open_count(), 3);
	done_kind = "other-kind";
	done_account = (struct id){{0}};
	assert_ok(world_call("test.done"));
	assert_int_equal(open_count(), 3);
	done_kind = "test-kind";
	assert_ok(world_call("test.done"));
	assert_int_equal(open_count(), 0);
	spec.account = (struct id){{0}};
	assert_ok(world_call("test.put")); /* what was done may come up again */
	assert_int_equal(open_count(), 1);
}

static void words_are_bounded(void **state)
{
	static char long_words[300];

	(void)state;
	memset(long_words, 'a', sizeof(long_words));
	spec.grade = GRADE_3A;
	assert_err(INVALID, world_call("test.put"));
	spec.grade = GRADE_3B;
	spec.en = (struct bytes){(uint8_t *)long_words, 201};
	assert_err(INVALID, world_call("test.put"));
	spec.en.len = 0;
	assert_err(INVALID, world_call("test.put"));
	spec.en.len = 200;
	assert_ok(world_call("test.put"));
	look(1);
}

static void wait_for_stage(enum todo_stage stage)
{
	for (int i = 0; i < 3000; i++) {
		local_tick(world);
		look(1);
		if (found[0].stage == (int32_t)stage)
			return;
		usleep(50000);
	}
	fail_msg("the stage did not come");
}

/* The same date again does not begin the reminders anew, another one does. */
static void reminded_once(void **state)
{
	static const int64_t reminders[] = {2 * DAY, DAY, 0};
	int64_t version;

	(void)state;
	spec.due_us = clock_now_us() - 1;
	spec.escalate = ROLE(OFFICER_ADMIN);
	spec.reminders_us = reminders;
	assert_ok(world_call("test.put"));
	wait_for_stage(TODO_OVERDUE);
	assert_true(found[0].escalated_at >= spec.due_us);
	assert_int_equal(found[0].next_at, 0);
	version = found[0].row.version;
	assert_ok(world_call("test.put"));
	look(1);
	assert_int_equal(found[0].row.version, version + 1);
	assert_int_equal(found[0].stage, TODO_OVERDUE);
	spec.due_us = clock_now_us() + 30 * HOUR;
	assert_ok(world_call("test.put"));
	look(1);
	assert_int_equal(found[0].stage, TODO_QUIET);
	assert_int_equal(found[0].escalated_at, 0);
	assert_int_equal(found[0].next_at, spec.due_us - DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_in_order),
		cmocka_unit_test(after_any_pause),
		cmocka_unit_test_setup(put_again_is_the_same, fresh),
		cmocka_unit_test_setup(done_for_one_and_for_all, fresh),
		cmocka_unit_test_setup(words_are_bounded, fresh),
		cmocka_unit_test_setup(reminded_once, fresh),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
