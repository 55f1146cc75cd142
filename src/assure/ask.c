#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "assure/ask.h"
#include "base/clock.h"

#define READ_MAX 16384
#define IDLE_US INT64_C(4000000)  /* a kept connection is used again within; the server keeps them longer */
#define COOKIE_NAME "__Host-sid="

struct ask {
	const struct tlsclient_target *target;
	int timeout_ms;
	struct tlsclient *client;       /* NULL: none */
	struct tlsclient_info info;
	int64_t used_us;
	struct buf in;                  /* head and body of the last reply */
};

/* ---- the head of a reply ---- */

static bool is_name(struct bytes name, const char *wanted)
{
	return name.len == strlen(wanted) && strncasecmp((const char *)name.ptr, wanted, name.len) == 0;
}

static struct bytes trim(struct bytes text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = (struct bytes){text.ptr + 1, text.len - 1};
	while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* A line without its end, which must be CR LF. */
static err cut_line(struct bytes *from, struct bytes *line_out)
{
	const uint8_t *end = from->len == 0 ? NULL : memchr(from->ptr, '\n', from->len);
	size_t len;

	if (end == NULL || end == from->ptr || end[-1] != '\r')
		return FAIL(INVALID);
	len = (size_t)(end - from->ptr) - 1;
	for (size_t i = 0; i < len; i++)
		if (from->ptr[i] < ' ' && from->ptr[i] != '\t')
			return FAIL(INVALID);
	*line_out = (struct bytes){from->ptr, len};
	*from = (struct bytes){end + 1, from->len - len - 2};
	return OK;
}

static err read_status(struct bytes line, int *status_out)
{
	static const char version[] = "HTTP/1.1 ";
	const size_t at = sizeof(version) - 1;

	if (line.len < at + 3 || memcmp(line.ptr, version, at) != 0 || (line.len > at + 3 && line.ptr[at + 3] != ' '))
		return FAIL(INVALID);
	*status_out = 0;
	for (size_t i = at; i < at + 3; i++) {
		if (line.ptr[i] < '0' || line.ptr[i] > '9')
			return FAIL(INVALID);
		*status_out = *status_out * 10 + (line.ptr[i] - '0');
	}
	return *status_out >= 100 && *status_out <= 599 ? OK : FAIL(INVALID);
}

static err read_length(struct bytes value, size_t *len_out)
{
	size_t len = 0;

	if (value.len == 0 || value.len > 8)
		return FAIL(INVALID);
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return FAIL(INVALID);
		len = len * 10 + (size_t)(value.ptr[i] - '0');
	}
	if (len > ASK_BODY_MAX)
		return FAIL(TOO_LARGE);
	*len_out = len;
	return OK;
}

static void copy_text(char *out, size_t max, struct bytes text)
{
	size_t len = text.len < max - 1 ? text.len : max - 1;

	memcpy(out, text.ptr, len);
	out[len] = '\0';
}

static err read_cookie(struct bytes value, struct ask_reply *reply)
{
	const size_t at = sizeof(COOKIE_NAME) - 1;
	const uint8_t *end;

	if (value.len < at || memcmp(value.ptr, COOKIE_NAME, at) != 0)
		return OK; /* another one */
	value = (struct bytes){value.ptr + at, value.len - at};
	end = value.len == 0 ? NULL : memchr(value.ptr, ';', value.len);
	if (end != NULL)
		value.len = (size_t)(end - value.ptr);
	if (reply->cookie_set || value.len >= sizeof(reply->cookie))
		return FAIL(INVALID);
	reply->cookie_set = true;
	copy_text(reply->cookie, sizeof(reply->cookie), value);
	return OK;
}

struct head_marks {
	bool length;
	size_t body_len;
};

