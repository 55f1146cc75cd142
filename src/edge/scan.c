/*
 * scan - see scan.h; RFC 9112 with every liberty refused.
 */
#include <string.h>
#include <strings.h>

#include "edge/limits.h"
#include "edge/scan.h"

#define LENGTH_DIGITS_MAX 10
#define CHUNK_DIGITS_MAX 6
#define HOST_MAX 255
#define VERSION_LEN 8       /* HTTP/1.1 */
#define METHOD_MAX 16

void scan_init(struct scan *scan)
{
	*scan = (struct scan){0};
}

bool scan_started(const struct scan *scan)
{
	return scan->state != SCAN_LINES || scan->head_len != 0;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int hex_value(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool is_token(uint8_t c)
{
	return is_digit(c) || is_letter(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

/* What may stand in a request target besides percent-encoding: RFC 3986's pchar, '/' and '?'. */
static bool is_target(uint8_t c)
{
	return is_digit(c) || is_letter(c) || is_one_of(c, "-._~!$&'()*+,;=:@/?");
}

static bool is_host(uint8_t c)
{
	return is_digit(c) || is_letter(c) || is_one_of(c, "-._:[]");
}

/* ---- byte by byte: lines and bodies ---- */

static err end_line(struct scan *scan)
{
	if (!scan->cr)
		return FAIL(INVALID); /* bare LF */
	scan->cr = false;
	if (scan->line_len == 0) {
		if (scan->lines == 0)
			return FAIL(INVALID);
		scan->state = SCAN_HEAD;
		return OK;
	}
	scan->line_len = 0;
	return ++scan->lines <= LIMIT_HEADERS + 1 ? OK : FAIL(HEADERS_TOO_LARGE);
}

static err take_line_byte(struct scan *scan, uint8_t c)
{
	if (++scan->head_len > LIMIT_HEAD)
		return scan->lines == 0 ? FAIL(URI_TOO_LONG) : FAIL(HEADERS_TOO_LARGE);
	if (c == '\n')
		return end_line(scan);
	if (scan->cr)
		return FAIL(INVALID); /* bare CR */
	if (c == '\r') {
		scan->cr = true;
		return OK;
	}
	if ((c < ' ' && c != '\t') || c > '~')
		return FAIL(INVALID);
	scan->line_len++;
	if (scan->lines == 0 && scan->line_len > LIMIT_URI + METHOD_MAX + VERSION_LEN + 2)
		return FAIL(URI_TOO_LONG);
	return OK;
}

static err take_size_byte(struct scan *scan, uint8_t c)
{
	int value = hex_value(c);

	if (scan->cr) {
		scan->cr = false;
		if (c != '\n')
			return FAIL(INVALID);
		scan->digits = 0;
		scan->body_len += scan->left;
		if (scan->body_len > LIMIT_BODY)
			return FAIL(TOO_LARGE);
		scan->state = scan->left == 0 ? SCAN_LAST_END : SCAN_CHUNK_DATA;
		return OK;
	}
	if (c == '\r' && scan->digits > 0) {
		scan->cr = true;
		return OK;
	}
	if (value < 0 || ++scan->digits > CHUNK_DIGITS_MAX)
		return FAIL(INVALID); /* extensions, signs, white space, endless zeros */
	scan->left = scan->left << 4 | (size_t)value;
	return OK;
}

static err take_end_byte(struct scan *scan, uint8_t c)
{
	if (c != (scan->cr ? '\n' : '\r'))
		return FAIL(INVALID);
	scan->cr = !scan->cr;
	if (!scan->cr)
		scan->state = scan->state == SCAN_CHUNK_END ? SCAN_CHUNK_SIZE : SCAN_DONE;
	return OK;
}

static size_t take_data(struct scan *scan, size_t available)
{
	size_t taken = available < scan->left ? available : scan->left;

	scan->left -= taken;
	if (scan->left == 0)
		scan->state = scan->state == SCAN_LENGTH ? SCAN_DONE : SCAN_CHUNK_END;
	return taken;
}

static err take_framing(struct scan *scan, uint8_t c)
{
	switch (scan->state) {
	case SCAN_LINES:
		return take_line_byte(scan, c);
	case SCAN_CHUNK_SIZE:
		return take_size_byte(scan, c);
	case SCAN_CHUNK_END:
	case SCAN_LAST_END:
		return take_end_byte(scan, c);
	case SCAN_HEAD:
	case SCAN_LENGTH:
	case SCAN_CHUNK_DATA:
	case SCAN_DONE:
		break;
	}
	REQUIRE(false);
}

err scan_feed(struct scan *scan, struct bytes data, size_t *used_out)
{
	size_t used = 0;

	while (used < data.len && scan->state != SCAN_HEAD && scan->state != SCAN_DONE) {
		size_t taken = 1;
		bool in_head = scan->state == SCAN_LINES;

		if (scan->state == SCAN_LENGTH || scan->state == SCAN_CHUNK_DATA)
			taken = take_data(scan, data.len - used);
		else
			TRY(take_framing(scan, data.ptr[used]));
		used += taken;
		if (!in_head && (scan->raw_len += taken) > LIMIT_BODY_RAW)
			return FAIL(TOO_LARGE);
	}
	*used_out = used;
	return OK;
}

/* ---- the whole head ---- */

/* No browser and no honest client sends these twice, and parsers differ in which they believe. */
enum single {
	ONE_HOST, ONE_LENGTH, ONE_ENCODING, ONE_EXPECT, ONE_CONTENT_ENCODING, ONE_TYPE, ONE_COOKIE, ONE_AUTHORIZATION,
	ONE_ORIGIN, ONE_SITE, ONE_KEY, ONE_CONFIRM, ONE_PHRASE, ONE_MATCH, ONE_AGENT, ONE_COUNT
};
static const char *const singles[ONE_COUNT] = {
    [ONE_HOST] = "Host", [ONE_LENGTH] = "Content-Length", [ONE_ENCODING] = "Transfer-Encoding",
    [ONE_EXPECT] = "Expect", [ONE_CONTENT_ENCODING] = "Content-Encoding", [ONE_TYPE] = "Content-Type",
    [ONE_COOKIE] = "Cookie", [ONE_AUTHORIZATION] = "Authorization", [ONE_ORIGIN] = "Origin",
    [ONE_SITE] = "Sec-Fetch-Site", [ONE_KEY] = "Idempotency-Key", [ONE_CONFIRM] = "Confirm",
    [ONE_PHRASE] = "Confirm-Phrase", [ONE_MATCH] = "If-None-Match", [ONE_AGENT] = "User-Agent",
};

struct head {
	bool bodyless;              /* the HTTP library reads no body with this method */
	struct bytes values[ONE_COUNT];
	bool seen[ONE_COUNT];
	bool close;
};

static bool equal_nocase(struct bytes a, const char *b)
{
	return a.len == strlen(b) && strncasecmp((const char *)a.ptr, b, a.len) == 0;
}

static struct bytes cut_line(struct bytes *rest)
{
	const uint8_t *end = memchr(rest->ptr, '\r', rest->len);
	struct bytes line = {rest->ptr, (size_t)(end - rest->ptr)};

	*rest = (struct bytes){end + 2, rest->len - line.len - 2};
	return line;
}

static struct bytes cut_word(struct bytes *line)
{
	const uint8_t *end = line->len == 0 ? NULL : memchr(line->ptr, ' ', line->len);
	struct bytes word = {line->ptr, end == NULL ? line->len : (size_t)(end - line->ptr)};
	size_t taken = word.len + (end != NULL);

	*line = (struct bytes){line->ptr + taken, line->len - taken};
	return word;
}

static err check_method(struct bytes method, struct head *head)
{
	static const char *const known[] = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"};
	enum { BODYLESS_FROM = 6 };

	if (method.len == 0 || method.len > METHOD_MAX)
		return FAIL(INVALID);
	for (size_t i = 0; i < method.len; i++)
		if (method.ptr[i] < 'A' || method.ptr[i] > 'Z')
			return FAIL(INVALID);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!bytes_is(method, known[i]))
			continue;
		head->bodyless = i >= BODYLESS_FROM;
		return OK;
	}
	return FAIL(METHOD);
}

static err check_target(struct bytes target)
{
	if (target.len == 0 || target.ptr[0] != '/')
		return FAIL(INVALID); /* absolute, authority and asterisk forms */
	if (target.len > LIMIT_URI)
		return FAIL(URI_TOO_LONG);
	if (target.len > 1 && target.ptr[1] == '/')
		return FAIL(INVALID); /* some read an authority here */
	for (size_t i = 0; i < target.len; i++) {
		if (is_target(target.ptr[i]))
			continue;
		if (target.ptr[i] != '%' || target.len - i < 3 || hex_value(target.ptr[i + 1]) < 0 ||
		    hex_value(target.ptr[i + 2]) < 0)
			return FAIL(INVALID);
		if (target.ptr[i + 1] == '0' && target.ptr[i + 2] == '0')
			return FAIL(INVALID);
		i += 2;
	}
	return OK;
}

static err check_request_line(struct bytes line, struct head *head)
{
	struct bytes method = cut_word(&line);
	struct bytes target = cut_word(&line);
	err e;

	if (!bytes_is(line, "HTTP/1.1"))
		return FAIL(INVALID);
	e = check_method(method, head);
	if (!err_is_ok(e) && !err_is(e, ERR_METHOD))
		return e;
	TRY(check_target(target));
	return e;
}

static struct bytes trim(struct bytes text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = (struct bytes){text.ptr + 1, text.len - 1};
	while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* "close" among the comma-separated words of a Connection header. */
static bool says_close(struct bytes list)
{
	while (list.len > 0) {
		const uint8_t *comma = memchr(list.ptr, ',', list.len);
		size_t len = comma == NULL ? list.len : (size_t)(comma - list.ptr);

		if (equal_nocase(trim((struct bytes){list.ptr, len}), "close"))
			return true;
		len += comma != NULL;
		list = (struct bytes){list.ptr + len, list.len - len};
	}
	return false;
}

static err note_header(struct bytes name, struct bytes value, struct head *head)
{
	if (equal_nocase(name, "Connection") && says_close(value))
		head->close = true;
	for (size_t i = 0; i < ONE_COUNT; i++) {
		if (!equal_nocase(name, singles[i]))
			continue;
		if (head->seen[i])
			return FAIL(INVALID);
		head->seen[i] = true;
		head->values[i] = value;
	}
	return OK;
}

static err check_header(struct bytes line, struct head *head)
{
	size_t len = 0;

	while (len < line.len && is_token(line.ptr[len]))
		len++;
	/* An empty name, white space before the colon, a folded line and a line without a colon all end here. */
	if (len == 0 || len == line.len || line.ptr[len] != ':')
		return FAIL(INVALID);
	return note_header((struct bytes){line.ptr, len}, trim((struct bytes){line.ptr + len + 1, line.len - len - 1}), head);
}

static err check_host(const struct head *head)
{
	struct bytes host = head->values[ONE_HOST];

	if (!head->seen[ONE_HOST] || host.len == 0 || host.len > HOST_MAX)
		return FAIL(INVALID);
	for (size_t i = 0; i < host.len; i++)
		if (!is_host(host.ptr[i]))
			return FAIL(INVALID);
	return OK;
}

static err read_length(struct bytes text, size_t *length_out)
{
	size_t length = 0;

	if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0'))
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]))
			return FAIL(INVALID); /* signs, hex, lists */
	if (text.len > LENGTH_DIGITS_MAX)
		return FAIL(TOO_LARGE);
	for (size_t i = 0; i < text.len; i++)
		length = length * 10 + (size_t)(text.ptr[i] - '0');
	*length_out = length;
	return length <= LIMIT_BODY ? OK : FAIL(TOO_LARGE);
}

