/* Which events are about whom: from the index, from the ledger behind it, after the index was emptied, and after a restart. */
#include <time.h>

#include "ledger/ledger.h"
#include "op/history_int.h"
#include "op/world_test.h"

enum { PEOPLE = 4, EVENTS = 3 * HISTORY_STEP + 17 };

static struct id people[PEOPLE];
static uint64_t expected[PEOPLE][EVENTS];       /* numbers of the events about each */
static size_t expected_count[PEOPLE];
static size_t who;                              /* the next touch is about */

const struct job_kind *const world_jobs[] = {NULL};

static err make(struct call *call)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		struct world_account row = {.name = BYTES_LIT("x")};

		TRY(row_insert(&call->rows, &account, &row));
		people[i] = row.row.id;
	}
	return OK;
}

/* Named as an object. */
static err touch(struct call *call)
{
	return call_object(call, "account", people[who]);
}

/* Written, so that the version is known too. */
static err change(struct call *call)
{
	struct world_account row = {0};

	TRY(row_get(&call->rows, &account, people[who], &row));
	return row_update(&call->rows, &account, &row);
}

static err refuse(struct call *call)
{
	TRY(call_object(call, "account", people[who]));
	return FAIL(CONFLICT);
}

/* All of one person's, page by page. */
static err ask(struct call *call)
{
	struct history_span span = {.object = people[who], .until = INT64_MAX};
	uint64_t below = UINT64_MAX >> 1;
	uint64_t page[HISTORY_PAGE_MAX + 1];
	size_t left = expected_count[who], count = 0;
	struct history history;
	bool has = false;

	TRY(history_begin(&call->rows, &span.object, 1, &history));
	do {
		TRY(history_page(&history, &span, 1, below, page, 33, &count));
		for (size_t i = 0; i < count; i++) {
			assert_true(left > 0);
			assert_int_equal(page[i], expected[who][--left]);
			below = page[i];
		}
	} while (count == 33);
	assert_int_equal(left, 0);
	TRY(history_has(&history, &span, 1, expected[who][0], &has));
	assert_true(has);
	TRY(history_has(&history, &span, 1, expected[(who + 1) % PEOPLE][1], &has));
	assert_false(has);
	return OK;
}

/* Only what lies within the span. */
static err ask_span(struct call *call)
{
	uint64_t from = expected[0][3], until = expected[0][expected_count[0] - 2];
	struct history_span span = {.object = people[0], .from = from, .until = until};
	uint64_t page[HISTORY_PAGE_MAX];
	struct history history;
	size_t count = 0;

	TRY(history_begin(&call->rows, &span.object, 1, &history));
	TRY(history_page(&history, &span, 1, INT64_MAX, page, HISTORY_PAGE_MAX, &count));
	assert_int_equal(page[0], expected[0][expected_count[0] - 3]);
	TRY(history_page(&history, &span, 1, from + 1, page, HISTORY_PAGE_MAX, &count));
	assert_int_equal(count, 1);
	assert_int_equal(page[0], from);
	return OK;
}

static uint64_t version_at[2];  /* events of versions 1 and 2 of the first */

static err ask_version(struct call *call)
{
	struct history history;
	uint64_t event = 0;

	TRY(history_begin(&call->rows, people, 1, &history));
	for (int64_t version = 1; version <= 2; version++) {
		TRY(history_version(&history, people[0], version, &event));
		assert_int_equal(event, version_at[version - 1]);
	}
	TRY(history_version(&history, people[0], 1000000, &event));
	assert_int_equal(event, history.size);
	return OK;
}

static const struct op make_op = WORLD_OP("make", make);
static const struct op touch_op = WORLD_OP("touch", touch);
static const struct op change_op = WORLD_OP("change", change);
static const struct op refuse_op = WORLD_OP("refuse", refuse);
static const struct op ask_op = WORLD_OP("ask", ask);
static const struct op span_op = WORLD_OP("ask-span", ask_span);
static const struct op version_op = WORLD_OP("ask-version", ask_version);
const struct op *const world_ops[] = {&make_op, &touch_op, &change_op, &refuse_op, &ask_op, &span_op, &version_op, NULL};

static uint64_t size_now(void)
{
	struct ledger_head head;

	ledger_head(local_compartment(world)->ledger, &head);
	return head.size;
}

static void expect(size_t person, uint64_t event)
{
	expected[person][expected_count[person]++] = event;
}

static void fill(void)
{
	static const char *const deeds[] = {"touch", "change", "refuse"};
	uint32_t dice = 7;

	for (size_t i = 0; i < PEOPLE; i++)
		expect(i, size_now());
	version_at[0] = size_now();
	assert_ok(world_call("make"));
	version_at[1] = size_now();
	for (int i = 0; i < EVENTS - 1; i++) {
		const char *deed = deeds[i == 0 ? 1 : (dice >> 8) % 3];

		dice = dice * 1103515245u + 12345u;
		who = i == 0 ? 0 : (dice >> 16) % PEOPLE;
		expect(who, size_now());
		err_ignore(world_call(deed)); /* one of them is a refusal */
	}
}

static uint64_t indexed(void)
{
	struct db *db = NULL;
	uint64_t next = 0;

	assert_ok(db_open(temp_file("city/core/" COMPARTMENT_DATABASE), DB_READ, &db));
	assert_ok(history_position(db, &next));
	db_close(&db);
	return next;
}

/* The index's thread is asked to go on until it has come so far. */
static void await_index(void)
{
	const struct timespec pause = {.tv_nsec = 5000000};

	for (int i = 0; i < 4000 && indexed() < 3 * HISTORY_STEP; i++) {
		local_tick(world);
		(void)nanosleep(&pause, NULL);
	}
	assert_int_equal(indexed(), 3 * HISTORY_STEP);
}

static void ask_all(void)
{
	for (who = 0; who < PEOPLE; who++)
		assert_ok(world_call("ask"));
	assert_ok(world_call("ask-span"));
	assert_ok(world_call("ask-version"));
}

static void empty(const char *sql)
{
	struct db *db = NULL;

	local_close(&world);
	assert_ok(db_open(temp_file("city/core/" COMPARTMENT_DATABASE), DB_WRITE, &db));
	assert_ok(db_script(db, sql));
	db_close(&db);
	world_open();
}

static void test_complete_at_every_moment(void **state)
{
	(void)state;
	fill();
	assert_int_equal(indexed(), 0);
	ask_all();              /* from the ledger alone */
	await_index();
	ask_all();              /* from the index, and the ledger behind it */
	local_close(&world);
	world_open();
	ask_all();
}

static void test_made_anew(void **state)
{
	(void)state;
	empty("DELETE FROM history_trace; DELETE FROM history_version; DELETE FROM history_position;");
	assert_int_equal(indexed(), 0);
	ask_all();
	await_index();
	ask_all();
	/* A part of it lost while nobody looked: found at the start. */
	empty("DELETE FROM history_trace WHERE event > 100; DELETE FROM history_version WHERE version = 2;");
	local_tick(world);
	for (int i = 0; i < 4000 && indexed() == 3 * HISTORY_STEP; i++)
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	await_index();
	ask_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete_at_every_moment),
		cmocka_unit_test(test_made_anew),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
