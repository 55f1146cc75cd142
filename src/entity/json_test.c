/*
 * JSON: every way a body can be wrong names its field; what is written parses again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit_test.h"
#include "entity/example.h"
#include "entity/json.h"

const struct entity *const *const entities = example_entities;

static const struct field name = {.name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .required = true, .max = 5};
static const struct field age = {.name = "age", .ja = "年齢", .en = "Age", .type = FIELD_INT, .min = 0, .max = 5};
static const struct field size = {.name = "size", .ja = "大きさ", .en = "Size", .type = FIELD_INT};
static const struct field date = {.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE};
static const struct field flag = {.name = "flag", .ja = "可否", .en = "Flag", .type = FIELD_BOOL};
static const struct field kind = {.name = "kind", .ja = "区分", .en = "Kind", .type = FIELD_CHOICE, .choices = example_kinds};
static const struct field chunk = {.name = "chunk", .ja = "内容", .en = "Content", .type = FIELD_BYTES, .required = true};
static const struct field *const fields[] = {&name, &age, &size, &date, &flag, &kind, &chunk};
#define COUNT (sizeof(fields) / sizeof(fields[0]))

static struct arena arena;
static struct value values[COUNT];
static struct problems problems;

static err run(struct bytes body)
{
	arena_reset(&arena);
	problems = (struct problems){.language = LANGUAGE_EN};
	return json_read(body, fields, COUNT, &arena, values, &problems);
}

/* found: "field:code field:code" in the order of reporting; empty: it is accepted. */
static const struct {
	const char *body;
	size_t len;
	const char *found;
} rows[] = {
	{"{\"name\":\"a\"}", 0, ""},
	{" { \"name\" : \"\\u3042\\ud83c\\udf38\" , \"age\" : 5 } \n", 0, ""},
	{"{\"name\":\"a\",\"age\":null,\"date\":null,\"flag\":null,\"kind\":null}", 0, ""},
	{"{\"name\":\"a\",\"size\":9007199254740992}", 0, ""},
	{"{\"name\":\"a\",\"size\":-9007199254740992}", 0, ""},
	{"", 0, ":format"},
	{"{", 0, ":format"},
	{"{\"name\":\"a\"} x", 0, ":format"},
	{"{\"name\":\"a\"}{}", 0, ":format"},
	{"{\"name\":\"a\",}", 0, ":format"},
	{"{'name':'a'}", 0, ":format"},
	{"{\"name\":\"a", 0, ":format"},
	{"{\"name\":\"a\\", 0, ":format"},
	{"{\"name\":\"a\\u12\"}", 0, ":format"},
	{"{\"name\":\"a\",\"age\":01}", 0, ":format"},
	{"{\"name\":\"a\",\"age\":+1}", 0, ":format"},
	{"{\"name\":\"a\",\"age\":1.}", 0, ":format"},
	{"{\"name\":\"a\",\"age\":NaN}", 0, ":format"},
	{"\xef\xbb\xbf{\"name\":\"a\"}", 0, ":format"},
	{"[]", 0, ":type"},
	{"3", 0, ":type"},
	{"null", 0, ":type"},
	{"\"name\"", 0, ":type"},
	{"{}", 0, "name:missing"},
	{"{\"name\":null}", 0, "name:missing"},
	{"{\"name\":\"\"}", 0, "name:missing"},
	{"{\"name\":1,\"age\":\"1\",\"date\":true,\"flag\":\"true\",\"kind\":0}", 0, "name:type age:type date:type flag:type kind:type"},
	{"{\"name\":[],\"age\":{}}", 0, "name:type age:type"},
	{"{\"name\":[[[[1e999]]]]}", 0, "name:type"},
	{"{\"name\":\"abcdef\",\"age\":6,\"date\":\"2026-02-29\",\"kind\":\"x\"}", 0, "name:too-long age:too-large date:format kind:choice"},
	{"{\"name\":\"a\",\"age\":-1}", 0, "age:too-small"},
	{"{\"name\":\"a\",\"age\":1.0}", 0, "age:type"},
	{"{\"name\":\"a\",\"age\":1e0}", 0, "age:type"},
	{"{\"name\":\"a\",\"age\":1e999}", 0, "age:type"},
	{"{\"name\":\"a\",\"size\":9007199254740993}", 0, "size:too-large"},
	{"{\"name\":\"a\",\"size\":9223372036854775808}", 0, "size:too-large"},
	{"{\"name\":\"a\",\"size\":-9223372036854775809}", 0, "size:too-small"},
	{"{\"name\":9223372036854775808}", 0, "name:type"},
	{"{\"age\":99999999999999999999999,\"kind\":\"x\"}", 0, "age:too-large name:missing kind:choice"},
	{"{\"name\":\"a\",\"role\":\"officer\",\"x\\ny\":1}", 0, "role:unknown x?y:unknown"},
	{"{\"name\":\"a\",\"chunk\":\"b\"}", 0, "chunk:unknown"},
	{"{\"name\":\"a\",\"\":1}", 0, ":unknown"},
	{"{\"name\":\"a\",\"age\":1,\"age\":2,\"kind\":\"x\"}", 0, "age:duplicate kind:choice"},
	{"{\"name\":\"a\",\"n\\u0061me\":\"b\"}", 0, "n\\u0061me:duplicate"}, /* as it was written */
	{"{\"name\":\"a\",\"x\":{\"y\":1,\"y\":2}}", 0, "y:duplicate x:unknown"},
	{"{\"name\":\"\xff\",\"kind\":\"x\"}", 0, "name:encoding kind:choice"},
	{"{\"name\":\"\xed\xa0\x80\"}", 0, "name:encoding"},
	{"{\"name\":\"\\ud800\"}", 0, "name:encoding"},
	{"{\"name\":\"\\udc00\"}", 0, "name:encoding"},
	{"{\"name\":\"\\ud800\\u0041\"}", 0, "name:encoding"},
	{"{\"name\":\"\\ud800\\ud800\"}", 0, "name:encoding"},
	{"{\"name\":\"\\ud83c\"}", 0, "name:encoding"},
	{"{\"name\":\"a\\u0000b\"}", 0, "name:control"},
	{"{\"name\":\"a\\u0009b\"}", 0, "name:control"},
	{"{\"name\":\"a\nb\"}", 0, "name:control"},
	{"{\"name\":\"a\0b\"}", 14, "name:control"},
	{"{\"name\":\"a\\u202eb\"}", 0, "name:control"},
	{"{\"name\":\"a\",\"\\u0000x\":1}", 0, "\\u0000x:control ???????:unknown"},
	{"{\"name\":\"a\",\"\xff\":1}", 0, "?:encoding ?:unknown"},
	{"{\"name\":\"a\"}\0", 13, ":format"},
};

