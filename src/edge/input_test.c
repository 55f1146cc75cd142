/*
 * Path, query and body to typed fields: every flaw is found, named, and carried along.
 */
#include "base/unit_test.h"
#include "edge/input.h"

static const char *const kinds[] = {"absence", "late", NULL};

static const struct input inputs[] = {
	{.place = IN_PATH, .field = {.name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID}},
	{.place = IN_PATH, .field = {.name = "page", .ja = "頁", .en = "Page", .type = FIELD_INT, .min = 0, .max = 9}},
	{.place = IN_QUERY, .field = {.name = "from", .ja = "日", .en = "From", .type = FIELD_DATE}},
	{.place = IN_QUERY, .field = {.name = "must", .ja = "必", .en = "Must", .type = FIELD_TEXT, .required = true}},
	{.place = IN_BODY, .field = {.name = "kind", .ja = "種", .en = "Kind", .type = FIELD_CHOICE, .choices = kinds, .required = true}},
	{.place = IN_BODY, .field = {.name = "reason", .ja = "由", .en = "Reason", .type = FIELD_TEXT, .max = 10}},
	{.field = {.name = NULL}},
};
static const struct op call = {.id = "test.call", .method = "POST", .path = "/x/{child}/{page}", .inputs = inputs};

static const struct input raw_inputs[] = {
	{.place = IN_BODY, .raw = true, .field = {.name = "data", .ja = "", .en = "Data", .type = FIELD_BYTES, .max = 8, .required = true}},
	{.field = {.name = NULL}},
};
static const struct op raw = {.id = "test.raw", .method = "PUT", .path = "/raw", .inputs = raw_inputs};
static const struct op bare = {.id = "test.bare", .method = "GET", .path = "/bare"};

#define CHILD "00000000000000000000000001"

struct outcome {
	struct input_values values;
	struct wire_request request;
	struct buf fields;
	struct arena arena;
};

static void read_all(const struct op *op, const char *child, const char *page, const char *query, const char *body, struct outcome *out)
{
	struct bytes parts[OP_PATH_INPUT_MAX] = {bytes_str(child), bytes_str(page)};
	struct input_source source = {.op = op, .parts = parts, .query = bytes_str(query), .body = bytes_str(body)};

	*out = (struct outcome){.request = {.present = ~0u, .fields = BYTES_LIT("left over")}};
	arena_init(&out->arena, 1 << 20);
	assert_ok(input_read(&source, &out->arena, &out->values));
	assert_ok(input_encode(op, &out->values, &out->fields, &out->request));
}

static void drop(struct outcome *out)
{
	arena_free(&out->arena);
	buf_free(&out->fields);
}

static void good_ones_arrive(void **state)
{
	static struct outcome out;
	struct bytes rest;
	struct value value;

	(void)state;
	read_all(&call, CHILD, "3", "must=%E3%81%9B&from=2026-11-21", "{\"kind\":\"late\",\"reason\":\"熱\"}", &out);
	assert_int_equal(out.request.flaw_count, 0);
	assert_int_equal(out.request.present, 0x3f);
	rest = out.request.fields;
	for (size_t i = 0; i < 6; i++) {
		assert_ok(value_decode(&inputs[i].field, &rest, &value));
		assert_true(value.present);
		if (i == 0)
			assert_int_equal(value.as.id.b[15], 1);
		if (i == 4)
			assert_int_equal(value.as.choice, 1);
		if (i == 5)
			assert_bytes(value.as.text, BYTES_LIT("熱"));
	}
	assert_int_equal(rest.len, 0);
	assert_bytes(input_find(&call, &out.values, "must")->as.text, BYTES_LIT("せ"));
	assert_null(input_find(&call, &out.values, "none"));
	drop(&out);
}

