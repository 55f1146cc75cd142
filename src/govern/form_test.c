/*
 * Forms of descriptions: mistakes in them are said with their place; what people fill in is judged by them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit_test.h"

#include "govern/form.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, (size_t)4 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static err load(const char *text, struct form *out)
{
	struct yaml_node *root = NULL;

	TRY(yaml_parse(bytes_str(text), "t.yaml", &arena, &root));
	return form_load(root, &arena, out);
}

static const char all_kinds[] =
    "- {name: title, ja: 題, en: Title, type: text, required: \"yes\", max: 5}\n"
    "- {name: words, ja: 文, en: Words, type: long}\n"
    "- {name: day, ja: 日, en: Day, type: date}\n"
    "- {name: at, ja: 時, en: Time, type: time}\n"
    "- {name: number, ja: 数, en: Number, type: int, min: 1, max: 9}\n"
    "- {name: good, ja: 可, en: Good, type: bool}\n"
    "- {name: kind, ja: 種, en: Kind, type: choice, choices: [{code: a, ja: 甲, en: First}, {code: b, ja: 乙, en: Second}]}\n";

static const struct { const char *name, *text; } wrong[] = {
	{"no list", "a: b\n"},
	{"an empty list", "[]\n"},
	{"no map", "- plain\n"},
	{"no name", "- {ja: あ, en: a, type: text}\n"},
	{"a name in capitals", "- {name: A, ja: あ, en: a, type: text}\n"},
	{"a name with a dot", "- {name: a.b, ja: あ, en: a, type: text}\n"},
	{"no Japanese", "- {name: a, en: a, type: text}\n"},
	{"no type", "- {name: a, ja: あ, en: a}\n"},
	{"a type that is none", "- {name: a, ja: あ, en: a, type: colour}\n"},
	{"a name twice", "- {name: a, ja: あ, en: a, type: text}\n- {name: a, ja: い, en: b, type: text}\n"},
	{"required, perhaps", "- {name: a, ja: あ, en: a, type: text, required: perhaps}\n"},
	{"a choice without choices", "- {name: a, ja: あ, en: a, type: choice}\n"},
	{"a choice of one", "- {name: a, ja: あ, en: a, type: choice, choices: [{code: a, ja: あ, en: a}]}\n"},
	{"a choice twice", "- {name: a, ja: あ, en: a, type: choice, choices: [{code: a, ja: あ, en: a}, {code: a, ja: い, en: b}]}\n"},
	{"choices of a text", "- {name: a, ja: あ, en: a, type: text, choices: [{code: a, ja: あ, en: a}, {code: b, ja: い, en: b}]}\n"},
	{"bounds of a date", "- {name: a, ja: あ, en: a, type: date, max: 3}\n"},
	{"a bound that is no number", "- {name: a, ja: あ, en: a, type: int, max: few}\n"},
	{"bounds the wrong way", "- {name: a, ja: あ, en: a, type: int, min: 5, max: 3}\n"},
	{"a text beyond all", "- {name: a, ja: あ, en: a, type: long, max: 10001}\n"},
	{"an unknown member", "- {name: a, ja: あ, en: a, type: text, colour: red}\n"},
};

static void mistakes_are_said(void **state)
{
	struct form form;

	(void)state;
	assert_ok(load(all_kinds, &form));
	assert_int_equal(form.count, 7);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (!err_is(load(wrong[i].text, &form), ERR_INVALID))
			fail_msg("accepted: %s", wrong[i].name);
	for (size_t over = 0; over < 2; over++) {
		OWN(buf) text = {0};

		for (size_t i = 0; i < FORM_FIELDS_MAX + over; i++)
			assert_ok(buf_printf(&text, "- {name: f%zu, ja: あ, en: a, type: text}\n", i));
		assert_ok(buf_u8(&text, 0));
		assert_int_equal(err_is_ok(load((const char *)text.ptr, &form)), over == 0);
	}
}

/* "name=text" … -> bytes */
static void given_of(const char *pairs, struct buf *out)
{
	while (*pairs != '\0') {
		size_t len = strcspn(pairs, "|");
		const char *mark = memchr(pairs, '=', len);
		size_t name = (size_t)(mark - pairs);

		assert_ok(members_put(out, (struct bytes){(const uint8_t *)pairs, name}, (struct bytes){(const uint8_t *)mark + 1, len - name - 1}));
		pairs += len;
		pairs += *pairs == '|';
	}
}

static const struct { const char *given; bool whole; const char *found; } rows[] = {
	{"title=あ", true, ""},
	{"title=あ|words=1\n2|day=2026-11-21|at=2026-11-21T09:00:00+09:00|number=9|good=true|kind=b", true, ""},
	{"", true, "fields.title:missing"},
	{"", false, ""},
	{"title=", true, "fields.title:missing"},
	{"title= ", true, "fields.title:missing"},
	{"title=あいうえお", true, ""},
	{"title=あいうえおか", true, "fields.title:too-long"},
	{"title=a\nb", true, "fields.title:control"},
	{"title=a|day=2026-02-29", true, "fields.day:format"},
	{"title=a|at=9:00", true, "fields.at:format"},
	{"title=a|number=0", true, "fields.number:too-small"},
	{"title=a|number=10", true, "fields.number:too-large"},
	{"title=a|number=1.5", true, "fields.number:format"},
	{"title=a|good=yes", true, "fields.good:format"},
	{"title=a|kind=c", true, "fields.kind:choice"},
	{"title=a|colour=red", true, "fields.colour:unknown"},
	{"title=a|number=x|kind=c|colour=red", true, "fields.colour:unknown fields.number:format fields.kind:choice"},
};

