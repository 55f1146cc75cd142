/*
 * Files in memory: found exactly, in the variant that the client takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/unit_test.h"
#include "edge/static.h"

static char folder[] = "/tmp/static_test.XXXXXX";

static void put(const char *name, const char *content)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	make_folder("assets");
	put("index.html", "<p>");
	put("index.html.br", "br");
	put("index.html.gz", "gz");
	put("assets/a-1234.js", "1");
	put(".hidden", "no");
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"index.html", "index.html.br", "index.html.gz", "assets/a-1234.js", ".hidden", "assets", ""};
	char path[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(remove(path), 0);
	}
	return 0;
}

static void files_are_found(void **state)
{
	static const char *const absent[] = {"/index.html.br", "/.hidden", "/assets", "/assets/", "/assets/a-1234", "/a", "", "/index.htm",
		"/board", "/../index.html", "/INDEX.HTML"};
	struct static_files *files;
	const struct static_asset *asset;

	(void)state;
	assert_ok(static_load(folder, &files));
	assert_false(static_is_empty(files));
	assert_ok(static_add(files, "/openapi.json", "application/json", BYTES_LIT("{}")));
	asset = static_find(files, BYTES_LIT("/"));
	assert_ptr_equal(asset, static_find(files, BYTES_LIT("/index.html")));
	assert_string_equal(asset->type, "text/html; charset=utf-8");
	assert_false(asset->immutable);
	asset = static_find(files, BYTES_LIT("/assets/a-1234.js"));
	assert_string_equal(asset->type, "text/javascript; charset=utf-8");
	assert_true(asset->immutable);
	assert_bytes(static_find(files, BYTES_LIT("/openapi.json"))->bodies[STATIC_PLAIN].content, BYTES_LIT("{}"));
	for (size_t i = 0; i < COUNT_OF(absent); i++)
		assert_null(static_find(files, bytes_str(absent[i])));
	assert_null(static_find(files, (struct bytes){(const uint8_t *)"/index.html\0", 12}));
	static_free(&files);
	assert_null(files);
}

static void variants_are_chosen(void **state)
{
	static const struct { const char *accept; enum static_encoding encoding; } rows[] = {
		{"", STATIC_PLAIN}, {"br", STATIC_BR}, {"gzip, deflate, br", STATIC_BR}, {"gzip", STATIC_GZIP}, {"BR", STATIC_BR},
		{"br;q=0, gzip", STATIC_GZIP}, {"br;q=0.5", STATIC_BR}, {"br;q=0,gzip;q=0", STATIC_PLAIN}, {"brotli", STATIC_PLAIN},
		{"x-gzip", STATIC_PLAIN}, {"identity", STATIC_PLAIN},
	};
	struct static_files *files;
	const struct static_asset *page;
	const struct static_asset *script;

	(void)state;
	assert_ok(static_load(folder, &files));
	page = static_find(files, BYTES_LIT("/"));
	script = static_find(files, BYTES_LIT("/assets/a-1234.js"));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(static_choose(page, bytes_str(rows[i].accept)), rows[i].encoding);
		assert_int_equal(static_choose(script, bytes_str(rows[i].accept)), STATIC_PLAIN);
	}
	assert_string_not_equal(page->bodies[STATIC_BR].etag, page->bodies[STATIC_GZIP].etag);
	assert_true(static_matches(BYTES_LIT("*"), page->bodies[STATIC_BR].etag));
	assert_true(static_matches(bytes_str(page->bodies[STATIC_BR].etag), page->bodies[STATIC_BR].etag));
	assert_false(static_matches(BYTES_LIT(""), page->bodies[STATIC_BR].etag));
	assert_false(static_matches(bytes_str(page->bodies[STATIC_GZIP].etag), page->bodies[STATIC_BR].etag));
	static_free(&files);
}

static void no_folder_no_files(void **state)
{
	static const char *const folders[] = {NULL, "", "/nonexistent"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		struct static_files *files;

		assert_ok(static_load(folders[i], &files));
		assert_true(static_is_empty(files));
		assert_null(static_find(files, BYTES_LIT("/")));
		static_free(&files);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_found),
		cmocka_unit_test(variants_are_chosen),
		cmocka_unit_test(no_folder_no_files),
	};

	return cmocka_run_group_tests_name("static", tests, set_up, tear_down);
}
