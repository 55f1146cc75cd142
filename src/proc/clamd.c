#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/clamd.h"

#define PART_LEN ((size_t)256 << 10)
#define PREFIX "stream: "

/* ---- replies ---- */

static void keep_text(struct bytes text, char out[static CLAMD_TEXT_MAX + 1])
{
	size_t len = text.len < CLAMD_TEXT_MAX ? text.len : CLAMD_TEXT_MAX;

	for (size_t i = 0; i < len; i++)
		out[i] = text.ptr[i] >= 0x20 && text.ptr[i] <= 0x7e ? (char)text.ptr[i] : '?';
	out[len] = '\0';
}

static bool take_end(struct bytes *text, const char *end)
{
	size_t len = strlen(end);

	if (text->len < len || memcmp(text->ptr + text->len - len, end, len) != 0)
		return false;
	text->len -= len;
	return true;
}

static bool take_start(struct bytes *text, const char *start)
{
	size_t len = strlen(start);

	if (text->len < len || memcmp(text->ptr, start, len) != 0)
		return false;
	text->ptr += len;
	text->len -= len;
	return true;
}

/* One reply: it ends with the only NUL. */
static bool take_nul(struct bytes *text)
{
	return text->len > 0 && memchr(text->ptr, '\0', text->len) == text->ptr + text->len - 1 && text->len-- > 0;
}

void clamd_parse_reply(struct bytes text, struct clamd_reply *reply_out)
{
	struct clamd_reply reply = {.found = CLAMD_ERROR};

	if (!take_nul(&text)) {
		keep_text(BYTES_LIT("unreadable answer"), reply.name);
	} else if (bytes_is(text, PREFIX "OK")) {
		reply.found = CLAMD_CLEAN;
	} else {
		(void)take_start(&text, PREFIX); /* of no use to the reader */
		reply.found = take_end(&text, " FOUND") ? CLAMD_FOUND : CLAMD_ERROR;
		if (reply.found == CLAMD_ERROR)
			(void)take_end(&text, " ERROR"); /* or something new */
		keep_text(text.len > 0 ? text : BYTES_LIT("unnamed"), reply.name);
	}
	*reply_out = reply;
}

static bool take_number(struct bytes *text, size_t digits, int32_t *number_out)
{
	int32_t number = 0;

	if (text->len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		uint8_t letter = text->ptr[i];

		if (i == 0 && digits == 2 && letter == ' ')
			continue; /* "Nov  2" */
		if (letter < '0' || letter > '9')
			return false;
		number = number * 10 + (letter - '0');
	}
	text->ptr += digits;
	text->len -= digits;
	*number_out = number;
	return true;
}

static bool take_name(struct bytes *text, const char *names, int32_t *index_out)
{
	for (int32_t i = 0; names[i * 3] != '\0'; i++)
		if (text->len >= 3 && memcmp(text->ptr, names + (ptrdiff_t)i * 3, 3) == 0) {
			text->ptr += 3;
			text->len -= 3;
			*index_out = i;
			return true;
		}
	return false;
}

/*
 * "Fri Nov 20 08:26:33 2026", as ctime(3), in the time of the scanner's machine. Read as Japanese time: where the machine's zone
 * lies west of Japan, the signatures only look older than they are.
 */
static err parse_date(struct bytes text, int64_t *seconds_out)
{
	int32_t weekday, month, day, hour, minute, second, year;
	int64_t midnight_us;

	if (!take_name(&text, "SunMonTueWedThuFriSat", &weekday) || !take_start(&text, " ") ||
	    !take_name(&text, "JanFebMarAprMayJunJulAugSepOctNovDec", &month) || !take_start(&text, " ") ||
	    !take_number(&text, 2, &day) || !take_start(&text, " ") || !take_number(&text, 2, &hour) || !take_start(&text, ":") ||
	    !take_number(&text, 2, &minute) || !take_start(&text, ":") || !take_number(&text, 2, &second) || !take_start(&text, " ") ||
	    !take_number(&text, 4, &year) || text.len != 0 || hour > 23 || minute > 59 || second > 60 || year < 1971)
		return FAIL(INVALID);
	TRY(clock_midnight(year * 10000 + (month + 1) * 100 + day, &midnight_us));
	*seconds_out = midnight_us / 1000000 + hour * 3600 + minute * 60 + second;
	return OK;
}

err clamd_parse_about(struct bytes text, struct clamd_about *about_out)
{
	struct clamd_about about = {.signatures_s = 0};
	const uint8_t *first, *second;
	struct bytes engine;

	if (!take_nul(&text) || text.len < 7 || memcmp(text.ptr, "ClamAV ", 7) != 0)
		return FAIL(INVALID);
	engine = text;
	first = memchr(text.ptr, '/', text.len);
	second = first == NULL ? NULL : memchr(first + 1, '/', (size_t)(text.ptr + text.len - first - 1));
	if (second != NULL) {
		engine.len = (size_t)(second - text.ptr);
		TRY(parse_date((struct bytes){second + 1, (size_t)(text.ptr + text.len - second - 1)}, &about.signatures_s));
	}
	keep_text(engine, about.engine);
	*about_out = about;
	return OK;
}

