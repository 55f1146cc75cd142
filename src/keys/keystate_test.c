#include "base/unit_test.h"
#include "keys/keystate.h"

/* SP 800-57 part 1 revision 5, section 7: the numbered transitions, and nothing else. */
static const struct {
	enum key_state from;
	enum key_state to;
} allowed[] = {
	{KEY_PRE_ACTIVATION, KEY_DESTROYED}, {KEY_PRE_ACTIVATION, KEY_COMPROMISED}, {KEY_PRE_ACTIVATION, KEY_ACTIVE},
	{KEY_ACTIVE, KEY_DESTROYED}, {KEY_ACTIVE, KEY_COMPROMISED}, {KEY_ACTIVE, KEY_SUSPENDED}, {KEY_ACTIVE, KEY_DEACTIVATED},
	{KEY_SUSPENDED, KEY_DESTROYED}, {KEY_SUSPENDED, KEY_ACTIVE}, {KEY_SUSPENDED, KEY_COMPROMISED}, {KEY_SUSPENDED, KEY_DEACTIVATED},
	{KEY_DEACTIVATED, KEY_COMPROMISED}, {KEY_DEACTIVATED, KEY_DESTROYED},
	{KEY_COMPROMISED, KEY_DESTROYED},
};

static void every_pair(void **state)
{
	(void)state;
	REQ("K-60");
	for (int from = -1; from <= KEYSTATE_COUNT; from++)
		for (int to = -1; to <= KEYSTATE_COUNT; to++) {
			bool expected = false;

			for (size_t i = 0; i < COUNT_OF(allowed); i++)
				expected = expected || ((int)allowed[i].from == from && (int)allowed[i].to == to);
			assert_int_equal(keystate_move_allowed((enum key_state)from, (enum key_state)to), expected);
		}
}

static void only_active_protects(void **state)
{
	(void)state;
	for (int at = -1; at <= KEYSTATE_COUNT; at++) {
		enum key_state key = (enum key_state)at;

		assert_int_equal(keystate_protects(key), key == KEY_ACTIVE);
		assert_int_equal(keystate_processes(key),
		    key == KEY_ACTIVE || key == KEY_SUSPENDED || key == KEY_DEACTIVATED || key == KEY_COMPROMISED);
	}
	assert_string_equal(keystate_name(KEY_DESTROYED), "destroyed");
	assert_string_equal(keystate_name((enum key_state)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair),
		cmocka_unit_test(only_active_protects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
