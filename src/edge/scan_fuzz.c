/*
 * The entry of the server: any bytes, cut in two ways, come to the same end; and what is accepted has one meaning.
 */
#include <string.h>

#include "edge/limits.h"
#include "edge/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static err scan_all(struct bytes text, size_t step, struct scan *scan, size_t *used)
{
	scan_init(scan);
	*used = 0;
	while (scan->state != SCAN_DONE && (scan->state == SCAN_HEAD || *used < text.len)) {
		size_t left = text.len - *used;
		size_t taken = 0;

		if (scan->state == SCAN_HEAD) {
			TRY(scan_head(scan, (struct bytes){text.ptr, scan->head_len}));
			continue;
		}
		TRY(scan_feed(scan, (struct bytes){text.ptr + *used, left < step ? left : step}, &taken));
		REQUIRE(taken > 0);
		*used += taken;
	}
	return OK;
}

static void check_accepted(struct bytes text, const struct scan *scan, size_t used)
{
	REQUIRE(scan->head_len >= 18 && scan->head_len <= LIMIT_HEAD && used == scan->head_len + scan->raw_len);
	REQUIRE(scan->raw_len <= LIMIT_BODY_RAW);
	REQUIRE(memchr(text.ptr, '\0', scan->head_len) == NULL);
	REQUIRE(memcmp(text.ptr + scan->head_len - 4, "\r\n\r\n", 4) == 0);
	REQUIRE(memmem(text.ptr, scan->head_len, "\r\n ", 3) == NULL);
	for (size_t i = 0; i < scan->head_len; i++)
		REQUIRE((text.ptr[i] == '\n') == (i > 0 && text.ptr[i - 1] == '\r'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {data, len};
	struct scan whole;
	struct scan pieces;
	size_t used_whole;
	size_t used_pieces;
	err a = scan_all(text, len, &whole, &used_whole);
	err b = scan_all(text, len == 0 ? 1 : 1 + data[len - 1] % 7, &pieces, &used_pieces);

	REQUIRE(a.code == b.code);
	if (!err_is_ok(a))
		return 0;
	REQUIRE(used_whole == used_pieces && whole.state == pieces.state);
	if (whole.state == SCAN_DONE)
		check_accepted(text, &whole, used_whole);
	return 0;
}