static void judged(void **state)
{
	struct form form;

	(void)state;
	assert_ok(load(all_kinds, &form));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct problems problems = {.language = LANGUAGE_EN};
		char found[512] = "";
		OWN(buf) given = {0};
		OWN(buf) clean = {0};
		err e;

		given_of(rows[i].given, &given);
		e = form_judge(&form, bytes_of(&given), rows[i].whole, &arena, &problems, &clean);
		for (size_t k = 0; k < problems.count; k++)
			(void)snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s:%s", k > 0 ? " " : "", problems.list[k].field,
			    flaw_code(problems.list[k].flaw));
		if (strcmp(found, rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].given, found);
		assert_int_equal(err_is_ok(e), rows[i].found[0] == '\0');
	}
}

static void shown_by_type(void **state)
{
	struct form form;
	struct problems problems = {.language = LANGUAGE_JA};
	struct json json;
	OWN(buf) given = {0};
	OWN(buf) clean = {0};
	OWN(buf) out = {0};

	(void)state;
	assert_ok(load(all_kinds, &form));
	given_of("kind=a|number=7|at=2026-11-21T00:00:00Z|title=あ|good=false", &given);
	assert_ok(form_judge(&form, bytes_of(&given), true, &arena, &problems, &clean));
	assert_ok(form_put(&clean, "former", BYTES_LIT("x"))); /* F2 */
	json_init(&json, &out);
	form_json(&json, NULL, &form, bytes_of(&clean));
	assert_bytes(bytes_of(&out), BYTES_LIT("{\"title\":\"あ\",\"words\":null,\"day\":null,\"at\":\"2026-11-21T09:00:00.000000+09:00\","
	    "\"number\":7,\"good\":false,\"kind\":\"a\",\"former\":\"x\"}"));
}

struct reading { const struct form *form; char found[512]; };

static err on_row(void *context, uint32_t row, const struct value *values)
{
	struct reading *reading = context;
	struct problems problems = {.language = LANGUAGE_EN};
	OWN(buf) given = {0};
	OWN(buf) clean = {0};
	OWN(buf) out = {0};
	struct json json;

	(void)row;
	TRY(form_of_row(reading->form, values, &given));
	TRY(form_judge(reading->form, bytes_of(&given), true, &arena, &problems, &clean));
	json_init(&json, &out);
	form_json(&json, NULL, reading->form, bytes_of(&clean));
	(void)snprintf(reading->found, sizeof(reading->found), "%.*s", (int)out.len, (const char *)out.ptr);
	return json.state;
}

static err on_problem(void *context, const struct csv_problem *problem)
{
	(void)context;
	fail_msg("%u %s", problem->row, problem->message_en);
	return FAIL(INVALID);
}

/* What is written as a file reads as the same. */
static void as_a_table(void **state)
{
	static const char *const cells[] = {"=あ", "一\n二", "2026-11-21", "", "7", "true", "b"};
	struct form form;
	struct form_table table;
	struct reading reading = {.form = &form};
	const struct csv_sink sink = {.context = &reading, .row = on_row, .problem = on_problem};
	struct arena row_arena;
	OWN(buf) file = {0};

	(void)state;
	assert_ok(load(all_kinds, &form));
	form_table(&form, "t", &table);
	arena_init(&row_arena, (size_t)1 << 20);
	assert_ok(buf_append_str(&file, CSV_BOM));
	for (size_t i = 0; i < form.count; i++)
		assert_ok(buf_printf(&file, "%s%s", i > 0 ? "," : "", form.fields[i].ja));
	assert_ok(buf_append_str(&file, "\r\n"));
	for (size_t i = 0; i < form.count; i++) {
		if (i > 0)
			assert_ok(buf_u8(&file, ','));
		assert_ok(form_csv_cell(&form.fields[i], bytes_str(cells[i]), &file));
	}
	assert_ok(buf_append_str(&file, "\r\n"));
	assert_non_null(memmem(file.ptr, file.len, "'=あ", strlen("'=あ")));
	assert_non_null(memmem(file.ptr, file.len, "はい,乙", strlen("はい,乙")));
	assert_ok(csv_read(bytes_of(&file), CSV_UTF8, &table.entity, &row_arena, &sink));
	assert_string_equal(reading.found, "{\"title\":\"=あ\",\"words\":\"一\\n二\",\"day\":\"2026-11-21\",\"at\":null,\"number\":7,"
	    "\"good\":true,\"kind\":\"b\"}");
	arena_free(&row_arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(mistakes_are_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(judged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(shown_by_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(as_a_table, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
