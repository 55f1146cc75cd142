#include <string.h>

#include "edge/route.h"

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

err route_decode(struct bytes text, bool plus_is_space, struct arena *arena, struct bytes *plain_out)
{
	uint8_t *plain = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	if (plain == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == '%') {
			if (text.len - i < 3 || hex_value(text.ptr[i + 1]) < 0 || hex_value(text.ptr[i + 2]) < 0)
				return FAIL(INVALID);
			c = (uint8_t)(hex_value(text.ptr[i + 1]) << 4 | hex_value(text.ptr[i + 2]));
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		plain[len++] = c;
	}
	TRY(utf8_check((struct bytes){plain, len}, NULL));
	*plain_out = (struct bytes){plain, len};
	return OK;
}

/* %2F or %5C: two programs would disagree on where the segments end. */
static bool hides_slash(struct bytes path)
{
	for (size_t i = 0; i + 2 < path.len; i++) {
		if (path.ptr[i] != '%' || hex_value(path.ptr[i + 1]) < 0 || hex_value(path.ptr[i + 2]) < 0)
			continue;
		switch (hex_value(path.ptr[i + 1]) << 4 | hex_value(path.ptr[i + 2])) {
		case '/':
		case '\\':
			return true;
		default:
			break;
		}
	}
	return false;
}

static bool is_clean(struct bytes path)
{
	size_t start = 1;

	if (path.len == 0 || path.ptr[0] != '/')
		return false;
	for (size_t i = 1; i <= path.len; i++) {
		struct bytes segment = {path.ptr + start, i - start};

		if (i < path.len && (path.ptr[i] < ' ' || path.ptr[i] == 0x7f))
			return false;
		if (i < path.len && path.ptr[i] != '/')
			continue;
		if (bytes_is(segment, ".") || bytes_is(segment, "..") || (segment.len == 0 && i < path.len))
			return false;
		start = i + 1;
	}
	return true;
}

err route_split(struct bytes target, struct arena *arena, struct route *route_out)
{
	const uint8_t *mark = target.len == 0 ? NULL : memchr(target.ptr, '?', target.len);
	size_t len = mark == NULL ? target.len : (size_t)(mark - target.ptr);
	struct bytes path = {target.ptr, len};
	struct route route = {0};

	if (mark != NULL)
		route.query = (struct bytes){mark + 1, target.len - len - 1};
	if (hides_slash(path))
		return FAIL(INVALID);
	if (memchr(path.ptr, '%', path.len) == NULL)
		route.path = path;
	else
		TRY(route_decode(path, false, arena, &route.path));
	if (!is_clean(route.path))
		return FAIL(INVALID);
	*route_out = route;
	return OK;
}

err route_parameter(struct bytes *query, struct arena *arena, struct bytes *name_out, struct bytes *value_out)
{
	const uint8_t *end;
	const uint8_t *equal;
	struct bytes pair;
	struct bytes value = {0};
	size_t taken;

	if (query->len == 0)
		return FAIL(NOT_FOUND);
	end = memchr(query->ptr, '&', query->len);
	pair = (struct bytes){query->ptr, end == NULL ? query->len : (size_t)(end - query->ptr)};
	taken = pair.len + (end != NULL);
	*query = (struct bytes){query->ptr + taken, query->len - taken};
	equal = pair.len == 0 ? NULL : memchr(pair.ptr, '=', pair.len);
	if (equal != NULL) {
		value = (struct bytes){equal + 1, (size_t)(pair.ptr + pair.len - equal) - 1};
		pair.len = (size_t)(equal - pair.ptr);
	}
	*name_out = (struct bytes){0};
	TRY(route_decode(pair, true, arena, name_out));
	return route_decode(value, true, arena, value_out);
}
