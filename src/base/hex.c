/*
 * hex - base 16, lower case only.
 */
#include "base/bytes.h"

static const char digits[] = "0123456789abcdef";

err hex_append(struct buf *owner, struct bytes raw)
{
	size_t len;

	if (!size_mul(raw.len, 2, &len))
		return FAIL(UNAVAILABLE);
	TRY(buf_reserve(owner, len));
	for (size_t i = 0; i < raw.len; i++) {
		owner->ptr[owner->len++] = (uint8_t)digits[raw.ptr[i] >> 4];
		owner->ptr[owner->len++] = (uint8_t)digits[raw.ptr[i] & 15];
	}
	return OK;
}

static int digit_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return -1;
}

err hex_decode(struct bytes text, uint8_t *raw_out, size_t raw_len)
{
	if (text.len % 2 != 0 || text.len / 2 != raw_len)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++)
		if (digit_value(text.ptr[i]) < 0)
			return FAIL(INVALID);
	for (size_t i = 0; i < raw_len; i++)
		raw_out[i] = (uint8_t)(digit_value(text.ptr[2 * i]) << 4 | digit_value(text.ptr[2 * i + 1]));
	return OK;
}
