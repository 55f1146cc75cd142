/*
 * What the clock does with records: it asks to renew them in time, and notes that they have expired, also when nothing ran at the moment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "op/compartment.h"
#include "op/local.h"
#include "op/setting.h"
#include "store/temp_test.h"

#include "govern/letter_template.h"
#include "govern/record.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define PAST_DAYS 40

static struct local *local;
static struct actor officer = {.role = ROLE_OFFICER_ADMIN};

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(temp_file(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A register in which everything is in force at once. */
static void describe(void)
{
	static struct arena arena;
	char folder[512];

	arena_init(&arena, (size_t)8 << 20);
	write_text("controls.yaml", "registers:\n  - {name: policy, title: {ja: 方針, en: Policy}, holds: \"h\"}\ncontrols: []\n");
	write_text("registers.yaml", "version: 1\nregisters:\n  - register: policy\n    kept: record\n    home: customer\n    shared: \"no\"\n"
	    "    see: [officer-admin]\n    file: [officer-admin]\n    grade: \"2\"\n    title_field: name\n    reminders: [30d, 7d]\n"
	    "    fields:\n      - {name: name, ja: 名, en: Name, type: text, required: \"yes\"}\n");
	(void)snprintf(folder, sizeof(folder), "%s", temp_file("x"));
	*strrchr(folder, '/') = '\0';
	describe_forget();
	assert_ok(recordkind_load(folder, &arena));
	assert_ok(letter_template_load(SEKIMORI_ROOT "/catalog", &arena)); /* reminders go out as letters */
}

static void open_city(void)
{
	assert_ok(local_open(temp_file("city"), NULL, &local));
}

static void install(void)
{
	OWN(buf) reply = {0};
	const struct actor nobody = {0};

	assert_ok(local_call(local, &nobody, "account.install", NULL,
	    BYTES_LIT("{\"login\":\"taro\",\"name\":\"たろう\",\"role\":\"officer-admin\",\"password\":\"Kawaru-Koto_4711\"}"), &reply));
	assert_ok(id_parse((struct bytes){reply.ptr + sizeof("{\"id\":\"") - 1, ID_TEXT_LEN}, &officer.account));
}

static void file(const char *name, int32_t until)
{
	const struct local_input path[] = {{.name = "register", .id = describe_id(RECORDKIND, "policy")}, {.name = NULL}};
	char body[200], day[CLOCK_TEXT_MAX] = "";

	clock_date_format(until, day);
	(void)snprintf(body, sizeof(body), "{\"fields\":{\"name\":\"%s\"}%s%s%s}", name, until != 0 ? ",\"valid_until\":\"" : "", day,
	    until != 0 ? "\"" : "");
	assert_ok(local_call(local, &officer, "record.file", path, bytes_str(body), NULL));
}

static int64_t count_rows(const char *what)
{
	struct statement statement = {"test.count", NULL};
	struct query *query = NULL;
	struct db *db = NULL;
	int64_t rows;
	bool found = false;
	char sql[240];

	(void)snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM %s", what);
	statement.sql = sql;
	assert_ok(db_open(temp_file("city/core/" COMPARTMENT_DATABASE), DB_READ, &db));
	assert_ok(query_start(db, &statement, &query));
	assert_ok(query_step(query, &found));
	rows = column_int(query, 0);
	query_end(&query);
	db_close(&db);
	return rows;
}

static void wait_for(const char *what, int64_t rows)
{
	const struct timespec pause = {.tv_nsec = 20000000};

	for (int i = 0; i < 1500 && count_rows(what) != rows; i++) {
		local_tick(local);
		(void)nanosleep(&pause, NULL);
	}
	if (count_rows(what) != rows)
		fail_msg("%s: %lld", what, (long long)count_rows(what));
}

static void the_clock(void **state)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true};
	int64_t true_us = clock_now_us();
	int32_t past = clock_date_jst(true_us - PAST_DAYS * DAY_US);

	(void)state;
	assert_ok(crypto_start());
	assert_ok(compartment_start());
	assert_ok(setting_load(SEKIMORI_ROOT "/catalog"));
	describe();
	assert_ok(clock_move(true_us - PAST_DAYS * DAY_US));
	assert_ok(compartment_make(temp_file("city"), &spec));
	open_city();
	install();
	file("over", clock_date_add(past, 10));     /* ends within the 30 days of its notice, and before today */
	file("soon", clock_date_add(past, 50));     /* its notice begins while nothing runs */
	file("late", clock_date_add(past, 400));    /* is far from its end */
	file("ever", 0);
	assert_int_equal(count_rows("record WHERE state = 1"), 4);
	assert_int_equal(count_rows("todo WHERE kind = 'record-renew' AND state = 0"), 1);
	local_close(&local);
	assert_ok(clock_catch_up());
	open_city();
	wait_for("record WHERE state = 2", 1);
	wait_for("todo WHERE kind = 'record-renew' AND state = 0", 2);
	wait_for("todo WHERE kind = 'record-renew' AND stage = 2", 1); /* overdue: it is still to be renewed */
	assert_int_equal(count_rows("record WHERE state = 1"), 3);
	assert_int_equal(count_rows("record WHERE renew_at IS NOT NULL"), 1);
	local_close(&local);
	open_city(); /* and nothing twice */
	local_tick(local);
	wait_for("todo WHERE kind = 'record-renew'", 2);
	local_close(&local);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(the_clock, temp_make, temp_remove)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
