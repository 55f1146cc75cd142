/* The cases' file: the real one, and every mistake that can be made in it. */
#include <stdio.h>
#include <string.h>

#include "base/unit_test.h"
#include "store/temp_test.h"

#include "govern/casekind.h"

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
	return casekind_load(folder, &arena);
}

/* From every state that is not final somebody has a way on; whoever opens or handles can act in the first. */
static bool leads_on(const struct casekind *kind)
{
	for (size_t i = 0; i < kind->state_count; i++) {
		size_t ways = 0;

		for (size_t k = 0; k < kind->move_count; k++)
			ways += casekind_from(kind, &kind->moves[k], bytes_str(kind->states[i].code)) ? 1 : 0;
		if ((ways > 0) == kind->states[i].final)
			return false;
	}
	return true;
}

static void the_real_one(void **state)
{
	const struct casekind *inquiry, *request;
	size_t count = 0;

	(void)state;
	REQ("S-29 P-1.7 P-9.4");
	assert_ok(load(SEKIMORI_ROOT "/catalog"));
	for (; casekind_at(count) != NULL; count++) {
		assert_ptr_equal(casekind_of(describe_id("case", casekind_at(count)->described.code)), casekind_at(count));
		assert_true(leads_on(casekind_at(count)));
	}
	assert_true(count >= 2);
	inquiry = casekind_of(describe_id("case", "inquiry"));
	request = casekind_of(describe_id("case", "data-request"));
	assert_true(inquiry != NULL && request != NULL);
	assert_true(inquiry->mirrored && inquiry->described.home == HOME_EACH);
	assert_int_equal(inquiry->described.file, ROLE(PRINCIPAL) | ROLE(OFFICER) | ROLE(OFFICER_ADMIN));
	assert_int_equal(inquiry->clocks[0].rule.target_us / 1000000, 48 * 3600);
	assert_true(inquiry->clocks[0].rule.open_days && inquiry->clocks[0].agreed != NULL && inquiry->clocks[0].agreed_reading);
	assert_int_equal(inquiry->clocks[0].warn_count, 2);
	assert_false(request->mirrored);
	assert_true(request->assigned);
	assert_int_equal(request->described.see, ROLE(OFFICER_ADMIN));
	assert_int_equal(request->clocks[0].rule.target_us / 1000000, 30 * 86400);
	assert_int_equal(request->clocks[0].rule.reading, CLOCK_END_OF_DAY);
	assert_false(request->clocks[0].rule.open_days);
	assert_null(casekind_of(describe_id("case", "moon")));
	assert_null(casekind_state(inquiry, BYTES_LIT("moon")));
	assert_null(casekind_move(inquiry, BYTES_LIT("answe")));
}

#define GOOD \
	"version: 1\ncases:\n  - code: lost\n    title: {ja: 落とし物, en: Lost}\n    home: customer\n    see: [officer]\n    file: [staff]\n" \
	"    handle: [principal]\n    grade: \"2\"\n    title_field: thing\n" \
	"    fields:\n      - {name: thing, ja: 物, en: Thing, type: text, required: \"yes\"}\n      - {name: place, ja: 所, en: Place, type: text}\n" \
	"    states:\n      - {code: open, ja: 捜索, en: Open, waits_for: handler}\n      - {code: done, ja: 完了, en: Done, final: \"yes\"}\n" \
	"    outcomes:\n      - {code: found, ja: 発見, en: Found}\n" \
	"    moves:\n      - {code: find, ja: 発見, en: Find, from: [open], to: done, by: handler, needs: [place], message: optional, emits: found-it, outcome: found}\n" \
	"    clocks:\n      - {code: search, title: {ja: 捜索, en: Search}, from: opened, until: found-it, target: 48h, days: open, warn: [50, 75], escalate: [officer]}\n"

