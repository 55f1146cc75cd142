/*
 * From a recorded result to the turn of a requirement, in a compartment as it is made, over weeks: K-55 rests on the four checks of
 * LG-2 and on nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "assure/assure.h"
#include "assure/catalogue.h"
#include "assure/checks.h"
#include "base/clock.h"
#include "op/compartment.h"
#include "op/local.h"
#include "store/temp_test.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define ROW "K-55"

static struct local *world;
static int64_t began_us;
static const struct actor nobody;
static struct actor auditor = {.role = ROLE_AUDITOR};
static const char *const checks_of_row[] = {
	"ledger-chain-verifies", "ledger-tamper-located", "ledger-reaches-contract-start", "ledger-delete-refused",
};
static const char steps[] = "[{\"ja\":\"試した\",\"en\":\"Tried\",\"seen\":\"403\",\"ok\":true,\"count\":2}]";

static struct local_input text_input(const char *name, const char *text)
{
	return (struct local_input){.name = name, .raw = bytes_str(text)};
}

static err record(const char *check, int64_t outcome, int64_t objects, const char *what, struct buf *reply)
{
	const struct local_input inputs[] = {
		text_input("check", check), {.name = "outcome", .integer = outcome}, {.name = "objects", .integer = objects},
		{.name = "took_ms", .integer = 5}, text_input("steps", what), {0},
	};

	return local_call(world, &nobody, "check.record", inputs, (struct bytes){0}, reply);
}

static void record_all(int64_t outcome, int64_t objects)
{
	for (size_t i = 0; i < COUNT_OF(checks_of_row); i++)
		assert_ok(record(checks_of_row[i], outcome, objects, steps, NULL));
}

static void see(const char *op, const char *name, const char *what, struct buf *reply)
{
	const struct local_input inputs[] = {text_input(name, what), {0}};

	buf_clear(reply);
	assert_ok(local_call(world, &auditor, op, inputs, (struct bytes){0}, reply));
	assert_ok(buf_u8(reply, 0));
}

static bool says(const struct buf *reply, const char *what)
{
	return strstr((const char *)reply->ptr, what) != NULL;
}

static void expect_status(const char *status)
{
	OWN(buf) reply = {0};
	char wanted[64];

	see("requirement.see", "requirement", ROW, &reply);
	(void)snprintf(wanted, sizeof(wanted), "\"duty\":\"provider\",\"status\":\"%s\"", status);
	if (!says(&reply, wanted))
		fail_msg("%s is not %s: %.600s", ROW, status, (const char *)reply.ptr);
}

/* How many turns of the row are told, and the newest. */
static size_t turns(char newest_out[static 16])
{
	OWN(buf) reply = {0};
	const char *at;
	size_t count = 0;

	see("requirement.see", "requirement", ROW, &reply);
	at = strstr((const char *)reply.ptr, "\"history\":[");
	assert_non_null(at);
	newest_out[0] = '\0';
	while ((at = strstr(at, "\"status\":\"")) != NULL) {
		at += 10;
		if (count++ == 0)
			(void)snprintf(newest_out, 16, "%.*s", (int)strcspn(at, "\""), at);
	}
	return count;
}

static void open_at(int64_t at_us)
{
	assert_ok(clock_move(at_us));
	assert_ok(local_open(temp_file("city"), NULL, &world));
}

/* The clerk looks at once when the work begins: begin anew, and wait for what is due. */
static void settle(int64_t at_us, size_t wanted, const char *newest)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	char found[16];
	size_t count = 0;

	local_close(&world);
	open_at(at_us);
	local_tick(world);
	for (int i = 0; i < 500; i++) {
		count = turns(found);
		if (count == wanted && strcmp(found, newest) == 0)
			return;
		(void)nanosleep(&pause, NULL);
	}
	fail_msg("%zu turns, the newest %s; wanted %zu, %s", count, found, wanted, newest);
}

static void first_count(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(checks_of_row); i++)
		assert_non_null(checks_find(checks_of_row[i]));
	expect_status("open");
	settle(began_us + 1, 1, "open");
}

static void refused_results(void **state)
{
	static const char *const wrong[] = {
		"", "[", "{}", "[1]", "[{\"ja\":\"a\",\"en\":\"a\",\"seen\":\"\",\"ok\":true}]",
		"[{\"ja\":\"a\",\"en\":\"a\",\"seen\":\"\",\"ok\":1,\"count\":1}]",
		"[{\"ja\":\"a\",\"en\":\"a\",\"seen\":\"\",\"ok\":true,\"count\":1,\"more\":2}]", "[] []",
	};

	static const char gone_wrong[] = "[{\"ja\":\"a\",\"en\":\"a\",\"seen\":\"\",\"ok\":true,\"count\":1},"
	    "{\"ja\":\"b\",\"en\":\"b\",\"seen\":\"\",\"ok\":false,\"count\":1}]";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (err_is_ok(record(checks_of_row[0], 1, 1, wrong[i], NULL)))
			fail_msg("accepted: %s", wrong[i]);
	/* A pass says what was tried, and that nothing went wrong. */
	assert_err(INVALID, record(checks_of_row[0], 1, 1, "[]", NULL));
	assert_err(INVALID, record(checks_of_row[0], 1, 1, gone_wrong, NULL));
	assert_err(NOT_FOUND, record("no-such-check", 1, 1, steps, NULL));
	assert_err(NOT_FOUND, record("waf-attack-samples-blocked", 1, 1, steps, NULL)); /* waits: nobody can have run it */
	assert_err(INVALID, record(checks_of_row[0], 1, -1, steps, NULL));
	assert_err(INVALID, record(checks_of_row[0], 0, 1, steps, NULL));
	assert_err(INVALID, record(checks_of_row[0], 5, 1, steps, NULL));
	expect_status("open");
}

