/*
 * base64 - RFC 4648 section 4, with padding.
 */
#include "base/base64_int.h"

#include "base/bytes.h"

static const struct base64_alphabet standard = {
	{'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V',
	 'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
	 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/'},
};

size_t base64_len(size_t raw_len)
{
	return raw_len / 3 * 4 + (raw_len % 3 == 0 ? 0 : raw_len % 3 + 1);
}

err base64_append_plain(const struct base64_alphabet *alphabet, struct buf *owner, struct bytes raw)
{
	uint32_t bits = 0;
	unsigned held = 0;

	if (raw.len > BUF_MAX)
		return FAIL(UNAVAILABLE);
	TRY(buf_reserve(owner, base64_len(raw.len)));
	for (size_t i = 0; i < raw.len; i++) {
		bits = (bits << 8 | raw.ptr[i]) & 0xffff;
		for (held += 8; held >= 6; held -= 6)
			owner->ptr[owner->len++] = (uint8_t)alphabet->digits[bits >> (held - 6) & 63];
	}
	if (held != 0)
		owner->ptr[owner->len++] = (uint8_t)alphabet->digits[bits << (6 - held) & 63];
	return OK;
}

/* Not indexed by the digit, so that decoding a key leaves no trace in the cache. */
static int digit_value(const struct base64_alphabet *alphabet, uint8_t digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	if (digit == (uint8_t)alphabet->digits[62])
		return 62;
	if (digit == (uint8_t)alphabet->digits[63])
		return 63;
	return -1;
}

static err check(const struct base64_alphabet *alphabet, struct bytes text)
{
	static const int leftover[4] = {0, 0, 15, 3}; /* bits of the last digit that carry nothing */

	if (text.len % 4 == 1)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++)
		if (digit_value(alphabet, text.ptr[i]) < 0)
			return FAIL(INVALID);
	if (text.len != 0 && (digit_value(alphabet, text.ptr[text.len - 1]) & leftover[text.len % 4]) != 0)
		return FAIL(INVALID);
	return OK;
}

err base64_decode_plain(const struct base64_alphabet *alphabet, struct bytes text, uint8_t *raw_out)
{
	uint32_t bits = 0;
	unsigned held = 0;

	TRY(check(alphabet, text));
	for (size_t i = 0; i < text.len; i++) {
		bits = (bits << 6 | (uint32_t)digit_value(alphabet, text.ptr[i])) & 0x3fff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			*raw_out++ = (uint8_t)(bits >> held);
		}
	}
	return OK;
}

err base64_append(struct buf *owner, struct bytes raw)
{
	static const size_t padding[3] = {0, 2, 1};

	if (raw.len > BUF_MAX)
		return FAIL(UNAVAILABLE);
	TRY(buf_reserve(owner, base64_len(raw.len) + 2));
	TRY(base64_append_plain(&standard, owner, raw));
	return buf_append(owner, (struct bytes){(const uint8_t *)"==", padding[raw.len % 3]});
}

err base64_decode(struct bytes text, struct buf *raw_out)
{
	size_t padding = 0;
	size_t raw_len;

	if (text.len % 4 != 0)
		return FAIL(INVALID);
	while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
		padding++;
	raw_len = text.len / 4 * 3 - padding;
	text.len -= padding;
	TRY(buf_reserve(raw_out, raw_len));
	if (raw_len != 0)
		TRY(base64_decode_plain(&standard, text, raw_out->ptr + raw_out->len));
	raw_out->len += raw_len;
	return OK;
}
