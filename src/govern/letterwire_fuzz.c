#include "govern/letterwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted is exactly what would be written. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct letterwire frame;
	OWN(buf) again = {0};

	if (!err_is_ok(letterwire_cut((struct bytes){data, size}, &frame)))
		return 0;
	REQUIRE(err_is_ok(letterwire_put(&again, &frame)));
	REQUIRE(bytes_equal(bytes_of(&again), (struct bytes){data, size}));
	return 0;
}
