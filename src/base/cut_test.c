#include "base/unit_test.h"

#include "base/bytes.h"

static void what_was_written_is_read(void **state)
{
	OWN(buf) text = {0};
	struct bytes from;
	struct bytes blob;
	struct bytes raw;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	(void)state;
	assert_ok(buf_u8(&text, UINT8_MAX));
	assert_ok(buf_u16(&text, UINT16_MAX - 1));
	assert_ok(buf_u32(&text, UINT32_MAX - 1));
	assert_ok(buf_u64(&text, UINT64_MAX - 1));
	assert_ok(buf_blob(&text, BYTES_LIT("blob")));
	assert_ok(buf_append_str(&text, "rest"));
	from = bytes_of(&text);
	assert_ok(cut_u8(&from, &u8));
	assert_ok(cut_u16(&from, &u16));
	assert_ok(cut_u32(&from, &u32));
	assert_ok(cut_u64(&from, &u64));
	assert_ok(cut_blob(&from, 4, &blob));
	assert_ok(cut_bytes(&from, 4, &raw));
	assert_true(u8 == UINT8_MAX && u16 == UINT16_MAX - 1 && u32 == UINT32_MAX - 1 && u64 == UINT64_MAX - 1);
	assert_bytes(blob, BYTES_LIT("blob"));
	assert_bytes(raw, BYTES_LIT("rest"));
	assert_int_equal(from.len, 0);
}

static void one_byte_short_changes_nothing(void **state)
{
	struct bytes from = BYTES_LIT("1234567");
	uint64_t u64 = 9;
	uint32_t u32 = 9;
	uint16_t u16 = 9;
	uint8_t u8 = 9;
	struct bytes raw = BYTES_LIT("before");

	(void)state;
	assert_err(INVALID, cut_u64(&from, &u64));
	assert_err(INVALID, cut_bytes(&from, 8, &raw));
	from.len = 3;
	assert_err(INVALID, cut_u32(&from, &u32));
	from.len = 1;
	assert_err(INVALID, cut_u16(&from, &u16));
	from.len = 0;
	assert_err(INVALID, cut_u8(&from, &u8));
	assert_true(u64 == 9 && u32 == 9 && u16 == 9 && u8 == 9);
	assert_bytes(raw, BYTES_LIT("before"));
	assert_int_equal(from.ptr[0], '1');
	assert_ok(cut_bytes(&from, 0, &raw));
	assert_int_equal(raw.len, 0);
}

static void blobs_are_bounded(void **state)
{
	static const struct {
		struct bytes text;
		size_t max;
		bool good;
	} rows[] = {
		{BYTES_LIT("\0\0\0\3abc"), 3, true},
		{BYTES_LIT("\0\0\0\3abc"), 2, false},
		{BYTES_LIT("\0\0\0\3ab"), 3, false},
		{BYTES_LIT("\0\0\0"), 3, false},
		{BYTES_LIT("\0\0\0\0"), 0, true},
		{BYTES_LIT("\xff\xff\xff\xff"), SIZE_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bytes from = rows[i].text;
		struct bytes blob = {0};
		err e = cut_blob(&from, rows[i].max, &blob);

		if (rows[i].good) {
			assert_ok(e);
			assert_int_equal(from.len, 0);
		} else {
			assert_err(INVALID, e);
			assert_ptr_equal(from.ptr, rows[i].text.ptr);
			assert_int_equal(from.len, rows[i].text.len);
			assert_null(blob.ptr);
		}
	}
}

static void nothing_at_all(void **state)
{
	struct bytes from = {0};
	struct bytes raw;

	(void)state;
	assert_ok(cut_bytes(&from, 0, &raw));
	assert_err(INVALID, cut_bytes(&from, 1, &raw));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(one_byte_short_changes_nothing),
		cmocka_unit_test(blobs_are_bounded),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
