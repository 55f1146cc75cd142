#include <string.h>

#include "base/unit_test.h"
#include "op/refusals.h"

#define MINUTE_US INT64_C(60000000)

static const uint8_t first[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 7};
static const uint8_t neighbour[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 200};
static const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

static void test_counts_by_network(void **state)
{
	struct refusals *refusals = NULL;
	OWN(buf) text = {0};
	bool due = true;

	(void)state;
	assert_ok(refusals_new(&refusals));
	assert_ok(refusals_take(refusals, MINUTE_US, &text, &due));
	assert_false(due);
	refusals_count(refusals, first, "child.see", 401);
	refusals_count(refusals, neighbour, "child.see", 401);
	refusals_count(refusals, six, "child.see", 401);
	assert_ok(refusals_take(refusals, MINUTE_US + 1, &text, &due));
	assert_false(due); /* the minute is not over */
	assert_ok(refusals_take(refusals, 2 * MINUTE_US, &text, &due));
	assert_true(due);
	assert_ok(buf_u8(&text, 0));
	assert_string_equal((const char *)text.ptr,
	    "\"refusals\":[{\"network\":\"00000000000000000000ffffc0000200\",\"operation\":\"child.see\",\"status\":401,\"count\":2},"
	    "{\"network\":\"20010db8000000000000000000000000\",\"operation\":\"child.see\",\"status\":401,\"count\":1}]");
	assert_ok(refusals_take(refusals, 3 * MINUTE_US, &text, &due));
	assert_false(due);
	refusals_free(&refusals);
}

/* Many kinds in a minute come in several events, each of a size that the ledger takes. */
static void test_stays_bounded(void **state)
{
	struct refusals *refusals = NULL;
	size_t entries = 0, events = 0;
	bool due = true, other = false;

	(void)state;
	assert_ok(refusals_new(&refusals));
	for (int i = 0; i < REFUSAL_MAX + 10; i++) {
		uint8_t address[16] = {0x20, 0x01, (uint8_t)(i >> 8), (uint8_t)i};

		refusals_count(refusals, address, "child.see", 401);
	}
	for (;;) {
		OWN(buf) text = {0};

		assert_ok(refusals_take(refusals, MINUTE_US, &text, &due));
		if (!due)
			break;
		events++;
		assert_true(text.len <= REFUSAL_TEXT_MAX);
		assert_ok(buf_u8(&text, 0));
		for (const char *at = (const char *)text.ptr; (at = strstr(at, "\"network\"")) != NULL; at++)
			entries++;
		other = other || strstr((const char *)text.ptr, "\"operation\":\"other\",\"status\":0,\"count\":10}") != NULL;
	}
	assert_int_equal(entries, REFUSAL_MAX + 1);
	assert_true(events > 1 && events < 10);
	assert_true(other);
	refusals_free(&refusals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_by_network),
		cmocka_unit_test(test_stays_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
