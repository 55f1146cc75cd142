/*
 * Values: rows of input and exact flaw, each limit and one past it; what we encode we decode.
 */
#include <string.h>

#include "base/unit_test.h"
#include "entity/example.h"
#include "entity/value.h"

const struct entity *const *const entities = example_entities;

static struct arena arena;

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

static const struct field text5 = {.name = "t", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .min = 2, .max = 5};
static const struct field lines = {.name = "l", .ja = "備考", .en = "Notes", .type = FIELD_TEXT, .multiline = true};
static const struct field needed = {.name = "n", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .required = true, .max = 40};
static const struct field number = {.name = "i", .ja = "定員", .en = "Capacity", .type = FIELD_INT, .min = 0, .max = 500};
static const struct field any_number = {.name = "j", .ja = "数", .en = "Number", .type = FIELD_INT};
static const struct field date = {.name = "d", .ja = "日付", .en = "Date", .type = FIELD_DATE, .min = 20200101, .max = 20201231};
static const struct field when = {.name = "w", .ja = "日時", .en = "Time", .type = FIELD_TIME};
static const struct field flag = {.name = "b", .ja = "可否", .en = "Flag", .type = FIELD_BOOL};
static const struct field choice = {.name = "c", .ja = "区分", .en = "Kind", .type = FIELD_CHOICE, .choices = example_kinds};
static const struct field id = {.name = "x", .ja = "園", .en = "Facility", .type = FIELD_ID};
static const struct field raw = {.name = "r", .ja = "内容", .en = "Content", .type = FIELD_BYTES, .max = 4};

