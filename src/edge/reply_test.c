/*
 * The header block: always complete, never with a line that is not a header.
 */
#include "base/unit_test.h"
#include "edge/reply.h"
#include "op/media.h"

static void has(const char *block, const char *line, bool yes)
{
	if ((strstr(block, line) != NULL) != yes)
		fail_msg("%s in\n%s", line, block);
}

static void check_lines(const char *block)
{
	assert_true(strlen(block) < REPLY_BLOCK_MAX);
	assert_null(strstr(block, "\r\n\r\n"));
	assert_int_not_equal(block[strlen(block) - 1], '\n');
	for (const char *line = strstr(block, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
		assert_non_null(strstr(line, ": "));
	has(block, "\r\nStrict-Transport-Security: max-age=63072000; includeSubDomains\r\n", true);
	has(block, "\r\nX-Content-Type-Options: nosniff\r\n", true);
	has(block, "\r\nReferrer-Policy: no-referrer\r\n", true);
	has(block, "\r\nCross-Origin-Opener-Policy: same-origin\r\n", true);
	has(block, "\r\nCross-Origin-Resource-Policy: same-origin\r\n", true);
	has(block, "\r\nPermissions-Policy: ", true);
	has(block, "\r\nContent-Security-Policy: default-src 'none'", true);
	has(block, "\r\nRequest-Id: ", true);
}

static void data_blocks(void **state)
{
	char block[REPLY_BLOCK_MAX];
	struct reply_head head = {.status = 200, .type = REPLY_IS_JSON};
	size_t len;

	(void)state;
	len = reply_block(&head, block);
	assert_int_equal(len, strlen(block));
	check_lines(block);
	has(block, "OK\r\n", true);
	has(block, "Cache-Control: no-store\r\n", true);
	has(block, "Content-Type: application/json; charset=utf-8\r\n", true);
	has(block, "Set-Cookie", false);
	has(block, "Clear-Site-Data", false);
	has(block, "Connection", false);
	head = (struct reply_head){.status = 201, .type = REPLY_IS_JSON, .set_cookie = "mori.x"};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "\r\nSet-Cookie: __Host-sid=mori.x; Path=/; Secure; HttpOnly; SameSite=Strict\r\n", true);
	head = (struct reply_head){.status = 204, .type = REPLY_NOTHING, .clear = true};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "Max-Age=0\r\nClear-Site-Data: \"cache\", \"cookies\", \"storage\"\r\n", true);
	has(block, "Content-Type:", false);
	head = (struct reply_head){.status = 204, .type = REPLY_NOTHING, .clear = true, .keep_device = true};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "__Host-sid=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0\r\nClear-Site-Data: \"cache\", \"storage\"\r\n", true);
	head = (struct reply_head){.status = 201, .type = REPLY_IS_JSON, .set_cookie = "mori.x", .cookie_age_s = 2592000};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "\r\nSet-Cookie: __Host-sid=mori.x; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000\r\n", true);
	head = (struct reply_head){.status = 200, .type = REPLY_IS_JSON, .set_device = "mori.y"};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "\r\nSet-Cookie: __Host-device=mori.y; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=34560000\r\n", true);
	has(block, "__Host-sid", false);
	head = (struct reply_head){.status = 200, .type = REPLY_IS_OCTETS, .immutable = true};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "Cache-Control: private, max-age=31536000, immutable\r\n", true);
	has(block, "no-store", false);
	has(block, "Content-Type: application/octet-stream\r\n", true);
	has(block, "Content-Disposition", false);
	head = (struct reply_head){.status = 200, .type = REPLY_IS_OCTETS, .media = "application/pdf", .file = "list.pdf"};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "\r\nContent-Type: application/pdf\r\n", true);
	has(block, "octet-stream", false);
	has(block, "\r\nContent-Disposition: attachment; filename=\"list.pdf\"\r\n", true);
	has(block, "\r\nCache-Control: no-store\r\n", true);
	head = (struct reply_head){.status = 200, .type = REPLY_IS_OCTETS, .media = "application/pdf", .name = BYTES_LIT("申請書 (1).pdf")};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "\r\nContent-Disposition: attachment; filename=\"_____1_.pdf\"; "
	    "filename*=UTF-8''%E7%94%B3%E8%AB%8B%E6%9B%B8%20%281%29.pdf\r\n", true);
	has(block, "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n", true);
	has(block, "\r\nX-Content-Type-Options: nosniff\r\n", true);
	has(block, "\r\nCache-Control: no-store\r\n", true);
	/* Nothing in a name ends the line, the quotes or the folder. */
	head.name = BYTES_LIT("..\\a/b\"c\r\nX: y%'\x7f.pdf");
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "filename=\".._a_b_c__X__y___.pdf\"; filename*=UTF-8''.._a_b%22c__X%3A%20y%25%27_.pdf\r\n", true);
	{
		uint8_t longest[MEDIA_NAME_MAX];

		memset(longest, 0xff, sizeof(longest));
		head.name = (struct bytes){longest, sizeof(longest)};
		(void)reply_block(&head, block);
		check_lines(block);
	}
	head = (struct reply_head){.status = 200, .type = REPLY_IS_TEXT, .file = "proof.txt"};
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "\r\nContent-Type: text/plain; charset=utf-8\r\n", true);
	has(block, "\r\nContent-Disposition: attachment; filename=\"proof.txt\"\r\n", true);
}

