#include <stdio.h>
#include <stdlib.h>

#include "assure/assure.h"
#include "assure/catalogue.h"
#include "assure/policy.h"
#include "base/unit_test.h"
#include "op/compartment.h"
#include "store/temp_test.h"

#define CATALOG_FOLDER SEKIMORI_ROOT "/catalog"

/* The files of a catalogue that is whole and as small as one can be. */
static const char controls[] =
    "catalogue:\n  id: controls\n"
    "families:\n  - id: ID\n    title: {ja: \"あ\", en: \"a\"}\n"
    "registers:\n  - name: account\n    title: {ja: \"あ\", en: \"a\"}\n    holds: \"h\"\n"
    "controls:\n  - id: ID-1\n    kind: enforced\n    title: {ja: \"あ\", en: \"a\"}\n    statement: {ja: \"あ\", en: \"a\"}\n"
    "    checks:\n      - id: one-check\n        every: 15m\n        what: \"w\"\n"
    "    registers:\n      - name: account\n        valid: 365d\n";
static const char requirements[] =
    "catalogue:\n  id: X\n  source: \"s\"\n  title: {ja: \"あ\", en: \"a\"}\n  customer: {ja: \"あ\", en: \"a\"}\n"
    "requirements:\n  - id: X-1\n    ref: \"1\"\n    group: {ja: \"あ\", en: \"a\"}\n    ja: \"あ\"\n    en: \"a\"\n    duty: provider\n"
    "    controls: [ID-1]\n    shown: \"s\"\n";
static const char rules[] =
    "version: 1\nfield_groups:\n  child: {basic: [name]}\nrules:\n  account:\n    - {role: any, action: [see], relation: own}\n";
static const char events[] =
    "version: 1\nevents:\n  - id: a.b\n    kind: access\n    records: all\n    why: {ja: \"あ\", en: \"a\"}\n    fields: [time]\n"
    "    retention: contract\n";

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(temp_file(name), "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

static void write_all(void)
{
	write_text("controls.yaml", controls);
	write_text("requirements-X.yaml", requirements);
	write_text("access.yaml", rules);
	write_text("events.yaml", events);
}

static char *folder_of(const char *file)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s", temp_file(file));
	*strrchr(path, '/') = '\0';
	return path;
}

static err read_small(struct catalogue *out)
{
	OWN(arena) arena = {0};

	arena_init(&arena, (size_t)4 << 20);
	return catalogue_read(folder_of("controls.yaml"), &arena, out);
}

static void smallest(void **state)
{
	struct catalogue all = {0};

	(void)state;
	write_all();
	assert_ok(read_small(&all));
	assert_int_equal(all.requirement_count, 1);
	assert_int_equal(all.check_count, 1);
	assert_int_equal(all.rule_count, 1);
}

/* One thing changed in one of the files, and the catalogue is refused. */
static const struct {
	const char *name, *file, *from, *to;
} refused[] = {
	{"unknown member", "controls.yaml", "    kind: enforced\n", "    kind: enforced\n    colour: red\n"},
	{"unknown kind", "controls.yaml", "kind: enforced", "kind: hoped"},
	{"no family", "controls.yaml", "  - id: ID-1", "  - id: AC-1"},
	{"empty words", "controls.yaml", "what: \"w\"", "what: \"\""},
	{"an interval of no unit", "controls.yaml", "every: 15m", "every: 15"},
	{"an interval of nothing", "controls.yaml", "every: 15m", "every: 0m"},
	{"an interval with a sign", "controls.yaml", "every: 15m", "every: +5m"},
	{"an interval without end", "controls.yaml", "every: 15m", "every: 401d"},
	{"an age of another unit", "controls.yaml", "valid: 365d", "valid: 1y"},
	{"empty that does not pass", "controls.yaml", "every: 15m", "every: 15m\n        empty: fail"},
	{"an unknown register", "controls.yaml", "      - name: account", "      - name: acount"},
	{"a register twice", "controls.yaml", "        valid: 365d\n", "        valid: 365d\n      - name: account\n"},
	{"an id in large letters", "controls.yaml", "id: one-check", "id: One-check"},
	{"enforced without a check", "controls.yaml", "      - id: one-check\n        every: 15m\n        what: \"w\"\n", "      []\n"},
	{"a check twice", "controls.yaml", "        what: \"w\"\n",
	    "        what: \"w\"\n      - id: one-check\n        every: 1h\n        what: \"w\"\n"},
	{"only Japanese", "controls.yaml", "statement: {ja: \"あ\", en: \"a\"}", "statement: {ja: \"あ\"}"},
	{"an unknown control", "requirements-X.yaml", "[ID-1]", "[ID-2]"},
	{"a control twice", "requirements-X.yaml", "[ID-1]", "[ID-1, ID-1]"},
	{"no control", "requirements-X.yaml", "[ID-1]", "[]"},
	{"the id of another catalogue", "requirements-X.yaml", "id: X-1", "id: Y-1"},
	{"nobody's duty", "requirements-X.yaml", "duty: provider", "duty: nobody"},
	{"a role that is none", "access.yaml", "role: any", "role: boss"},
	{"a relation that is none", "access.yaml", "relation: own", "relation: near"},
	{"no relation", "access.yaml", ", relation: own", ""},
	{"no action", "access.yaml", "action: [see]", "action: []"},
	{"an action twice", "access.yaml", "action: [see]", "action: [see, see]"},
	{"another version", "access.yaml", "version: 1", "version: 2"},
	{"a field that is none", "events.yaml", "fields: [time]", "fields: [colour]"},
	{"no field", "events.yaml", "fields: [time]", "fields: []"},
	{"a kind of event that is none", "events.yaml", "kind: access", "kind: thing"},
	{"no retention", "events.yaml", "    retention: contract\n", ""},
};

