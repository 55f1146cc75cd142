#include <string.h>

#include "base/unit_test.h"
#include "proc/mailtext.h"

static struct mailtext mail(void)
{
	return (struct mailtext){
		.from = BYTES_LIT("no-reply@example.jp"), .to = BYTES_LIT("anna@example.jp"), .subject = BYTES_LIT("【期限のお知らせ】ISMS認証の更新 / Due soon"),
		.body = BYTES_LIT("一行目\n二行目\n"), .letter = {{1, 2, 3}}, .compartment = BYTES_LIT("sapporo"), .at_us = INT64_C(1795476600000000),
	};
}

static void written(void **state)
{
	struct mailtext m = mail();
	OWN(buf) out = {0};
	size_t line = 0;

	(void)state;
	REQ("K-1");
	assert_ok(mailtext_write(&m, &out));
	assert_ok(buf_u8(&out, 0));
	assert_non_null(strstr((char *)out.ptr, "From: <no-reply@example.jp>\r\nTo: <anna@example.jp>\r\n"));
	assert_non_null(strstr((char *)out.ptr, "\r\nAuto-Submitted: auto-generated\r\n"));
	assert_non_null(strstr((char *)out.ptr, "+0900\r\n"));
	assert_non_null(strstr((char *)out.ptr, "\r\n\r\n5LiA6KGM55uuDQrkuozooYznm64NCg==\r\n"));
	for (size_t i = 0; i + 1 < out.len; i++) { /* M2 */
		line = out.ptr[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 79 && out.ptr[i] < 0x80 && (out.ptr[i] != '\n' || out.ptr[i - 1] == '\r'));
	}
}

/* M1 */
static void no_other_header(void **state)
{
	static const char *const wrong[] = {
		"", "anna", "@example.jp", "anna@", "a b@example.jp", "anna@example.jp\r\nBcc: all@example.jp", "anna@exa mple.jp", "an\"na@example.jp",
		"anna@example.jp,ben@example.jp", "<anna@example.jp>", "anna@@example.jp", ".anna@example.jp", "an..na@example.jp", "anna@.jp", "anna@example.",
		"\xe3\x81\x82@example.jp", "anna@example.jp>", "anna@example.jp NOTIFY=NEVER", "anna@[127.0.0.1]",
	};
	struct mailtext m = mail();
	OWN(buf) out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_false(mailtext_address(bytes_str(wrong[i])));
		m.to = bytes_str(wrong[i]);
		assert_err(INVALID, mailtext_write(&m, &out));
	}
	assert_int_equal(out.len, 0);
	m = mail();
	m.subject = BYTES_LIT("a\r\nBcc: all@example.jp\r\n\r\nbody");
	m.body = BYTES_LIT("\n.\nMAIL FROM:<a@b>\n");
	assert_ok(mailtext_write(&m, &out));
	assert_ok(buf_u8(&out, 0));
	assert_null(strstr((char *)out.ptr, "Bcc"));
	assert_null(strstr((char *)out.ptr, "MAIL FROM"));
	assert_true(mailtext_address(BYTES_LIT("an.na+x_y@mail-1.example.jp")));
}

static void comes_back(void **state)
{
	struct mailtext m = mail();
	struct bytes compartment;
	struct id letter;
	OWN(buf) out = {0};

	(void)state;
	assert_ok(mailtext_return(&m, &out));
	assert_true(mailtext_address(bytes_of(&out)));
	assert_ok(mailtext_returned(bytes_of(&out), &compartment, &letter));
	assert_true(bytes_is(compartment, "sapporo"));
	assert_true(id_equal(letter, m.letter));
	assert_err(NOT_FOUND, mailtext_returned(BYTES_LIT("no-reply@example.jp"), &compartment, &letter));
	assert_err(NOT_FOUND, mailtext_returned(BYTES_LIT("no-reply+sapporo.xyz@example.jp"), &compartment, &letter));
	assert_err(NOT_FOUND, mailtext_returned(BYTES_LIT("no-reply+.2ewsn6wbgj2ef8k794vjxc6857@example.jp"), &compartment, &letter));
	assert_err(NOT_FOUND, mailtext_returned(BYTES_LIT(""), &compartment, &letter));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written),
		cmocka_unit_test(no_other_header),
		cmocka_unit_test(comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
