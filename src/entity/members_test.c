/*
 * Forms: what JSON gives becomes the bytes, the bytes are judged again, and nothing else passes for them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit_test.h"
#include "entity/example.h"
#include "entity/json.h"
#include "entity/members.h"

const struct entity *const *const entities = example_entities;

static const struct field title = {.name = "title", .ja = "題", .en = "Title", .type = FIELD_TEXT, .max = 5};
static const struct field form = {.name = "fields", .ja = "項目", .en = "Fields", .type = FIELD_FORM, .required = true};
static const struct field *const fields[] = {&title, &form};

static struct arena arena;
static struct value values[2];
static struct problems problems;

static err run(const char *body)
{
	arena_reset(&arena);
	problems = (struct problems){.language = LANGUAGE_EN};
	return json_read(bytes_str(body), fields, 2, &arena, values, &problems);
}

static const struct { const char *body, *found; } rows[] = {
	{"{\"fields\":{}}", ""},
	{"{\"fields\":{\"a\":\"x\",\"b_2\":-7,\"c\":true,\"d\":null,\"e\":\"\"}}", ""},
	{"{}", "fields:missing"},
	{"{\"fields\":null}", "fields:missing"},
	{"{\"fields\":\"a\"}", "fields:type"},
	{"{\"fields\":[]}", "fields:type"},
	{"{\"title\":{},\"fields\":{}}", "title:type"},
	{"{\"fields\":{\"A\":\"x\"}}", "fields.A:unknown"},
	{"{\"fields\":{\"\":\"x\"}}", "fields.:unknown"},
	{"{\"fields\":{\"a.b\":\"x\",\"2a\":1}}", "fields.a.b:unknown fields.2a:unknown"},
	{"{\"fields\":{\"a\":{\"b\":1},\"c\":[1]}}", "fields.a:type fields.c:type"},
	{"{\"fields\":{\"a\":1.5}}", "fields:type"},
	{"{\"fields\":{\"a\":9007199254740993}}", "fields:type"},
	{"{\"fields\":{\"a\":\"\\u0007\"}}", "fields.a:control"},
	{"{\"fields\":{\"a\":\"\\ud800\"}}", "fields:encoding"},
	{"{\"fields\":{\"a\":\"x\",\"a\":\"y\"}}", "a:duplicate"},
};

static void from_json(void **state)
{
	(void)state;
	arena_init(&arena, (size_t)1 << 20);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char found[512] = "";
		err e = run(rows[i].body);

		for (size_t k = 0; k < problems.count; k++)
			(void)snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s:%s", k > 0 ? " " : "",
			    problems.list[k].field, flaw_code(problems.list[k].flaw));
		if (strcmp(found, rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].body, found);
		assert_int_equal(err_is_ok(e), rows[i].found[0] == '\0');
		if (err_is_ok(e))
			assert_int_equal(value_check(&form, &values[1]), FLAW_NONE);
	}
	arena_free(&arena);
}

static void there_and_back(void **state)
{
	OWN(buf) out = {0};
	OWN(buf) wire = {0};
	struct bytes from;
	struct value again;
	struct json json;

	(void)state;
	arena_init(&arena, (size_t)1 << 20);
	/* か and its mark become one; \r\n becomes \n */
	assert_ok(run("{\"fields\":{\"a\":\"\\u304b\\u3099\\r\\nx\",\"n\":12,\"t\":true,\"z\":null}}"));
	assert_bytes(members_get(values[1].as.text, "a"), BYTES_LIT("が\nx"));
	assert_bytes(members_get(values[1].as.text, "n"), BYTES_LIT("12"));
	assert_bytes(members_get(values[1].as.text, "t"), BYTES_LIT("true"));
	assert_int_equal(members_get(values[1].as.text, "z").len, 0);
	assert_int_equal(members_get(values[1].as.text, "none").len, 0);
	json_init(&json, &out);
	json_members(&json, NULL, values[1].as.text);
	assert_bytes(bytes_of(&out), BYTES_LIT("{\"a\":\"が\\nx\",\"n\":\"12\",\"t\":\"true\",\"z\":\"\"}"));
	assert_ok(value_encode(&form, &values[1], &wire));
	from = bytes_of(&wire);
	assert_ok(value_decode(&form, &from, &again));
	assert_bytes(again.as.text, values[1].as.text);
	assert_int_equal(from.len, 0);
	arena_free(&arena);
}

/* The limit passes, one more does not. */
static void limits(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		OWN(buf) many = {0};
		OWN(buf) body = {0};
		OWN(buf) large = {0};
		struct value value = {.present = true};
		uint8_t *memory = calloc(1, MEMBERS_SIZE_MAX);
		struct bytes text = {memory, MEMBERS_SIZE_MAX - 4 + over};

		assert_non_null(memory);
		memset(memory, 'x', MEMBERS_SIZE_MAX);
		assert_ok(buf_append_str(&body, "{\"fields\":{"));
		for (size_t i = 0; i < MEMBERS_MAX + over; i++) {
			char name[8];

			(void)snprintf(name, sizeof(name), "n%zu", i);
			assert_ok(members_put(&many, bytes_str(name), BYTES_LIT("x")));
			assert_ok(buf_printf(&body, "%s\"%s\":\"x\"", i > 0 ? "," : "", name));
		}
		assert_ok(buf_append_str(&body, "}}"));
		assert_ok(buf_u8(&body, 0));
		assert_int_equal(members_check(bytes_of(&many), NULL), over == 0 ? FLAW_NONE : FLAW_TOO_LONG);
		arena_init(&arena, (size_t)1 << 20);
		assert_int_equal(err_is_ok(run((const char *)body.ptr)), over == 0);
		assert_ok(members_put(&large, BYTES_LIT("a"), text));
		value.as.text = bytes_of(&large);
		assert_int_equal(value_check(&form, &value), over == 0 ? FLAW_NONE : FLAW_TOO_LONG);
		free(memory);
		arena_free(&arena);
	}
}

static const struct { const char *name; const char *raw; size_t len; enum flaw flaw; } bad[] = {
	{"nothing", "", 0, FLAW_NONE},
	{"one", "\1a\0\1x", 5, FLAW_NONE},
	{"an empty text", "\1a\0\0", 4, FLAW_NONE},
	{"no name", "\0\0\1x", 4, FLAW_FORMAT},
	{"a capital", "\1A\0\1x", 5, FLAW_FORMAT},
	{"a digit first", "\2" "1a\0\1x", 6, FLAW_FORMAT},
	{"twice", "\1a\0\1x\1a\0\1y", 10, FLAW_DUPLICATE},
	{"cut in the name", "\2a", 2, FLAW_FORMAT},
	{"cut in the length", "\1a\0", 3, FLAW_FORMAT},
	{"cut in the text", "\1a\0\2x", 5, FLAW_FORMAT},
	{"something left", "\1a\0\1xy", 6, FLAW_FORMAT},
	{"not UTF-8", "\1a\0\1\xff", 5, FLAW_ENCODING},
	{"not NFC", "\1a\0\6か\xe3\x82\x99", 10, FLAW_ENCODING},
	{"a NUL", "\1a\0\1\0", 5, FLAW_CONTROL},
	{"a carriage return", "\1a\0\1\r", 5, FLAW_CONTROL},
	{"a line", "\1a\0\1\n", 5, FLAW_NONE},
};

static void bytes_are_judged_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (members_check((struct bytes){(const uint8_t *)bad[i].raw, bad[i].len}, NULL) != bad[i].flaw)
			fail_msg("%s", bad[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_json),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(limits),
		cmocka_unit_test(bytes_are_judged_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
