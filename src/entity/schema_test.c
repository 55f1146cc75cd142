/*
 * Schemas and the dictionary: well-formed, and nothing of a descriptor is lost.
 */
#include <string.h>

#include <jansson.h>

#include "base/unit_test.h"
#include "entity/example.h"
#include "entity/schema.h"

const struct entity *const *const entities = example_entities;

static json_t *parsed(const struct buf *text)
{
	json_t *root = json_loadb((const char *)text->ptr, text->len, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	return root;
}

static const char *word(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void test_entity(void **state)
{
	OWN(buf) out = {0};
	struct json json;
	json_t *root;
	json_t *properties;
	json_t *one;

	(void)state;
	json_init(&json, &out);
	json_object(&json, NULL);
	schema_entity(&json, &example);
	json_object_end(&json);
	assert_true(err_is_ok(json.state));
	root = parsed(&out);
	properties = json_object_get(root, "properties");
	assert_int_equal(json_object_size(properties), EXAMPLE_FIELD_COUNT); /* id more, photo less */
	assert_null(json_object_get(properties, "photo"));
	one = json_object_get(properties, "name");
	assert_string_equal(word(one, "type"), "string");
	assert_int_equal(json_integer_value(json_object_get(one, "maxLength")), 40);
	assert_string_equal(word(one, "x-grade"), "3A");
	assert_true(json_is_true(json_object_get(one, "x-personal")));
	assert_string_equal(word(json_object_get(one, "x-label"), "ja"), "名前");
	assert_string_equal(word(one, "description"), "名前 / Name");
	one = json_object_get(properties, "kind");
	assert_int_equal(json_array_size(json_object_get(one, "enum")), 3);
	assert_int_equal(json_array_size(json_object_get(one, "type")), 2);
	assert_int_equal(json_array_size(json_object_get(root, "required")), 8);
	json_decref(root);
}

static void test_inputs(void **state)
{
	static const struct field password = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT,
		.required = true, .secret = true, .min = 10, .max = 128};
	const struct field *const fields[] = {&password, &example_fields[3], &example_fields[15]};
	OWN(buf) out = {0};
	struct json json;
	json_t *root;
	json_t *properties;

	(void)state;
	json_init(&json, &out);
	json_object(&json, NULL);
	schema_inputs(&json, fields, 3);
	json_object_end(&json);
	root = parsed(&out);
	properties = json_object_get(root, "properties");
	assert_int_equal(json_object_size(properties), 2);
	assert_true(json_is_true(json_object_get(json_object_get(properties, "password"), "writeOnly")));
	assert_int_equal(json_integer_value(json_object_get(json_object_get(properties, "seat"), "minimum")), -5);
	assert_true(json_is_false(json_object_get(root, "additionalProperties")));
	assert_int_equal(json_array_size(json_object_get(root, "required")), 1);
	json_decref(root);
}

static void test_dictionary(void **state)
{
	OWN(buf) out = {0};
	json_t *root;
	json_t *list;
	size_t lines = 0;

	(void)state;
	assert_true(err_is_ok(schema_dictionary_json(entities, &out)));
	root = parsed(&out);
	list = json_object_get(root, "entities");
	assert_int_equal(json_array_size(list), 2);
	assert_int_equal(json_array_size(json_object_get(json_array_get(list, 0), "fields")), EXAMPLE_FIELD_COUNT);
	json_decref(root);
	buf_clear(&out);
	assert_true(err_is_ok(schema_dictionary_csv(entities, &out)));
	assert_memory_equal(out.ptr, "\xef\xbb\xbf", 3);
	for (size_t i = 0; i < out.len; i++)
		lines += out.ptr[i] == '\n';
	assert_int_equal(lines, 1 + EXAMPLE_FIELD_COUNT + 1);
	assert_true(err_is_ok(buf_u8(&out, '\0')));
	assert_non_null(strstr((const char *)out.ptr,
	    "\r\nexample,name,名前,Name,text,0 .. 40,3A,personal sealed required lookup sort,basic\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entity),
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_dictionary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
