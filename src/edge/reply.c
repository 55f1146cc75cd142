#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "edge/reply.h"

/* Source: STANDARDS section 4; ASVS 5.0 3.4.1 to 3.4.8. */
#define COMMON                                                                                         \
	"Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n"                           \
	"X-Content-Type-Options: nosniff\r\n"                                                          \
	"Referrer-Policy: no-referrer\r\n"                                                             \
	"Cross-Origin-Opener-Policy: same-origin\r\n"                                                  \
	"Cross-Origin-Resource-Policy: same-origin\r\n"
/* The page reads a child's card with the tablet's camera; nothing else does. */
#define FORBIDDEN ", geolocation=(), microphone=(), payment=(), usb=()\r\n"
#define DATA_POLICY                                                                                    \
	"Permissions-Policy: camera=()" FORBIDDEN                                                      \
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
#define PAGE_POLICY                                                                                    \
	"Permissions-Policy: camera=(self)" FORBIDDEN                                                  \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " \
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; " \
	"object-src 'none'; frame-ancestors 'none'; report-uri /csp\r\n"
#define KEEP "Cache-Control: private, max-age=31536000, immutable\r\n"
#define KEEP_NOT "Cache-Control: no-store\r\n"
#define KEEP_CHECKED "Cache-Control: no-cache\r\n"
#define DEVICE_AGE "; Max-Age=34560000" /* 400 days, the longest that browsers keep (RFC 6265bis section 5.5) */
#define COOKIE_ATTRIBUTES "; Path=/; Secure; HttpOnly; SameSite=Strict"

struct text { const char *ptr; size_t len; };
#define TEXT(literal) {literal, sizeof(literal) - 1}

static const struct text data_headers = TEXT("\r\n" COMMON DATA_POLICY "Vary: Sec-Fetch-Site, Origin\r\n" KEEP_NOT);
static const struct text data_headers_kept = TEXT("\r\n" COMMON DATA_POLICY "Vary: Sec-Fetch-Site, Origin\r\n" KEEP);
/* What a stranger made: should a browser ever show it, then without scripts, forms and an origin. */
#define STRANGE_POLICY                                                                                 \
	"Permissions-Policy: camera=()" FORBIDDEN                                                      \
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n"
static const struct text strange_headers = TEXT("\r\n" COMMON STRANGE_POLICY "Vary: Sec-Fetch-Site, Origin\r\n" KEEP_NOT);
static const struct text file_headers = TEXT("\r\n" COMMON PAGE_POLICY "Vary: Accept-Encoding\r\n" KEEP_CHECKED);
static const struct text file_headers_kept = TEXT("\r\n" COMMON PAGE_POLICY "Vary: Accept-Encoding\r\n" KEEP);

static const struct text types[REPLY_TYPE_COUNT] = {
    [REPLY_NOTHING] = TEXT(""),
    [REPLY_IS_JSON] = TEXT("Content-Type: application/json; charset=utf-8\r\n"),
    [REPLY_IS_TEXT] = TEXT("Content-Type: text/plain; charset=utf-8\r\n"),
    [REPLY_IS_OCTETS] = TEXT("Content-Type: application/octet-stream\r\n"),
    [REPLY_IS_PROBLEM] = TEXT("Content-Type: application/problem+json; charset=utf-8\r\n"),
};

