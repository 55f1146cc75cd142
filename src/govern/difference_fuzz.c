/*
 * Any two texts, the second behind the first zero byte: the pieces are both texts again, no two neighbours are of one kind.
 */
#include <string.h>

#include "govern/difference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *zero = len == 0 ? NULL : memchr(data, 0, len);
	struct bytes from = {data, zero == NULL ? len : (size_t)(zero - data)};
	struct bytes to = {zero == NULL ? data : zero + 1, zero == NULL ? 0 : len - from.len - 1};
	struct difference *list = NULL;
	size_t count = 0;
	OWN(arena) arena = {0};
	OWN(buf) former = {0};
	OWN(buf) now = {0};

	arena_init(&arena, (size_t)16 << 20);
	if (!err_is_ok(difference_make(from, to, &arena, &list, &count)))
		return 0;
	for (size_t i = 0; i < count; i++) {
		REQUIRE(list[i].text.len > 0 && (i == 0 || list[i].kind != list[i - 1].kind));
		if (list[i].kind != DIFFERENCE_NEW)
			REQUIRE(err_is_ok(buf_append(&former, list[i].text)));
		if (list[i].kind != DIFFERENCE_GONE)
			REQUIRE(err_is_ok(buf_append(&now, list[i].text)));
	}
	REQUIRE(bytes_equal(bytes_of(&former), from) && bytes_equal(bytes_of(&now), to));
	return 0;
}
