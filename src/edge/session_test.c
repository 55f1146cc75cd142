/*
 * Whose request it is, and from which page.
 */
#include "base/unit_test.h"
#include "edge/session.h"

#define TOKEN "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"

static void a_cookie_is_read_as_it_was_written(void **state)
{
	struct session session;
	uint8_t token[SESSION_TOKEN_LEN];
	char text[SESSION_TEXT_MAX];

	(void)state;
	for (unsigned i = 0; i < sizeof(token); i++)
		token[i] = (uint8_t)(i + 1);
	edge_session_format("sapporo", token, text);
	assert_string_equal(text, "sapporo." TOKEN);
	assert_ok(edge_session_parse(bytes_str(text), &session));
	assert_bytes(session.compartment, BYTES_LIT("sapporo"));
	assert_memory_equal(session.token, token, sizeof(token));
}

static void a_value_that_is_not_ours_is_refused(void **state)
{
	static const char *const values[] = {
		"", ".", "sapporo", "sapporo.", "." TOKEN, TOKEN, "sapporo." TOKEN "A", "sapporo.A" TOKEN, "sapporo" TOKEN,
		"Sapporo." TOKEN, "sap poro." TOKEN, "sap.poro." TOKEN, "sapporo." TOKEN " ", "\"sapporo." TOKEN "\"",
		"abcdefghijklmnopqrstuvwxyz123456." TOKEN,
		"sapporo.AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHy+",
		"sapporo.AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB", /* bits that mean nothing */
		"sapporo.AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHy=",
	};
	struct session session;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++)
		if (!err_is(edge_session_parse(bytes_str(values[i]), &session), ERR_INVALID))
			fail_msg("%s", values[i]);
}

