#include <string.h>

#include "assure/provewire.h"
#include "base/unit_test.h"

static struct provewire full(enum provewire_kind kind)
{
	return (struct provewire){
		.kind = kind, .number = 7, .outcome = CHECK_FAILED, .flags = 5, .objects = 9, .took_ms = 11, .at_us = 13,
		.name = BYTES_LIT("name"), .text = BYTES_LIT("text"), .body = BYTES_LIT("body"), .data = BYTES_LIT("da\0ta"),
	};
}

/* Whatever a kind has comes back; what it has not is nothing. */
static void pairs(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < PROVEWIRE_KIND_COUNT; kind++) {
		struct provewire in = full((enum provewire_kind)kind);
		struct provewire out;
		OWN(buf) message = {0};
		OWN(buf) again = {0};

		assert_ok(provewire_put(&message, &in));
		assert_ok(provewire_cut(bytes_of(&message), &out));
		assert_int_equal(out.kind, kind);
		assert_true(out.number == 7 || out.number == 0);
		assert_true(out.body.len == 0 || bytes_equal(out.body, in.body));
		assert_true(out.data.len == 0 || bytes_equal(out.data, in.data));
		assert_ok(provewire_put(&again, &out));
		assert_true(bytes_equal(bytes_of(&message), bytes_of(&again)));
		/* Nor one byte less or more. */
		for (size_t len = 0; len < message.len; len++)
			assert_err(INVALID, provewire_cut((struct bytes){message.ptr, len}, &out));
		assert_ok(buf_u8(&message, 0));
		assert_err(INVALID, provewire_cut(bytes_of(&message), &out));
	}
}

static void limits(void **state)
{
	static const uint8_t many[PROVEWIRE_BODY_MAX + 1];
	OWN(buf) message = {0};
	struct provewire frame = full(PROVEWIRE_PREPARE);

	(void)state;
	frame.body = (struct bytes){many, PROVEWIRE_BODY_MAX};
	frame.data = (struct bytes){many, PROVEWIRE_DATA_MAX};
	assert_ok(provewire_put(&message, &frame));
	assert_true(message.len <= PROVEWIRE_MAX);
	buf_clear(&message);
	frame.body.len++;
	assert_err(TOO_LARGE, provewire_put(&message, &frame));
	frame = full(PROVEWIRE_RUN);
	frame.name = BYTES_LIT("a\0b");
	assert_err(TOO_LARGE, provewire_put(&message, &frame));
}

static void steps_come_back(void **state)
{
	struct steps in = {0};
	struct steps out;
	OWN(buf) body = {0};
	OWN(buf) again = {0};

	(void)state;
	steps_add(&in, true, 3, "試した", "tried", "403");
	steps_add(&in, false, 1, "失敗", "failed", "200");
	steps_unable(&in, "できない", "unable");
	assert_ok(provewire_put_steps(&body, &in));
	assert_ok(provewire_cut_steps(bytes_of(&body), &out));
	assert_int_equal(steps_outcome(&out, false), CHECK_FAILED);
	assert_int_equal(out.objects, 4);
	assert_ok(provewire_put_steps(&again, &out));
	assert_true(bytes_equal(bytes_of(&body), bytes_of(&again)));
	body.ptr[1] = 0; /* bad lines, and nothing failed */
	assert_err(INVALID, provewire_cut_steps(bytes_of(&body), &out));
}

static void checks_and_facts_come_back(void **state)
{
	const struct provewire_check in = {.id = BYTES_LIT("lockout-after-failures"), .every_s = 3600, .empty = true, .last_us = 99};
	struct provewire_check out;
	OWN(buf) body = {0};
	OWN(buf) facts = {0};
	struct bytes rest;
	struct bytes name;
	struct bytes text;

	(void)state;
	assert_ok(provewire_put_check(&body, &in));
	rest = bytes_of(&body);
	assert_ok(provewire_cut_check(&rest, &out));
	assert_true(rest.len == 0 && bytes_equal(out.id, in.id) && out.every_s == 3600 && out.empty && out.last_us == 99);
	assert_err(INVALID, provewire_cut_check(&rest, &out));
	assert_ok(provewire_put_pair(&facts, "child-a1", "0123456789abcdefghjkmnpqrs"));
	rest = bytes_of(&facts);
	assert_ok(provewire_cut_pair(&rest, &name, &text));
	assert_true(bytes_is(name, "child-a1") && text.len == 26 && rest.len == 0);
	assert_err(INVALID, provewire_cut_pair(&rest, &name, &text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(limits),
		cmocka_unit_test(steps_come_back),
		cmocka_unit_test(checks_and_facts_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
