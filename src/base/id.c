/*
 * id - 128 random bits; in text the first character carries 3 of them, the others 5 each.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/id.h"

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

err id_new(struct id *id_out)
{
	struct id id;
	ssize_t len;

	do
		len = getrandom(id.b, sizeof(id.b), 0);
	while (len < 0 && errno == EINTR);
	if (len != (ssize_t)sizeof(id.b))
		return FAIL(UNAVAILABLE);
	*id_out = id;
	return OK;
}

bool id_is_zero(struct id id)
{
	return id_equal(id, (struct id){{0}});
}

bool id_equal(struct id a, struct id b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

void id_format(struct id id, char text_out[static ID_TEXT_MAX])
{
	uint32_t bits = 0;
	unsigned held = 2; /* 130 bits of text begin with two zero bits */
	size_t at = 0;

	for (size_t i = 0; i < sizeof(id.b); i++) {
		bits = (bits << 8 | id.b[i]) & 0xffff;
		for (held += 8; held >= 5; held -= 5)
			text_out[at++] = digits[bits >> (held - 5) & 31];
	}
	text_out[at] = '\0';
}

static int digit_value(uint8_t digit)
{
	const char *found = digit == '\0' ? NULL : strchr(digits, digit);

	return found == NULL ? -1 : (int)(found - digits);
}

err id_parse(struct bytes text, struct id *id_out)
{
	struct id id;
	uint32_t bits = 0;
	unsigned held = 0;
	size_t at = 0;

	if (text.len != ID_TEXT_LEN || digit_value(text.ptr[0]) > 7)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		int value = digit_value(text.ptr[i]);

		if (value < 0)
			return FAIL(INVALID);
		bits = (bits << 5 | (uint32_t)value) & 0x1fff;
		held += i == 0 ? 3 : 5;
		if (held >= 8) {
			held -= 8;
			id.b[at++] = (uint8_t)(bits >> held);
		}
	}
	*id_out = id;
	return OK;
}

struct bytes id_bytes(const struct id *id)
{
	return (struct bytes){id->b, sizeof(id->b)};
}
