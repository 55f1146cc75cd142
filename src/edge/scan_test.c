/*
 * What is refused, what is accepted, where a request ends; and that cutting it into pieces changes nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/unit_test.h"
#include "edge/limits.h"
#include "edge/scan.h"

struct outcome {
	err e;
	bool done;
	size_t used;
	struct scan scan;
};

/* Feeds text in pieces of at most step bytes, as conn does. */
static struct outcome scan_all(struct bytes text, size_t step)
{
	struct outcome out = {.e = OK};

	scan_init(&out.scan);
	while (err_is_ok(out.e) && out.scan.state != SCAN_DONE) {
		size_t left = text.len - out.used;
		size_t used = 0;

		if (out.scan.state == SCAN_HEAD) {
			out.e = scan_head(&out.scan, (struct bytes){text.ptr, out.scan.head_len});
			continue;
		}
		if (left == 0)
			break;
		out.e = scan_feed(&out.scan, (struct bytes){text.ptr + out.used, left < step ? left : step}, &used);
		out.used += used;
	}
	out.done = err_is_ok(out.e) && out.scan.state == SCAN_DONE;
	return out;
}

#define HOST "Host: a\r\n"
#define GET_WITH(fields) "GET / HTTP/1.1\r\n" HOST fields "\r\n"
#define POST_WITH(fields, body) "POST / HTTP/1.1\r\n" HOST fields "\r\n" body
#define CHUNKED(body) POST_WITH("Transfer-Encoding: chunked\r\n", body)

struct row { const char *text; enum err_code code; };

