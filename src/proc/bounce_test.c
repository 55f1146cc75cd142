#include <stdio.h>
#include <string.h>

#include "base/unit_test.h"
#include "proc/bounce.h"

#define ID "0g81040000000000000000000z"
#define HEAD "Return-Path: <>\r\nFrom: MAILER-DAEMON@relay.example\r\nTo: <no-reply+sapporo." ID "@example.jp>\r\n" \
	"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\n"
#define STATUS "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; anna@example.jp\r\n"

static struct bounce bounce;

static err read_text(const char *text)
{
	return bounce_read(bytes_str(text), &bounce);
}

static void said(void **state)
{
	char id[ID_TEXT_MAX];

	(void)state;
	REQ("K-1");
	assert_ok(read_text(HEAD STATUS "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b--\r\n"));
	assert_true(bounce.failed);
	assert_true(bytes_is(bounce.compartment, "sapporo"));
	id_format(bounce.letter, id);
	assert_string_equal(id, ID);
	assert_string_equal(bounce.words, "5.1.1 smtp; 550 no such user");
	assert_ok(read_text(HEAD STATUS "Action: delayed\r\nStatus: 4.4.1\r\n"));
	assert_false(bounce.failed);
	assert_ok(read_text(HEAD STATUS "ACTION:failed\n"));      /* bare LF, other letters */
	assert_true(bounce.failed);
	assert_ok(read_text("Delivered-To: no-reply+sapporo." ID "@example.jp\n\n" STATUS "Action: failed\n"));
}

static void not_ours(void **state)
{
	(void)state;
	assert_err(NOT_FOUND, read_text(""));
	assert_err(NOT_FOUND, read_text("To: someone@example.jp\r\n\r\n" STATUS "Action: failed\r\n"));
	assert_err(NOT_FOUND, read_text("To: no-reply+sapporo.xx@example.jp\r\n\r\n" STATUS "Action: failed\r\n"));
	/* Only the head says to whom it came: a mail that quotes another is about itself. */
	assert_err(NOT_FOUND, read_text("Subject: x\r\n\r\nTo: <no-reply+sapporo." ID "@example.jp>\r\n" STATUS "Action: failed\r\n"));
	assert_err(INVALID, read_text(HEAD));
	assert_err(INVALID, read_text(HEAD STATUS));
	assert_err(INVALID, read_text(HEAD "Content-Type: text/plain\r\n\r\nAction: failed\r\n"));
}

static void bounded(void **state)
{
	static uint8_t large[BOUNCE_MAX + 1];
	static char text[4000];
	int len = snprintf(text, sizeof(text), HEAD STATUS "Action: failed\r\nDiagnostic-Code: \x01\x7f\xff");

	(void)state;
	memset(text + len, 'x', 1000);
	assert_ok(read_text(text));
	assert_int_equal(strlen(bounce.words), BOUNCE_WORDS_MAX);
	assert_err(INVALID, bounce_read((struct bytes){large, sizeof(large)}, &bounce));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(said),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
