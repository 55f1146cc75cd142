/*
 * Documents of a hostile core: never a crash, and the same document gives the same workbook.
 */
#include "proc/workbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	OWN(buf) first = {0};
	OWN(buf) second = {0};
	err e = workbook_make((struct bytes){data, len}, &first);

	REQUIRE(e.code == workbook_make((struct bytes){data, len}, &second).code);
	REQUIRE(bytes_equal(bytes_of(&first), bytes_of(&second)));
	REQUIRE(err_is_ok(e) == (first.len > 0));
	return 0;
}