/* A1: on nothing, or not by all of them, it is not proven. */
static void not_yet_proven(void **state)
{
	(void)state;
	for (size_t i = 0; i + 1 < COUNT_OF(checks_of_row); i++)
		assert_ok(record(checks_of_row[i], 1, 1, steps, NULL));
	expect_status("open");
	assert_ok(record(checks_of_row[COUNT_OF(checks_of_row) - 1], 1, 0, steps, NULL));
	expect_status("open");
	record_all(3, 1);
	expect_status("open");
	record_all(4, 1);
	expect_status("open");
}

static void course(void **state)
{
	(void)state;
	REQ("GV-14");
	record_all(1, 1);
	expect_status("proven");
	settle(began_us + DAY_US / 48, 2, "proven");
	settle(began_us + DAY_US / 24, 2, "proven"); /* nothing has turned: nothing is written */
	local_close(&world);
	open_at(began_us + 5 * DAY_US);
	expect_status("stale");
	settle(began_us + 5 * DAY_US + 1000000, 3, "stale");
	record_all(1, 1);
	expect_status("proven");
	settle(began_us + 5 * DAY_US + 2000000, 4, "proven");
	assert_ok(record(checks_of_row[1], 2, 3, steps, NULL));
	expect_status("failing");
	settle(began_us + 5 * DAY_US + 3000000, 5, "failing");
	local_close(&world);
	open_at(began_us + 15 * DAY_US);
	expect_status("failing"); /* a failure does not grow old */
}

/* Equal results are one stretch, with its first and last event. */
static void stretches(void **state)
{
	OWN(buf) reply = {0};

	(void)state;
	see("check.see", "check", checks_of_row[1], &reply);
	assert_true(says(&reply, "\"state\":\"failed\""));
	assert_true(says(&reply, "\"runs\":2"));         /* the two that passed, five days apart */
	assert_true(says(&reply, "\"seen\":\"403\""));
	assert_true(says(&reply, "\"until\":null"));
	buf_clear(&reply);
	assert_ok(local_call(world, &auditor, "requirement.trend", NULL, (struct bytes){0}, &reply));
	assert_ok(buf_u8(&reply, 0));
	assert_true(says(&reply, "\"catalogue\":\"K\",\"proven\":1"));
}

static err ask(const char *check)
{
	const struct local_input inputs[] = {text_input("check", check), {0}};

	return local_call(world, &auditor, "check.run", inputs, (struct bytes){0}, NULL);
}

static void asking(void **state)
{
	OWN(buf) reply = {0};

	(void)state;
	assert_ok(ask(checks_of_row[0]));
	assert_err(CONFLICT, ask(checks_of_row[0]));                            /* asked already */
	see("check.see", "check", checks_of_row[0], &reply);
	assert_true(says(&reply, "\"asked\":true"));
	assert_ok(record(checks_of_row[0], 1, 1, steps, NULL));
	see("check.see", "check", checks_of_row[0], &reply);
	assert_true(says(&reply, "\"asked\":false"));
	assert_err(CONFLICT, ask(checks_of_row[0]));                            /* it has just run */
	assert_err(CONFLICT, ask("waf-attack-samples-blocked"));
	assert_err(NOT_FOUND, ask("no-such-check"));
	local_close(&world);
	open_at(began_us + 15 * DAY_US + INT64_C(3600) * 1000000);
	assert_ok(ask(checks_of_row[0]));
}

static int make(void **state)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true};

	if (temp_make(state) != 0 || !err_is_ok(crypto_start()) || !err_is_ok(compartment_start()) ||
	    !err_is_ok(assure_load(SEKIMORI_ROOT "/catalog")) || !err_is_ok(id_new(&auditor.account)))
		return -1;
	began_us = clock_now_us() - 30 * DAY_US;
	if (!err_is_ok(clock_move(began_us)) || !err_is_ok(compartment_make(temp_file("city"), &spec)) ||
	    !err_is_ok(local_open(temp_file("city"), NULL, &world)))
		return -1;
	return err_is_ok(local_call(world, &nobody, "contract.install", NULL, BYTES_LIT("{\"annexes\":\"K\",\"started\":\"2020-01-01\"}"), NULL)) ? 0 : -1;
}

static int clear(void **state)
{
	local_close(&world);
	return temp_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_count),
		cmocka_unit_test(refused_results),
		cmocka_unit_test(not_yet_proven),
		cmocka_unit_test(course),
		cmocka_unit_test(stretches),
		cmocka_unit_test(asking),
	};

	return cmocka_run_group_tests(tests, make, clear);
}