/* Of what is good, one thing is replaced. */
static const struct { const char *name, *from, *to; } wrong[] = {
	{"nobody files", "    file: [staff]\n", ""},
	{"nobody handles", "    handle: [principal]\n", ""},
	{"no grade", "    grade: \"2\"\n", ""},
	{"a grade that does not stand on a desk", "grade: \"2\"", "grade: \"3a\""},
	{"a title that is no field", "title_field: thing", "title_field: colour"},
	{"mirrored to the moon", "home: customer", "home: customer\n    mirror: moon"},
	{"mirrored from the provider", "home: customer", "home: provider\n    mirror: provider"},
	{"assigned somehow", "home: customer", "home: customer\n    assigned: maybe"},
	{"an unknown member", "home: customer", "home: customer\n    colour: red"},
	{"no final state", ", final: \"yes\"", ""},
	{"a final first state", "en: Open, waits_for: handler", "en: Open, final: \"yes\""},
	{"a final state that waits", "final: \"yes\"", "final: \"yes\", waits_for: opener"},
	{"waiting for a stranger", "waits_for: handler", "waits_for: stranger"},
	{"a state twice", "code: done, ja: 完了", "code: open, ja: 完了"},
	{"a state that no move reaches", "      - {code: done, ja", "      - {code: limbo, ja: 宙, en: Limbo}\n      - {code: done, ja"},
	{"a move from nowhere", "from: [open]", "from: []"},
	{"a move from a state that is none", "from: [open]", "from: [moon]"},
	{"a move out of the end", "from: [open]", "from: [open, done]"},
	{"a move to a state that is none", "to: done", "to: moon"},
	{"a move by a stranger", "by: handler", "by: stranger"},
	{"a move by an approver where nobody approves", "by: handler", "by: approver"},
	{"a move that needs a field that is none", "needs: [place]", "needs: [colour]"},
	{"a message that is no word", "message: optional", "message: maybe"},
	{"an outcome that is none", "outcome: found}", "outcome: lost}"},
	{"a clock from what nobody emits", "from: opened", "from: dawn"},
	{"a clock until what nobody emits", "until: found-it", "until: dusk"},
	{"no target", "target: 48h, ", ""},
	{"a target that is no span", "target: 48h", "target: soon"},
	{"a target of ages", "target: 48h", "target: 99999d"},
	{"days that are neither", "days: open", "days: some"},
	{"warned at the end", "warn: [50, 75]", "warn: [50, 100]"},
	{"warned backwards", "warn: [50, 75]", "warn: [75, 50]"},
	{"warned five times", "warn: [50, 75]", "warn: [10, 20, 30, 40, 50]"},
	{"warned in words", "warn: [50, 75]", "warn: [half]"},
	{"standing in a state that is none", "warn: [50, 75]", "stands_in: [moon]"},
	{"escalated to a role that is none", "escalate: [officer]", "escalate: [pirate]"},
	{"a reading that is none", "days: open", "days: open, reading: aloud"},
	{"a number that the contract does not have", "days: open", "days: open, contract: moon_hours"},
	{"a number of the contract that is no hours", "days: open", "days: open, contract: session_idle_s"},
	{"a clock whose code is too long", "code: search", "code: a234567890123456789012345678901"},
};

static err load_text(const char *text)
{
	FILE *file = fopen(temp_file("cases.yaml"), "w");
	char folder[512];

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	(void)snprintf(folder, sizeof(folder), "%s", temp_file("x"));
	*strrchr(folder, '/') = '\0';
	return load(folder);
}

static void mistakes_are_said(void **state)
{
	const struct casekind *kind;
	char text[3000];

	(void)state;
	assert_ok(load_text(GOOD));
	kind = casekind_of(describe_id("case", "lost"));
	assert_non_null(kind);
	assert_string_equal(kind->moves[0].needs[0], "place");
	assert_int_equal(kind->clocks[0].warn[1], 75);
	assert_int_equal(kind->clocks[0].rule.reading, CLOCK_SUM);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		const char *at = strstr(GOOD, wrong[i].from);

		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - GOOD), GOOD, wrong[i].to, at + strlen(wrong[i].from));
		if (err_is_ok(load_text(text)))
			fail_msg("accepted: %s", wrong[i].name);
	}
	assert_err(NOT_FOUND, load("/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_real_one),
		cmocka_unit_test(mistakes_are_said),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
