/*
 * A stored password that is accepted is exactly what we would write.
 */
#include "crypto/password_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {data, len};
	struct password_phc phc;
	char again[PASSWORD_PHC_MAX];

	if (!err_is_ok(password_phc_parse(text, &phc)))
		return 0;
	REQUIRE(err_is_ok(password_phc_format(&phc, again)));
	REQUIRE(bytes_is(text, again));
	return 0;
}
