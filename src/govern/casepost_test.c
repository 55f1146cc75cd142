/*
 * What comes by post about a case, at home and at the provider's: what holds, what stays a message, and what is refused.
 */
#include <stdio.h>
#include <string.h>

#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "govern/casemove.h"
#include "govern/casepost.h"
#include "govern/letter.h"
#include "govern/newestid.h"
#include "govern/todo.h"
#include "govern/workcalendar.h"

#define WORLD_ENTITIES &describe_entity, &todo_entity, &letter_entity, &post_receipt_entity, &workcalendar_entity, &casefile_entity, \
	&casefile_entry_entity, &caseclock_entity,
#define WORLD_STARTS todo_start, letter_start, post_start, workcalendar_start, casefile_start,
#include "op/world_test.h"

static err (*work)(struct call *call);

static err work_apply(struct call *call)
{
	return work(call);
}

static const struct op work_op = WORLD_OP("test.work", work_apply);
const struct op *const world_ops[] = {&work_op, NULL};
const struct job_kind *const world_jobs[] = {NULL};

static struct arena kinds;

static int make(void **state, bool provider)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true, .provider = provider};

	if (temp_make(state) != 0 || !err_is_ok(crypto_start()) || !err_is_ok(compartment_start()) ||
	    !err_is_ok(compartment_make(temp_file("city"), &spec)))
		return -1;
	world_open();
	arena_init(&kinds, (size_t)16 << 20);
	describe_forget();
	return err_is_ok(casekind_load(SEKIMORI_ROOT "/catalog", &kinds)) ? 0 : -1;
}

static int make_home(void **state)
{
	return make(state, false);
}

static int make_provider(void **state)
{
	return make(state, true);
}

static int done(void **state)
{
	describe_forget();
	arena_free(&kinds);
	return world_remove(state);
}

/* ---- letters ---- */

struct member_text { const char *name, *text; };

static void write_letter(struct buf *out, const struct member_text *members)
{
	for (; members->name != NULL; members++)
		assert_ok(form_put(out, members->name, bytes_str(members->text)));
}

static err take(struct call *call, const struct member_text *members, struct id object, int64_t edition, bool from_provider)
{
	OWN(buf) body = {0};
	struct post_item item = {.from = bytes_str(from_provider ? "provider" : "sapporo"), .from_provider = from_provider, .kind = BYTES_LIT("case"),
		.object = object, .edition = edition};

	write_letter(&body, members);
	item.body = bytes_of(&body);
	return casepost_kind.take(call, &item);
}

#define ENTRY(id, at_kind) {"entry", "0000000000000000000000000" id}, {"entry_at", "1"}, {"entry_kind", at_kind}, {"entry_name", "運用"}

/* ---- home ---- */

static struct id asked;

static err ask(struct call *call)
{
	const struct casekind *kind = casekind_of(describe_id("case", "inquiry"));
	struct casefile casefile = {.description = describe_id("case", "inquiry"), .number = 1, .state = BYTES_LIT("open"), .title = BYTES_LIT("件名"),
		.opened_at = call->now_us};
	struct casefile_entry entry = {.at = call->now_us, .taken_at = call->now_us, .state = casefile.state};

	TRY(newestid_make(call->now_us, &casefile.row.id));
	asked = casefile.row.id;
	TRY(row_insert(&call->rows, &casefile_entity, &casefile));
	TRY(casefile_note(&call->rows, &casefile, &entry));
	return casemove_settle(&call->rows, kind, &casefile, &entry, true, call->now_us);
}

static struct casefile case_now;
static struct caseclock clock_now;
static char state_now[64];

static err look(struct call *call)
{
	struct caseclock clocks[CASEKIND_CLOCKS_MAX];
	size_t count = 0;

	TRY(row_get(&call->rows, &casefile_entity, asked, &case_now));
	TRY(caseclock_read(&call->rows, asked, clocks, &count));
	assert_int_equal(count, 1);
	clock_now = clocks[0];
	(void)snprintf(state_now, sizeof(state_now), "%.*s", (int)case_now.state.len, (const char *)case_now.state.ptr);
	return OK;
}