/* ---- asking ---- */

struct asking {
	int fd;
	int64_t until_us;
};

static err wait_for(const struct asking *a, short events)
{
	for (;;) {
		struct pollfd fd = {.fd = a->fd, .events = events};
		int64_t left_us = a->until_us - clock_mono_us();

		if (left_us <= 0)
			return FAIL(UNAVAILABLE);
		if (poll(&fd, 1, (int)(left_us / 1000) + 1) < 0 && errno != EINTR)
			return FAIL(UNAVAILABLE);
		if (fd.revents != 0)
			return OK;
	}
}

static err send_all(const struct asking *a, struct bytes data)
{
	while (data.len > 0) {
		ssize_t sent = send(a->fd, data.ptr, data.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0) {
			data.ptr += sent;
			data.len -= (size_t)sent;
			continue;
		}
		if (sent == 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		TRY(wait_for(a, POLLOUT));
	}
	return OK;
}

/* Until it closes: more than a reply is none of ours. */
static err receive_all(const struct asking *a, uint8_t reply[static CLAMD_REPLY_MAX], size_t *len_out)
{
	size_t len = 0;

	for (;;) {
		ssize_t got = recv(a->fd, reply + len, CLAMD_REPLY_MAX - len, MSG_DONTWAIT);

		if (got > 0) {
			len += (size_t)got;
			if (len == CLAMD_REPLY_MAX)
				return FAIL(UNAVAILABLE);
			continue;
		}
		if (got == 0) {
			*len_out = len;
			return len > 0 ? OK : FAIL(UNAVAILABLE);
		}
		if (errno == ECONNRESET && len > 0) { /* it closed before it had read all that we sent */
			*len_out = len;
			return OK;
		}
		if (errno != EAGAIN && errno != EINTR)
			return FAIL(UNAVAILABLE);
		TRY(wait_for(a, POLLIN));
	}
}

static err open_socket(const char *path, int wait_ms, struct asking *a)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(address.sun_path))
		return FAIL(UNAVAILABLE);
	memcpy(address.sun_path, path, len);
	a->until_us = clock_mono_us() + (int64_t)wait_ms * 1000;
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0)
		return FAIL(UNAVAILABLE);
	if (connect(a->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return OK;
	(void)close(a->fd); /* unused */
	return FAIL(UNAVAILABLE);
}

static err converse_about(const struct asking *a, struct clamd_about *about_out)
{
	uint8_t reply[CLAMD_REPLY_MAX];
	size_t len;

	TRY(send_all(a, (struct bytes){(const uint8_t *)"zVERSION", sizeof("zVERSION")}));
	TRY(receive_all(a, reply, &len));
	return err_is_ok(clamd_parse_about((struct bytes){reply, len}, about_out)) ? OK : FAIL(UNAVAILABLE);
}

err clamd_ask(const char *socket, struct clamd_about *about_out)
{
	struct asking a;
	err e;

	TRY(open_socket(socket, CLAMD_LOOK_MS, &a));
	e = converse_about(&a, about_out);
	(void)close(a.fd); /* all is said */
	return e;
}

static err send_file(const struct asking *a, struct bytes file)
{
	OWN(buf) head = {0};

	TRY(send_all(a, (struct bytes){(const uint8_t *)"zINSTREAM", sizeof("zINSTREAM")}));
	for (size_t at = 0; at < file.len;) {
		size_t len = file.len - at < PART_LEN ? file.len - at : PART_LEN;

		buf_clear(&head);
		TRY(buf_u32(&head, (uint32_t)len));
		TRY(send_all(a, bytes_of(&head)));
		TRY(send_all(a, (struct bytes){file.ptr + at, len}));
		at += len;
	}
	buf_clear(&head);
	TRY(buf_u32(&head, 0));
	return send_all(a, bytes_of(&head));
}

/* A daemon for which the file is too large says so and closes before it has read it all. */
static err converse_file(const struct asking *a, struct bytes file, struct clamd_reply *reply_out)
{
	uint8_t reply[CLAMD_REPLY_MAX];
	size_t len = 0;
	err sent = send_file(a, file);

	TRY(receive_all(a, reply, &len));
	clamd_parse_reply((struct bytes){reply, len}, reply_out);
	/* OK of half a file is no OK. */
	return err_is_ok(sent) || reply_out->found != CLAMD_CLEAN ? OK : sent;
}

err clamd_scan(const char *socket, struct bytes file, struct clamd_reply *reply_out)
{
	struct asking a;
	struct clamd_reply reply = {.found = CLAMD_ERROR};
	err e;

	TRY(open_socket(socket, CLAMD_FILE_MS, &a));
	e = converse_file(&a, file, &reply);
	(void)close(a.fd); /* all is said */
	TRY(e);
	*reply_out = reply;
	return OK;
}
