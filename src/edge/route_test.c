/*
 * Targets are decoded once; what two programs could read in two ways is refused.
 */
#include "base/unit_test.h"
#include "edge/route.h"

static void targets(void **state)
{
	static const struct { const char *target; enum err_code code; const char *path, *query; } rows[] = {
		{"/", ERR_OK, "/", ""},
		{"/v1/me", ERR_OK, "/v1/me", ""},
		{"/v1/me?a=b?c", ERR_OK, "/v1/me", "a=b?c"},
		{"/a%20b", ERR_OK, "/a b", ""},
		{"/%E3%81%9B", ERR_OK, "/せ", ""},
		{"/a%2541", ERR_OK, "/a%41", ""},
		{"/a+b", ERR_OK, "/a+b", ""},
		{"/a/", ERR_OK, "/a/", ""},
		{"/..a/b..", ERR_OK, "/..a/b..", ""},
		{"", ERR_INVALID, "", ""},
		{"a", ERR_INVALID, "", ""},
		{"/..", ERR_INVALID, "", ""},
		{"/a/../b", ERR_INVALID, "", ""},
		{"/a/./b", ERR_INVALID, "", ""},
		{"/a/.", ERR_INVALID, "", ""},
		{"//a", ERR_INVALID, "", ""},
		{"/a//b", ERR_INVALID, "", ""},
		{"/%2e%2e/b", ERR_INVALID, "", ""},
		{"/a%2fb", ERR_INVALID, "", ""},
		{"/a%2Fb", ERR_INVALID, "", ""},
		{"/a%5Cb", ERR_INVALID, "", ""},
		{"/a%00", ERR_INVALID, "", ""},
		{"/a%0a", ERR_INVALID, "", ""},
		{"/a%7f", ERR_INVALID, "", ""},
		{"/a%", ERR_INVALID, "", ""},
		{"/a%4", ERR_INVALID, "", ""},
		{"/a%zz", ERR_INVALID, "", ""},
		{"/%c0%af", ERR_INVALID, "", ""},
		{"/%ff", ERR_INVALID, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(arena) arena = {0};
		struct route route = {0};
		err e;

		arena_init(&arena, 65536);
		e = route_split(bytes_str(rows[i].target), &arena, &route);
		if (!err_is(e, rows[i].code) || !bytes_is(route.path, rows[i].path) || !bytes_is(route.query, rows[i].query))
			fail_msg("%s: %s", rows[i].target, err_row(e)->name);
	}
}

static void parameters(void **state)
{
	struct bytes query = BYTES_LIT("a=1&b=x+y%2B&&c&d=&%ff=1&e=%zz&f=%26");
	static const struct { const char *name, *value; enum err_code code; } rows[] = {
		{"a", "1", ERR_OK}, {"b", "x y+", ERR_OK}, {"", "", ERR_OK}, {"c", "", ERR_OK}, {"d", "", ERR_OK},
		{"", "", ERR_INVALID}, {"e", "", ERR_INVALID}, {"f", "&", ERR_OK}, {"", "", ERR_NOT_FOUND},
	};
	OWN(arena) arena = {0};

	(void)state;
	arena_init(&arena, 65536);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bytes name = {0};
		struct bytes value = {0};
		err e = route_parameter(&query, &arena, &name, &value);

		if (!err_is(e, rows[i].code) || !bytes_is(name, rows[i].name) || !bytes_is(value, rows[i].value))
			fail_msg("%zu: %s", i, err_row(e)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets),
		cmocka_unit_test(parameters),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
