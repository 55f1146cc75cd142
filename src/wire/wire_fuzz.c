/*
 * Any message: what is cut is put again to the same bytes. Seeds of requests are what a core reads, of replies what
 * an edge reads.
 */
#include <string.h>

#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static err put_again(struct buf *again, const struct wire_frame *frame)
{
	switch (frame->type) {
	case WIRE_HELLO:
		return wire_put_hello(again, &frame->as.hello);
	case WIRE_REQUEST:
		return wire_put_request(again, &frame->as.request);
	case WIRE_REPLY:
		return wire_put_reply(again, &frame->as.reply);
	case WIRE_READY_ASK:
	case WIRE_READY:
		return wire_put_plain(again, frame->type, frame->as.plain.number, frame->as.plain.value);
	}
	return FAIL(INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes rest = {data, len};
	struct wire_frame frame;

	while (rest.len > 0) {
		struct bytes before = rest;
		OWN(buf) again = {0};

		if (!err_is_ok(wire_cut(&rest, &frame)))
			return 0;
		REQUIRE(err_is_ok(put_again(&again, &frame)));
		REQUIRE(again.len == before.len - rest.len);
		REQUIRE(memcmp(again.ptr, before.ptr, again.len) == 0);
	}
	return 0;
}
