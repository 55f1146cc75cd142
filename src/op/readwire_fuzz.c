/* Both directions: whatever is accepted is what we would have written. */
#include <string.h>

#include "op/readwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static err write_again(const struct readwire_frame *frame, struct buf *out)
{
	struct bytes rows = frame->as.rows;

	switch (frame->type) {
	case READWIRE_BEGIN: return readwire_put_begin(out, frame->number, &frame->as.begin);
	case READWIRE_DATA: return readwire_put_data(out, frame->number, frame->as.data);
	case READWIRE_HEADING: return readwire_put_heading(out, frame->number, &frame->as.heading);
	case READWIRE_PROBLEM: return readwire_put_problem(out, frame->number, &frame->as.problem);
	case READWIRE_END: return readwire_put_end(out, frame->number, &frame->as.end);
	case READWIRE_ROWS:
		while (rows.len > 0) {
			struct bytes values;
			uint32_t row;

			TRY(readwire_cut_row(&rows, &row, &values));
			TRY(readwire_put_row(out, frame->number, row, values));
		}
		return OK;
	case READWIRE_TYPE_COUNT: break;
	}
	REQUIRE(false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct readwire_frame frame;
	OWN(buf) again = {0};

	if (err_is_ok(readwire_cut((struct bytes){data, size}, &frame)) && err_is_ok(write_again(&frame, &again)))
		REQUIRE(again.len == size && memcmp(again.ptr, data, size) == 0);
	return 0;
}