static const struct {
	const struct field *field;
	const char *text;
	size_t len; /* 0: to the NUL */
	enum flaw flaw;
} parse_rows[] = {
	{&text5, "あい", 0, FLAW_NONE},
	{&text5, "あ", 0, FLAW_TOO_SHORT},
	{&text5, "あいうえお", 0, FLAW_NONE},
	{&text5, "あいうえおか", 0, FLAW_TOO_LONG},
	{&text5, "\xf0\x9f\x8c\xb8\xf0\x9f\x8c\xb8\xf0\x9f\x8c\xb8\xf0\x9f\x8c\xb8\xf0\x9f\x8c\xb8", 0, FLAW_NONE},
	{&text5, "か\xe3\x82\x99か\xe3\x82\x99か\xe3\x82\x99か\xe3\x82\x99か\xe3\x82\x99", 0, FLAW_NONE}, /* five がs in pieces */
	{&text5, "か\xe3\x82\x99か\xe3\x82\x99か\xe3\x82\x99か\xe3\x82\x99か\xe3\x82\x99か", 0, FLAW_TOO_LONG},
	{&text5, "ab\xff", 0, FLAW_ENCODING},
	{&text5, "ab\xc0\x80", 0, FLAW_ENCODING},
	{&text5, "ab\xed\xa0\x80", 0, FLAW_ENCODING},
	{&text5, "ab\xf4\x90\x80\x80", 0, FLAW_ENCODING},
	{&text5, "a\0b", 3, FLAW_CONTROL},
	{&text5, "a\tb", 0, FLAW_CONTROL},
	{&text5, "a\nb", 0, FLAW_CONTROL},
	{&text5, "a\x7f" "b", 0, FLAW_CONTROL},
	{&text5, "a\xc2\x80" "b", 0, FLAW_CONTROL},
	{&text5, "a\xc2\x9f" "b", 0, FLAW_CONTROL},
	{&text5, "a\xc2\xa0" "b", 0, FLAW_NONE},
	{&text5, "a\xe2\x80\xa7" "b", 0, FLAW_NONE},
	{&text5, "a\xe2\x80\xa8" "b", 0, FLAW_CONTROL},
	{&text5, "a\xe2\x80\xa9" "b", 0, FLAW_CONTROL},
	{&text5, "a\xe2\x80\xaa" "b", 0, FLAW_CONTROL},
	{&text5, "a\xe2\x80\xae" "b", 0, FLAW_CONTROL},
	{&text5, "a\xe2\x80\xaf" "b", 0, FLAW_NONE},
	{&text5, "a\xe2\x81\xa5" "b", 0, FLAW_NONE},
	{&text5, "a\xe2\x81\xa6" "b", 0, FLAW_CONTROL},
	{&text5, "a\xe2\x81\xa9" "b", 0, FLAW_CONTROL},
	{&text5, "a\xef\xb7\x90" "b", 0, FLAW_CONTROL},
	{&text5, "a\xef\xb7\xaf" "b", 0, FLAW_CONTROL},
	{&text5, "a\xef\xbf\xbe" "b", 0, FLAW_CONTROL},
	{&text5, "a\xf0\x9f\xbf\xbf" "b", 0, FLAW_CONTROL},
	{&text5, "", 0, FLAW_NONE},
	{&lines, "a\nb\r\nc", 0, FLAW_NONE},
	{&lines, "a\rb", 0, FLAW_CONTROL},
	{&needed, "", 0, FLAW_MISSING},
	{&needed, " 　\xe3\x80\x80", 0, FLAW_MISSING},
	{&needed, "　髙﨑", 0, FLAW_NONE},
	{&number, "0", 0, FLAW_NONE},
	{&number, "500", 0, FLAW_NONE},
	{&number, "501", 0, FLAW_TOO_LARGE},
	{&number, "-1", 0, FLAW_TOO_SMALL},
	{&number, "", 0, FLAW_FORMAT},
	{&number, "-", 0, FLAW_FORMAT},
	{&number, "-0", 0, FLAW_FORMAT},
	{&number, "+5", 0, FLAW_FORMAT},
	{&number, "05", 0, FLAW_FORMAT},
	{&number, "0x5", 0, FLAW_FORMAT},
	{&number, "5.0", 0, FLAW_FORMAT},
	{&number, " 5", 0, FLAW_FORMAT},
	{&any_number, "9007199254740992", 0, FLAW_NONE},
	{&any_number, "9007199254740993", 0, FLAW_TOO_LARGE},
	{&any_number, "-9007199254740992", 0, FLAW_NONE},
	{&any_number, "-9007199254740993", 0, FLAW_TOO_SMALL},
	{&any_number, "9223372036854775808", 0, FLAW_TOO_LARGE},
	{&any_number, "99999999999999999999999999999999999999", 0, FLAW_TOO_LARGE},
	{&date, "2020-01-01", 0, FLAW_NONE},
	{&date, "2019-12-31", 0, FLAW_TOO_SMALL},
	{&date, "2020-12-31", 0, FLAW_NONE},
	{&date, "2021-01-01", 0, FLAW_TOO_LARGE},
	{&date, "2020-02-29", 0, FLAW_NONE},
	{&date, "2020-02-30", 0, FLAW_FORMAT},
	{&date, "2020/02/03", 0, FLAW_FORMAT},
	{&when, "2026-11-21T09:00:00+09:00", 0, FLAW_NONE},
	{&when, "2026-11-21 09:00", 0, FLAW_FORMAT},
	{&flag, "true", 0, FLAW_NONE},
	{&flag, "1", 0, FLAW_FORMAT},
	{&choice, "half", 0, FLAW_NONE},
	{&choice, "Half", 0, FLAW_CHOICE},
	{&choice, "", 0, FLAW_CHOICE},
	{&id, "00000000000000000000000001", 0, FLAW_NONE},
	{&id, "00000000000000000000000000", 0, FLAW_FORMAT},
	{&id, "0000000000000000000000000I", 0, FLAW_FORMAT},
	{&raw, "ab", 0, FLAW_TYPE},
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parse_rows) / sizeof(parse_rows[0]); i++) {
		const char *text = parse_rows[i].text;
		size_t len = parse_rows[i].len == 0 ? strlen(text) : parse_rows[i].len;
		struct value value = {0};
		enum flaw flaw = value_parse(parse_rows[i].field, (struct bytes){(const uint8_t *)text, len}, &arena, &value);

		if (flaw != parse_rows[i].flaw)
			fail_msg("row %zu (%s): %s, not %s", i, text, flaw_code(flaw), flaw_code(parse_rows[i].flaw));
		assert_int_equal(value.present, flaw == FLAW_NONE);
		if (flaw == FLAW_NONE)
			assert_int_equal(value_check(parse_rows[i].field, &value), FLAW_NONE);
	}
}

static void test_normal_form(void **state)
{
	struct value value;

	(void)state;
	assert_int_equal(value_parse(&lines, bytes_str("か\xe3\x82\x99\r\nA\xcc\x8a"), &arena, &value), FLAW_NONE);
	assert_true(bytes_is(value.as.text, "が\n\xc3\x85"));
	assert_int_equal(value_parse(&lines, bytes_str("髙﨑"), &arena, &value), FLAW_NONE);
	assert_true(bytes_is(value.as.text, "髙﨑"));
	/* the core does not take the edge's word for it */
	value.as.text = bytes_str("か\xe3\x82\x99");
	assert_int_equal(value_check(&lines, &value), FLAW_ENCODING);
}

