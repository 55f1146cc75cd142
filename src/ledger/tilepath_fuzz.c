/*
 * Every tile has one path.
 */
#include "ledger/tilepath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {data, len};
	struct tilepath path;
	char again[TILEPATH_MAX];

	if (!err_is_ok(tilepath_parse(text, &path)))
		return 0;
	tilepath_format(&path, again);
	REQUIRE(bytes_is(text, again));
	return 0;
}
