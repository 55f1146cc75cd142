#include <string.h>

#include "assure/ask.h"
#include "base/unit_test.h"

static void heads(void **state)
{
	static const struct { const char *text; enum err_code code; int status; size_t len; } rows[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", ERR_OK, 200, 12},
		{"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", ERR_OK, 200, 0},
		{"HTTP/1.1 204 No Content\r\n\r\n", ERR_OK, 204, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2097152\r\n\r\n", ERR_OK, 200, 2097152},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2097153\r\n\r\n", ERR_TOO_LARGE, 0, 0},
		{"HTTP/1.1 200 OK\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 204 OK\r\nContent-Length: 1\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nx", ERR_INVALID, 0, 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nno colon\r\n\r\n", ERR_INVALID, 0, 0},
		{"", ERR_INVALID, 0, 0},
		{"\n", ERR_INVALID, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ask_reply reply = {.status = -1};
		size_t len = 0;

		assert_int_equal(ask_head(bytes_str(rows[i].text), &reply, &len).code, rows[i].code);
		assert_int_equal(reply.status, rows[i].code == ERR_OK ? rows[i].status : -1);
		assert_int_equal(len, rows[i].len);
	}
}

static void what_a_head_says(void **state)
{
	struct ask_reply reply;
	size_t len;

	(void)state;
	assert_ok(ask_head(bytes_str("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\nRequest-Id: 0123456789abcdefghjkmnpqrs\r\n"
				     "Set-Cookie: other=1\r\nSet-Cookie: __Host-sid=city.TOKEN; Path=/; Secure\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"), &reply, &len));
	assert_string_equal(reply.type, "application/problem+json");
	assert_string_equal(reply.request, "0123456789abcdefghjkmnpqrs");
	assert_true(reply.cookie_set && reply.last);
	assert_string_equal(reply.cookie, "city.TOKEN");
	assert_true(bytes_is(ask_header(&reply, "content-length"), "3"));
	assert_true(bytes_is(ask_header(&reply, "set-cookie"), "other=1"));
	assert_int_equal(ask_header(&reply, "date").len, 0);
	/* Cleared, and two at once. */
	assert_ok(ask_head(bytes_str("HTTP/1.1 204 No Content\r\nSet-Cookie: __Host-sid=; Max-Age=0\r\n\r\n"), &reply, &len));
	assert_true(reply.cookie_set && reply.cookie[0] == '\0');
	assert_err(INVALID, ask_head(bytes_str("HTTP/1.1 204 No Content\r\nSet-Cookie: __Host-sid=a\r\nSet-Cookie: __Host-sid=b\r\n\r\n"), &reply, &len));
}

static void requests_that_cannot_be_written(void **state)
{
	const struct tlsclient_target nobody = {.host = "127.0.0.1", .port = 1};
	static const char *const split[] = {"X: a\r\nY: b", NULL};
	const struct ask_request rows[] = {
		{.method = "GET", .path = "/a b"}, {.method = "GET", .path = "/\r\nX: y"}, {.method = "G T", .path = "/"}, {.method = "GET", .path = ""},
		{.method = "GET", .path = "/", .cookie = "a\r\nb"}, {.method = "GET", .path = "/", .bearer = "a b"}, {.method = "GET", .path = "/", .headers = split},
		{.method = "POST", .path = "/", .type = "a\nb", .with_body = true},
	};
	struct ask *ask;
	struct ask_reply reply;

	(void)state;
	assert_ok(ask_open(&nobody, 1000, &ask));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_err(INVALID, ask_do(ask, &rows[i], &reply));
	assert_err(UNAVAILABLE, ask_do(ask, &(struct ask_request){.method = "GET", .path = "/"}, &reply));
	assert_int_equal(ask_info(ask)->refusal, TLSCLIENT_UNREACHED);
	ask_free(&ask);
	ask_free(&ask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(what_a_head_says),
		cmocka_unit_test(requests_that_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
