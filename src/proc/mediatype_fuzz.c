/* Strangers' files: judged within bounds, and always the same. */
#include "proc/mediatype.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = {data, size};
	enum media media = mediatype_of(file);

	REQUIRE((unsigned)media < MEDIA_COUNT && media == mediatype_of(file));
	REQUIRE(media == MEDIA_NONE || media_type(media) != NULL);
	return 0;
}
