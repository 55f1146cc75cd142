/*
 * Any Cookie and Authorization header; what is taken for a session is written the same way again.
 */
#include <string.h>

#include "edge/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *cut = len == 0 ? NULL : memchr(data, '\n', len);
	size_t first = cut == NULL ? len : (size_t)(cut - data);
	struct bytes cookie = {data, first};
	struct bytes authorization = {data + first + (cut != NULL), len - first - (cut != NULL)};
	struct session session;
	struct session again;
	char name[SESSION_COMPARTMENT_MAX + 1];
	char text[SESSION_TEXT_MAX];

	(void)edge_session_city(cookie);
	if (!err_is_ok(edge_session_read(cookie, authorization, &session)) || session.by == SESSION_NOBODY)
		return 0;
	REQUIRE(session.compartment.len > 0 && session.compartment.len < sizeof(name));
	memcpy(name, session.compartment.ptr, session.compartment.len);
	name[session.compartment.len] = '\0';
	edge_session_format(name, session.token, text);
	REQUIRE(memmem(data, len, text, strlen(text)) != NULL);
	REQUIRE(err_is_ok(edge_session_parse(bytes_str(text), &again)));
	REQUIRE(memcmp(again.token, session.token, sizeof(session.token)) == 0);
	return 0;
}
