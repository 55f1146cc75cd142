#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/unit_test.h"
#include "proc/outward.h"

static void places(void **state)
{
	static const struct { const char *text, *host; uint16_t port; } good[] = {
		{"example.jp:443", "example.jp", 443}, {"EXAMPLE.jp:1", "example.jp", 1}, {"[2001:db8::1]:25", "2001:db8::1", 25}, {"127.0.0.1:65535", "127.0.0.1", 65535},
	};
	static const char *const wrong[] = {
		"", ":", "example.jp", "example.jp:", "example.jp:0", "example.jp:65536", "example.jp:+5", ":443", "[::1]", "[::1", "[::1]443", "a b:1", "a@b:1", "a/b:1", "a:1:2",
	};
	struct outward_place place;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_ok(outward_parse(bytes_str(good[i].text), &place));
		assert_string_equal(place.host, good[i].host);
		assert_int_equal(place.port, good[i].port);
	}
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (err_is_ok(outward_parse(bytes_str(wrong[i]), &place)))
			fail_msg("%s", wrong[i]);
}

static void urls(void **state)
{
	static const struct { const char *text, *host; uint16_t port; } good[] = {
		{"https://example.jp", "example.jp", 443}, {"https://example.jp/a?b=c", "example.jp", 443}, {"https://Example.jp:8443/x", "example.jp", 8443},
		{"https://[2001:db8::1]/", "2001:db8::1", 443}, {"https://example.jp?x", "example.jp", 443},
	};
	static const char *const wrong[] = {
		"", "http://example.jp/", "https://", "https:///x", "https://user@example.jp/", "https://user:word@example.jp/", "https://example.jp/#a",
		"https://example.jp:99999/", "https://exa mple.jp/", "https://example.jp\r\nX: y", "https://example.jp\\@other.jp/", "file:///etc/passwd", "HTTPS://example.jp/",
	};
	struct outward_place place;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_ok(outward_url(bytes_str(good[i].text), &place));
		assert_string_equal(place.host, good[i].host);
		assert_int_equal(place.port, good[i].port);
	}
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (err_is_ok(outward_url(bytes_str(wrong[i]), &place)))
			fail_msg("%s", wrong[i]);
}

static bool is_private(const char *text)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return outward_private((const struct sockaddr *)(const void *)&four);
	assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
	return outward_private((const struct sockaddr *)(const void *)&six);
}

static void private_addresses(void **state)
{
	static const char *const inside[] = {
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "224.0.0.1", "255.255.255.255", "::", "::1",
		"fe80::1", "fd00::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "2002:7f00:1::", "2001::1", "ff02::1", "64:ff9b::7f00:1",
	};
	static const char *const outside[] = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2001:db8::1", "2400:4000::1"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(inside); i++)
		if (!is_private(inside[i]))
			fail_msg("%s", inside[i]);
	for (size_t i = 0; i < COUNT_OF(outside); i++)
		if (is_private(outside[i]))
			fail_msg("%s", outside[i]);
}

/* W2 */
static void listed(void **state)
{
	static struct outward list;
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(8443), .sin_addr = {htonl(INADDR_LOOPBACK)}};

	(void)state;
	assert_ok(outward_add(&list, BYTES_LIT("localhost:8443"), false));
	assert_non_null(outward_find(&list, BYTES_LIT("localhost"), 8443));
	assert_false(outward_has(&list, (const struct sockaddr *)(const void *)&there)); /* by its name it is not reached */
	assert_ok(outward_add(&list, BYTES_LIT("127.0.0.1:8443"), false));
	assert_true(outward_has(&list, (const struct sockaddr *)(const void *)&there));
	there.sin_port = htons(8444);
	assert_false(outward_has(&list, (const struct sockaddr *)(const void *)&there));
	assert_null(outward_find(&list, BYTES_LIT("127.0.0.1"), 8444));
	assert_err(INVALID, outward_add(&list, BYTES_LIT("nothing"), false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(urls),
		cmocka_unit_test(private_addresses),
		cmocka_unit_test(listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
