#include "assure/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes head = {data, size};
	struct ask_reply reply;
	size_t len = 0;

	if (err_is_ok(ask_head(head, &reply, &len))) {
		REQUIRE(reply.status >= 200 && reply.status <= 599 && len <= ASK_BODY_MAX && size <= ASK_HEAD_MAX);
		REQUIRE(ask_header(&reply, "Content-Length").len <= 8);
	}
	return 0;
}
