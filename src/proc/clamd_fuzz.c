/* Whatever stands at the scanner's socket: only exactly "stream: OK" is OK, and every text can be told on. */
#include <string.h>

#include "proc/clamd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	REQUIRE(strlen(text) <= CLAMD_TEXT_MAX);
	for (const char *at = text; *at != '\0'; at++)
		REQUIRE(*at >= 0x20 && *at <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes text = {data, size};
	struct clamd_about about;
	struct clamd_reply reply;

	clamd_parse_reply(text, &reply);
	check_text(reply.name);
	REQUIRE((reply.found == CLAMD_CLEAN) == (size == sizeof("stream: OK") && memcmp(data, "stream: OK", size) == 0));
	REQUIRE((reply.found == CLAMD_CLEAN) == (reply.name[0] == '\0'));
	if (err_is_ok(clamd_parse_about(text, &about))) {
		check_text(about.engine);
		REQUIRE(about.engine[0] != '\0' && about.signatures_s >= 0);
	}
	return 0;
}
