/* Documents and frames: whatever is accepted is what we would have written. */
#include <string.h>

#include "op/renderwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static err write_document(struct bytes document, struct buf *out)
{
	struct renderwire_head head;
	struct renderwire_item item;

	TRY(renderwire_cut_head(&document, &head));
	TRY(renderwire_put_head(out, &head));
	while (document.len > 0) {
		TRY(renderwire_cut_item(&document, &item));
		TRY(renderwire_put_item(out, &item));
	}
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes input = {data, size};
	struct renderwire_frame frame;
	OWN(buf) again = {0};
	OWN(buf) message = {0};

	if (err_is_ok(renderwire_check(input))) {
		REQUIRE(err_is_ok(write_document(input, &again)));
		REQUIRE(again.len == size && memcmp(again.ptr, data, size) == 0);
	}
	if (err_is_ok(renderwire_cut(input, &frame))) {
		REQUIRE(err_is_ok(renderwire_put(&message, &frame)));
		REQUIRE(message.len == size && memcmp(message.ptr, data, size) == 0);
	}
	return 0;
}
