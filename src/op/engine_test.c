/* What the engine owes whoever calls: a second look that writes nothing, and no value that is not as declared. */
#include "ledger/ledger.h"
#include "op/world_test.h"

static int runs;
static bool could_write;

/* A row that does not fit the ledger's word: the reader gives up, the committer looks again. */
static err read_twice(struct call *call)
{
	if (runs++ == 0)
		return FAIL(CORRUPT);
	could_write = call->rows.changes != NULL;
	return OK;
}

static err nothing(struct call *call)
{
	(void)call;
	return OK;
}

static const struct op twice_op = {
	.id = "test.twice", .ja = "test.twice", .en = "test.twice", .method = "LOCAL", .kind = OP_READ, .grants = world_grants,
	.policy = "local", .status = 200, .event = true, .grade = GRADE_2, .apply = read_twice,
};
static const struct op write_op = WORLD_OP("test.write", nothing);

static int applied;

static err count_applied(struct call *call)
{
	(void)call;
	applied++;
	return OK;
}

static const struct input typed_inputs[] = {
	{.place = IN_PATH, .field = {.name = "text", .ja = "文", .en = "Text", .type = FIELD_TEXT, .required = true, .max = 4}},
	{.place = IN_PATH, .field = {.name = "number", .ja = "数", .en = "Number", .type = FIELD_INT, .min = 1, .max = 9}},
	{.place = IN_PATH, .field = {.name = "thing", .ja = "物", .en = "Thing", .type = FIELD_ID}},
	{0},
};
static const struct op typed_op = {
	.id = "test.typed", .ja = "test.typed", .en = "test.typed", .method = "LOCAL", .kind = OP_WRITE, .grants = world_grants,
	.policy = "local", .inputs = typed_inputs, .status = 200, .event = true, .grade = GRADE_2, .apply = count_applied,
};

/* ---- a read with slow work in between ---- */

static err prepare_outcome, slow_outcome;
static int prepared;
static bool slow_had_database, apply_could_write;

static err slow_prepare(struct call *call)
{
	struct bytes copy;

	prepared++;
	TRY(arena_copy(call->arena, BYTES_LIT("%PDF"), &copy));
	call->state = (void *)(uintptr_t)copy.ptr;
	return prepared == 1 ? prepare_outcome : OK;
}

static err slow_work(struct call *call)
{
	slow_had_database = call->rows.db != NULL;
	return slow_outcome;
}

static err slow_apply(struct call *call)
{
	apply_could_write = call->rows.changes != NULL;
	return buf_append(call->out.out, (struct bytes){call->state, sizeof("%PDF") - 1});
}

static const struct op slow_op = {
	.id = "test.slow", .ja = "test.slow", .en = "test.slow", .method = "LOCAL", .kind = OP_READ, .reply = REPLY_OCTETS,
	.media = "application/pdf", .file = "list.pdf", .grants = world_grants, .policy = "local", .status = 200, .event = true,
	.grade = GRADE_2, .prepare = slow_prepare, .slow = slow_work, .apply = slow_apply,
};

const struct op *const world_ops[] = {&twice_op, &slow_op, &write_op, &typed_op, NULL};
const struct job_kind *const world_jobs[] = {NULL};

static void read_again_cannot_write(void **state)
{
	(void)state;
	runs = 0;
	could_write = true;
	assert_ok(world_call("test.twice"));
	assert_int_equal(runs, 2);
	assert_false(could_write);
	assert_ok(world_call("test.write")); /* and the committer goes on */
}

static err call_slow(err prepare, err slow, struct buf *reply, uint64_t *events_out)
{
	struct ledger_head before, after;
	err e;

	prepared = 0;
	prepare_outcome = prepare;
	slow_outcome = slow;
	slow_had_database = apply_could_write = true;
	ledger_head(local_compartment(world)->ledger, &before);
	e = local_call(world, &nobody, "test.slow", NULL, (struct bytes){0}, reply);
	ledger_head(local_compartment(world)->ledger, &after);
	*events_out = after.size - before.size;
	return e;
}

/* Recorded once, as told or as refused; never as begun. */
static void slow_reads(void **state)
{
	OWN(buf) reply = {0};
	uint64_t events;

	(void)state;
	assert_ok(call_slow(OK, OK, &reply, &events));
	assert_bytes(bytes_of(&reply), BYTES_LIT("%PDF"));
	assert_int_equal(events, 1);
	assert_false(slow_had_database);
	assert_false(apply_could_write);
	assert_err(UNAVAILABLE, call_slow(OK, FAIL(UNAVAILABLE), NULL, &events));
	assert_int_equal(events, 1);
	assert_err(CONFLICT, call_slow(FAIL(CONFLICT), OK, NULL, &events));
	assert_int_equal(events, 1);
	assert_int_equal(prepared, 1);
	buf_clear(&reply);
	assert_ok(call_slow(FAIL(CORRUPT), OK, &reply, &events)); /* the committer looks again */
	assert_int_equal(prepared, 2);
	assert_int_equal(events, 1);
	assert_bytes(bytes_of(&reply), BYTES_LIT("%PDF"));
}

/* Nothing between the door and here has looked at these: a frame may say anything. */
static void values_are_checked_again(void **state)
{
	static const struct local_input good[] = {
		{.name = "text", .raw = {(const uint8_t *)"abcd", 4}}, {.name = "number", .integer = 9}, {.name = "thing", .id = {{1}}}, {0},
	};
	static const struct local_input bad[][3] = {
		{{.name = "number", .integer = 1}, {0}},
		{{.name = "text", .raw = {(const uint8_t *)"abcde", 5}}, {0}},
		{{.name = "text", .raw = {(const uint8_t *)"a\xff", 2}}, {0}},
		{{.name = "text", .raw = {(const uint8_t *)"a\0b", 3}}, {0}},
		{{.name = "text", .raw = {(const uint8_t *)"a", 1}}, {.name = "number", .integer = 0}, {0}},
		{{.name = "text", .raw = {(const uint8_t *)"a", 1}}, {.name = "number", .integer = INT64_MIN}, {0}},
		{{.name = "text", .raw = {(const uint8_t *)"a", 1}}, {.name = "thing"}, {0}},
	};

	(void)state;
	applied = 0;
	assert_ok(local_call(world, &nobody, "test.typed", good, (struct bytes){0}, NULL));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(err_is(local_call(world, &nobody, "test.typed", bad[i], (struct bytes){0}, NULL), ERR_INVALID));
	assert_int_equal(applied, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(read_again_cannot_write), cmocka_unit_test(slow_reads), cmocka_unit_test(values_are_checked_again)};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
