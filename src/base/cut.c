/*
 * cut - reading from the front of a byte string.
 */
#include "base/bytes.h"

err cut_bytes(struct bytes *from, size_t len, struct bytes *value_out)
{
	struct bytes whole = *from;

	if (whole.len < len)
		return FAIL(INVALID);
	*value_out = (struct bytes){whole.ptr, len};
	if (len != 0)
		*from = (struct bytes){whole.ptr + len, whole.len - len};
	return OK;
}

static err cut_number(struct bytes *from, size_t len, uint64_t *value_out)
{
	struct bytes raw;
	uint64_t value = 0;

	TRY(cut_bytes(from, len, &raw));
	for (size_t i = 0; i < len; i++)
		value = value << 8 | raw.ptr[i];
	*value_out = value;
	return OK;
}

err cut_u8(struct bytes *from, uint8_t *value_out)
{
	uint64_t value;

	TRY(cut_number(from, 1, &value));
	*value_out = (uint8_t)value;
	return OK;
}

err cut_u16(struct bytes *from, uint16_t *value_out)
{
	uint64_t value;

	TRY(cut_number(from, 2, &value));
	*value_out = (uint16_t)value;
	return OK;
}

err cut_u32(struct bytes *from, uint32_t *value_out)
{
	uint64_t value;

	TRY(cut_number(from, 4, &value));
	*value_out = (uint32_t)value;
	return OK;
}

err cut_u64(struct bytes *from, uint64_t *value_out)
{
	return cut_number(from, 8, value_out);
}

err cut_blob(struct bytes *from, size_t max, struct bytes *value_out)
{
	struct bytes rest = *from;
	struct bytes value;
	uint32_t len;

	TRY(cut_u32(&rest, &len));
	if (len > max)
		return FAIL(INVALID);
	TRY(cut_bytes(&rest, len, &value));
	*value_out = value;
	*from = rest;
	return OK;
}