static const struct { int status; const char *phrase; } phrases[] = {
    {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {304, "Not Modified"}, {400, "Bad Request"},
    {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"}, {408, "Request Timeout"},
    {409, "Conflict"}, {413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"},
    {428, "Precondition Required"}, {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"}, {503, "Service Unavailable"},
};

struct block { char *at; size_t len; };

static void add(struct block *block, const char *text, size_t len)
{
	REQUIRE(len < REPLY_BLOCK_MAX - block->len);
	memcpy(block->at + block->len, text, len);
	block->len += len;
}

static void add_text(struct block *block, const char *text)
{
	add(block, text, strlen(text));
}

static void add_header(struct block *block, const char *name, const char *value)
{
	add_text(block, name);
	add(block, ": ", 2);
	add_text(block, value);
	add(block, "\r\n", 2);
}

static const char *phrase_of(int status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return status < 400 ? "OK" : "Refused";
}

/* Always last: the library ends the line. */
static size_t finish(struct block *block, const struct id *request)
{
	char text[ID_TEXT_MAX];

	id_format(*request, text);
	add(block, "Request-Id: ", 12);
	add(block, text, ID_TEXT_LEN);
	block->at[block->len] = '\0';
	return block->len;
}

static void add_cookie(struct block *block, const struct reply_head *head)
{
	char number[32];

	if (head->set_cookie != NULL) {
		add_text(block, "Set-Cookie: " SESSION_COOKIE "=");
		add_text(block, head->set_cookie);
		add_text(block, COOKIE_ATTRIBUTES);
		if (head->cookie_age_s != 0) {
			(void)snprintf(number, sizeof(number), "; Max-Age=%" PRIu32, head->cookie_age_s);
			add_text(block, number);
		}
		add_text(block, "\r\n");
	}
	if (head->set_device != NULL) {
		add_text(block, "Set-Cookie: " SESSION_DEVICE "=");
		add_text(block, head->set_device);
		add_text(block, COOKIE_ATTRIBUTES DEVICE_AGE "\r\n");
	}
	if (head->clear) {
		add_text(block, "Set-Cookie: " SESSION_COOKIE "=" COOKIE_ATTRIBUTES "; Max-Age=0\r\n");
		add_text(block, head->keep_device ? "Clear-Site-Data: \"cache\", \"storage\"\r\n" :
		    "Clear-Site-Data: \"cache\", \"cookies\", \"storage\"\r\n");
	}
}

/* RFC 8187 section 3.2.1: attr-char. */
static bool is_plain(uint8_t letter)
{
	return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	    (letter != 0 && strchr("!#$&+-.^_`|~", letter) != NULL);
}

/* Twice: in ASCII for whoever knows nothing else, then as it is. Slashes and controls are in neither. */
static void add_name(struct block *block, struct bytes name)
{
	static const char hex[] = "0123456789ABCDEF";

	add_text(block, "Content-Disposition: attachment; filename=\"");
	for (size_t i = 0; i < name.len; i++)
		if ((name.ptr[i] & 0xc0) != 0x80) /* one for each letter, not for each byte */
			add(block, is_plain(name.ptr[i]) ? (const char *)&name.ptr[i] : "_", 1);
	add_text(block, "\"; filename*=UTF-8''");
	for (size_t i = 0; i < name.len; i++) {
		uint8_t letter = name.ptr[i] < 0x20 || name.ptr[i] == 0x7f || name.ptr[i] == '/' || name.ptr[i] == '\\' ? '_' : name.ptr[i];
		const char escaped[] = {'%', hex[letter >> 4], hex[letter & 15]};

		if (is_plain(letter))
			add(block, (const char *)&letter, 1);
		else
			add(block, escaped, sizeof(escaped));
	}
	add_text(block, "\r\n");
}

size_t reply_block(const struct reply_head *head, char block_out[static REPLY_BLOCK_MAX])
{
	struct block block = {block_out, 0};
	const struct text *headers = head->name.len > 0 ? &strange_headers : head->immutable ? &data_headers_kept : &data_headers;
	char number[16];

	add_text(&block, phrase_of(head->status));
	add(&block, headers->ptr, headers->len);
	if (head->type == REPLY_IS_OCTETS && head->media != NULL)
		add_header(&block, "Content-Type", head->media);
	else
		add(&block, types[head->type].ptr, types[head->type].len);
	if (head->file != NULL) {
		add_text(&block, "Content-Disposition: attachment; filename=\"");
		add_text(&block, head->file);
		add_text(&block, "\"\r\n");
	}
	if (head->name.len > 0)
		add_name(&block, head->name);
	if (head->set_cookie != NULL || head->set_device != NULL || head->clear)
		add_cookie(&block, head);
	if (head->status == 401)
		add_header(&block, "WWW-Authenticate", "Bearer");
	if (head->allow != NULL)
		add_header(&block, "Allow", head->allow);
	if (head->retry_after_s != 0) {
		(void)snprintf(number, sizeof(number), "%u", head->retry_after_s);
		add_header(&block, "Retry-After", number);
	}
	if (head->close)
		add_header(&block, "Connection", "close");
	return finish(&block, &head->request);
}

size_t reply_file_block(int status, const struct reply_file *file, const struct id *request, char block_out[static REPLY_BLOCK_MAX])
{
	struct block block = {block_out, 0};
	const struct text *headers = file->immutable ? &file_headers_kept : &file_headers;

	add_text(&block, phrase_of(status));
	add(&block, headers->ptr, headers->len);
	if (file->type != NULL && status != 304)
		add_header(&block, "Content-Type", file->type);
	if (file->etag != NULL)
		add_header(&block, "ETag", file->etag);
	if (file->encoding != NULL)
		add_header(&block, "Content-Encoding", file->encoding);
	return finish(&block, request);
}

err reply_problem(err e, enum language language, const struct id *request, struct buf *body_out)
{
	char text[ID_TEXT_MAX];

	id_format(*request, text);
	return json_problem(body_out, e, language, NULL, bytes_str(text), NULL);
}

/* "q=0.8" as thousandths; 1000 when there is none or it cannot be read. */
static unsigned quality(struct bytes range)
{
	static const unsigned place[] = {100, 10, 1};
	unsigned value;

	for (size_t i = 0; i + 3 < range.len; i++) {
		if (range.ptr[i] != ';')
			continue;
		while (i + 1 < range.len && range.ptr[i + 1] == ' ')
			i++;
		if (i + 3 >= range.len || (range.ptr[i + 1] | 0x20) != 'q' || range.ptr[i + 2] != '=')
			continue;
		if (range.ptr[i + 3] != '0')
			return 1000;
		value = 0;
		for (size_t d = 0; d < 3 && i + 5 + d < range.len; d++)
			if (range.ptr[i + 5 + d] >= '0' && range.ptr[i + 5 + d] <= '9')
				value += place[d] * (unsigned)(range.ptr[i + 5 + d] - '0');
		return value;
	}
	return 1000;
}

static bool is_language(struct bytes range, char a, char b)
{
	return range.len >= 2 && (range.ptr[0] | 0x20) == a && (range.ptr[1] | 0x20) == b &&
	       (range.len == 2 || range.ptr[2] == '-' || range.ptr[2] == ';' || range.ptr[2] == ' ');
}

enum language reply_language(struct bytes accept_language)
{
	struct bytes rest = accept_language;
	unsigned ja = 0;
	unsigned en = 0;

	while (rest.len > 0) {
		const uint8_t *comma = memchr(rest.ptr, ',', rest.len);
		struct bytes range = {rest.ptr, comma == NULL ? rest.len : (size_t)(comma - rest.ptr)};
		size_t taken = range.len + (comma != NULL);

		rest = (struct bytes){rest.ptr + taken, rest.len - taken};
		while (range.len > 0 && range.ptr[0] == ' ')
			range = (struct bytes){range.ptr + 1, range.len - 1};
		if (is_language(range, 'j', 'a') && quality(range) > ja)
			ja = quality(range);
		else if (is_language(range, 'e', 'n') && quality(range) > en)
			en = quality(range);
	}
	return en > ja ? LANGUAGE_EN : LANGUAGE_JA;
}
