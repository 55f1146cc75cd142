/*
 * The file of documents: the real one, one kind more, and the mistakes that can be made in it.
 */
#include <stdio.h>

#include "base/unit_test.h"
#include "store/temp_test.h"

#include "govern/document_kind.h"

static struct arena arena;

static int set_up(void **state)
{
	arena_init(&arena, (size_t)8 << 20);
	return temp_make(state);
}

static int tear_down(void **state)
{
	arena_free(&arena);
	return temp_remove(state);
}

static void the_real_one(void **state)
{
	static const char *const codes[] = {"record", "case", "announcement", "register"};
	const struct field *field;

	(void)state;
	assert_ok(document_kind_load(SEKIMORI_ROOT "/catalog", &arena));
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		const struct document_kind *kind = document_kind_find(bytes_str(codes[i]));

		assert_non_null(kind);
		assert_true(kind->section_count > 0);
		assert_string_equal(document_kind_places[kind->place], codes[i]);
		assert_int_equal(kind->sheet, kind->seal_count == 0);
	}
	assert_null(document_kind_find(BYTES_LIT("poem")));
	field = entity_field(document_kind_entity(0), "state");
	assert_bytes(document_kind_word(document_kind_entity(0), field, BYTES_LIT("in-force"), LANGUAGE_JA), BYTES_LIT("有効"));
	assert_bytes(document_kind_word(document_kind_entity(0), field, BYTES_LIT("in-force"), LANGUAGE_EN), BYTES_LIT("In force"));
	assert_bytes(document_kind_word(document_kind_entity(0), field, BYTES_LIT("new-state"), LANGUAGE_JA), BYTES_LIT("new-state"));
}

static err load(const char *documents)
{
	FILE *file = fopen(temp_file("documents.yaml"), "w");

	assert_non_null(file);
	assert_true(fprintf(file, "version: 1\nwords:\n  - {of: record.state, code: waiting, ja: \"待ち\", en: \"Waiting\"}\ndocuments:\n%s", documents) > 0);
	assert_int_equal(fclose(file), 0);
	return document_kind_load(temp_path, &arena);
}

#define TITLE "title: {ja: \"題\", en: \"Title\"}"
#define SECTION "      - {" TITLE ", fields: \"number state\"}\n"

/* Block style: sections stand below. */
#define HEAD(code, of, format) "  - code: " code "\n    of: " of "\n    format: " format "\n    sections:\n"

static void one_more(void **state)
{
	const struct document_kind *kind;

	(void)state;
	REQ("K-26");
	assert_ok(load(HEAD("memo", "record", "pdf") SECTION
	    "      - {" TITLE ", form: body}\n      - {" TITLE ", rows: record_edition, columns: \"number reason\", form: \"yes\"}\n"));
	kind = document_kind_find(BYTES_LIT("memo"));
	assert_non_null(kind);
	assert_int_equal(kind->section_count, 3);
	assert_int_equal(kind->sections[0].count, 2);
	assert_int_equal(kind->sections[1].what, DOCUMENT_FORM);
	assert_true(kind->sections[2].form);
	assert_null(document_kind_find(BYTES_LIT("record"))); /* only what this file has */
}

static void mistakes(void **state)
{
	static const char *const rows[] = {
		HEAD("memo", "moon", "pdf") SECTION,
		HEAD("memo", "account", "pdf") SECTION,
		HEAD("memo", "record", "doc") SECTION,
		HEAD("Memo", "record", "pdf") SECTION,
		HEAD("memo", "record", "pdf") "      - {" TITLE ", fields: \"number moon\"}\n",
		HEAD("memo", "record", "pdf") "      - {" TITLE ", fields: \"\"}\n",
		HEAD("memo", "record", "pdf") "      - {" TITLE ", form: title}\n",
		HEAD("memo", "record", "pdf") "      - {" TITLE ", text: number}\n",
		HEAD("memo", "record", "pdf") "      - {" TITLE ", rows: account, columns: \"login\"}\n",
		HEAD("memo", "record", "pdf") "      - {" TITLE ", rows: record_edition}\n",
		HEAD("memo", "record", "pdf") "      - {fields: number}\n",
		HEAD("memo", "record", "pdf") "      - {" TITLE ", fields: number, colour: red}\n",
		HEAD("memo", "record", "pdf") SECTION HEAD("memo", "record", "pdf") SECTION,
		"  - code: memo\n    of: record\n    format: pdf\n    sections: []\n",
		"  - code: memo\n    of: record\n    sections:\n" SECTION,
		"  - code: memo\n    of: record\n    format: pdf\n    seals: [{ja: \"印\"}]\n    sections:\n" SECTION,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_err(INVALID, load(rows[i]));
	assert_err(NOT_FOUND, document_kind_load("/nonexistent", &arena));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_real_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mistakes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
