#include <string.h>
#include <strings.h>

#include "edge/session.h"

#define TOKEN_TEXT_LEN 43

static bool is_compartment(struct bytes name)
{
	if (name.len == 0 || name.len > SESSION_COMPARTMENT_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

err edge_session_parse(struct bytes text, struct session *session_out)
{
	struct session session = {.by = SESSION_NOBODY};
	struct bytes token;

	if (text.len <= TOKEN_TEXT_LEN + 1)
		return FAIL(INVALID);
	session.compartment = (struct bytes){text.ptr, text.len - TOKEN_TEXT_LEN - 1};
	token = (struct bytes){text.ptr + text.len - TOKEN_TEXT_LEN, TOKEN_TEXT_LEN};
	if (!is_compartment(session.compartment) || token.ptr[-1] != '.')
		return FAIL(INVALID);
	TRY(base64url_decode(token, session.token, sizeof(session.token)));
	*session_out = session;
	wipe(session.token, sizeof(session.token));
	return OK;
}

/* The next "name=value" of a Cookie header. */
static struct bytes cut_pair(struct bytes *rest)
{
	const uint8_t *end = memchr(rest->ptr, ';', rest->len);
	struct bytes pair = {rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr)};
	size_t taken = pair.len + (end != NULL);

	*rest = (struct bytes){rest->ptr + taken, rest->len - taken};
	while (pair.len > 0 && pair.ptr[0] == ' ')
		pair = (struct bytes){pair.ptr + 1, pair.len - 1};
	return pair;
}

/* The value of the cookie `name` in a pair; empty ptr: another one. */
static struct bytes value_of(struct bytes pair, const char *name)
{
	size_t len = strlen(name);

	if (pair.len <= len || pair.ptr[len] != '=' || memcmp(pair.ptr, name, len) != 0)
		return (struct bytes){0};
	return (struct bytes){pair.ptr + len + 1, pair.len - len - 1};
}

static void take_device(struct bytes value, struct session *session)
{
	struct session tablet;

	if (!err_is_ok(edge_session_parse(value, &tablet)))
		return;
	session->device_compartment = tablet.compartment;
	memcpy(session->device, tablet.token, sizeof(session->device));
	wipe(tablet.token, sizeof(tablet.token));
}

static err read_cookie(struct bytes cookie, struct session *session_out)
{
	struct session session = {.by = SESSION_NOBODY};
	struct session device = {.by = SESSION_NOBODY};
	bool seen = false;
	bool device_seen = false;

	while (cookie.len > 0) {
		struct bytes pair = cut_pair(&cookie);
		struct bytes value = value_of(pair, SESSION_COOKIE);
		struct bytes tablet = value_of(pair, SESSION_DEVICE);

		if ((value.ptr != NULL && seen) || (tablet.ptr != NULL && device_seen)) {
			wipe(&session, sizeof(session));
			wipe(&device, sizeof(device));
			return FAIL(INVALID);
		}
		seen = seen || value.ptr != NULL;
		device_seen = device_seen || tablet.ptr != NULL;
		if (value.ptr != NULL && err_is_ok(edge_session_parse(value, &session)))
			session.by = SESSION_BY_COOKIE;
		if (tablet.ptr != NULL)
			take_device(tablet, &device);
	}
	*session_out = session;
	session_out->device_compartment = device.device_compartment;
	memcpy(session_out->device, device.device, sizeof(device.device));
	wipe(&session, sizeof(session));
	wipe(&device, sizeof(device));
	return OK;
}

err edge_session_read(struct bytes cookie, struct bytes authorization, struct session *session_out)
{
	static const char scheme[] = "Bearer ";
	struct session session = {.by = SESSION_NOBODY};
	struct session bearer = {.by = SESSION_NOBODY};

	TRY(read_cookie(cookie, &session));
	if (authorization.len > sizeof(scheme) - 1 &&
	    strncasecmp((const char *)authorization.ptr, scheme, sizeof(scheme) - 1) == 0) {
		struct bytes value = {authorization.ptr + sizeof(scheme) - 1, authorization.len - sizeof(scheme) + 1};

		if (err_is_ok(edge_session_parse(value, &bearer))) {
			if (session.by != SESSION_NOBODY) {
				wipe(&session, sizeof(session));
				wipe(&bearer, sizeof(bearer));
				return FAIL(INVALID);
			}
			session.by = SESSION_BY_BEARER;
			session.compartment = bearer.compartment;
			memcpy(session.token, bearer.token, sizeof(session.token));
		}
	}
	*session_out = session;
	wipe(&session, sizeof(session));
	wipe(&bearer, sizeof(bearer));
	return OK;
}

void edge_session_format(const char *compartment, const uint8_t token[static SESSION_TOKEN_LEN], char text_out[static SESSION_TEXT_MAX])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t len = strlen(compartment);
	uint32_t bits = 0;
	unsigned held = 0;

	REQUIRE(len <= SESSION_COMPARTMENT_MAX);
	memcpy(text_out, compartment, len);
	text_out[len++] = '.';
	for (size_t i = 0; i < SESSION_TOKEN_LEN; i++) {
		bits = bits << 8 | token[i];
		for (held += 8; held >= 6; held -= 6)
			text_out[len++] = digits[bits >> (held - 6) & 63];
	}
	text_out[len++] = digits[bits << (6 - held) & 63];
	text_out[len] = '\0';
}

struct bytes edge_session_city(struct bytes login)
{
	for (size_t i = login.len; i > 0; i--)
		if (login.ptr[i - 1] == '@')
			return (struct bytes){login.ptr + i, login.len - i};
	return (struct bytes){0};
}

struct bytes edge_session_home(struct bytes token)
{
	const uint8_t *dot = token.len == 0 ? NULL : memchr(token.ptr, '.', token.len);

	return dot == NULL ? (struct bytes){0} : (struct bytes){token.ptr, (size_t)(dot - token.ptr)};
}

static bool is_own_origin(struct bytes origin, struct bytes host)
{
	static const char scheme[] = "https://";
	const size_t scheme_len = sizeof(scheme) - 1;

	return origin.len == scheme_len + host.len && memcmp(origin.ptr, scheme, scheme_len) == 0 &&
	       strncasecmp((const char *)origin.ptr + scheme_len, (const char *)host.ptr, host.len) == 0;
}

/* Only what carries a cookie can be made to act for somebody by a foreign page; without one, only what says that it is foreign. */
bool edge_session_cross_site(const struct session_site *from)
{
	if (from->by == SESSION_BY_BEARER)
		return false;
	if (from->site.len > 0)
		return !bytes_is(from->site, "same-origin") &&
		       (from->by == SESSION_BY_COOKIE || !bytes_is(from->site, "none"));
	if (from->origin.len > 0)
		return !is_own_origin(from->origin, from->host);
	return from->by == SESSION_BY_COOKIE;
}