static void run(err (*what)(struct call *call))
{
	work = what;
	assert_ok(world_call("test.work"));
}

static err pretend(struct call *call)
{
	const struct member_text letter[] = {ENTRY("1", "1"), {"entry_state", "closed"}, {"entry_move", "answer"}, {"entry_text", "待って"}, {NULL, NULL}};

	return take(call, letter, asked, 1, true);
}

static err answer(struct call *call)
{
	const struct member_text letter[] = {ENTRY("2", "2"), {"entry_state", "withdrawn"}, {"entry_move", "answer"}, {"entry_text", "答え"}, {NULL, NULL}};

	return take(call, letter, asked, 2, true);
}

static err stale_move(struct call *call)
{
	const struct member_text letter[] = {ENTRY("3", "2"), {"entry_move", "answer"}, {"entry_text", "もう一度"}, {NULL, NULL}};

	return take(call, letter, asked, 3, true);
}

/* The provider's words are kept; its state is not believed, and only a move that holds here stops the clock. */
static void test_home_decides(void **state)
{
	(void)state;
	REQ("S-29");
	run(ask);
	run(pretend);
	run(look);
	assert_string_equal(state_now, "open");
	assert_int_equal(clock_now.state, CLOCK_RUNNING);
	assert_int_equal(case_now.entries, 2);
	run(answer);
	run(look);
	assert_string_equal(state_now, "answered");
	assert_int_equal(clock_now.state, CLOCK_ENDED);
	assert_int_equal(case_now.entries, 3);
	run(stale_move);
	run(look);
	assert_string_equal(state_now, "answered");
	assert_int_equal(case_now.entries, 4);
	assert_int_equal(case_now.posted, 4); /* home has answered each */
	/* The same entry again, whatever its edition. */
	work = answer;
	assert_err(INVALID, world_call("test.work"));
	run(look);
	assert_int_equal(case_now.entries, 4);
}

static const struct member_text *wrong;
static struct id wrong_object;
static bool wrong_from;

static err take_wrong(struct call *call)
{
	return take(call, wrong, wrong_object, 9, wrong_from);
}

static void test_home_refuses(void **state)
{
	static char long_text[3 * 3001 + 1];
	static const struct member_text no_entry[] = {{"entry_text", "x"}, {NULL, NULL}};
	static const struct member_text no_id[] = {{"entry", "x"}, {"entry_at", "1"}, {"entry_kind", "1"}, {NULL, NULL}};
	static const struct member_text zero_id[] = {ENTRY("0", "1"), {NULL, NULL}};
	static const struct member_text no_time[] = {{"entry", "00000000000000000000000001"}, {"entry_at", "-1"}, {"entry_kind", "1"}, {NULL, NULL}};
	static const struct member_text opening[] = {ENTRY("1", "0"), {NULL, NULL}};
	static const struct member_text other_kind[] = {ENTRY("1", "3"), {NULL, NULL}};
	static const struct member_text too_long[] = {ENTRY("1", "1"), {"entry_text", long_text}, {NULL, NULL}};
	static const struct member_text fine[] = {ENTRY("1", "1"), {"entry_text", "x"}, {NULL, NULL}};
	const struct member_text *const all[] = {no_entry, no_id, zero_id, no_time, opening, other_kind, too_long};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(long_text); i++)
		long_text[i] = "あ"[i % 3];
	run(ask);
	work = take_wrong;
	wrong_object = asked;
	wrong_from = true;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		wrong = all[i];
		if (!err_is(world_call("test.work"), ERR_INVALID))
			fail_msg("letter %zu", i);
	}
	wrong = fine;
	work = take_wrong;
	wrong_from = false; /* another customer */
	assert_err(INVALID, world_call("test.work"));
	wrong_from = true;
	wrong_object.b[15] ^= 1; /* another case */
	assert_err(INVALID, world_call("test.work"));
	run(look);
	assert_int_equal(case_now.entries, 1);
	wrong_object = asked;
	run(take_wrong);
	run(look);
	assert_int_equal(case_now.entries, 2);
}

