/*
 * utf8 - well-formed UTF-8 as in table 3-7 of the Unicode Standard.
 */
#include "base/bytes.h"

/* How a sequence begins: its first byte, how many follow, and what the second may be. */
struct lead {
	uint8_t first;
	uint8_t last;
	uint8_t more;
	uint8_t second_min;
	uint8_t second_max;
};

static const struct lead leads[] = {
	{0x00, 0x7f, 0, 0, 0},
	{0xc2, 0xdf, 1, 0x80, 0xbf},
	{0xe0, 0xe0, 2, 0xa0, 0xbf}, /* shorter ones are overlong */
	{0xe1, 0xec, 2, 0x80, 0xbf},
	{0xed, 0xed, 2, 0x80, 0x9f}, /* above are surrogates */
	{0xee, 0xef, 2, 0x80, 0xbf},
	{0xf0, 0xf0, 3, 0x90, 0xbf},
	{0xf1, 0xf3, 3, 0x80, 0xbf},
	{0xf4, 0xf4, 3, 0x80, 0x8f}, /* above is beyond U+10FFFF */
};

static const struct lead *find_lead(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

/* The bytes of the code point at the front, 0 when it is ill-formed. */
static size_t point_len(struct bytes text)
{
	const struct lead *lead = find_lead(text.ptr[0]);

	if (lead == NULL || text.len - 1 < lead->more)
		return 0;
	if (lead->more != 0 && (text.ptr[1] < lead->second_min || text.ptr[1] > lead->second_max))
		return 0;
	for (size_t i = 2; i <= lead->more; i++)
		if ((text.ptr[i] & 0xc0) != 0x80)
			return 0;
	return (size_t)lead->more + 1;
}

err utf8_check(struct bytes text, size_t *count_out)
{
	size_t count = 0;

	while (text.len != 0) {
		size_t len = point_len(text);

		if (len == 0)
			return FAIL(INVALID);
		text.ptr += len;
		text.len -= len;
		count++;
	}
	if (count_out != NULL)
		*count_out = count;
	return OK;
}
