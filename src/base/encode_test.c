/*
 * The text encodings: hex, base 64, UTF-8.
 */
#include "base/unit_test.h"

#include "base/bytes.h"

static void hex_pairs(void **state)
{
	OWN(buf) text = {0};
	uint8_t raw[256];
	uint8_t again[256];

	(void)state;
	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)i;
	assert_ok(hex_append(&text, (struct bytes){raw, sizeof(raw)}));
	assert_int_equal(text.len, 512);
	assert_memory_equal(text.ptr, "000102030405060708090a0b", 24);
	assert_ok(hex_decode(bytes_of(&text), again, sizeof(again)));
	assert_memory_equal(raw, again, sizeof(raw));
	assert_ok(hex_decode(BYTES_LIT(""), again, 0));
}

static void hex_refuses(void **state)
{
	static const char *const rows[] = {"", "0", "000", "00000", "000g", "00FF", " 000", "0x00", "00-1", "00\xff\xff"};
	uint8_t raw[2] = {7, 7};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, hex_decode(bytes_str(rows[i]), raw, 2));
	assert_memory_equal(raw, "\7\7", 2);
}

/* RFC 4648 section 10. */
static void base64_vectors(void **state)
{
	static const struct {
		const char *raw;
		const char *text;
	} rows[] = {
		{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"}, {"\xff\xff\xfe", "///+"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) text = {0};
		OWN(buf) raw = {0};

		assert_ok(base64_append(&text, bytes_str(rows[i].raw)));
		assert_bytes(bytes_of(&text), bytes_str(rows[i].text));
		assert_ok(base64_decode(bytes_of(&text), &raw));
		assert_bytes(bytes_of(&raw), bytes_str(rows[i].raw));
	}
}

/* RFC 4648 section 10, without the padding. */
static void base32_vectors(void **state)
{
	static const struct {
		const char *raw;
		const char *text;
	} rows[] = {
		{"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"},
		{"foobar", "MZXW6YTBOI"}, {"\xff\xff\xff\xff\xff", "77777777"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bytes raw = bytes_str(rows[i].raw);
		OWN(buf) text = {0};
		uint8_t again[8];

		assert_ok(base32_append(&text, raw));
		assert_bytes(bytes_of(&text), bytes_str(rows[i].text));
		assert_ok(base32_decode(bytes_of(&text), again, raw.len));
		assert_memory_equal(again, raw.ptr, raw.len);
	}
}

static void base32_refuses(void **state)
{
	static const char *const rows[] = {"", "M", "MZ", "MZXQA", "MZX1", "mzxq", "MZX=", "MZXR", "MZX\xff"};
	uint8_t raw[2] = {7, 7};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, base32_decode(bytes_str(rows[i]), raw, 2));
	assert_memory_equal(raw, "\7\7", 2);
}

static void base64_refuses(void **state)
{
	static const char *const rows[] = {
		"Z", "Zg", "Zg=", "Zg===", "=", "==", "===", "====", "Zh==", "Zm9=", "Zm8", "Zm9v=", "Zm9vZg", "Zg==Zg==",
		"Zm-_", "Zm9v\n", "Zm9\n", " Zm9", "Z===", "Zm9v====", "\xff\xff\xff\xff", "Zm=v",
	};
	OWN(buf) raw = {0};

	(void)state;
	assert_ok(buf_append_str(&raw, "kept"));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, base64_decode(bytes_str(rows[i]), &raw));
	assert_bytes(bytes_of(&raw), BYTES_LIT("kept"));
}

static void base64url_pairs(void **state)
{
	uint8_t raw[40];
	uint8_t again[40];

	(void)state;
	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)(255 - i);
	for (size_t len = 0; len <= sizeof(raw); len++) {
		OWN(buf) text = {0};

		assert_ok(base64url_append(&text, (struct bytes){raw, len}));
		assert_ok(base64url_decode(bytes_of(&text), again, len));
		assert_memory_equal(raw, again, len);
		assert_err(INVALID, base64url_decode(bytes_of(&text), again, len + 1));
		if (len != 0)
			assert_err(INVALID, base64url_decode(bytes_of(&text), again, len - 1));
	}
}

static void base64url_refuses(void **state)
{
	static const struct {
		const char *text;
		size_t raw_len;
	} rows[] = {
		{"Zg==", 1}, {"Zh", 1}, {"Zm9", 2}, {"//8", 2}, {"++8", 2}, {"Z", 0}, {"Zm8\n", 3}, {"Zm8", SIZE_MAX},
	};
	uint8_t raw[3] = {7, 7, 7};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, base64url_decode(bytes_str(rows[i].text), raw, rows[i].raw_len));
	assert_memory_equal(raw, "\7\7\7", 3);
	assert_ok(base64url_decode(BYTES_LIT("__8"), raw, 2));
	assert_memory_equal(raw, "\xff\xff\7", 3);
}

static void utf8_counts(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} rows[] = {
		{"", 0}, {"abc", 3}, {"\x7f", 1}, {"\xc2\x80", 1}, {"\xdf\xbf", 1}, {"\xe0\xa0\x80", 1}, {"\xed\x9f\xbf", 1},
		{"\xee\x80\x80", 1}, {"\xef\xbf\xbf", 1}, {"\xf0\x90\x80\x80", 1}, {"\xf4\x8f\xbf\xbf", 1}, {"関守石", 3},
	};
	size_t count = 99;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_ok(utf8_check(bytes_str(rows[i].text), &count));
		assert_int_equal(count, rows[i].count);
	}
	assert_ok(utf8_check(BYTES_LIT("a\0b"), &count));
	assert_int_equal(count, 3);
	assert_ok(utf8_check(BYTES_LIT("a"), NULL));
}

static void utf8_refuses(void **state)
{
	static const char *const rows[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xe0\xa0", "\xe1\x80",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xef\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf1\x80\x80\x7f",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "ok\xe3\x81", "\xe3\x81x",
	};
	size_t count = 99;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, utf8_check(bytes_str(rows[i]), &count));
	assert_int_equal(count, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_pairs),
		cmocka_unit_test(hex_refuses),
		cmocka_unit_test(base32_vectors),
		cmocka_unit_test(base32_refuses),
		cmocka_unit_test(base64_vectors),
		cmocka_unit_test(base64_refuses),
		cmocka_unit_test(base64url_pairs),
		cmocka_unit_test(base64url_refuses),
		cmocka_unit_test(utf8_counts),
		cmocka_unit_test(utf8_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