/* ---- the provider's ---- */

static char opened_text[24];

static err arrive(struct call *call)
{
	const struct member_text letter[] = {
		{"kind", "inquiry"}, {"number", "7"}, {"opened_at", opened_text}, {"closed_at", "0"}, {"state", "open"}, {"title", "件名"}, {"opener_name", "市の人"},
		ENTRY("4", "0"), {"f_subject", "件名"}, {"f_topic", "use"}, {"f_question", "問い"}, {"f_colour", "red"}, {NULL, NULL},
	};

	(void)snprintf(opened_text, sizeof(opened_text), "%lld", (long long)call->now_us);
	TRY(newestid_make(call->now_us, &asked));
	return take(call, letter, asked, 1, false);
}

static err look_there(struct call *call)
{
	TRY(row_get(&call->rows, &casefile_entity, asked, &case_now));
	(void)snprintf(state_now, sizeof(state_now), "%.*s", (int)case_now.state.len, (const char *)case_now.state.ptr);
	assert_true(bytes_is(case_now.origin, "sapporo"));
	assert_true(bytes_is(form_get(case_now.body, "question"), "問い"));
	assert_int_equal(form_get(case_now.body, "colour").len, 0);
	return OK;
}

static void test_mirror(void **state)
{
	static const struct member_text other_opening[] = {{"kind", "inquiry"}, {"number", "7"}, {"opened_at", "1"}, {"closed_at", "0"}, {"state", "closed"}, {NULL, NULL}};
	static const struct member_text no_state[] = {{"kind", "inquiry"}, {"number", "7"}, {"opened_at", opened_text}, {"closed_at", "0"}, {"state", "moon"}, {NULL, NULL}};
	static const struct member_text no_kind[] = {{"kind", "data-request"}, {"number", "7"}, {"opened_at", opened_text}, {"closed_at", "0"}, {"state", "received"}, {NULL, NULL}};
	static const struct member_text no_outcome[] = {{"kind", "inquiry"}, {"number", "7"}, {"opened_at", opened_text}, {"closed_at", "0"}, {"state", "closed"}, {"outcome", "moon"}, {NULL, NULL}};
	static const struct member_text no_clock[] = {{"kind", "inquiry"}, {"number", "7"}, {"opened_at", opened_text}, {"closed_at", "0"}, {"state", "open"}, {"clock_0", "first-reply AAAA"}, {NULL, NULL}};
	static const struct member_text closed[] = {{"kind", "inquiry"}, {"number", "7"}, {"opened_at", opened_text}, {"closed_at", opened_text}, {"state", "closed"}, {"outcome", "solved"}, {NULL, NULL}};
	const struct member_text *const all[] = {other_opening, no_state, no_kind, no_outcome, no_clock};

	(void)state;
	REQ("S-29");
	run(arrive);
	run(look_there);
	work = take_wrong;
	wrong_object = asked;
	wrong_from = false;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		wrong = all[i];
		if (!err_is(world_call("test.work"), ERR_INVALID))
			fail_msg("letter %zu", i);
	}
	run(look_there);
	assert_string_equal(state_now, "open");
	/* An id that says another time is not taken for a new case. */
	wrong = closed;
	work = take_wrong;
	wrong_object.b[2] ^= 1;
	assert_err(INVALID, world_call("test.work"));
	wrong_object = asked;
	run(take_wrong);
	run(look_there);
	assert_string_equal(state_now, "closed");
	assert_true(case_now.closed_at != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_home_decides, make_home, done),
		cmocka_unit_test_setup_teardown(test_home_refuses, make_home, done),
		cmocka_unit_test_setup_teardown(test_mirror, make_provider, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