static void test_check(void **state)
{
	struct value value = {.present = true, .as.choice = 2};

	(void)state;
	assert_int_equal(value_check(&choice, &value), FLAW_CHOICE);
	value.as.choice = -1;
	assert_int_equal(value_check(&choice, &value), FLAW_CHOICE);
	value.as.choice = 1;
	assert_int_equal(value_check(&choice, &value), FLAW_NONE);
	value = (struct value){.present = true, .as.date = 20200230};
	assert_int_equal(value_check(&date, &value), FLAW_FORMAT);
	value = (struct value){.present = true, .as.integer = 501};
	assert_int_equal(value_check(&number, &value), FLAW_TOO_LARGE);
	value = (struct value){.present = true, .as.text = bytes_str("1234")};
	assert_int_equal(value_check(&raw, &value), FLAW_NONE);
	value.as.text = bytes_str("12345");
	assert_int_equal(value_check(&raw, &value), FLAW_TOO_LONG);
	value = (struct value){0};
	assert_int_equal(value_check(&needed, &value), FLAW_MISSING);
	assert_int_equal(value_check(&text5, &value), FLAW_NONE);
	value.null = true;
	assert_int_equal(value_check(&needed, &value), FLAW_MISSING);
	value.present = true;
	assert_int_equal(value_check(&text5, &value), FLAW_TYPE);
}

static const struct {
	const struct field *field;
	const char *text;
	const char *shown; /* NULL: the same */
} pair_rows[] = {
	{&text5, "あいう", NULL},
	{&number, "0", NULL},
	{&any_number, "-9007199254740992", NULL},
	{&date, "2020-02-29", NULL},
	{&when, "2026-11-21T00:00:00.5Z", "2026-11-21T09:00:00.500000+09:00"},
	{&flag, "true", NULL},
	{&flag, "false", NULL},
	{&choice, "half", NULL},
	{&id, "7zzzzzzzzzzzzzzzzzzzzzzzzz", NULL},
};

static void test_pair(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pair_rows) / sizeof(pair_rows[0]); i++) {
		const struct field *field = pair_rows[i].field;
		OWN(buf) wire = {0};
		OWN(buf) text = {0};
		struct value in;
		struct value out;
		struct bytes from;

		assert_int_equal(value_parse(field, bytes_str(pair_rows[i].text), &arena, &in), FLAW_NONE);
		assert_true(err_is_ok(value_encode(field, &in, &wire)));
		for (size_t len = 0; len < wire.len; len++) { /* every shorter form is refused */
			from = (struct bytes){wire.ptr, len};
			assert_true(err_is(value_decode(field, &from, &out), ERR_INVALID));
			assert_int_equal(from.len, len);
		}
		from = bytes_of(&wire);
		assert_true(err_is_ok(value_decode(field, &from, &out)));
		assert_int_equal(from.len, 0);
		assert_true(err_is_ok(value_text(field, &out, &text)));
		assert_true(bytes_is(bytes_of(&text), pair_rows[i].shown == NULL ? pair_rows[i].text : pair_rows[i].shown));
	}
}

static void test_decode_refuses(void **state)
{
	static const struct {
		const struct field *field;
		const char *wire;
		size_t len;
	} rows[] = {
		{&flag, "\x03\x01", 2},
		{&flag, "\x02\x02", 2},
		{&choice, "\x02\x80\0\0\0", 5},
		{&date, "\x02\xff\xff\xff\xff", 5},
		{&raw, "\x02\0\0\0\x05" "12345", 10},
		{&text5, "\x02\0\0\0\x15" "123456789012345678901", 26},
	};
	struct value value;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes from = {(const uint8_t *)rows[i].wire, rows[i].len};

		assert_true(err_is(value_decode(rows[i].field, &from, &value), ERR_INVALID));
	}
}

