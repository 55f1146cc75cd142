#include "assure/provewire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted is exactly what would be written. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct provewire frame;
	struct provewire_check check;
	struct steps steps;
	struct bytes name;
	struct bytes text;
	OWN(buf) again = {0};
	OWN(buf) lines = {0};

	if (!err_is_ok(provewire_cut((struct bytes){data, size}, &frame)))
		return 0;
	REQUIRE(err_is_ok(provewire_put(&again, &frame)));
	REQUIRE(bytes_equal(bytes_of(&again), (struct bytes){data, size}));
	if (err_is_ok(provewire_cut_steps(frame.body, &steps))) {
		REQUIRE(err_is_ok(provewire_put_steps(&lines, &steps)));
		REQUIRE(bytes_equal(bytes_of(&lines), frame.body));
	}
	for (struct bytes rest = frame.body; err_is_ok(provewire_cut_check(&rest, &check));)
		REQUIRE(check.id.len < CHECK_ID_MAX);
	for (struct bytes rest = frame.body; err_is_ok(provewire_cut_pair(&rest, &name, &text));)
		REQUIRE(name.len <= PROVEWIRE_NAME_MAX);
	return 0;
}
