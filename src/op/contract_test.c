/* Which annexes can be named; of several numbers the strictest holds. */
#include "op/contract.h"
#include "op/world_test.h"

static void annexes(void **state)
{
	static const struct { const char *text; bool fits; } rows[] = {
		{"", true}, {"K", true}, {"K P", true}, {"K T P S U", true}, {"ABCDEFGH", true}, {"A1 B2", true},
		{" ", false}, {"K ", false}, {" K", false}, {"K  P", false}, {"K K", false}, {"K P K", false}, {"k", false}, {"K,P", false},
		{"ABCDEFGHI", false}, {"K\tP", false}, {"附", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(contract_annexes_fit(bytes_str(rows[i].text)), rows[i].fits);
}

static void named(void **state)
{
	(void)state;
	assert_true(contract_names(BYTES_LIT("K P"), BYTES_LIT("P")));
	assert_true(contract_names(BYTES_LIT("K P"), BYTES_LIT("K")));
	assert_false(contract_names(BYTES_LIT("K P"), BYTES_LIT("S")));
	assert_false(contract_names(BYTES_LIT("KP"), BYTES_LIT("K")));
	assert_false(contract_names(BYTES_LIT(""), BYTES_LIT("K")));
}

static bool only_k(struct bytes catalogue)
{
	return bytes_is(catalogue, "K");
}

static void known(void **state)
{
	(void)state;
	assert_true(contract_annexes_known(BYTES_LIT("K P")));
	contract_catalogue(only_k);
	assert_true(contract_annexes_known(BYTES_LIT("K")));
	assert_true(contract_annexes_known(BYTES_LIT("")));
	assert_false(contract_annexes_known(BYTES_LIT("K P")));
	contract_catalogue(NULL);
}

static struct contract agreed;
static int64_t ahead_us;
static struct contract_limits found;

static err put_apply(struct call *call)
{
	return contract_put(&call->rows, &agreed);
}

/* As if later: numbers read before are kept no longer than CONTRACT_FRESH_US. */
static err look_apply(struct call *call)
{
	ahead_us += CONTRACT_FRESH_US;
	call->now_us += ahead_us;
	return contract_limits(call, agreed.facility, &found);
}

static const struct op put_op = WORLD_OP("contract.put", put_apply);
static const struct op look_op = WORLD_OP("contract.look", look_apply);
const struct op *const world_ops[] = {&put_op, &look_op, NULL};
const struct job_kind *const world_jobs[] = {NULL};

static void put(struct id facility, int64_t idle_s, int64_t total_s, int64_t attempts)
{
	agreed = (struct contract){
		.facility = facility, .session_idle_s = idle_s, .session_total_s = total_s, .lock_attempts = attempts,
	};
	assert_ok(world_call("contract.put"));
}

static void look(struct id facility, int64_t idle_s, int64_t total_s, int64_t attempts)
{
	agreed.facility = facility;
	assert_ok(world_call("contract.look"));
	assert_int_equal(found.idle_us, idle_s * 1000000);
	assert_int_equal(found.total_us, total_s * 1000000);
	assert_int_equal(found.lock_attempts, attempts);
}

static void strictest(void **state)
{
	const struct id whole = {{0}};
	const struct id here = {{1}};
	const struct id there = {{2}};

	(void)state;
	look(here, 0, 0, 0);
	put(whole, 600, 0, 4);
	look(here, 600, 0, 4);
	put(here, 60, 240, 0);
	look(here, 60, 240, 4);
	look(there, 600, 0, 4);
	look(whole, 600, 0, 4);
	put(here, 900, 240, 3); /* replaced, not added; the compartment's is stricter in one, the facility's in the other */
	look(here, 600, 240, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(annexes), cmocka_unit_test(named), cmocka_unit_test(known), cmocka_unit_test(strictest)};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
