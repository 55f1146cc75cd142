#include "base/clock.h"
#include "base/unit_test.h"
#include "proc/clamd.h"

/* With the NUL that ends it. */
#define REPLY(text) ((struct bytes){(const uint8_t *)(text), sizeof(text)})

static void replies(void **state)
{
	static const struct { struct bytes text; enum clamd_found found; const char *name; } rows[] = {
		{REPLY("stream: OK"), CLAMD_CLEAN, ""},
		{REPLY("stream: Eicar-Test-Signature FOUND"), CLAMD_FOUND, "Eicar-Test-Signature"},
		{REPLY("stream: EICAR.Test.UNOFFICIAL FOUND"), CLAMD_FOUND, "EICAR.Test.UNOFFICIAL"},
		{REPLY("INSTREAM size limit exceeded. ERROR"), CLAMD_ERROR, "INSTREAM size limit exceeded."},
		{REPLY("stream: Can't allocate memory ERROR"), CLAMD_ERROR, "Can't allocate memory"},
		/* Nothing but the one answer is OK. */
		{REPLY("stream: OK "), CLAMD_ERROR, "OK "},
		{REPLY("stream: ok"), CLAMD_ERROR, "ok"},
		{REPLY("OK"), CLAMD_ERROR, "OK"},
		{REPLY("stream: X FOUND\0stream: OK"), CLAMD_ERROR, "unreadable answer"},
		{BYTES_LIT("stream: OK"), CLAMD_ERROR, "unreadable answer"},
		{BYTES_LIT(""), CLAMD_ERROR, "unreadable answer"},
		{REPLY(""), CLAMD_ERROR, "unnamed"},
		{REPLY("stream:  FOUND"), CLAMD_FOUND, "unnamed"},
		{REPLY("stream: a\x1b[2Jb\xff FOUND"), CLAMD_FOUND, "a?[2Jb?"},
	};

	(void)state;
	REQ("K-52");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct clamd_reply reply;

		clamd_parse_reply(rows[i].text, &reply);
		assert_int_equal(reply.found, rows[i].found);
		assert_string_equal(reply.name, rows[i].name);
	}
}

static void long_names_are_cut(void **state)
{
	OWN(buf) text = {0};
	struct clamd_reply reply;

	(void)state;
	assert_ok(buf_append_str(&text, "stream: "));
	for (size_t i = 0; i < 500; i++)
		assert_ok(buf_u8(&text, 'x'));
	assert_ok(buf_append(&text, REPLY(" FOUND")));
	clamd_parse_reply(bytes_of(&text), &reply);
	assert_int_equal(reply.found, CLAMD_FOUND);
	assert_int_equal(strlen(reply.name), CLAMD_TEXT_MAX);
}

static void versions(void **state)
{
	struct clamd_about about;
	int64_t midnight_us;

	(void)state;
	assert_ok(clock_midnight(20261120, &midnight_us));
	assert_ok(clamd_parse_about(REPLY("ClamAV 1.4.3/27450/Fri Nov 20 08:26:33 2026"), &about));
	assert_string_equal(about.engine, "ClamAV 1.4.3/27450");
	assert_int_equal(about.signatures_s, midnight_us / 1000000 + 8 * 3600 + 26 * 60 + 33);
	assert_ok(clamd_parse_about(REPLY("ClamAV 1.4.3/27450/Mon Nov  2 08:26:33 2026"), &about));
	assert_ok(clamd_parse_about(REPLY("ClamAV 1.4.6"), &about));
	assert_string_equal(about.engine, "ClamAV 1.4.6");
	assert_int_equal(about.signatures_s, 0);
}

static void wrong_versions(void **state)
{
	static const struct bytes rows[] = {
		BYTES_LIT(""), REPLY(""), BYTES_LIT("ClamAV 1.4.6"), REPLY("PONG"), REPLY("ClamAV"), REPLY("ClamAV 1\0x"),
		REPLY("ClamAV 1.4.3/27450/Fri Nov 31 08:26:33 2026"), REPLY("ClamAV 1.4.3/27450/Fri Nov 20 24:26:33 2026"),
		REPLY("ClamAV 1.4.3/27450/Fri Nov 20 08:26:33 2026 "), REPLY("ClamAV 1.4.3/27450/"), REPLY("ClamAV 1.4.3/27450/Fri Nov -1 08:26:33 2026"),
		REPLY("ClamAV 1.4.3/27450/Fri Nov 20 08:26:33 0000"), REPLY("ClamAV 1.4.3/27450/20 Nov 2026"),
	};
	struct clamd_about about = {.signatures_s = 7};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, clamd_parse_about(rows[i], &about));
	assert_int_equal(about.signatures_s, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(versions),
		cmocka_unit_test(wrong_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
