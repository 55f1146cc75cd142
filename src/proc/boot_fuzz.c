/* What parses is written again and must be the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "proc/boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct boot boot;
	OWN(buf) again = {0};

	if (!err_is_ok(boot_parse((struct bytes){data, len}, &boot)))
		return 0;
	if (err_is_ok(boot_format(&boot, &again)) && (again.len != len || memcmp(again.ptr, data, len) != 0))
		abort();
	return 0;
}
