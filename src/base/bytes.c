/*
 * bytes - borrowed byte strings.
 */
#include <string.h>

#include "base/bytes.h"

struct bytes bytes_str(const char *text)
{
	if (text == NULL)
		return (struct bytes){0};
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

struct bytes bytes_of(const struct buf *owner)
{
	return (struct bytes){owner->ptr, owner->len};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool bytes_is(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_str(text));
}