static void describe(char *out, size_t max)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < problems.count; i++)
		at += (size_t)snprintf(out + at, max - at, "%s%s:%s", i == 0 ? "" : " ", problems.list[i].field,
		    flaw_code(problems.list[i].flaw));
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = rows[i].len == 0 ? strlen(rows[i].body) : rows[i].len;
		bool good = err_is_ok(run((struct bytes){(const uint8_t *)rows[i].body, len}));
		char found[4096];

		describe(found, sizeof(found));
		if (strcmp(found, rows[i].found) != 0 || good != (problems.count == 0))
			fail_msg("row %zu %s: found \"%s\"", i, rows[i].body, found);
	}
}

static void test_values(void **state)
{
	(void)state;
	assert_true(err_is_ok(run(bytes_str("{\"name\":\"\\u304b\\u3099\\\"\",\"age\":5,\"date\":\"2026-11-21\",\"flag\":true,"
	                                    "\"kind\":\"half\",\"size\":null}"))));
	assert_true(bytes_is(values[0].as.text, "が\""));
	assert_int_equal(values[1].as.integer, 5);
	assert_true(values[2].null && !values[2].present);
	assert_int_equal(values[3].as.date, 20261121);
	assert_true(values[4].as.boolean);
	assert_int_equal(values[5].as.choice, 1);
	assert_false(values[6].present);
}

/* depth levels around the member, e.g. {"name":[[…]]} has 1 + arrays */
static void nested(struct buf *body, size_t depth)
{
	buf_clear(body);
	assert_true(err_is_ok(buf_append_str(body, "{\"name\":")));
	for (size_t i = 1; i < depth; i++)
		assert_true(err_is_ok(buf_u8(body, '[')));
	for (size_t i = 1; i < depth; i++)
		assert_true(err_is_ok(buf_u8(body, ']')));
	assert_true(err_is_ok(buf_append_str(body, ",\"kind\":\"x\"}")));
}

static void test_limits(void **state)
{
	OWN(buf) body = {0};
	char found[4096];

	(void)state;
	nested(&body, JSON_DEPTH_MAX);
	assert_true(err_is(run(bytes_of(&body)), ERR_INVALID));
	describe(found, sizeof(found));
	assert_string_equal(found, "name:type kind:choice"); /* parsed to its end */
	nested(&body, JSON_DEPTH_MAX + 1);
	assert_true(err_is(run(bytes_of(&body)), ERR_INVALID));
	describe(found, sizeof(found));
	assert_string_equal(found, "name:type");
	nested(&body, 20000);
	assert_true(err_is(run(bytes_of(&body)), ERR_INVALID));

	buf_clear(&body);
	assert_true(err_is_ok(buf_append_str(&body, "{\"name\":\"a\"}")));
	while (body.len < JSON_IN_MAX)
		assert_true(err_is_ok(buf_u8(&body, ' ')));
	assert_true(err_is_ok(run(bytes_of(&body))));
	assert_true(err_is_ok(buf_u8(&body, ' ')));
	assert_true(err_is(run(bytes_of(&body)), ERR_INVALID));
	describe(found, sizeof(found));
	assert_string_equal(found, ":too-large");
}

