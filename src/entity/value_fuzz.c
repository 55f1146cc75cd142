/*
 * Frames' values: whatever decodes encodes to the same bytes again, and can be judged and stored.
 */
#include "entity/example.h"
#include "entity/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

const struct entity *const *const entities = example_entities;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct field *field;
	struct bytes from = {data + 1, len - 1};
	struct example row = {0};
	OWN(buf) again = {0};
	struct value value;

	if (len == 0)
		return 0;
	field = &example_fields[data[0] % EXAMPLE_FIELD_COUNT];
	if (!err_is_ok(value_decode(field, &from, &value)))
		return 0;
	REQUIRE(err_is_ok(value_encode(field, &value, &again)));
	REQUIRE(bytes_equal(bytes_of(&again), (struct bytes){data + 1, (size_t)(from.ptr - (data + 1))}));
	if (value_check(field, &value) != FLAW_NONE || !value.present)
		return 0;
	value_store(field, &value, &row);
	buf_clear(&again);
	REQUIRE(err_is_ok(value_text(field, &value, &again)));
	return 0;
}
