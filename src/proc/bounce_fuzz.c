#include <string.h>

#include "proc/bounce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bounce bounce;

	if (!err_is_ok(bounce_read((struct bytes){data, size}, &bounce)))
		return 0;
	REQUIRE(bounce.compartment.len > 0 && bounce.compartment.ptr >= data && bounce.compartment.ptr + bounce.compartment.len <= data + size);
	REQUIRE(strlen(bounce.words) <= BOUNCE_WORDS_MAX);
	for (const char *c = bounce.words; *c != '\0'; c++)
		REQUIRE(*c >= ' ' && *c < 0x7f);
	return 0;
}
