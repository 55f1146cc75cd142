/*
 * A leaf that is decoded is encoded to the same bytes.
 */
#include "ledger/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct event_object objects[EVENT_OBJECT_MAX];
	static struct event_row rows[EVENT_ROW_MAX];
	struct event event;
	OWN(buf) again = {0};

	if (!err_is_ok(event_decode((struct bytes){data, len}, &event, objects, rows)))
		return 0;
	REQUIRE(err_is_ok(event_encode(&event, &again)));
	REQUIRE(bytes_equal(bytes_of(&again), (struct bytes){data, len}));
	return 0;
}
