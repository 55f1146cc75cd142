#include <stdio.h>
#include <string.h>

#include "assure/cast.h"
#include "assure/checks.h"
#include "assure/inspections.h"
#include "assure/steps.h"
#include "base/unit_test.h"

static void test_outcome(void **state)
{
	struct steps steps = {0};

	(void)state;
	assert_int_equal(steps_outcome(&steps, false), CHECK_UNABLE);
	assert_int_equal(steps_outcome(&steps, true), CHECK_UNABLE);
	steps_add(&steps, true, 0, "ja", "en", "");
	assert_int_equal(steps_outcome(&steps, false), CHECK_UNABLE);
	assert_int_equal(steps_outcome(&steps, true), CHECK_PASSED);
	steps_add(&steps, true, 1, "ja", "en", "");
	assert_int_equal(steps_outcome(&steps, false), CHECK_PASSED);
	assert_int_equal(steps.count, 1);
	assert_int_equal(steps.lines[0].count, 2);
	steps_unable(&steps, "ja2", "en2");
	assert_int_equal(steps_outcome(&steps, true), CHECK_UNABLE);
	steps_add(&steps, false, 1, "ja", "en", "");
	assert_int_equal(steps_outcome(&steps, true), CHECK_FAILED);
	assert_int_equal(steps.objects, 2);
}

/* However much is well: what is not is never lost, and the room is kept. */
static void test_room(void **state)
{
	static struct steps steps;
	OWN(buf) json = {0};
	char words[STEPS_WORDS_MAX * 2];
	unsigned bad = 0;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	for (unsigned i = 0; i < 60; i++) {
		words[0] = (char)('0' + i % 64);
		steps_add(&steps, i < 56, 1, words, words, words);
	}
	assert_int_equal(steps.count, STEPS_MAX);
	for (size_t i = 0; i < steps.count; i++)
		bad += !steps.lines[i].ok;
	assert_int_equal(bad, 4);
	assert_ok(steps_json(&steps, &json));
	assert_true(json.len <= STEPS_JSON_MAX && json.len > 3000);
	assert_ok(buf_u8(&json, 0));
	bad = 0;
	for (const char *at = (const char *)json.ptr; (at = strstr(at, "\"ok\":false")) != NULL; at++)
		bad++;
	assert_int_equal(bad, 4);
}

static void test_words(void **state)
{
	struct steps steps = {0};
	char long_words[STEPS_WORDS_MAX + 8];

	(void)state;
	for (size_t i = 0; i + 3 <= sizeof(long_words); i += 3)
		memcpy(long_words + i, "園", 3);
	long_words[sizeof(long_words) - 1] = '\0';
	steps_add(&steps, true, 1, long_words, "en", "a\nb\x7f");
	assert_ok(utf8_check(bytes_str(steps.lines[0].ja), NULL));
	assert_string_equal(steps.lines[0].seen, "a b ");
	steps_add(&steps, true, 1, "ja", "en", "\xff");
	assert_string_equal(steps.lines[1].seen, "?");
}

static void test_cast(void **state)
{
	(void)state;
	assert_ok(checks_check());
	assert_ok(inspections_check());
	for (const struct cast *cast = cast_table; cast->code != NULL; cast++) {
		assert_true(strlen(cast->code) < CAST_CODE_MAX);
		for (unsigned where = CHECK_CUSTOMER; where <= CHECK_PROVIDER; where <<= 1)
			assert_ptr_equal(cast_find(cast->code, where), (cast->where & where) != 0 ? cast : NULL);
		/* Whoever belongs to a facility belongs to one of a city, and only there. */
		assert_int_equal(cast->facility != 0, cast->role == ROLE_PRINCIPAL || cast->role == ROLE_STAFF || cast->role == ROLE_GUARDIAN);
	}
	assert_null(cast_find("officer-admin-2", CHECK_CUSTOMER));
	assert_null(cast_find("principal", CHECK_CUSTOMER));
	assert_true(cast_has_factor(cast_find("operator", CHECK_PROVIDER)));
	assert_false(cast_has_factor(cast_find("auditor", CHECK_PROBE)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_cast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