static void test_many_unknown(void **state)
{
	OWN(buf) body = {0};

	(void)state;
	assert_true(err_is_ok(buf_append_str(&body, "{\"name\":\"a\"")));
	for (int i = 0; i < 200; i++)
		assert_true(err_is_ok(buf_printf(&body, ",\"%060d%03d\xe3\x81\x82\":1", 0, i)));
	assert_true(err_is_ok(buf_append_str(&body, "}")));
	assert_true(err_is(run(bytes_of(&body)), ERR_INVALID));
	assert_int_equal(problems.count, PROBLEM_FIELD_MAX);
	assert_int_equal(strlen(problems.list[0].field), 63);
}

static void test_out(void **state)
{
	static const char wanted[] =
	    "{\"id\":\"00000000000000000000000001\",\"none\":null,\"text\":\"a\\\"b\\\\c\\n\\u0001/é\",\"n\":-9223372036854775808,"
	    "\"t\":true,\"at\":\"2026-11-21T09:00:00.000000+09:00\",\"no\":null,\"d\":\"2026-11-21\",\"raw\":\"/+8=\","
	    "\"list\":[1,{\"x\":null},\"y\",[]]}";
	OWN(buf) out = {0};
	struct json json;
	int64_t at_us = INT64_C(1795219200000000);

	(void)state;
	json_init(&json, &out);
	json_object(&json, NULL);
	json_id(&json, "id", (struct id){{[15] = 1}});
	json_id(&json, "none", (struct id){{0}});
	json_str(&json, "text", "a\"b\\c\n\x01/é");
	json_int(&json, "n", INT64_MIN);
	json_bool(&json, "t", true);
	json_time(&json, "at", at_us);
	json_time(&json, "no", 0);
	json_date(&json, "d", 20261121);
	json_base64(&json, "raw", (struct bytes){(const uint8_t *)"\xff\xef", 2});
	json_array(&json, "list");
	json_int(&json, NULL, 1);
	json_object(&json, NULL);
	json_null(&json, "x");
	json_object_end(&json);
	json_str(&json, NULL, "y");
	json_array(&json, NULL);
	json_array_end(&json);
	json_array_end(&json);
	json_object_end(&json);
	assert_true(err_is_ok(json.state));
	assert_true(bytes_is(bytes_of(&out), wanted));
}

static void row_text(const char *groups, struct buf *out)
{
	struct example row = {
		.row.id = {{[15] = 2}},
		.facility = {{[15] = 3}},
		.kind = -1,
		.seat = 7,
		.code = bytes_str("A1"),
		.name = bytes_str("あおい"),
		.birth_date = 20220401,
		.blood = 3,
		.photo = bytes_str("never"),
	};
	struct json json;

	buf_clear(out);
	json_init(&json, out);
	json_object(&json, NULL);
	json_row(&json, &example, &row, groups);
	json_object_end(&json);
	assert_true(err_is_ok(json.state));
	assert_true(err_is_ok(buf_u8(out, '\0')));
}

static void test_groups(void **state)
{
	OWN(buf) out = {0};

	(void)state;
	row_text(NULL, &out);
	assert_string_equal((const char *)out.ptr,
	    "{\"id\":\"00000000000000000000000002\",\"facility\":\"00000000000000000000000003\",\"class\":null,\"kind\":null,"
	    "\"seat\":7,\"active\":false,\"seen\":null,\"code\":\"A1\"}");
	row_text("record", &out);
	assert_non_null(strstr((const char *)out.ptr, "\"birth_date\":\"2022-04-01\""));
	assert_null(strstr((const char *)out.ptr, "あおい"));
	row_text("basi,basics,care", &out);
	assert_null(strstr((const char *)out.ptr, "あおい"));
	assert_non_null(strstr((const char *)out.ptr, "\"blood\":\"AB\""));
	row_text("record,basic", &out);
	assert_non_null(strstr((const char *)out.ptr, "あおい"));
	row_text("*", &out);
	assert_non_null(strstr((const char *)out.ptr, "あおい"));
	assert_null(strstr((const char *)out.ptr, "never"));
}

static void test_problem(void **state)
{
	OWN(buf) out = {0};

	(void)state;
	assert_true(err_is(run(bytes_str("{\"name\":\"abcdef\"}")), ERR_INVALID));
	assert_true(err_is_ok(json_problem(&out, FAIL(INVALID), LANGUAGE_EN, NULL, bytes_str("req"), &problems)));
	assert_true(bytes_is(bytes_of(&out),
	    "{\"type\":\"https://sekimori.example/problems/invalid-input\",\"title\":\"The input is not valid.\",\"status\":400,"
	    "\"detail\":\"The input is not valid.\",\"instance\":\"req\",\"errors\":[{\"field\":\"name\",\"code\":\"too-long\","
	    "\"message\":\"\\\"Name\\\" must be at most 5 characters\"}]}"));
	buf_clear(&out);
	assert_true(err_is_ok(json_problem(&out, FAIL(NOT_FOUND), LANGUAGE_JA, "なし", bytes_str("r"), NULL)));
	assert_true(bytes_is(bytes_of(&out),
	    "{\"type\":\"https://sekimori.example/problems/not-found\",\"title\":\"見つかりません。\",\"status\":404,"
	    "\"detail\":\"なし\",\"instance\":\"r\"}"));
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, (size_t)1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_unknown),
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_problem),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
