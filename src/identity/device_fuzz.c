/*
 * Any text as the code of a tablet: what is taken is eight of our letters, and is taken again as it is.
 */
#include <string.h>

#include "identity/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char code[DEVICE_CODE_LEN];
	char again[DEVICE_CODE_LEN];

	if (!err_is_ok(device_code_read((struct bytes){data, len}, code)))
		return 0;
	REQUIRE(err_is_ok(device_code_read((struct bytes){(const uint8_t *)code, sizeof(code)}, again)));
	REQUIRE(memcmp(code, again, sizeof(code)) == 0);
	return 0;
}
