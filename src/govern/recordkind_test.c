/*
 * The registers' file: the real one, and every mistake that can be made in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "store/temp_test.h"

#include "govern/record.h"

static struct arena arena;

static int set_up(void **state)
{
	arena_init(&arena, (size_t)32 << 20);
	return temp_make(state);
}

static int tear_down(void **state)
{
	describe_forget();
	arena_free(&arena);
	return temp_remove(state);
}

static err load(const char *folder)
{
	describe_forget();
	return recordkind_load(folder, &arena);
}

static void the_real_one(void **state)
{
	const struct recordkind *kind;
	const struct described *one;
	size_t count = 0, kept = 0;

	(void)state;
	assert_ok(load(SEKIMORI_ROOT "/catalog"));
	for (; (one = describe_at(count)) != NULL; count++) {
		kind = recordkind_find(describe_id(one->kind, one->code));
		assert_non_null(kind);
		assert_string_equal(one->kind, RECORDKIND);
		assert_true(one->title.ja[0] != '\0' && one->title.en[0] != '\0' && one->see != 0);
		if (kind->entity)
			continue;
		kept++;
		assert_true(one->file != 0 && kind->form.count > 0 && kind->title != NULL);
		assert_true(kind->share == RECORDKIND_OWN || one->home == HOME_PROVIDER);
		assert_ptr_equal(recordkind_table_find(bytes_str(recordkind_table(kind)->name)), recordkind_table(kind));
	}
	assert_true(count >= 71 && kept >= 60);
	assert_null(recordkind_table_find(BYTES_LIT("register:moon")));
}

static const char controls[] =
    "catalogue:\n  id: controls\nfamilies: []\nregisters:\n"
    "  - {name: policy, title: {ja: 方針, en: Policy}, holds: \"h\"}\n"
    "controls:\n  - {id: A-1, checks: [], registers: [{name: policy, valid: 365d}]}\n  - {id: A-2, checks: [], registers: [{name: policy, valid: 180d}]}\n";
#define GOOD "version: 1\nregisters:\n  - register: policy\n    kept: record\n    home: provider\n    shared: \"all\"\n    see: [officer]\n" \
	"    file: [operator]\n    approve: [operator-admin]\n    confirm: [officer-admin]\n    grade: \"3c\"\n    title_field: name\n" \
	"    fields:\n      - {name: name, ja: 名, en: Name, type: text, required: \"yes\"}\n"

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(temp_file(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static err load_text(const char *text)
{
	char folder[512];

	write_text("controls.yaml", controls);
	write_text("registers.yaml", text);
	(void)snprintf(folder, sizeof(folder), "%s", temp_file("x"));
	*strrchr(folder, '/') = '\0';
	return load(folder);
}

/* Of what is good, one thing is replaced. */
static const struct { const char *name, *from, *to; } wrong[] = {
	{"another version", "version: 1", "version: 2"},
	{"a register that no control knows", "register: policy", "register: moon"},
	{"kept by nobody", "kept: record", "kept: nobody"},
	{"a home that is none", "home: provider", "home: moon"},
	{"shared somehow", "shared: \"all\"", "shared: \"some\""},
	{"not shared and confirmed", "shared: \"all\"", "shared: \"no\""},
	{"a customer's register that is shared", "home: provider", "home: customer"},
	{"named without a customer", "shared: \"all\"", "shared: \"named\""},
	{"a role that is none", "[operator]", "[pirate]"},
	{"a grade that is none", "grade: \"3c\"", "grade: \"9\""},
	{"no grade", "    grade: \"3c\"\n", ""},
	{"a title that is no field", "title_field: name", "title_field: colour"},
	{"no title", "    title_field: name\n", ""},
	{"half a day", "    title_field: name\n", "    title_field: name\n    valid: 12h\n"},
	{"a span that is none", "    title_field: name\n", "    title_field: name\n    valid: long\n"},
	{"reminders that are no list", "    title_field: name\n", "    title_field: name\n    reminders: 7d\n"},
	{"too many reminders", "    title_field: name\n", "    title_field: name\n    reminders: [1d, 2d, 3d, 4d, 5d, 6d, 7d, 8d, 9d]\n"},
	{"an unknown member", "    title_field: name\n", "    title_field: name\n    colour: red\n"},
	{"a field that is wrong", "type: text", "type: colour"},
	{"a name too long to travel", "name: name,", "name: a234567890123456789012345678901234567,"},
	{"an entity with fields", "kept: record", "kept: entity\n    entity: account"},
};

static void replace(const char *text, const char *from, const char *to, char *out, size_t max)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	(void)snprintf(out, max, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void mistakes_are_said(void **state)
{
	const struct recordkind *kind;

	(void)state;
	assert_ok(load_text(GOOD));
	kind = recordkind_find(describe_id(RECORDKIND, "policy"));
	assert_non_null(kind);
	assert_string_equal(kind->described.title.ja, "方針");
	assert_int_equal(kind->valid_days, 180); /* the strictest of what controls ask */
	assert_int_equal(kind->reminders_us[2] / 1000000, 7 * 86400);
	assert_int_equal(kind->described.handle, ROLE(OFFICER_ADMIN));
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char text[2000];

		replace(GOOD, wrong[i].from, wrong[i].to, text, sizeof(text));
		if (err_is_ok(load_text(text)))
			fail_msg("accepted: %s", wrong[i].name);
	}
	assert_err(INVALID, load_text("version: 1\nregisters: []\n"));
	{
		char twice[3000];

		(void)snprintf(twice, sizeof(twice), "%s%s", GOOD, strchr(strchr(GOOD, '\n') + 1, '\n') + 1);
		assert_err(INVALID, load_text(twice));
	}
}

/* The last day, reckoned by counting days one by one. */
static int32_t count_days(int32_t from, int64_t days)
{
	while (--days > 0)
		from = clock_date_add(from, 1);
	return from;
}

static void days_of_an_edition(void **state)
{
	static const int64_t spans[] = {0, 1, 2, 28, 29, 30, 31, 180, 365, 366, 1000};
	static const int32_t starts[] = {20240228, 20240229, 20261121, 20261231, 20270101, 20280301};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(spans); i++)
		for (size_t k = 0; k < COUNT_OF(starts); k++) {
			struct recordkind kind = {.valid_days = spans[i]};
			struct record_days days = record_days(&kind, starts[k], 0, 0);

			assert_int_equal(days.from, starts[k]);
			assert_int_equal(days.until, spans[i] == 0 ? 0 : count_days(starts[k], spans[i]));
			days = record_days(&kind, 20000101, starts[k], 0); /* from a day of its own */
			assert_int_equal(days.until, spans[i] == 0 ? 0 : count_days(starts[k], spans[i]));
			days = record_days(&kind, 20000101, starts[k], 20991231); /* until one */
			assert_int_equal(days.until, 20991231);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_real_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mistakes_are_said, set_up, tear_down),
		cmocka_unit_test(days_of_an_edition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