static err choose_body(struct scan *scan, const struct head *head)
{
	bool chunked = head->seen[ONE_ENCODING];
	size_t length = 0;

	if (chunked && (head->seen[ONE_LENGTH] || !bytes_is(head->values[ONE_ENCODING], "chunked")))
		return FAIL(INVALID);
	if (head->seen[ONE_LENGTH])
		TRY(read_length(head->values[ONE_LENGTH], &length));
	if (head->bodyless && (chunked || length > 0))
		return FAIL(INVALID);
	scan->left = length;
	scan->state = chunked ? SCAN_CHUNK_SIZE : length > 0 ? SCAN_LENGTH : SCAN_DONE;
	scan->expect = head->seen[ONE_EXPECT] && scan->state != SCAN_DONE;
	return OK;
}

static err check_rest(struct scan *scan, const struct head *head)
{
	TRY(check_host(head));
	if (head->seen[ONE_EXPECT] && !equal_nocase(head->values[ONE_EXPECT], "100-continue"))
		return FAIL(INVALID);
	TRY(choose_body(scan, head));
	if (head->seen[ONE_CONTENT_ENCODING] && !equal_nocase(head->values[ONE_CONTENT_ENCODING], "identity"))
		return FAIL(MEDIA_TYPE);
	return OK;
}

err scan_head(struct scan *scan, struct bytes text)
{
	struct head head = {0};
	struct bytes rest = text;
	err line;

	REQUIRE(scan->state == SCAN_HEAD && text.len == scan->head_len);
	line = check_request_line(cut_line(&rest), &head);
	if (!err_is_ok(line) && !err_is(line, ERR_METHOD))
		return line;
	while (rest.len > 2)
		TRY(check_header(cut_line(&rest), &head));
	TRY(check_rest(scan, &head));
	scan->close = head.close;
	return line;
}