static err read_line(struct bytes line, struct ask_reply *reply, struct head_marks *marks)
{
	const uint8_t *colon = memchr(line.ptr, ':', line.len);
	struct bytes name;
	struct bytes value;

	if (colon == NULL || colon == line.ptr)
		return FAIL(INVALID);
	name = (struct bytes){line.ptr, (size_t)(colon - line.ptr)};
	value = trim((struct bytes){colon + 1, line.len - name.len - 1});
	if (memchr(name.ptr, ' ', name.len) != NULL || memchr(name.ptr, '\t', name.len) != NULL || is_name(name, "Transfer-Encoding"))
		return FAIL(INVALID);
	if (is_name(name, "Content-Length")) {
		if (marks->length)
			return FAIL(INVALID);
		marks->length = true;
		return read_length(value, &marks->body_len);
	}
	if (is_name(name, "Set-Cookie"))
		return read_cookie(value, reply);
	if (is_name(name, "Content-Type"))
		copy_text(reply->type, sizeof(reply->type), value);
	else if (is_name(name, "Request-Id"))
		copy_text(reply->request, sizeof(reply->request), value);
	else if (is_name(name, "Connection"))
		reply->last = is_name(value, "close");
	return OK;
}

err ask_head(struct bytes head, struct ask_reply *reply_out, size_t *body_len_out)
{
	struct ask_reply reply = {0};
	struct head_marks marks = {0};
	struct bytes line;

	if (head.len > ASK_HEAD_MAX)
		return FAIL(TOO_LARGE);
	TRY(cut_line(&head, &line));
	TRY(read_status(line, &reply.status));
	reply.head = head;
	for (;;) {
		TRY(cut_line(&head, &line));
		if (line.len == 0)
			break;
		TRY(read_line(line, &reply, &marks));
	}
	if (head.len != 0)
		return FAIL(INVALID);
	/* Without a length there is no body, which only these may lack. */
	if (!marks.length && reply.status != 204 && reply.status != 304)
		return FAIL(INVALID);
	if (reply.status < 200 || ((reply.status == 204 || reply.status == 304) && marks.body_len != 0))
		return FAIL(INVALID);
	*body_len_out = marks.body_len;
	*reply_out = reply;
	return OK;
}

struct bytes ask_header(const struct ask_reply *reply, const char *name)
{
	struct bytes rest = reply->head;
	struct bytes line;

	while (err_is_ok(cut_line(&rest, &line)) && line.len > 0) {
		const uint8_t *colon = memchr(line.ptr, ':', line.len);

		if (colon != NULL && is_name((struct bytes){line.ptr, (size_t)(colon - line.ptr)}, name))
			return trim((struct bytes){colon + 1, line.len - (size_t)(colon - line.ptr) - 1});
	}
	return (struct bytes){0};
}

/* ---- the request ---- */

static bool printable(const char *text, bool spaces)
{
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < (spaces ? ' ' : '!') || *c == 0x7f)
			return false;
	return text[0] != '\0';
}

static err put_line(struct buf *out, const char *name, const char *value)
{
	return printable(value, true) ? buf_printf(out, "%s: %s\r\n", name, value) : FAIL(INVALID);
}

static err write_host(const struct ask *ask, struct buf *out)
{
	const char *name = ask->target->name != NULL ? ask->target->name : ask->target->host;

	return strchr(name, ':') != NULL ? buf_printf(out, "Host: [%s]:%u\r\n", name, ask->target->port) :
					   buf_printf(out, "Host: %s:%u\r\n", name, ask->target->port);
}

static err write_request(const struct ask *ask, const struct ask_request *request, struct buf *out)
{
	if (!printable(request->method, false) || !printable(request->path, false))
		return FAIL(INVALID);
	TRY(buf_printf(out, "%s %s HTTP/1.1\r\n", request->method, request->path));
	TRY(write_host(ask, out));
	if (request->cookie != NULL) {
		if (!printable(request->cookie, false))
			return FAIL(INVALID);
		TRY(buf_printf(out, "Cookie: " COOKIE_NAME "%s\r\n", request->cookie));
	}
	if (request->bearer != NULL) {
		if (!printable(request->bearer, false))
			return FAIL(INVALID);
		TRY(buf_printf(out, "Authorization: Bearer %s\r\n", request->bearer));
	}
	for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++) {
		if (!printable(request->headers[i], true))
			return FAIL(INVALID);
		TRY(buf_printf(out, "%s\r\n", request->headers[i]));
	}
	if (request->with_body || request->body.len > 0) {
		TRY(put_line(out, "Content-Type", request->type != NULL ? request->type : "application/json"));
		TRY(buf_printf(out, "Content-Length: %zu\r\n", request->body.len));
	}
	TRY(buf_append_str(out, "\r\n"));
	TRY(buf_append(out, request->body));
	return out->len <= ASK_REQUEST_MAX ? OK : FAIL(TOO_LARGE);
}

