/*
 * wipe - memory that held something secret.
 */
#include <string.h>

#include "base/bytes.h"

void wipe(void *ptr, size_t len)
{
	if (len != 0)
		explicit_bzero(ptr, len);
}
