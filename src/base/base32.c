/*
 * base32 - RFC 4648 section 6, without padding.
 */
#include "base/bytes.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

err base32_append(struct buf *owner, struct bytes raw)
{
	uint32_t bits = 0;
	unsigned held = 0;

	if (raw.len > BUF_MAX / 2)
		return FAIL(UNAVAILABLE);
	TRY(buf_reserve(owner, (raw.len * 8 + 4) / 5));
	for (size_t i = 0; i < raw.len; i++) {
		bits = (bits << 8 | raw.ptr[i]) & 0xfff;
		for (held += 8; held >= 5; held -= 5)
			owner->ptr[owner->len++] = (uint8_t)digits[bits >> (held - 5) & 31];
	}
	if (held > 0)
		owner->ptr[owner->len++] = (uint8_t)digits[bits << (5 - held) & 31];
	return OK;
}

static int digit_value(uint8_t digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	return digit >= '2' && digit <= '7' ? digit - '2' + 26 : -1;
}

err base32_decode(struct bytes text, uint8_t *raw_out, size_t raw_len)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t at = 0;

	if (raw_len > BUF_MAX / 2 || text.len != (raw_len * 8 + 4) / 5)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++)
		if (digit_value(text.ptr[i]) < 0)
			return FAIL(INVALID);
	/* Bits left over at the end are zero, else two texts would mean the same. */
	if (text.len * 5 > raw_len * 8 &&
	    ((unsigned)digit_value(text.ptr[text.len - 1]) & ((1u << (text.len * 5 - raw_len * 8)) - 1)) != 0)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		bits = (bits << 5 | (uint32_t)digit_value(text.ptr[i])) & 0xfff;
		held += 5;
		if (held < 8)
			continue;
		held -= 8;
		raw_out[at++] = (uint8_t)(bits >> held);
	}
	return OK;
}
