#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/door.h"
#include "entity/json.h"

#define SCHEME "https://"
#define TIMEOUT_MS 20000

/* HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT */
static err take_host(struct door *door, const char *text, size_t len)
{
	const char *end = text + len;
	const char *colon = NULL;
	const char *host = text;
	size_t host_len;
	unsigned long port = 443;
	char *rest = NULL;

	if (len > 0 && text[0] == '[') {
		const char *close = memchr(text, ']', len);

		if (close == NULL || (close + 1 < end && close[1] != ':'))
			return FAIL(INVALID);
		host = text + 1;
		host_len = (size_t)(close - host);
		colon = close + 1 < end ? close + 1 : NULL;
	} else {
		colon = memchr(text, ':', len);
		host_len = colon == NULL ? len : (size_t)(colon - text);
	}
	if (host_len == 0 || host_len >= sizeof(door->host) || memchr(host, '@', host_len) != NULL)
		return FAIL(INVALID);
	if (colon != NULL) {
		if (colon + 1 == end || colon[1] < '0' || colon[1] > '9')
			return FAIL(INVALID);
		port = strtoul(colon + 1, &rest, 10);
		if (rest != end || port == 0 || port > 65535)
			return FAIL(INVALID);
	}
	memcpy(door->host, host, host_len);
	door->host[host_len] = '\0';
	door->target.port = (uint16_t)port;
	return OK;
}

err door_open(const char *url, const char *authorities, struct door *door)
{
	const char *host, *slash;
	size_t len;

	memset(door, 0, sizeof(*door));
	if (strncmp(url, SCHEME, sizeof(SCHEME) - 1) != 0)
		return FAIL(INVALID);
	host = url + sizeof(SCHEME) - 1;
	slash = strchr(host, '/');
	TRY(take_host(door, host, slash == NULL ? strlen(host) : (size_t)(slash - host)));
	len = slash == NULL ? 0 : strlen(slash);
	while (len > 0 && slash[len - 1] == '/')
		len--;
	if (len >= sizeof(door->prefix) || (len > 0 && strcspn(slash, " ?#\t\r\n") < len))
		return FAIL(INVALID);
	if (len > 0)
		memcpy(door->prefix, slash, len);
	door->prefix[len] = '\0';
	door->target.host = door->host;
	door->target.authorities = authorities;
	return ask_open(&door->target, TIMEOUT_MS, &door->ask);
}

void door_close(struct door *door)
{
	ask_free(&door->ask);
	wipe(door->cookie, sizeof(door->cookie));
}

static err speak(struct door *door, const char *path, struct ask_request *request, struct ask_reply *reply_out)
{
	char whole[DOOR_PATH_MAX];
	int len = snprintf(whole, sizeof(whole), "%s%s", strncmp(path, "/v1", 3) == 0 ? "" : door->prefix, path);
	err e;

	if (len < 0 || (size_t)len >= sizeof(whole))
		return FAIL(INVALID);
	request->path = whole;
	request->bearer = door->cookie[0] != '\0' ? door->cookie : NULL;
	e = ask_do(door->ask, request, reply_out);
	if (!err_is(e, ERR_UNAUTHENTICATED))
		return e;
	log_error("the certificate of %s is not one that is trusted here; --ca FILE names the authority, or the certificate itself", door->host);
	return FAIL(UNAVAILABLE);
}

err door_get(struct door *door, const char *path, struct ask_reply *reply_out)
{
	struct ask_request request = {.method = "GET"};

	return speak(door, path, &request, reply_out);
}

err door_post(struct door *door, const char *path, struct bytes json, struct ask_reply *reply_out)
{
	struct ask_request request = {.method = "POST", .body = json, .with_body = true};

	return speak(door, path, &request, reply_out);
}

err door_sign_in(struct door *door, const char *login, const char *password, const char *code)
{
	struct ask_reply reply;
	OWN(buf) body = {0};
	struct json json;

	door->cookie[0] = '\0';
	json_init(&json, &body);
	json_object(&json, NULL);
	json_str(&json, "login", login);
	json_str(&json, "password", password);
	if (code[0] != '\0')
		json_str(&json, "totp", code);
	json_object_end(&json);
	TRY(json.state);
	TRY(door_post(door, "/v1/session", bytes_of(&body), &reply));
	if (reply.status == 403)
		return FAIL(SECOND_FACTOR);
	if (reply.status != 201 || !reply.cookie_set || reply.cookie[0] == '\0')
		return FAIL(UNAUTHENTICATED);
	memcpy(door->cookie, reply.cookie, sizeof(door->cookie));
	return OK;
}