static void problem_blocks(void **state)
{
	char block[REPLY_BLOCK_MAX];
	struct reply_head head = {.status = 405, .type = REPLY_IS_PROBLEM, .allow = "GET, POST", .close = true};

	(void)state;
	(void)reply_block(&head, block);
	check_lines(block);
	has(block, "\r\nAllow: GET, POST\r\n", true);
	has(block, "\r\nConnection: close\r\n", true);
	has(block, "Content-Type: application/problem+json; charset=utf-8\r\n", true);
	head = (struct reply_head){.status = 503, .type = REPLY_IS_PROBLEM, .retry_after_s = 1};
	(void)reply_block(&head, block);
	has(block, "\r\nRetry-After: 1\r\n", true);
	head = (struct reply_head){.status = 401, .type = REPLY_IS_PROBLEM};
	(void)reply_block(&head, block);
	has(block, "\r\nWWW-Authenticate: Bearer\r\n", true);
	/* Every status of the table of errors has a phrase. */
	for (unsigned char code = 1; code < ERR_COUNT; code++) {
		head.status = err_row((err){code})->status;
		(void)reply_block(&head, block);
		has(block, "Refused\r\n", false);
	}
}

static void file_blocks(void **state)
{
	char block[REPLY_BLOCK_MAX];
	struct id id = {{1}};
	struct reply_file file = {"text/html; charset=utf-8", "\"x\"", "br", false};

	(void)state;
	(void)reply_file_block(200, &file, &id, block);
	check_lines(block);
	has(block, "script-src 'self'; style-src 'self'", true);
	has(block, "report-uri /csp\r\n", true);
	has(block, "Cache-Control: no-cache\r\n", true);
	has(block, "\r\nETag: \"x\"\r\nContent-Encoding: br\r\n", true);
	file.immutable = true;
	file.encoding = NULL;
	(void)reply_file_block(304, &file, &id, block);
	check_lines(block);
	has(block, "Content-Type:", false);
	has(block, "Content-Encoding:", false);
	has(block, "immutable", true);
}

static void languages(void **state)
{
	static const struct { const char *header; enum language language; } rows[] = {
		{"", LANGUAGE_JA}, {"ja", LANGUAGE_JA}, {"en", LANGUAGE_EN}, {"en-US,en;q=0.9", LANGUAGE_EN}, {"fr", LANGUAGE_JA},
		{"ja,en;q=0.8", LANGUAGE_JA}, {"en;q=0.8,ja;q=0.7", LANGUAGE_EN}, {"en;q=0.7, ja;q=0.8", LANGUAGE_JA},
		{"en;q=0", LANGUAGE_JA}, {"EN-gb", LANGUAGE_EN}, {"eng", LANGUAGE_JA}, {"en; q=0.001, ja;q=0", LANGUAGE_EN},
		{"en;q=1.000,ja;q=0.999", LANGUAGE_EN}, {"e", LANGUAGE_JA}, {",,;q=,en", LANGUAGE_EN}, {"en;q=", LANGUAGE_EN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (reply_language(bytes_str(rows[i].header)) != rows[i].language)
			fail_msg("%s", rows[i].header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_blocks),
		cmocka_unit_test(problem_blocks),
		cmocka_unit_test(file_blocks),
		cmocka_unit_test(languages),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