static void test_absent_and_null(void **state)
{
	OWN(buf) wire = {0};
	struct value value = {0};
	struct bytes from;

	(void)state;
	assert_true(err_is_ok(value_encode(&choice, &value, &wire)));
	value.null = true;
	assert_true(err_is_ok(value_encode(&choice, &value, &wire)));
	assert_int_equal(wire.len, 2);
	from = bytes_of(&wire);
	assert_true(err_is_ok(value_decode(&choice, &from, &value)));
	assert_false(value.present || value.null);
	assert_true(err_is_ok(value_decode(&choice, &from, &value)));
	assert_true(!value.present && value.null);
}

static void test_struct(void **state)
{
	struct example row;
	struct value value;

	(void)state;
	memset(&row, 0xff, sizeof(row));
	for (size_t i = 0; i < EXAMPLE_FIELD_COUNT; i++) {
		const struct field *field = &example_fields[i];
		bool always = field->type == FIELD_INT || field->type == FIELD_BOOL;

		value_store(field, &(struct value){0}, &row);
		assert_int_equal(value_empty(field, &row), !always);
		value_load(field, &row, &value);
		assert_int_equal(value.present, always);
	}
	assert_int_equal(row.kind, -1);
	value_store(&example_fields[2], &(struct value){.present = true, .as.choice = 1}, &row);
	assert_int_equal(row.kind, 1);
	value_load(&example_fields[2], &row, &value);
	assert_true(value.present && value.as.choice == 1);
}

static const struct {
	const struct field *field;
	enum flaw flaw;
	const char *ja;
	const char *en;
} message_rows[] = {
	{&needed, FLAW_TOO_LONG, "「名前」は40文字以内で入力してください", "\"Name\" must be at most 40 characters"},
	{&needed, FLAW_MISSING, "「名前」を入力してください", "\"Name\" is required"},
	{&text5, FLAW_TOO_SHORT, "「名前」は2文字以上で入力してください", "\"Name\" must be at least 2 characters"},
	{&number, FLAW_TOO_LARGE, "「定員」は500以下で入力してください", "\"Capacity\" must be at most 500"},
	{&any_number, FLAW_TOO_SMALL, "「数」は-9007199254740992以上で入力してください",
	    "\"Number\" must be at least -9007199254740992"},
	{&date, FLAW_TOO_LARGE, "「日付」は2020-12-31以前の日付にしてください", "\"Date\" must not be after 2020-12-31"},
	{&choice, FLAW_CHOICE, "「区分」は次から選んでください: day、half", "\"Kind\" must be one of: day, half"},
	{&id, FLAW_FORMAT, "「園」は26文字のIDで指定してください", "\"Facility\" must be an id of 26 characters"},
	{NULL, FLAW_FORMAT, "送信された内容の書式が正しくありません", "The body is not well formed"},
};

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(message_rows) / sizeof(message_rows[0]); i++) {
		struct problems ja = {.language = LANGUAGE_JA};
		struct problems en = {.language = LANGUAGE_EN};

		problems_add(&ja, NULL, message_rows[i].field, message_rows[i].flaw, NULL);
		problems_add(&en, NULL, message_rows[i].field, message_rows[i].flaw, NULL);
		assert_string_equal(ja.list[0].message, message_rows[i].ja);
		assert_string_equal(en.list[0].message, message_rows[i].en);
	}
}

static void test_problems_bounds(void **state)
{
	struct problems problems = {0};
	char name[200];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name, "a\nb\x1b\xff", 5);
	for (size_t i = 0; i < PROBLEM_FIELD_MAX + 5; i++)
		problems_add(&problems, name, NULL, FLAW_UNKNOWN, NULL);
	assert_int_equal(problems.count, PROBLEM_FIELD_MAX);
	assert_int_equal(strlen(problems.list[0].field), 63);
	assert_memory_equal(problems.list[0].field, "a?b??nnn", 8);
	/* every flaw has words for every kind of field */
	for (int type = 0; type < FIELD_TYPE_COUNT; type++) {
		struct field field = {.name = "f", .ja = "項", .en = "F", .type = (enum field_type)type};

		for (int flaw = FLAW_NONE + 1; flaw < FLAW_COUNT; flaw++) {
			problems.count = 0;
			problems_add(&problems, NULL, &field, (enum flaw)flaw, NULL);
			assert_true(strlen(problems.list[0].message) > 5);
			assert_null(strchr(problems.list[0].message, '{'));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parse, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_normal_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_check, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pair, set_up, tear_down),
		cmocka_unit_test(test_decode_refuses),
		cmocka_unit_test(test_absent_and_null),
		cmocka_unit_test(test_struct),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_problems_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
