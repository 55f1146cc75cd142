/*
 * Whatever a decoder of text accepts, encoding gives back byte by byte.
 */
#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_base64(struct bytes text)
{
	OWN(buf) raw = {0};
	OWN(buf) again = {0};

	if (!err_is_ok(base64_decode(text, &raw)))
		return;
	REQUIRE(err_is_ok(base64_append(&again, bytes_of(&raw))));
	REQUIRE(bytes_equal(bytes_of(&again), text));
}

static void check_base64url(struct bytes text)
{
	uint8_t raw[64];
	size_t raw_len = text.len * 3 / 4;
	OWN(buf) again = {0};

	if (raw_len > sizeof(raw) || !err_is_ok(base64url_decode(text, raw, raw_len)))
		return;
	REQUIRE(err_is_ok(base64url_append(&again, (struct bytes){raw, raw_len})));
	REQUIRE(bytes_equal(bytes_of(&again), text));
}

static void check_hex(struct bytes text)
{
	uint8_t raw[64];
	OWN(buf) again = {0};

	if (text.len / 2 > sizeof(raw) || !err_is_ok(hex_decode(text, raw, text.len / 2)))
		return;
	REQUIRE(err_is_ok(hex_append(&again, (struct bytes){raw, text.len / 2})));
	REQUIRE(bytes_equal(bytes_of(&again), text));
}

/* Well-formed text has as many code points as bytes that do not continue one. */
static void check_utf8(struct bytes text)
{
	size_t count;
	size_t leads = 0;

	if (!err_is_ok(utf8_check(text, &count)))
		return;
	for (size_t i = 0; i < text.len; i++)
		leads += (text.ptr[i] & 0xc0) != 0x80 ? 1 : 0;
	REQUIRE(leads == count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {data, len};

	check_base64(text);
	check_base64url(text);
	check_hex(text);
	check_utf8(text);
	return 0;
}
