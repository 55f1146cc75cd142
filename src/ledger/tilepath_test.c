/*
 * tlog-tiles paths: what is written is read back, and nothing else is read.
 */
#include "base/unit_test.h"
#include "ledger/tilepath.h"

static void good(void **state)
{
	static const struct {
		const char *text;
		struct tilepath path;
	} rows[] = {
		{"0/000", {false, 0, 0, 256}},
		{"0/005", {false, 0, 5, 256}},
		{"0/273.p/112", {false, 0, 273, 112}},
		{"1/001.p/17", {false, 1, 1, 17}},
		{"2/000.p/1", {false, 2, 0, 1}},
		{"0/x001/x234/067", {false, 0, 1234067, 256}},
		{"0/x001/x234/067.p/255", {false, 0, 1234067, 255}},
		{"entries/x001/000", {true, 0, 1000, 256}},
		{"entries/000.p/15", {true, 0, 0, 15}},
		{"63/x072/x057/x594/x037/x927/935", {false, 63, TILEPATH_NUMBER_MAX, 256}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct tilepath path;
		char text[TILEPATH_MAX];

		assert_ok(tilepath_parse(bytes_str(rows[i].text), &path));
		assert_int_equal(path.entries, rows[i].path.entries);
		assert_int_equal(path.level, rows[i].path.level);
		assert_int_equal(path.number, rows[i].path.number);
		assert_int_equal(path.width, rows[i].path.width);
		tilepath_format(&rows[i].path, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void bad(void **state)
{
	static const char *const rows[] = {
		"", "0", "0/", "/000", "0/0", "0/00", "0/0000", "0/1234", "0/001/", "0//001", "00/001", "01/001", "64/001", "-1/001", "+1/001",
		"0/x001", "0/x001/", "0/x001/02", "0/x000/001", "0/001/002", "0/X001/002", "0/x001x002", "0/x01/002", "0/001.p", "0/001.p/",
		"0/001.p/0", "0/001.p/256", "0/001.p/01", "0/001.p/1/", "0/001.p/1 ", " 0/001", "0/ 01", "0/001.p/-1", "0/001.P/1", "entries",
		"entries/", "entries/1", "entriesx/001", "Entries/001", "63/x072/x057/x594/x037/x927/936",
		"0/x999/x999/x999/x999/x999/x999/999", "0/x001/x000/x000/x000/x000/x000/x000/000", "checkpoint", "0/\xef\xbc\x90\x30\x30",
		"99999999999/001", "0/001.p/99999999999",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct tilepath path = {.width = 77};

		assert_err(INVALID, tilepath_parse(bytes_str(rows[i]), &path));
		assert_int_equal(path.width, 77);
	}
}

static void trip_width(void)
{
	const struct tilepath path = {.width = 0};
	char text[TILEPATH_MAX];

	tilepath_format(&path, text);
}

static void trips(void **state)
{
	(void)state;
	assert_stops(trip_width);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
