/* The rules of alerts: the real file is read, mistakes are said, and events fit what the rules say. */
#include <stdio.h>

#include "base/unit_test.h"

#include "govern/alert_rule.h"

static err read_text(const char *text)
{
	static struct arena arena;
	struct yaml_node *root = NULL;

	arena_free(&arena);
	arena_init(&arena, (size_t)1 << 20);
	describe_forget();
	TRY(yaml_parse(bytes_str(text), "t.yaml", &arena, &root));
	return alert_rule_read(root, &arena);
}

static void real_file(void **state)
{
	static struct arena arena;

	(void)state;
	arena_init(&arena, (size_t)4 << 20);
	describe_forget();
	assert_ok(alert_rule_load(SEKIMORI_ROOT "/catalog", &arena));
	assert_non_null(alert_rule_find("lockouts-in-series"));
	assert_int_equal(alert_rule_find("lockouts-in-series")->count, 5);
	assert_int_equal(alert_rule_find("lockouts-in-series")->within_s, 600);
	assert_ptr_equal(alert_rule_of(describe_id("alert", "check-failed")), alert_rule_find("check-failed"));
	assert_null(alert_rule_find("no-such-rule"));
	assert_true(alert_rule_wanted(BYTES_LIT("session.create")));
}

#define HEAD "version: 1\nalerts:\n  - code: some-rule\n    title: {ja: あ, en: a}\n    severity: warning\n    home: each\n"
#define WHO "    see: [officer, operator]\n    handle: [operator]\n"
#define WORDS "    words: {ja: \"{subject}で{count}件\", en: \"{count} at {subject}\"}\n    handle_within: 4h\n"
#define GOOD HEAD WHO WORDS
#define EVENT "    on: {operation: [session.create], outcome: refused, reason_has: lock}\n"

static const struct { const char *name, *text; } refused[] = {
	{"no version list", "alerts: {}\n"},
	{"a name that is none", GOOD EVENT "    colour: red\n"},
	{"nothing it is about", GOOD},
	{"about two things", GOOD "    on: {check: failed, schedule: missed}\n"},
	{"about nothing known", GOOD "    on: {weather: bad}\n"},
	{"a check that is neither", GOOD "    on: {check: passed}\n"},
	{"no operation", GOOD "    on: {operation: [], outcome: done}\n"},
	{"an operation that is none", GOOD "    on: {operation: [session.fly], outcome: done}\n"},
	{"an operation twice", GOOD "    on: {operation: [session.create, session.create], outcome: done}\n"},
	{"no outcome", GOOD "    on: {operation: [session.create]}\n"},
	{"alerts about alerts", GOOD "    on: {todo: alert-handle, at: overdue}\n"},
	{"a time limit at no time", GOOD "    on: {todo: any}\n"},
	{"a count without a time", GOOD EVENT "    count: 5\n"},
	{"a time without a count", GOOD EVENT "    within: 5m\n"},
	{"a count of nothing", GOOD EVENT "    count: 0\n    within: 5m\n"},
	{"a count too great", GOOD EVENT "    count: 1001\n    within: 5m\n"},
	{"a time too long", GOOD EVENT "    count: 5\n    within: 61m\n"},
	{"a count of checks", GOOD "    on: {check: failed}\n    count: 5\n    within: 5m\n"},
	{"checks by actor", GOOD "    on: {check: failed}\n    by: actor\n"},
	{"by nothing known", GOOD EVENT "    by: weather\n"},
	{"words with another place", HEAD WHO "    words: {ja: \"{name}\", en: a}\n    handle_within: 4h\n" EVENT},
	{"nobody handles it", HEAD "    see: [officer]\n" WORDS EVENT},
	{"handled unseen", HEAD "    see: [officer]\n    handle: [operator]\n" WORDS EVENT},
	{"no time to handle it", HEAD WHO "    words: {ja: あ, en: a}\n" EVENT},
	{"escalated at no time", GOOD EVENT "    escalate: [officer]\n"},
	{"escalated to nobody", GOOD EVENT "    after: 1h\n"},
	{"reported, but the provider has no copy", GOOD EVENT "    report_within: 4h\n"},
	{"a severity that is none", "version: 1\nalerts:\n  - code: some-rule\n    title: {ja: あ, en: a}\n    severity: loud\n    home: each\n" WHO WORDS EVENT},
	{"a copy of what the provider does not have",
	    "version: 1\nalerts:\n  - code: some-rule\n    title: {ja: あ, en: a}\n    severity: info\n    home: customer\n" WHO WORDS EVENT
	    "    to_provider: yes\n"},
};

static void mistakes(void **state)
{
	(void)state;
	assert_ok(read_text(GOOD EVENT));
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		print_message("%s\n", refused[i].name);
		assert_err(INVALID, read_text(refused[i].text));
	}
}

static void fits(void **state)
{
	struct event_object change = {BYTES_LIT("change"), {{1}}};
	struct event event = {.operation = BYTES_LIT("session.create"), .outcome = 401, .rule = BYTES_LIT("wrong password, locked by this")};
	const struct alert_rule *rule;

	(void)state;
	assert_ok(read_text(GOOD EVENT));
	rule = alert_rule_at(0);
	assert_true(alert_rule_fits(rule, &event));
	event.rule = BYTES_LIT("wrong password");
	assert_false(alert_rule_fits(rule, &event));
	event.rule = BYTES_LIT("lock");
	assert_true(alert_rule_fits(rule, &event));
	event.outcome = 200;
	assert_false(alert_rule_fits(rule, &event));
	event.outcome = 401;
	event.operation = BYTES_LIT("session.created");
	assert_false(alert_rule_fits(rule, &event));
	assert_ok(read_text(GOOD "    on: {operation: [facility.close, facility.open], outcome: done}\n"));
	rule = alert_rule_at(0);
	event = (struct event){.operation = BYTES_LIT("facility.open"), .outcome = 201, .rule = BYTES_LIT("officer-admin customer *")};
	assert_true(alert_rule_fits(rule, &event));
	event.rule = BYTES_LIT("continued"); /* more rows of the one before */
	assert_false(alert_rule_fits(rule, &event));
	event = (struct event){.operation = BYTES_LIT("facility.close"), .outcome = 202, .objects = &change, .object_count = 1};
	assert_false(alert_rule_fits(rule, &event)); /* only asked for */
	event.object_count = 0;
	assert_true(alert_rule_fits(rule, &event));
	assert_false(alert_rule_wanted(BYTES_LIT("session.create")) && alert_rule_wanted(BYTES_LIT("child.see")) && alert_rule_wanted(BYTES_LIT("me.see")));
}

static void words(void **state)
{
	OWN(buf) out = {0};

	(void)state;
	assert_ok(alert_rule_words("{subject}で{count}件{", 12, BYTES_LIT("{count}園"), &out));
	assert_bytes(bytes_of(&out), BYTES_LIT("{count}園で12件{")); /* what is put in is not filled in again */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(real_file), cmocka_unit_test(mistakes), cmocka_unit_test(fits), cmocka_unit_test(words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
