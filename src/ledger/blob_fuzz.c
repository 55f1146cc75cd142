/*
 * A blob is read whole or refused; its parts are what reading entry by entry finds.
 */
#include "ledger/blob.h"
#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes blob, rest, entry, part;
	uint64_t count, skip, take;

	if (len < 3)
		return 0;
	count = data[0] + 1U;
	skip = data[1] % (count + 1);
	take = data[2] % (count - skip + 1);
	blob = (struct bytes){data + 3, len - 3};
	if (!err_is_ok(blob_part(blob, count, skip, take, &part)))
		return 0;
	rest = blob;
	for (uint64_t i = 0; i < count; i++) {
		if (i == skip)
			REQUIRE(part.ptr == rest.ptr);
		REQUIRE(err_is_ok(blob_next(&rest, &entry)));
		if (take > 0 && i == skip + take - 1)
			REQUIRE(part.ptr + part.len == rest.ptr);
	}
	REQUIRE(rest.len == 0);
	return 0;
}