static void flaws_are_named(void **state)
{
	static const struct { const char *page, *query, *body, *name; enum flaw flaw; } rows[] = {
		{"3", "", "{\"kind\":\"late\"}", "must", FLAW_MISSING},
		{"x", "must=a", "{\"kind\":\"late\"}", "page", FLAW_FORMAT},
		{"10", "must=a", "{\"kind\":\"late\"}", "page", FLAW_TOO_LARGE},
		{"3", "must=a&must=b", "{\"kind\":\"late\"}", "must", FLAW_DUPLICATE},
		{"3", "must=a&role=x", "{\"kind\":\"late\"}", "role", FLAW_UNKNOWN},
		{"3", "must=a&kind=late", "{\"kind\":\"late\"}", "kind", FLAW_UNKNOWN},
		{"3", "must=a&child=" CHILD, "{\"kind\":\"late\"}", "child", FLAW_UNKNOWN},
		{"3", "must=%ff", "{\"kind\":\"late\"}", "", FLAW_ENCODING},
		{"3", "must=a&from=2026-13-01", "{\"kind\":\"late\"}", "from", FLAW_FORMAT},
		{"3", "must=a", "{}", "kind", FLAW_MISSING},
		{"3", "must=a", "{\"kind\":\"none\"}", "kind", FLAW_CHOICE},
		{"3", "must=a", "{\"kind\":\"late\",\"reason\":\"12345678901\"}", "reason", FLAW_TOO_LONG},
		{"3", "must=a", "{\"kind\":\"late\",\"role\":\"auditor\"}", "role", FLAW_UNKNOWN},
		{"3", "must=a", "{\"kind\":\"late\",\"must\":\"b\"}", "must", FLAW_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		static struct outcome out;
		bool found = false;

		read_all(&call, CHILD, rows[i].page, rows[i].query, rows[i].body, &out);
		for (size_t k = 0; k < out.request.flaw_count; k++)
			found = found || (out.request.flaws[k].flaw == rows[i].flaw && strcmp(out.request.flaws[k].name, rows[i].name) == 0);
		if (!found)
			fail_msg("%zu: %s %s", i, rows[i].query, rows[i].body);
		drop(&out);
	}
}

static void an_id_that_is_none_is_nobodys(void **state)
{
	static const char *const ids[] = {"x", "0", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000A", CHILD "0"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		static struct outcome out;

		read_all(&call, ids[i], "3", "must=a", "{\"kind\":\"late\"}", &out);
		assert_int_equal(out.request.flaw_count, 0);
		assert_true(out.values.list[0].present);
		assert_true(id_is_zero(out.values.list[0].as.id));
		drop(&out);
	}
}

static void a_broken_body_is_a_flaw(void **state)
{
	static const char *const bodies[] = {"", "{", "[]", "null", "{}x", "{\"kind\":\"late\",\"kind\":\"late\"}", "{\"kind\":NaN}"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		static struct outcome out;

		read_all(&call, CHILD, "3", "must=a", bodies[i], &out);
		assert_true(out.request.flaw_count > 0);
		drop(&out);
	}
}

static void raw_bodies_and_none(void **state)
{
	static struct outcome out;

	(void)state;
	read_all(&raw, "", "", "", "12345678", &out);
	assert_int_equal(out.request.flaw_count, 0);
	assert_int_equal(out.request.present, 1);
	drop(&out);
	read_all(&raw, "", "", "", "123456789", &out);
	assert_int_equal(out.request.flaw_count, 1);
	assert_int_equal(out.request.flaws[0].flaw, FLAW_TOO_LONG);
	drop(&out);
	read_all(&raw, "", "", "", "", &out);
	assert_int_equal(out.request.flaws[0].flaw, FLAW_MISSING);
	drop(&out);
	read_all(&bare, "", "", "", "", &out);
	assert_int_equal(out.request.flaw_count, 0);
	drop(&out);
	read_all(&bare, "", "", "a=b", "{}", &out);
	assert_int_equal(out.request.flaw_count, 2);
	drop(&out);
}

static void kinds_of_bodies(void **state)
{
	static const struct { const struct op *op; const char *type; size_t len; enum err_code code; } rows[] = {
		{&call, "application/json", 2, ERR_OK},
		{&call, "Application/JSON; charset=UTF-8", 2, ERR_OK},
		{&call, "application/json;charset=\"utf-8\"", 2, ERR_OK},
		{&call, "application/json; charset=shift_jis", 2, ERR_MEDIA_TYPE},
		{&call, "application/json-patch+json", 2, ERR_MEDIA_TYPE},
		{&call, "text/plain", 2, ERR_MEDIA_TYPE},
		{&call, "", 2, ERR_MEDIA_TYPE},
		{&call, "", 0, ERR_OK},
		{&call, "text/plain", 0, ERR_MEDIA_TYPE},
		{&raw, "application/octet-stream", 2, ERR_OK},
		{&raw, "application/json", 2, ERR_MEDIA_TYPE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (!err_is(input_media(rows[i].op, bytes_str(rows[i].type), rows[i].len), rows[i].code))
			fail_msg("%zu: %s", i, rows[i].type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_arrive),
		cmocka_unit_test(flaws_are_named),
		cmocka_unit_test(an_id_that_is_none_is_nobodys),
		cmocka_unit_test(a_broken_body_is_a_flaw),
		cmocka_unit_test(raw_bodies_and_none),
		cmocka_unit_test(kinds_of_bodies),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
