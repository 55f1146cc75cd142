/* The second look at a read: what the committer runs again writes nothing either. */
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
const struct op *const world_ops[] = {&twice_op, &write_op, NULL};
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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(read_again_cannot_write)};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
