/* The real file is read; what contradicts itself stops the start. */
#include <stdio.h>

#include "base/unit_test.h"
#include "store/temp_test.h"

#include "govern/campaignkind.h"

static struct arena arena;

static err load(const char *folder)
{
	arena_free(&arena);
	arena_init(&arena, (size_t)4 << 20);
	describe_forget();
	return campaignkind_load(folder, &arena);
}

static void real_file(void **state)
{
	const struct campaignkind *review = NULL, *training = NULL;

	(void)state;
	assert_ok(load(SEKIMORI_ROOT "/catalog"));
	review = campaignkind_find(describe_id(CAMPAIGNKIND, "access-review"));
	training = campaignkind_find(describe_id(CAMPAIGNKIND, "training"));
	assert_non_null(review);
	assert_non_null(training);
	assert_int_equal(review->task, CAMPAIGNKIND_ACCOUNTS);
	assert_int_equal(review->every_us, INT64_C(180) * 86400 * 1000000); /* ID-7 */
	assert_int_equal(review->unit_count, 2);
	/* Whoever holds a role of the city's unit is not examined at a facility. */
	assert_int_equal(campaignkind_elsewhere(review, 0), review->units[1].examines);
	assert_int_equal(campaignkind_elsewhere(review, 1), 0);
	assert_int_equal(training->task, CAMPAIGNKIND_CONFIRM);
	assert_true(training->hold);
	assert_string_equal(training->pass_field, "score");
	assert_int_equal(training->reminders_us[0], INT64_C(30) * 86400 * 1000000);
	assert_int_equal(training->reminders_us[3], 0);
	assert_null(campaignkind_find(describe_id("case", "access-review")));
}

#define HEAD "version: 1\ncampaigns:\n  - code: test\n    title: {ja: a, en: a}\n    home: each\n    text: {ja: a, en: a}\n"
#define CONFIRM HEAD "    task: confirm\n"
#define ONE "    units:\n      - {per: account, by: [staff]}\n"
#define REST "    due: 5m\n    consequence: {do: none}\n"

static const struct { const char *name, *text; } good[] = {
	{"the least there can be", CONFIRM ONE REST},
	{"seconds and a consequence at once", CONFIRM ONE "    due: 5s\n    every: 6s\n    consequence: {do: hold}\n"},
	{"a record", CONFIRM ONE REST "    fields:\n      - {name: n, ja: a, en: a, type: int, required: \"yes\"}\n"
	    "    pass: {field: n, min: 1}\n    record: {register: any-one, values: {a: person, b: =text, c: .n}}\n"},
}, wrong[] = {
	{"another version", "version: 2\ncampaigns: []\n"},
	{"no list", "version: 1\n"},
	{"a member too many", CONFIRM ONE REST "    more: a\n"},
	{"no task", HEAD ONE REST},
	{"a task that is none", HEAD "    task: sleep\n" ONE REST},
	{"no unit", CONFIRM "    units: []\n" REST},
	{"a unit of nobody", CONFIRM "    units:\n      - {per: account, by: []}\n" REST},
	{"a role that is none", CONFIRM "    units:\n      - {per: account, by: [pirate]}\n" REST},
	{"a unit of something else", CONFIRM "    units:\n      - {per: planet, by: [staff]}\n" REST},
	{"accounts to confirm", CONFIRM "    units:\n      - {per: account, by: [staff], examines: [staff]}\n" REST},
	{"a review of nothing", HEAD "    task: accounts\n    units:\n      - {per: facility, by: [principal]}\n" REST},
	{"a review by each account", HEAD "    task: accounts\n    units:\n      - {per: account, by: [principal], examines: [staff]}\n" REST},
	{"no date", CONFIRM ONE "    consequence: {do: none}\n"},
	{"again before it is due", CONFIRM ONE "    due: 5m\n    every: 4m\n    consequence: {do: none}\n"},
	{"reminders that are no list", CONFIRM ONE REST "    reminders: 5m\n"},
	{"a reminder that is no time", CONFIRM ONE REST "    reminders: [5m, soon]\n"},
	{"no consequence", CONFIRM ONE "    due: 5m\n"},
	{"a consequence that is none", CONFIRM ONE "    due: 5m\n    consequence: {do: shout}\n"},
	{"a unit that cannot be held", CONFIRM "    units:\n      - {per: facility, by: [staff]}\n    due: 5m\n    consequence: {do: hold}\n"},
	{"a mark of no field", CONFIRM ONE REST "    pass: {field: n, min: 1}\n"},
	{"fields of a review", HEAD "    task: accounts\n    units:\n      - {per: facility, by: [principal], examines: [staff]}\n" REST
	    "    fields:\n      - {name: n, ja: a, en: a, type: int}\n"},
	{"a value that nobody knows", CONFIRM ONE REST "    record: {register: any-one, values: {a: weather}}\n"},
	{"an empty text", CONFIRM ONE REST "    record: {register: any-one, values: {a: =}}\n"},
	{"an answer that is not asked", CONFIRM ONE REST "    record: {register: any-one, values: {a: .n}}\n"},
	{"a code twice", CONFIRM ONE REST "  - code: test\n    title: {ja: a, en: a}\n    home: each\n    text: {ja: a, en: a}\n    task: confirm\n" ONE REST},
};

static err load_text(const char *text)
{
	FILE *file = fopen(temp_file("campaigns.yaml"), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return load(temp_file(""));
}

static void files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!err_is_ok(load_text(good[i].text)))
			fail_msg("%s: refused", good[i].name);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (err_is_ok(load_text(wrong[i].text)))
			fail_msg("%s: accepted", wrong[i].name);
	assert_err(NOT_FOUND, load("/nonexistent"));
}

static int done(void **state)
{
	describe_forget();
	arena_free(&arena);
	return temp_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(real_file), cmocka_unit_test(files)};

	return cmocka_run_group_tests(tests, temp_make, done);
}
