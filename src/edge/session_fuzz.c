/*
 * Any Cookie and Authorization header; what is taken for a session is written the same way again.
 */
#include <string.h>

#include "edge/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void same_again(const uint8_t *data, size_t len, struct bytes compartment, const uint8_t token[static SESSION_TOKEN_LEN])
{
	struct session again;
	char name[SESSION_COMPARTMENT_MAX + 1];
	char text[SESSION_TEXT_MAX];

	REQUIRE(compartment.len > 0 && compartment.len < sizeof(name));
	memcpy(name, compartment.ptr, compartment.len);
	name[compartment.len] = '\0';
	edge_session_format(name, token, text);
	REQUIRE(memmem(data, len, text, strlen(text)) != NULL);
	REQUIRE(err_is_ok(edge_session_parse(bytes_str(text), &again)));
	REQUIRE(memcmp(again.token, token, sizeof(again.token)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *cut = len == 0 ? NULL : memchr(data, '\n', len);
	size_t first = cut == NULL ? len : (size_t)(cut - data);
	struct bytes cookie = {data, first};
	struct bytes authorization = {data + first + (cut != NULL), len - first - (cut != NULL)};
	struct session session;

	(void)edge_session_city(cookie);
	(void)edge_session_home(cookie);
	if (!err_is_ok(edge_session_read(cookie, authorization, &session)))
		return 0;
	if (session.device_compartment.len > 0)
		same_again(data, len, session.device_compartment, session.device);
	if (session.by != SESSION_NOBODY)
		same_again(data, len, session.compartment, session.token);
	return 0;
}
