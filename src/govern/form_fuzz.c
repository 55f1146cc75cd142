/*
 * What a door hands over as the members of a form: never a crash; what is accepted is accepted again, unchanged.
 */
#include "govern/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct form_choice choices[] = {{"a", "甲", "First"}, {"b", "乙", "Second"}};
static const char *const codes[] = {"a", "b", NULL};
#define FIELD(called, of, as, ...) \
	{.name = called, .ja = called, .en = called, .type = of, .field = {.name = called, .ja = called, .en = called, .type = as, __VA_ARGS__}}
static const struct form_field fields[] = {
	FIELD("t", FORM_TEXT, FIELD_TEXT, .max = 20),
	FIELD("l", FORM_LONG, FIELD_TEXT, .multiline = true, .max = 4000),
	FIELD("d", FORM_DATE, FIELD_DATE),
	FIELD("m", FORM_TIME, FIELD_TIME),
	FIELD("i", FORM_INT, FIELD_INT, .min = -5, .max = 5),
	FIELD("b", FORM_BOOL, FIELD_BOOL),
	{.name = "c", .ja = "c", .en = "c", .type = FORM_CHOICE, .choices = choices, .choice_count = 2,
	    .field = {.name = "c", .ja = "c", .en = "c", .type = FIELD_CHOICE, .choices = codes}},
};
static const struct form form = {fields, sizeof(fields) / sizeof(fields[0])};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct problems problems = {.language = len % 2 == 0 ? LANGUAGE_JA : LANGUAGE_EN};
	struct json json;
	OWN(arena) arena = {0};
	OWN(buf) clean = {0};
	OWN(buf) again = {0};
	OWN(buf) out = {0};
	err e;

	arena_init(&arena, (size_t)4 << 20);
	e = form_judge(&form, (struct bytes){data, len}, false, &arena, &problems, &clean);
	REQUIRE(err_is_ok(e) == (problems.count == 0));
	if (!err_is_ok(e))
		return 0;
	REQUIRE(members_check(bytes_of(&clean), NULL) == FLAW_NONE);
	REQUIRE(err_is_ok(form_judge(&form, bytes_of(&clean), false, &arena, &problems, &again)));
	REQUIRE(bytes_equal(bytes_of(&clean), bytes_of(&again)));
	json_init(&json, &out);
	form_json(&json, NULL, &form, bytes_of(&clean));
	REQUIRE(err_is_ok(json.state) && err_is_ok(utf8_check(bytes_of(&out), NULL)));
	return 0;
}
