#include "base/starve_test.h"
#include "base/unit_test.h"

#include "base/bytes.h"

static void appending_grows(void **state)
{
	OWN(buf) text = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_ok(buf_u8(&text, (uint8_t)i));
	assert_int_equal(text.len, 10000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(text.ptr[i], (uint8_t)i);
}

static void numbers_are_big_endian(void **state)
{
	OWN(buf) text = {0};

	(void)state;
	assert_ok(buf_u8(&text, 0x01));
	assert_ok(buf_u16(&text, 0x0203));
	assert_ok(buf_u32(&text, 0x04050607));
	assert_ok(buf_u64(&text, 0x08090a0b0c0d0e0f));
	assert_ok(buf_blob(&text, BYTES_LIT("xy")));
	assert_ok(buf_blob(&text, (struct bytes){0}));
	assert_bytes(bytes_of(&text), BYTES_LIT("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	                                        "\0\0\0\2xy\0\0\0\0"));
}

static void printing(void **state)
{
	OWN(buf) text = {0};

	(void)state;
	assert_ok(buf_append_str(&text, "a"));
	assert_ok(buf_printf(&text, "%s", ""));
	assert_ok(buf_printf(&text, "%d-%s", 42, "x"));
	assert_bytes(bytes_of(&text), BYTES_LIT("a42-x"));
	for (size_t len = text.len; len < 300; len++)
		assert_ok(buf_printf(&text, "%c", 'y'));
	assert_int_equal(text.len, 300);
	assert_ok(buf_printf(&text, "%1000d", 7));
	assert_int_equal(text.len, 1300);
	assert_int_equal(text.ptr[1299], '7');
}

static void the_limit_and_one_past(void **state)
{
	OWN(buf) text = {0};

	(void)state;
	assert_ok(buf_reserve(&text, BUF_MAX));
	assert_int_equal(text.cap, BUF_MAX);
	text.len = BUF_MAX;
	assert_err(UNAVAILABLE, buf_u8(&text, 1));
	assert_err(UNAVAILABLE, buf_reserve(&text, SIZE_MAX));
	assert_err(UNAVAILABLE, buf_blob(&text, (struct bytes){text.ptr, BUF_MAX + 1}));
	assert_int_equal(text.len, BUF_MAX);
	assert_ok(buf_reserve(&text, 0));
	buf_free(&text);
	assert_err(UNAVAILABLE, buf_reserve(&text, BUF_MAX + 1));
	assert_null(text.ptr);
}

static void taking_and_clearing(void **state)
{
	OWN(buf) text = {0};
	OWN(buf) other = {0};

	(void)state;
	buf_clear(&text);
	assert_ok(buf_append_str(&text, "secret"));
	other = buf_take(&text);
	assert_null(text.ptr);
	assert_int_equal(text.cap, 0);
	assert_bytes(bytes_of(&other), BYTES_LIT("secret"));
	buf_clear(&other);
	assert_int_equal(other.len, 0);
	assert_memory_equal(other.ptr, "\0\0\0\0\0\0", 6);
	buf_free(&other);
	buf_free(&other);
}

static void without_memory_nothing_changes(void **state)
{
	OWN(buf) text = {0};

	(void)state;
	assert_ok(buf_append_str(&text, "kept"));
	for (starve_start(); starve_next();) {
		err e = buf_printf(&text, "%200d", 1);

		if (starve_failed()) {
			assert_err(UNAVAILABLE, e);
			assert_bytes(bytes_of(&text), BYTES_LIT("kept"));
		} else {
			assert_ok(e);
			assert_int_equal(text.len, 204);
		}
	}
	for (starve_start(); starve_next();) {
		OWN(buf) blob = {0};
		err e = buf_blob(&blob, BYTES_LIT("text"));

		if (starve_failed()) {
			assert_err(UNAVAILABLE, e);
			assert_int_equal(blob.len, 0);
		} else {
			assert_ok(e);
		}
	}
}

static void break_self_append(void)
{
	struct buf text = {0};

	err_ignore(buf_append_str(&text, "abc"));       /* the child ends before it matters */
	err_ignore(buf_append(&text, bytes_of(&text))); /* stops */
}

static void break_length(void)
{
	struct buf text = {.len = 1};

	err_ignore(buf_reserve(&text, 1)); /* stops */
}

static void broken_contracts_stop(void **state)
{
	(void)state;
	assert_stops(break_self_append);
	assert_stops(break_length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appending_grows),
		cmocka_unit_test(numbers_are_big_endian),
		cmocka_unit_test(printing),
		cmocka_unit_test(the_limit_and_one_past),
		cmocka_unit_test(taking_and_clearing),
		cmocka_unit_test(without_memory_nothing_changes),
		cmocka_unit_test(broken_contracts_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
