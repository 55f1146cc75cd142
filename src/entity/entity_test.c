/*
 * Descriptors: each of our own mistakes is found.
 */
#include <string.h>

#include "base/unit_test.h"
#include "entity/example.h"

const struct entity *const *const entities = example_entities;

static struct field fields[EXAMPLE_FIELD_COUNT];
static struct entity broken;

static err check(void)
{
	const struct entity *const list[] = {&broken, &place, NULL};

	return entity_check(list);
}

static void mend(void)
{
	memcpy(fields, example_fields, sizeof(fields));
	broken = example;
	broken.fields = fields;
}

#define NAME 8
#define CODE 7

static const char *const bad_columns[] = {"facility,name", NULL};

static void break_name(void) { fields[CODE].name = "Code"; }
static void break_reserved(void) { fields[CODE].name = "digest"; }
static void break_sealed_name(void) { fields[CODE].name = "sealed_3a"; }
static void break_lookup_name(void) { fields[CODE].name = "name_ix"; }
static void break_twice(void) { fields[CODE].name = "name"; }
static void break_label(void) { fields[CODE].ja = NULL; }
static void break_offset(void) { fields[CODE].offset = sizeof(struct example); }
static void break_head(void) { fields[CODE].offset = 0; }
static void break_overlap(void) { fields[CODE].offset = fields[NAME].offset; }
static void break_align(void) { fields[CODE].offset++; }
static void break_refers(void) { fields[0].refers = "nothing"; }
static void break_choices(void) { fields[2].choices = NULL; }
static void break_limits(void) { fields[NAME].min = 41; }
static void break_long(void) { fields[NAME].max = TEXT_MAX + 1; }
static void break_unsealed(void) { fields[NAME].sealed = false; }
static void break_public(void) { fields[NAME].grade = GRADE_1; }
static void break_secret(void) { fields[NAME].secret = true; }
static void break_lookup(void) { fields[3].lookup = true; }
static void break_seal(void) { broken.seal = SEAL_NONE; }
static void break_owner(void) { broken.owner = "name"; }
static void break_facility(void) { broken.facility = "seat"; }
static void break_unique(void) { broken.unique = bad_columns; }
static void break_table(void) { broken.name = "place"; }
static void break_size(void) { broken.size = 8; }

static void (*const mistakes[])(void) = {
	break_name, break_reserved, break_sealed_name, break_lookup_name, break_twice, break_label, break_offset, break_head,
	break_overlap, break_align, break_refers, break_choices, break_limits, break_long, break_unsealed, break_public,
	break_secret, break_lookup, break_seal, break_owner, break_facility, break_unique, break_table, break_size,
};

static void test_mistakes(void **state)
{
	(void)state;
	mend();
	assert_true(err_is_ok(check()));
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		mend();
		mistakes[i]();
		if (!err_is(check(), ERR_INVALID))
			fail_msg("mistake %zu was not found", i);
	}
}

static void test_find(void **state)
{
	(void)state;
	assert_ptr_equal(entity_find(bytes_str("place")), &place);
	assert_null(entity_find(bytes_str("plac")));
	assert_ptr_equal(entity_field(&example, "name"), &example_fields[NAME]);
	assert_null(entity_field(&example, "id"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
