#include "ledger/blob.h"

err blob_next(struct bytes *rest, struct bytes *entry_out)
{
	struct bytes after = *rest;
	uint16_t len;

	if (!err_is_ok(cut_u16(&after, &len)) || !err_is_ok(cut_bytes(&after, len, entry_out)))
		return FAIL(CORRUPT);
	*rest = after;
	return OK;
}

err blob_part(struct bytes blob, uint64_t count, uint64_t skip, uint64_t take, struct bytes *part_out)
{
	struct bytes rest = blob;
	struct bytes entry;
	size_t first = 0, end = 0;

	REQUIRE(skip <= count && take <= count - skip);
	for (uint64_t i = 0; i < count; i++) {
		if (i == skip)
			first = blob.len - rest.len;
		if (i == skip + take)
			end = blob.len - rest.len;
		TRY(blob_next(&rest, &entry));
	}
	if (rest.len != 0)
		return FAIL(CORRUPT);
	if (skip == count)
		first = blob.len;
	if (skip + take == count)
		end = blob.len;
	*part_out = (struct bytes){blob.ptr + first, end - first};
	return OK;
}
