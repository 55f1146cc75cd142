/*
 * Browsers are known by our words for them; nothing of the header's own comes through.
 */
#include "base/unit_test.h"
#include "identity/agent.h"

static void browsers(void **state)
{
	static const struct { const char *header, *name; } rows[] = {
		{"", ""}, {"x", ""}, {"curl/7.88.1", "curl"}, {"<script>", ""}, {"Linux", "Linux"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
		    "Safari / iPhone"},
		{"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0 Mobile/15E148 Safari/604.1",
		    "Chrome / iPad"},
		{"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
		    "Chrome / Android"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 Edg/119.0.0.0",
		    "Edge / Windows"},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0", "Firefox / Linux"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char name[AGENT_NAME_MAX];

		agent_name(bytes_str(rows[i].header), name);
		assert_string_equal(name, rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(browsers)};

	return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