static void headers(void **state)
{
#define SID "__Host-sid=sapporo." TOKEN
	static const struct { const char *cookie, *authorization; enum err_code code; enum session_by by; } rows[] = {
		{"", "", ERR_OK, SESSION_NOBODY},
		{SID, "", ERR_OK, SESSION_BY_COOKIE},
		{"a=b; " SID "; c=d", "", ERR_OK, SESSION_BY_COOKIE},
		{"a=b;" SID, "", ERR_OK, SESSION_BY_COOKIE},
		{"x__Host-sid=sapporo." TOKEN, "", ERR_OK, SESSION_NOBODY},
		{"__host-sid=sapporo." TOKEN, "", ERR_OK, SESSION_NOBODY},
		{"__Host-sid", "", ERR_OK, SESSION_NOBODY},
		{"__Host-sid=x", "", ERR_OK, SESSION_NOBODY},
		{SID "; " SID, "", ERR_INVALID, SESSION_NOBODY},
		{"__Host-sid=x; " SID, "", ERR_INVALID, SESSION_NOBODY},
		{";;;", "", ERR_OK, SESSION_NOBODY},
		{"", "Bearer sapporo." TOKEN, ERR_OK, SESSION_BY_BEARER},
		{"", "bearer sapporo." TOKEN, ERR_OK, SESSION_BY_BEARER},
		{"", "Bearer  sapporo." TOKEN, ERR_OK, SESSION_NOBODY},
		{"", "Bearer", ERR_OK, SESSION_NOBODY},
		{"", "Basic sapporo." TOKEN, ERR_OK, SESSION_NOBODY},
		{SID, "Bearer sapporo." TOKEN, ERR_INVALID, SESSION_NOBODY},
		{SID, "Basic eDp5", ERR_OK, SESSION_BY_COOKIE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct session session = {.by = SESSION_NOBODY};
		err e = edge_session_read(bytes_str(rows[i].cookie), bytes_str(rows[i].authorization), &session);

		if (!err_is(e, rows[i].code) || session.by != rows[i].by)
			fail_msg("%s | %s: %s", rows[i].cookie, rows[i].authorization, err_row(e)->name);
	}
}

static void tablets(void **state)
{
#define DEVICE "__Host-device=mori." TOKEN
	static const struct { const char *cookie, *authorization; enum err_code code; enum session_by by; const char *tablet; } rows[] = {
		{DEVICE, "", ERR_OK, SESSION_NOBODY, "mori"},
		{SID "; " DEVICE, "", ERR_OK, SESSION_BY_COOKIE, "mori"},
		{DEVICE "; " SID, "", ERR_OK, SESSION_BY_COOKIE, "mori"},
		{DEVICE, "Bearer sapporo." TOKEN, ERR_OK, SESSION_BY_BEARER, "mori"},
		{"__Host-device=" TOKEN, "", ERR_OK, SESSION_NOBODY, ""},
		{"__Host-device=", "", ERR_OK, SESSION_NOBODY, ""},
		{"x__Host-device=mori." TOKEN, "", ERR_OK, SESSION_NOBODY, ""},
		{"__host-device=mori." TOKEN, "", ERR_OK, SESSION_NOBODY, ""},
		{DEVICE "; " DEVICE, "", ERR_INVALID, SESSION_NOBODY, ""},
		{"__Host-device=x; " DEVICE, "", ERR_INVALID, SESSION_NOBODY, ""},
		{SID "; " DEVICE "; " SID, "", ERR_INVALID, SESSION_NOBODY, ""},
		{"", "Bearer __Host-device=mori." TOKEN, ERR_OK, SESSION_NOBODY, ""},
	};
	static const uint8_t none[SESSION_TOKEN_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct session session = {.by = SESSION_NOBODY};
		err e = edge_session_read(bytes_str(rows[i].cookie), bytes_str(rows[i].authorization), &session);

		if (!err_is(e, rows[i].code) || session.by != rows[i].by || !bytes_is(session.device_compartment, rows[i].tablet) ||
		    (memcmp(session.device, none, sizeof(none)) == 0) != (rows[i].tablet[0] == '\0') ||
		    (memcmp(session.token, none, sizeof(none)) == 0) != (rows[i].by == SESSION_NOBODY))
			fail_msg("%s | %s: %s", rows[i].cookie, rows[i].authorization, err_row(e)->name);
	}
}

static void cities(void **state)
{
	static const struct { const char *login, *city; } rows[] = {
		{"yuki@sapporo", "sapporo"}, {"a@b@mori", "mori"}, {"yuki", ""}, {"yuki@", ""}, {"", ""}, {"@mori", "mori"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_true(bytes_is(edge_session_city(bytes_str(rows[i].login)), rows[i].city));
}

static void home_of_a_token(void **state)
{
	static const struct { const char *token, *home; } rows[] = {
		{"sapporo.AAAA", "sapporo"}, {"sapporo.A.B", "sapporo"}, {".AAAA", ""}, {"sapporo", ""}, {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_true(bytes_is(edge_session_home(bytes_str(rows[i].token)), rows[i].home));
}

static void pages_of_other_sites(void **state)
{
	static const struct { enum session_by by; const char *site, *origin; bool cross; } rows[] = {
		{SESSION_BY_COOKIE, "same-origin", "", false},
		{SESSION_BY_COOKIE, "same-origin", "https://evil.example", false},
		{SESSION_BY_COOKIE, "same-site", "https://a:8443", true},
		{SESSION_BY_COOKIE, "cross-site", "https://a:8443", true},
		{SESSION_BY_COOKIE, "none", "", true},
		{SESSION_BY_COOKIE, "Same-Origin", "", true},
		{SESSION_BY_COOKIE, "", "", true},
		{SESSION_BY_COOKIE, "", "https://a:8443", false},
		{SESSION_BY_COOKIE, "", "https://A:8443", false},
		{SESSION_BY_COOKIE, "", "https://a", true},
		{SESSION_BY_COOKIE, "", "http://a:8443", true},
		{SESSION_BY_COOKIE, "", "null", true},
		{SESSION_BY_COOKIE, "", "https://a:8443.evil.example", true},
		{SESSION_BY_BEARER, "", "", false},
		{SESSION_BY_BEARER, "cross-site", "https://evil.example", false},
		{SESSION_NOBODY, "", "", false},
		{SESSION_NOBODY, "none", "", false},
		{SESSION_NOBODY, "cross-site", "", true},
		{SESSION_NOBODY, "", "https://evil.example", true},
		{SESSION_NOBODY, "", "https://a:8443", false},
	};

	REQ("S-08");
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct session_site from = {rows[i].by, bytes_str(rows[i].site), bytes_str(rows[i].origin), BYTES_LIT("a:8443")};

		if (edge_session_cross_site(&from) != rows[i].cross)
			fail_msg("%zu: %s %s", i, rows[i].site, rows[i].origin);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cookie_is_read_as_it_was_written),
		cmocka_unit_test(a_value_that_is_not_ours_is_refused),
		cmocka_unit_test(headers),
		cmocka_unit_test(tablets),
		cmocka_unit_test(cities),
		cmocka_unit_test(home_of_a_token),
		cmocka_unit_test(pages_of_other_sites),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