/* ---- one after another ---- */

err ask_open(const struct tlsclient_target *target, int timeout_ms, struct ask **out)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask == NULL)
		return FAIL(UNAVAILABLE);
	ask->target = target;
	ask->timeout_ms = timeout_ms;
	*out = ask;
	return OK;
}

void ask_free(struct ask **ask_in)
{
	struct ask *ask = *ask_in;

	if (ask == NULL)
		return;
	tlsclient_free(&ask->client);
	buf_free(&ask->in);
	free(ask);
	*ask_in = NULL;
}

const struct tlsclient_info *ask_info(const struct ask *ask)
{
	return &ask->info;
}

/* More of the reply. UNAVAILABLE: the end. */
static err take_more(struct ask *ask, size_t wanted, int64_t deadline_us)
{
	size_t got;

	TRY(buf_reserve(&ask->in, wanted + 1));
	TRY(tlsclient_read(ask->client, ask->in.ptr + ask->in.len, wanted, deadline_us, &got));
	if (got == 0)
		return FAIL(UNAVAILABLE);
	ask->in.len += got;
	return OK;
}

static err take_head(struct ask *ask, int64_t deadline_us, size_t *len_out)
{
	for (;;) {
		const uint8_t *end = ask->in.len == 0 ? NULL : memmem(ask->in.ptr, ask->in.len, "\r\n\r\n", 4);

		if (end != NULL) {
			*len_out = (size_t)(end - ask->in.ptr) + 4;
			return OK;
		}
		if (ask->in.len >= ASK_HEAD_MAX)
			return FAIL(TOO_LARGE);
		TRY(take_more(ask, READ_MAX, deadline_us));
	}
}

static err take_reply(struct ask *ask, bool head_only, int64_t deadline_us, struct ask_reply *reply_out)
{
	struct ask_reply reply;
	size_t head_len;
	size_t body_len;

	TRY(take_head(ask, deadline_us, &head_len));
	TRY(ask_head((struct bytes){ask->in.ptr, head_len}, &reply, &body_len));
	if (head_only)
		body_len = 0;
	if (ask->in.len - head_len > body_len)
		return FAIL(INVALID); /* more than it said */
	while (ask->in.len - head_len < body_len)
		TRY(take_more(ask, body_len - (ask->in.len - head_len), deadline_us));
	TRY(buf_reserve(&ask->in, 1));
	ask->in.ptr[ask->in.len] = '\0';
	/* The memory may have moved since the head was read. */
	TRY(ask_head((struct bytes){ask->in.ptr, head_len}, &reply, &(size_t){0}));
	reply.body = (struct bytes){ask->in.ptr + head_len, body_len};
	*reply_out = reply;
	return OK;
}

static err connect_again(struct ask *ask, int64_t deadline_us)
{
	tlsclient_free(&ask->client);
	return tlsclient_open(ask->target, deadline_us, &ask->client, &ask->info);
}

static err once(struct ask *ask, const struct ask_request *request, struct bytes text, int64_t deadline_us, struct ask_reply *reply_out)
{
	buf_clear(&ask->in);
	TRY(tlsclient_write(ask->client, text, deadline_us));
	return take_reply(ask, strcmp(request->method, "HEAD") == 0, deadline_us, reply_out);
}

err ask_do(struct ask *ask, const struct ask_request *request, struct ask_reply *reply_out)
{
	int64_t deadline_us = clock_mono_us() + (int64_t)ask->timeout_ms * 1000;
	OWN(buf) text = {0};
	bool kept = ask->client != NULL && clock_mono_us() - ask->used_us < IDLE_US;
	err e;

	TRY(write_request(ask, request, &text));
	if (!kept)
		TRY(connect_again(ask, deadline_us));
	e = once(ask, request, bytes_of(&text), deadline_us, reply_out);
	/* It had ended the connection before it read this: nothing has come back. */
	if (kept && err_is(e, ERR_UNAVAILABLE) && ask->in.len == 0) {
		TRY(connect_again(ask, deadline_us));
		e = once(ask, request, bytes_of(&text), deadline_us, reply_out);
	}
	if (!err_is_ok(e) || reply_out->last)
		tlsclient_free(&ask->client);
	ask->used_us = clock_mono_us();
	return e;
}
