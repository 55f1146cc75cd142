/* Both directions: what parses is written again and must be the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "keys/keywire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void same(const struct buf *again, const uint8_t *data, size_t len)
{
	if (again->len != len || memcmp(again->ptr, data, len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct keywire_request request;
	struct keywire_reply reply;
	struct bytes frame = {data, len};

	if (err_is_ok(keywire_request_parse(frame, &request))) {
		OWN(buf) again = {0};

		if (!err_is_ok(keywire_request_format(&request, &again)))
			return 0;
		same(&again, data, len);
	}
	if (err_is_ok(keywire_reply_parse(frame, &reply))) {
		OWN(buf) again = {0};

		if (!err_is_ok(keywire_reply_format(&reply, &again)))
			return 0;
		same(&again, data, len);
	}
	return 0;
}
