#include <string.h>

#include "base/unit_test.h"
#include "govern/letterwire.h"

static const struct id one = {{1, 2, 3}}, two = {{9, 8, 7}};

static struct letterwire full(enum letterwire_kind kind)
{
	return (struct letterwire){
		.kind = kind, .letter = one, .object = two, .outcome = LETTERWIRE_REFUSED, .flags = LETTERWIRE_PROBE, .edition = 7, .at_us = 8,
		.name = BYTES_LIT("sapporo"), .topic = BYTES_LIT("thing"), .text = BYTES_LIT("札幌 otaru"), .data = BYTES_LIT("\x00\xff"),
		.body = BYTES_LIT("\x01body"),
	};
}

static void pairs(void **state)
{
	(void)state;
	for (int kind = 0; kind < LETTERWIRE_KIND_COUNT; kind++) {
		struct letterwire frame = full((enum letterwire_kind)kind);
		struct letterwire back;
		OWN(buf) message = {0};
		OWN(buf) again = {0};

		assert_ok(letterwire_put(&message, &frame));
		assert_ok(letterwire_cut(bytes_of(&message), &back));
		assert_ok(letterwire_put(&again, &back));
		assert_true(bytes_equal(bytes_of(&message), bytes_of(&again)));
		for (size_t len = 0; len < message.len; len++)
			assert_err(INVALID, letterwire_cut((struct bytes){message.ptr, len}, &back));
		assert_ok(buf_u8(&message, 0));
		assert_err(INVALID, letterwire_cut(bytes_of(&message), &back));
	}
}

static void limits(void **state)
{
	static uint8_t large[LETTERWIRE_BODY_MAX + 1];
	struct letterwire frame = full(LETTERWIRE_PARCEL);
	OWN(buf) message = {0};

	(void)state;
	frame.body = (struct bytes){large, LETTERWIRE_BODY_MAX};
	assert_ok(letterwire_put(&message, &frame));
	assert_true(message.len <= LETTERWIRE_MAX);
	buf_clear(&message);
	frame.body.len++;
	assert_err(TOO_LARGE, letterwire_put(&message, &frame));
	frame = full(LETTERWIRE_MAIL);
	frame.text = BYTES_LIT("a\r\nBcc: all@example.jp"); /* no header comes in with a subject */
	assert_err(TOO_LARGE, letterwire_put(&message, &frame));
	frame = full(LETTERWIRE_MAIL);
	frame.name = BYTES_LIT("a\xff@example.jp");
	assert_err(TOO_LARGE, letterwire_put(&message, &frame));
	frame = full(LETTERWIRE_PARCEL);
	frame.edition = -1;
	assert_err(TOO_LARGE, letterwire_put(&message, &frame));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
