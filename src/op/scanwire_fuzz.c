/* Whatever frame is accepted is what we would have written. */
#include <string.h>

#include "op/scanwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scanwire_frame frame;
	OWN(buf) message = {0};

	if (err_is_ok(scanwire_cut((struct bytes){data, size}, &frame))) {
		REQUIRE(err_is_ok(scanwire_put(&message, &frame)));
		REQUIRE(message.len == size && memcmp(message.ptr, data, size) == 0);
	}
	return 0;
}