static const struct row refused[] = {
	{"\r\nGET / HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET / HTTP/1.0\r\n" HOST "\r\n", ERR_INVALID},
	{"GET / HTTP/1.1 \r\n" HOST "\r\n", ERR_INVALID},
	{"GET  / HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET /\r\n" HOST "\r\n", ERR_INVALID},
	{"get / HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"BREW / HTTP/1.1\r\n" HOST "\r\n", ERR_METHOD},
	{"GET x HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET //x HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET http://a/ HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET /%00 HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET /%0 HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET /| HTTP/1.1\r\n" HOST "\r\n", ERR_INVALID},
	{"GET / HTTP/1.1\r\n\r\n", ERR_INVALID},
	{"GET / HTTP/1.1\n", ERR_INVALID},
	{"GET / HTTP/1.1\r\n" HOST "\n", ERR_INVALID},
	{"GET / HTTP/1.1\r\r\n", ERR_INVALID},
	{GET_WITH("Host: b\r\n"), ERR_INVALID},
	{GET_WITH("X : y\r\n"), ERR_INVALID},
	{GET_WITH("X: a\r\n b\r\n"), ERR_INVALID},
	{GET_WITH(": y\r\n"), ERR_INVALID},
	{GET_WITH("X\r\n"), ERR_INVALID},
	{GET_WITH("X: \x01\r\n"), ERR_INVALID},
	{GET_WITH("X: \x7f\r\n"), ERR_INVALID},
	{GET_WITH("X: \xe9\r\n"), ERR_INVALID},
	{GET_WITH("Expect: x\r\n"), ERR_INVALID},
	{GET_WITH("Content-Encoding: br\r\n"), ERR_MEDIA_TYPE},
	{POST_WITH("Content-Length: +5\r\n", "12345"), ERR_INVALID},
	{POST_WITH("Content-Length: 5, 5\r\n", "12345"), ERR_INVALID},
	{POST_WITH("Content-Length: 05\r\n", "12345"), ERR_INVALID},
	{POST_WITH("Content-Length:\r\n", "12345"), ERR_INVALID},
	{POST_WITH("Content-Length: 99999999999\r\n", ""), ERR_TOO_LARGE},
	{POST_WITH("Content-Length: 65537\r\n", ""), ERR_TOO_LARGE},
	{POST_WITH("Content-Length: 5\r\nContent-Length: 5\r\n", "12345"), ERR_INVALID},
	{POST_WITH("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), ERR_INVALID},
	{POST_WITH("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), ERR_INVALID},
	{POST_WITH("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), ERR_INVALID},
	{"HEAD / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx", ERR_INVALID},
	{"TRACE / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ERR_INVALID},
	{CHUNKED("1;x\r\na\r\n0\r\n\r\n"), ERR_INVALID},
	{CHUNKED("\r\na\r\n0\r\n\r\n"), ERR_INVALID},
	{CHUNKED("1\na\r\n0\r\n\r\n"), ERR_INVALID},
	{CHUNKED("1\r\nab\r\n0\r\n\r\n"), ERR_INVALID},
	{CHUNKED("0000001\r\na\r\n0\r\n\r\n"), ERR_INVALID},
	{CHUNKED("0\r\nX: y\r\n\r\n"), ERR_INVALID},
	{CHUNKED("10001\r\n"), ERR_TOO_LARGE},
};

static void each_is_refused(void **state)
{
	REQ("S-08");
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		for (size_t step = 1; step < 40; step += 13) {
			struct outcome out = scan_all(bytes_str(refused[i].text), step);

			if (!err_is(out.e, refused[i].code))
				fail_msg("%zu: %s: %s", i, refused[i].text, err_row(out.e)->name);
		}
}

static const char *const accepted[] = {
	GET_WITH(""),
	GET_WITH("X:y\r\n"),
	GET_WITH("X: \t y \t\r\n"),
	GET_WITH("Content-Length: 0\r\n"),
	GET_WITH("Accept: a\r\nAccept: b\r\n"),
	"GET /v1/children/x?limit=5&cursor=%20 HTTP/1.1\r\n" HOST "\r\n",
	"HEAD / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n",
	POST_WITH("Content-Length: 5\r\n", "12345"),
	POST_WITH("Content-Length: 5\r\nExpect: 100-Continue\r\n", "12345"),
	CHUNKED("0\r\n\r\n"),
	CHUNKED("5\r\n12345\r\n00a\r\n1234567890\r\n0\r\n\r\n"),
	CHUNKED("A\r\n1234567890\r\n000000\r\n\r\n"),
};

/* Whatever follows is not touched. */
static void each_is_accepted_to_its_last_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(accepted); i++)
		for (size_t step = 1; step < 40; step += 13) {
			OWN(buf) text = {0};
			struct outcome out;

			assert_ok(buf_append_str(&text, accepted[i]));
			assert_ok(buf_append_str(&text, "GET /next"));
			out = scan_all(bytes_of(&text), step);
			if (!out.done || out.used != strlen(accepted[i]))
				fail_msg("%zu: %s: %s, %zu bytes", i, accepted[i], err_row(out.e)->name, out.used);
		}
}

static void what_is_cut_short_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(accepted); i++)
		for (size_t len = 0; len < strlen(accepted[i]); len++) {
			struct outcome out = scan_all((struct bytes){(const uint8_t *)accepted[i], len}, 7);

			assert_ok(out.e);
			assert_false(out.done);
			assert_int_equal(scan_started(&out.scan), len > 0);
		}
}

static void says_close_and_expect(void **state)
{
	static const struct { const char *text; bool close, expect; } rows[] = {
		{GET_WITH("Connection: close\r\n"), true, false},
		{GET_WITH("Connection: keep-alive, Close\r\n"), true, false},
		{GET_WITH("Connection: keep-alive\r\nConnection: close\r\n"), true, false},
		{GET_WITH("Connection: closed\r\n"), false, false},
		{GET_WITH("Expect: 100-continue\r\n"), false, false},
		{POST_WITH("Content-Length: 1\r\nExpect: 100-continue\r\n", "x"), false, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct outcome out = scan_all(bytes_str(rows[i].text), 5);

		assert_true(out.done);
		assert_int_equal(out.scan.close, rows[i].close);
		assert_int_equal(out.scan.expect, rows[i].expect);
	}
}

/* A text of parts, the middle one repeated. */
static void put(struct buf *text, const char *before, const char *middle, size_t times, const char *after)
{
	assert_ok(buf_append_str(text, before));
	for (size_t i = 0; i < times; i++)
		assert_ok(buf_append_str(text, middle));
	assert_ok(buf_append_str(text, after));
}

static void at_the_limit_and_one_past_it(void **state)
{
	static const struct { const char *before, *middle; size_t times; const char *after; enum err_code code; } rows[] = {
		{"GET /", "a", LIMIT_URI - 1, " HTTP/1.1\r\n" HOST "\r\n", ERR_OK},
		{"GET /", "a", LIMIT_URI, " HTTP/1.1\r\n" HOST "\r\n", ERR_URI_TOO_LONG},
		{"GET /", "a", LIMIT_HEAD, "", ERR_URI_TOO_LONG},
		{"GET / HTTP/1.1\r\n" HOST, "X: y\r\n", LIMIT_HEADERS - 1, "\r\n", ERR_OK},
		{"GET / HTTP/1.1\r\n" HOST, "X: y\r\n", LIMIT_HEADERS, "\r\n", ERR_HEADERS_TOO_LARGE},
		{"GET / HTTP/1.1\r\n" HOST "X: ", "a", LIMIT_HEAD - 32, "\r\n\r\n", ERR_OK},
		{"GET / HTTP/1.1\r\n" HOST "X: ", "a", LIMIT_HEAD - 31, "\r\n\r\n", ERR_HEADERS_TOO_LARGE},
		{POST_WITH("Content-Length: 65536\r\n", ""), "a", LIMIT_BODY, "", ERR_OK},
		{CHUNKED("10000\r\n"), "a", LIMIT_BODY, "\r\n0\r\n\r\n", ERR_OK},
		{CHUNKED("10000\r\n"), "a", LIMIT_BODY, "\r\n1\r\n", ERR_TOO_LARGE},
		{CHUNKED(""), "1\r\na\r\n", LIMIT_BODY_RAW / 6 + 1, "", ERR_TOO_LARGE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) text = {0};
		struct outcome out;

		put(&text, rows[i].before, rows[i].middle, rows[i].times, rows[i].after);
		out = scan_all(bytes_of(&text), 1000);
		if (!err_is(out.e, rows[i].code) || (rows[i].code == ERR_OK && !out.done))
			fail_msg("%zu: %s", i, err_row(out.e)->name);
	}
}

static void break_head(void)
{
	struct scan scan;

	scan_init(&scan);
	err_ignore(scan_head(&scan, (struct bytes){0})); /* does not return */
}

static void the_head_comes_first(void **state)
{
	(void)state;
	assert_stops(break_head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused),
		cmocka_unit_test(each_is_accepted_to_its_last_byte),
		cmocka_unit_test(what_is_cut_short_waits),
		cmocka_unit_test(says_close_and_expect),
		cmocka_unit_test(at_the_limit_and_one_past_it),
		cmocka_unit_test(the_head_comes_first),
	};

	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
