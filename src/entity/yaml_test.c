#include <stdio.h>
#include <stdlib.h>

#include "base/unit_test.h"

#include "entity/yaml.h"

static err parse(const char *text, struct arena *arena, struct yaml_node **root_out)
{
	return yaml_parse(bytes_str(text), "t.yaml", arena, root_out);
}

static void tree_with_places(void **state)
{
	struct yaml_node *root = NULL;
	const struct yaml_node *list = NULL;
	const char *text = NULL;
	OWN(arena) arena = {0};

	(void)state;
	arena_init(&arena, (size_t)1 << 20);
	assert_ok(parse("# words\nversion: 1\nrules:\n  - {role: [a, b], note: \"日本\"}\n  - plain\nlast: yes\n", &arena, &root));
	assert_int_equal(root->kind, YAML_MAP);
	assert_int_equal(root->count, 3);
	assert_ok(yaml_only(root, "last version rules"));
	assert_ok(yaml_text(root, "last", &text));
	assert_string_equal(text, "yes"); /* a text, not a truth */
	assert_ok(yaml_member(root, "rules", YAML_LIST, &list));
	assert_int_equal(list->count, 2);
	assert_int_equal(list->first->line, 4);
	assert_int_equal(list->first->column, 5);
	assert_ok(yaml_text(list->first, "note", &text));
	assert_string_equal(text, "日本");
	assert_string_equal(list->first->next->text, "plain");
	assert_null(yaml_find(root, "rule"));
	assert_null(yaml_find(list, "rules"));
}

static const struct {
	const char *name, *text;
} refused[] = {
	{"nothing", ""},
	{"only a comment", "# words\n"},
	{"a name twice", "a: 1\nb: 2\na: 3\n"},
	{"a name twice in one line", "{a: 1, a: 2}"},
	{"an alias", "a: &x [1]\nb: *x\n"},
	{"an anchor alone", "a: &x 1\n"},
	{"a tag", "a: !!int 1\n"},
	{"a tag of one's own", "a: !thing {b: c}\n"},
	{"two documents", "a: 1\n---\nb: 2\n"},
	{"a list for a name", "[a]: 1\n"},
	{"an alias for a name", "a: &x k\n*x : 1\n"},
	{"a tab that indents", "a:\n\t- b\n"},
	{"an open quotation", "a: \"b\n"},
	{"a bracket too few", "a: [b\n"},
	{"a NUL", "a: \"b\\0c\"\n"},
	{"not UTF-8", "a: \xff\n"},
	{"half an indent", "a:\n  - b\n - c\n"},
};

static void refused_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct yaml_node *root = NULL;
		OWN(arena) arena = {0};

		arena_init(&arena, (size_t)1 << 20);
		if (err_is_ok(parse(refused[i].text, &arena, &root)))
			fail_msg("accepted: %s", refused[i].name);
		assert_null(root);
	}
}

/* The limit passes, one more does not. */
static void limits(void **state)
{
	(void)state;
	for (unsigned over = 0; over < 2; over++) {
		struct yaml_node *root = NULL;
		OWN(arena) arena = {0};
		OWN(buf) deep = {0};
		OWN(buf) text = {0};
		OWN(buf) wide = {0};

		arena_init(&arena, (size_t)8 << 20);
		for (unsigned i = 0; i < YAML_DEPTH_MAX + over; i++)
			assert_ok(buf_append_str(&deep, "["));
		for (unsigned i = 0; i < YAML_DEPTH_MAX + over; i++)
			assert_ok(buf_append_str(&deep, "]"));
		for (unsigned i = 0; i < YAML_TEXT_MAX + over; i++)
			assert_ok(buf_append_str(&text, "x"));
		for (unsigned i = 0; i < YAML_MEMBERS_MAX + over; i++)
			assert_ok(buf_printf(&wide, "m%u: 1\n", i));
		assert_int_equal(err_is_ok(yaml_parse(bytes_of(&deep), "t.yaml", &arena, &root)), over == 0);
		assert_int_equal(err_is_ok(yaml_parse(bytes_of(&text), "t.yaml", &arena, &root)), over == 0);
		assert_int_equal(err_is_ok(yaml_parse(bytes_of(&wide), "t.yaml", &arena, &root)), over == 0);
	}
}

static void too_large(void **state)
{
	struct yaml_node *root = NULL;
	OWN(arena) arena = {0};
	OWN(buf) many = {0};
	OWN(buf) long_one = {0};

	(void)state;
	arena_init(&arena, (size_t)64 << 20);
	for (unsigned i = 0; i < YAML_NODES_MAX; i++)
		assert_ok(buf_append_str(&many, "- 1\n"));
	assert_err(INVALID, yaml_parse(bytes_of(&many), "t.yaml", &arena, &root));
	assert_ok(buf_append_str(&long_one, "a: 1\n"));
	while (long_one.len <= YAML_FILE_MAX)
		assert_ok(buf_append_str(&long_one, "# words that nobody reads, line by line\n"));
	assert_err(INVALID, yaml_parse(bytes_of(&long_one), "t.yaml", &arena, &root));
	assert_err(NOT_FOUND, yaml_load("/nonexistent/t.yaml", &arena, &root));
}

static void members(void **state)
{
	struct yaml_node *root = NULL;
	const struct yaml_node *node = NULL;
	const char *text = "untouched";
	OWN(arena) arena = {0};

	(void)state;
	arena_init(&arena, (size_t)1 << 20);
	assert_ok(parse("id: x\nempty: \"\"\nlist: []\nother: 1\n", &arena, &root));
	assert_err(INVALID, yaml_only(root, "id empty list"));
	assert_err(INVALID, yaml_only(root, "id empty list another"));
	assert_ok(yaml_only(root, "id empty list other"));
	assert_err(INVALID, yaml_only(yaml_find(root, "list"), "id"));
	assert_err(INVALID, yaml_text(root, "empty", &text));
	assert_err(INVALID, yaml_text(root, "absent", &text));
	assert_err(INVALID, yaml_text(root, "list", &text));
	assert_err(INVALID, yaml_member(root, "id", YAML_LIST, &node));
	assert_string_equal(text, "untouched");
	assert_null(node);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_with_places),
		cmocka_unit_test(refused_texts),
		cmocka_unit_test(limits),
		cmocka_unit_test(too_large),
		cmocka_unit_test(members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