static const char *text_of(const char *file)
{
	if (strcmp(file, "controls.yaml") == 0)
		return controls;
	if (strcmp(file, "access.yaml") == 0)
		return rules;
	return strcmp(file, "events.yaml") == 0 ? events : requirements;
}

static void refused_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const char *text = text_of(refused[i].file);
		const char *at = strstr(text, refused[i].from);
		OWN(buf) changed = {0};
		struct catalogue all = {0};

		if (at == NULL)
			fail_msg("%s: nothing to change", refused[i].name);
		write_all();
		assert_ok(buf_append(&changed, (struct bytes){(const uint8_t *)text, (size_t)(at - text)}));
		assert_ok(buf_append_str(&changed, refused[i].to));
		assert_ok(buf_append_str(&changed, at + strlen(refused[i].from)));
		assert_ok(buf_u8(&changed, 0));
		write_text(refused[i].file, (const char *)changed.ptr);
		if (!err_is(read_small(&all), ERR_INVALID))
			fail_msg("accepted: %s", refused[i].name);
		assert_int_equal(all.requirement_count, 0);
	}
	write_all();
}

static void missing_files(void **state)
{
	static const char *const files[] = {"controls.yaml", "access.yaml", "events.yaml"};
	struct catalogue all = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		write_all();
		assert_int_equal(unlink(temp_file(files[i])), 0);
		assert_err(NOT_FOUND, read_small(&all));
	}
	write_all();
	assert_int_equal(unlink(temp_file("requirements-X.yaml")), 0);
	assert_err(INVALID, read_small(&all));
}

/* A control that nobody demands is checked for nobody. */
static void unused_control(void **state)
{
	struct catalogue all = {0};
	OWN(buf) more = {0};

	(void)state;
	write_all();
	assert_ok(buf_append_str(&more, controls));
	assert_ok(buf_append_str(&more, "  - id: ID-2\n    kind: attested\n    title: {ja: \"あ\", en: \"a\"}\n    statement: {ja: \"あ\", en: \"a\"}\n"
	    "    checks: []\n    registers:\n      - name: account\n"));
	assert_ok(buf_u8(&more, 0));
	write_text("controls.yaml", (const char *)more.ptr);
	assert_err(INVALID, read_small(&all));
	write_all();
}

/* What is delivered: whole, and in agreement with the operations, the checks and the jobs of this program. */
static void delivered(void **state)
{
	const struct catalogue *all = catalogue_get();
	const struct policy_rule *rule;

	(void)state;
	REQ("GV-14 LG-1");
	assert_int_equal(all->requirement_count, 0);
	assert_ok(compartment_start());
	assert_ok(assure_load(CATALOG_FOLDER));
	assert_int_equal(all->annex_count, 5);
	assert_int_equal(all->requirement_count, 314);
	assert_int_equal(all->control_count, 99);
	assert_int_equal(all->check_count, 245);
	assert_int_equal(all->register_count, 71);
	assert_string_equal(catalogue_requirement_find(BYTES_LIT("K-27"))->annex->id, "K");
	assert_null(catalogue_requirement_find(BYTES_LIT("K-27x")));
	assert_int_equal(catalogue_check_find("lockout-after-failures")->every_s, 3600);
	assert_string_equal(catalogue_check_find("lockout-after-failures")->control->id, "ID-3");
	rule = policy_next("requirement", "run-check", ROLE(AUDITOR), NULL);
	assert_non_null(rule);
	assert_int_equal(rule->relation, RELATION_CUSTOMER);
	assert_null(policy_next("requirement", "run-check", ROLE(GUARDIAN) | ROLE(STAFF) | ROLE(PRINCIPAL), NULL));
	assert_null(policy_next("requirement", "remove", ROLES_ANY, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smallest),
		cmocka_unit_test(refused_files),
		cmocka_unit_test(missing_files),
		cmocka_unit_test(unused_control),
		cmocka_unit_test(delivered),
	};

	return cmocka_run_group_tests(tests, temp_make, temp_remove);
}
