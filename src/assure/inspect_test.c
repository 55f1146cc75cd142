/*
 * What inspections find: nothing in a compartment as it is made, and each thing that was done to a copy of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "assure/catalogue.h"
#include "assure/inspect_ledger.h"
#include "assure/inspect_secrets.h"
#include "assure/inspections.h"
#include "base/clock.h"
#include "ledger/event.h"
#include "op/compartment.h"
#include "op/head_signer.h"
#include "op/keyhold.h"
#include "op/local.h"
#include "store/temp_test.h"

#define CATALOG_FOLDER SEKIMORI_ROOT "/catalog"
#define DAY_US (INT64_C(86400) * 1000000)

static struct local *world;          /* while one is made */
static const char *original = "city";
static struct compartment opened;    /* the copy: nobody else works on it */
static struct keyhold *hold;
static struct db *reader, *writer;
static struct arena arena;
static struct inspect in;
static const struct actor nobody;

static err install(const char *op, const char *body, struct buf *reply)
{
	return local_call(world, &nobody, op, NULL, bytes_str(body), reply);
}

static int make_world(const char *folder, int events)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true};
	char today[CLOCK_TEXT_MAX], contract[200];

	if (!err_is_ok(compartment_make(folder, &spec)))
		return -1;
	assert_ok(local_open(folder, NULL, &world));
	clock_date_format(clock_date_jst(clock_now_us()), today);
	(void)snprintf(contract, sizeof(contract), "{\"annexes\":\"K P\",\"started\":\"%s\"}", today);
	assert_ok(install("contract.install", contract, NULL));
	assert_ok(install("account.install", "{\"login\":\"hanako\",\"name\":\"佐藤 花子\",\"role\":\"officer-admin\",\"password\":\"Correct-Horse-9\"}", NULL));
	assert_ok(install("account.install", "{\"login\":\"jiro\",\"name\":\"鈴木 次郎\",\"role\":\"auditor\",\"password\":\"Correct-Horse-8\"}", NULL));
	for (int i = 0; i < events; i++)
		assert_ok(install("contract.install", "{\"annexes\":\"K\",\"started\":\"2020-01-01\"}", NULL));
	assert_ok(head_signer_tick(local_compartment(world)->signer));
	local_close(&world);
	return 0;
}

static int prepare(void **state)
{
	if (temp_make(state) != 0 || !err_is_ok(crypto_start()) || !err_is_ok(compartment_start()))
		return -1;
	return make_world(temp_file("city"), 0) == 0 && make_world(temp_file("busy"), 12) == 0 ? 0 : -1;
}

/* ---- A copy of it for each test ---- */

static void copy_file(const char *from, const char *to, const char *name)
{
	char source[600], target[600];
	uint8_t content[65536];
	FILE *a, *b;
	size_t got;

	(void)snprintf(source, sizeof(source), "%s/%s/%s", temp_path, from, name);
	(void)snprintf(target, sizeof(target), "%s/%s/%s", temp_path, to, name);
	a = fopen(source, "rb");
	b = fopen(target, "wb");
	assert_non_null(a);
	assert_non_null(b);
	while ((got = fread(content, 1, sizeof(content), a)) > 0)
		assert_int_equal(fwrite(content, 1, got, b), got);
	assert_int_equal(fclose(a), 0);
	assert_int_equal(fclose(b), 0);
	assert_int_equal(chmod(target, strstr(name, "root") != NULL ? 0400 : 0600), 0);
}

static _Atomic bool going_on;

static int open_copy(void **state)
{
	static const char *const names[] = {"core/data.db", "core/heads", "keys/root.key", "keys/keys.store"};
	static const char *const folders[] = {"copy", "copy/core", "copy/keys"};
	char path[600];

	(void)nftw(temp_file("copy"), temp_remove_one, 8, FTW_DEPTH | FTW_PHYS); /* of a test that failed */
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		assert_int_equal(mkdir(temp_file(folders[i]), 0700), 0);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		copy_file(original, "copy", names[i]);
	opened = (struct compartment){.reader_fd = -1, .render_fd = -1, .scan_fd = -1, .password_rounds = OP_PASSWORD_ROUNDS};
	assert_ok(compartment_open(temp_file("copy/core"), &opened, &writer));
	(void)snprintf(path, sizeof(path), "%s", temp_file("copy"));
	assert_ok(keyhold_open(path, &hold));
	opened.keys = keyhold_keys(hold);
	assert_ok(head_signer_open(temp_file("copy/core/heads"), opened.origin, opened.ledger, opened.keys, &opened.signer));
	assert_ok(db_open(temp_file("copy/core/data.db"), DB_READ, &reader));
	arena_init(&arena, (size_t)16 << 20);
	*state = &in;
	return 0;
}

static int close_copy(void **state)
{
	char path[600];

	(void)state;
	buf_free(&in.data);
	db_close(&reader);
	db_close(&writer);
	compartment_close(&opened);
	keyhold_close(&hold);
	arena_free(&arena);
	inspect_ledger_forget();
	(void)snprintf(path, sizeof(path), "%s/copy", temp_path);
	return nftw(path, temp_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static enum check_outcome inspect_with(const char *name, struct bytes params)
{
	const struct inspection *row = inspections_find(name);
	const struct compartment *compartment = &opened;
	err e;

	assert_non_null(row);
	buf_free(&in.data);
	in = (struct inspect){
		.rows = {.db = reader, .keys = compartment->keys, .arena = &arena}, .compartment = compartment, .params = params,
		.check = name, .stop = &going_on, .until_us = clock_mono_us() + 60000000,
	};
	assert_ok(db_begin(reader, DB_READ));
	e = row->run(&in);
	db_rollback(reader);
	if (!err_is_ok(e))
		print_error("%s: %s\n", name, err_row(e)->name);
	assert_ok(e);
	return steps_outcome(&in.steps, false);
}

static enum check_outcome inspect_it(const char *name)
{
	return inspect_with(name, (struct bytes){0});
}

static void tell_steps(void)
{
	for (size_t i = 0; i < in.steps.count; i++)
		print_message("%s: %s: %s\n", in.steps.lines[i].ok ? "ok" : "NOT", in.steps.lines[i].en, in.steps.lines[i].seen);
}

static void assert_outcome(enum check_outcome found, enum check_outcome expected)
{
	if (found != expected)
		tell_steps();
	assert_int_equal(found, expected);
}

static bool said(const char *words)
{
	for (size_t i = 0; i < in.steps.count; i++)
		if (strstr(in.steps.lines[i].seen, words) != NULL)
			return true;
	tell_steps();
	return false;
}

static void seen(const char *words)
{
	if (!said(words))
		assert_string_equal("", words);
}

static void change(const char *sql)
{
	assert_ok(db_script(writer, sql));
}

/* ---- Nothing is wrong ---- */

static void nothing_is_found(void **state)
{
	static const char *const names[] = {
		"graded-field-unsealed-none", "sealed-record-tamper-refused", "stored-hashes", "crypto-known-answers-pass",
		"unlisted-algorithm-refused", "stored-algorithms-all-listed", "key-age-within", "destroyed-key-opens-nothing",
		"ledger-chain-verifies", "ledger-reaches-contract-start", "ledger-delete-refused", "unclassified-field-none",
		"operation-without-entry-none", "event-catalogue-equals-program", "event-fields-complete", "privileged-without-factor-none",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		enum check_outcome outcome = inspect_it(names[i]);

		if (outcome != CHECK_PASSED)
			print_error("%s\n", names[i]);
		assert_outcome(outcome, CHECK_PASSED);
		assert_true(in.steps.objects > 0);
	}
	/* Too little to look at is no pass. */
	assert_outcome(inspect_it("ledger-tamper-located"), CHECK_UNABLE);
	assert_outcome(inspect_it("leaver-access-removed"), CHECK_UNABLE);
}

/* ---- Something was done ---- */

struct deed {
	const char *sql;
	const char *inspection;
	const char *words;        /* that a step says */
};

static const struct deed deeds[] = {
	{"UPDATE account SET sealed_3b = CAST('a name that everybody can read in the file' AS BLOB)", "graded-field-unsealed-none", "no envelope"},
	{"UPDATE account SET sealed_3b = CAST(substr(sealed_3b, 1, 1) || zeroblob(16) || substr(sealed_3b, 18) AS BLOB)", "graded-field-unsealed-none",
	    "key is not in force"},
	{"UPDATE account SET sealed_3b = CAST(x'02' || substr(sealed_3b, 2) AS BLOB)", "stored-algorithms-all-listed", "of another form 2"},
	{"UPDATE account SET state = 2", "sealed-record-tamper-refused", "cannot be read"},
	{"UPDATE credential SET rounds = 1", "stored-hashes", "of another form 2"},
	{"UPDATE credential SET changed = 1", "privileged-without-factor-none", "without 1"},
	{"UPDATE account SET state = 3", "leaver-access-removed", "memberships 2"},
	{"ALTER TABLE account ADD COLUMN nickname TEXT", "unclassified-field-none", "account.nickname"},
	{"CREATE TABLE notes (name TEXT)", "unclassified-field-none", "notes.name"},
	{"ALTER TABLE heartbeat ADD COLUMN who TEXT", "unclassified-field-none", "heartbeat.who"},
	{"DROP TRIGGER ledger_blob_delete", "ledger-delete-refused", "guards in place 3 of 4"},
	{"DROP TRIGGER ledger_blob_update; CREATE TRIGGER ledger_blob_update BEFORE UPDATE ON ledger_blob BEGIN SELECT 1; END", "ledger-delete-refused",
	    "guards in place 3 of 4"},
	{"DROP TRIGGER ledger_blob_delete; DELETE FROM ledger_blob WHERE first = 1", "ledger-reaches-contract-start", "entry 1 is missing"},
	{"DROP TRIGGER ledger_blob_delete; DELETE FROM ledger_blob WHERE first = 1", "ledger-chain-verifies", "entry 1:"},
	{"DROP TRIGGER ledger_blob_update; UPDATE ledger_blob SET entries = CAST(substr(entries, 1, length(entries) - 1) || x'55' AS BLOB) WHERE first = 0",
	    "ledger-chain-verifies", "entry 0:"},
	{"DROP TRIGGER ledger_blob_delete; DELETE FROM ledger_blob WHERE first = (SELECT max(first) FROM ledger_blob)", "ledger-chain-verifies",
	    "signed head says"},
	{"DROP TRIGGER ledger_blob_update; UPDATE ledger_blob SET entries = CAST(substr(entries, 1, length(entries) - 1) || x'55' AS BLOB) WHERE first = 0",
	    "event-fields-complete", "sealed part does not open"},
};

static void each_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(deeds); i++) {
		enum check_outcome outcome;

		change(deeds[i].sql);
		outcome = inspect_it(deeds[i].inspection);
		if (outcome != CHECK_FAILED)
			print_error("%s\n", deeds[i].sql);
		assert_outcome(outcome, CHECK_FAILED);
		seen(deeds[i].words);
		assert_int_equal(close_copy(state), 0);
		assert_int_equal(open_copy(state), 0);
	}
}

/* Each record is in one of the parts; what was changed in one is found in it and in no other. */
static void every_record_has_its_day(void **state)
{
	unsigned rows = 0, failed = 0;
	int64_t all = 0;

	(void)state;
	REQ("K-55 S-49");
	for (size_t i = 0; entities[i] != NULL; i++) {
		struct query *query;
		bool row = true;

		assert_ok(query_start(writer, row_statement(entities[i], "all"), &query));
		for (assert_ok(query_step(query, &row)); row; all++)
			assert_ok(query_step(query, &row));
		query_end(&query);
	}
	change("UPDATE account SET state = 2 WHERE id = (SELECT min(id) FROM account)");
	for (uint8_t part = 0; part < 14; part++) {
		enum check_outcome outcome = inspect_with("record-authentication-verifies", (struct bytes){&part, 1});

		rows += in.steps.objects;
		failed += outcome == CHECK_FAILED;
		if (outcome == CHECK_FAILED)
			seen("account");
	}
	assert_int_equal(failed, 1);
	assert_int_equal(rows, all); /* every row of every table is in one part */
}

/* ---- Words ---- */

static enum check_outcome look_for(const char *word)
{
	OWN(buf) params = {0};

	assert_ok(buf_u8(&params, 1));
	assert_ok(buf_blob(&params, bytes_str(word)));
	return inspect_with("words-absent", bytes_of(&params));
}

static void words(void **state)
{
	static const char *const spellings[] = {
		"UPDATE compartment SET title_ja = '..sakura-marker..'",
		"UPDATE compartment SET title_en = '73616b7572612d6d61726b6572'",
		"UPDATE compartment SET title_ja = 'eHNha3VyYS1tYXJrZXIu'",   /* base64 of "xsakura-marker." */
		"UPDATE compartment SET title_ja = '..c2FrdXJhLW1hcmtlcg..'",
		"CREATE TABLE wide (a BLOB); INSERT INTO wide VALUES (x'730061006b007500720061002d006d00610072006b0065007200')",
	};

	(void)state;
	REQ("S-49 K-6 T-17");
	assert_outcome(look_for("sakura-marker"), CHECK_PASSED);
	assert_outcome(look_for("Correct-Horse-9"), CHECK_PASSED);
	assert_outcome(look_for("佐藤 花子"), CHECK_PASSED);
	for (size_t i = 0; i < COUNT_OF(spellings); i++) {
		change(spellings[i]);
		assert_outcome(look_for("sakura-marker"), CHECK_FAILED);
		assert_int_equal(close_copy(state), 0);
		assert_int_equal(open_copy(state), 0);
	}
	assert_outcome(look_for("sakura-marker"), CHECK_PASSED);
	{
		FILE *file = fopen(temp_file("copy/core/forgotten.txt"), "w");

		assert_non_null(file);
		assert_true(fputs("something with sakura-marker in it", file) >= 0);
		assert_int_equal(fclose(file), 0);
	}
	assert_outcome(look_for("sakura-marker"), CHECK_FAILED);
	seen("forgotten.txt");
}

/* ---- Keys ---- */

static void keys_give_nothing_away(void **state)
{
	(void)state;
	/* Here the files of the keys process are in reach, which is found; what it answers is as it should be. */
	assert_outcome(inspect_it("root-key-not-exportable"), CHECK_FAILED);
	assert_true(in.steps.lines[0].ok);
	seen("anything else 0");
	seen("opened 2");
	assert_int_equal(chmod(temp_file("copy/keys"), 0), 0);
	if (geteuid() != 0)
		assert_outcome(inspect_it("root-key-not-exportable"), CHECK_PASSED);
	assert_int_equal(chmod(temp_file("copy/keys"), 0700), 0);
}

static void own_keys_open_and_others_do_not(void **state)
{
	OWN(buf) own = {0};
	OWN(buf) other = {0};

	(void)state;
	assert_outcome(inspect_it("sealed-sample"), CHECK_PASSED);
	assert_true(in.data.len > 60);
	assert_ok(buf_append(&own, bytes_of(&in.data)));
	assert_outcome(inspect_with("foreign-sample", bytes_of(&own)), CHECK_FAILED);
	seen("opened 1");
	assert_ok(buf_append(&other, bytes_of(&own)));
	other.ptr[other.len - 1] ^= 1; /* as if it were another compartment's */
	assert_outcome(inspect_with("foreign-sample", bytes_of(&other)), CHECK_PASSED);
}

/* ---- What is stored by the engine's own functions, but should not be ---- */

static void put_password(const char *phc, bool same_for_all)
{
	const struct entity *entity = entity_find(BYTES_LIT("credential"));
	static struct change_list changes;
	struct row_context rows = {.db = writer, .keys = opened.keys, .arena = &arena, .changes = &changes};
	struct query *query;
	bool row = true;

	changes.count = 0;
	assert_ok(db_begin(writer, DB_WRITE));
	assert_ok(query_start(writer, row_statement(entity, "all"), &query));
	for (bool first = true;; first = false) {
		void *stored = arena_alloc(&arena, entity->size);

		assert_ok(query_step(query, &row));
		if (!row)
			break;
		if (!first && !same_for_all)
			break;
		assert_ok(row_read(&rows, entity, query, false, stored));
		*(struct bytes *)field_at(stored, entity_field(entity, "phc")) = bytes_str(phc);
		assert_ok(row_update(&rows, entity, stored));
	}
	query_end(&query);
	assert_ok(db_commit(writer));
}

static void weak_passwords_are_found(void **state)
{
	char phc[PASSWORD_PHC_MAX];

	(void)state;
	REQ("K-1 T-24");
	put_password("-", false); /* what no password opens */
	assert_outcome(inspect_it("stored-hashes"), CHECK_PASSED);
	put_password("5f4dcc3b5aa765d61d8327deb882cf99", false);
	assert_outcome(inspect_it("stored-hashes"), CHECK_FAILED);
	seen("of another form 1");
	assert_ok(password_hash(BYTES_LIT("Correct-Horse-9"), PASSWORD_ROUNDS_MIN, phc));
	put_password(phc, false);
	assert_outcome(inspect_it("stored-hashes"), CHECK_FAILED);
	seen("fewest 1000, below 1");
	put_password(phc, true);
	assert_outcome(inspect_it("stored-hashes"), CHECK_FAILED);
	seen("same salt 1");
}

static void residue_of_a_leaver(void **state)
{
	static const struct statement one = {"test.account", "SELECT id FROM account LIMIT 1"};
	struct query *query;
	struct id id;
	char text[ID_TEXT_MAX];
	bool row = false;

	(void)state;
	assert_ok(query_start(writer, &one, &query));
	assert_ok(query_step(query, &row));
	assert_ok(column_id(query, 0, &id));
	query_end(&query);
	id_format(id, text);
	assert_outcome(inspect_with("residue", bytes_str(text)), CHECK_FAILED);
	seen("passwords 1");
	change("DELETE FROM credential; UPDATE membership SET until = 20200101");
	assert_outcome(inspect_with("residue", bytes_str(text)), CHECK_PASSED);
}

/* An event that does not say whom it is about. */
static void an_event_lacks_its_objects(void **state)
{
	static const struct statement put = {"test.blob", "INSERT INTO ledger_blob (first, count, last_us, entries) VALUES (:first, 1, :time, :entries)"};
	struct event event = {
		.time_us = clock_now_us(), .operation = BYTES_LIT("child.change"), .outcome = 200, .role = BYTES_LIT("principal"),
		.actor = {{1}}, .request = {{2}}, .rule = BYTES_LIT("principal facility *"),
	};
	struct query *query;
	uint64_t size = 0;
	OWN(buf) leaf = {0};
	OWN(buf) blob = {0};

	(void)state;
	assert_ok(event_encode(&event, &leaf));
	assert_ok(buf_u16(&blob, (uint16_t)leaf.len));
	assert_ok(buf_append(&blob, bytes_of(&leaf)));
	assert_ok(ledger_size(writer, &size));
	assert_ok(query_start(writer, &put, &query));
	assert_ok(query_int(query, "first", (int64_t)size));
	assert_ok(query_int(query, "time", event.time_us));
	assert_ok(query_blob(query, "entries", bytes_of(&blob)));
	assert_ok(query_run(&query));
	assert_outcome(inspect_it("event-fields-complete"), CHECK_FAILED);
	seen("child.change lacks");
}

/* More entries than a bundle, so that copies of them can be forged. */
static void forgeries_of_the_own_ledger(void **state)
{
	(void)state;
	REQ("K-55 P-3.13");
	assert_int_equal(close_copy(state), 0);
	original = "busy";
	assert_int_equal(open_copy(state), 0);
	original = "city";
	assert_outcome(inspect_it("ledger-tamper-located"), CHECK_PASSED);
	assert_true(in.steps.count == 8);
	seen("index named by both verifiers 3/3");
	assert_outcome(inspect_it("ledger-reaches-contract-start"), CHECK_FAILED);
	seen("contract from 2020-01-01");
	/* What was verified is remembered; then the newest entries are gone. */
	assert_outcome(inspect_it("ledger-chain-verifies"), CHECK_PASSED);
	change("DROP TRIGGER ledger_blob_delete; DELETE FROM ledger_blob WHERE first >= 5");
	assert_outcome(inspect_it("ledger-chain-verifies"), CHECK_FAILED);
	seen("entry 5:");
}

/* ---- Apart: the catalogue is read once a process, and the clock moves forward only ---- */

static int in_child(int (*run)(void))
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(run());
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static bool rewrite(const char *name, const char *from, const char *to)
{
	char source[600], target[600];
	OWN(buf) text = {0};
	FILE *file;
	char *at;
	int c;

	(void)snprintf(source, sizeof(source), CATALOG_FOLDER "/%s", name);
	(void)snprintf(target, sizeof(target), "%s/%s", temp_path, name);
	file = fopen(source, "r");
	if (file == NULL)
		return false;
	while ((c = fgetc(file)) != EOF)
		if (!err_is_ok(buf_u8(&text, (uint8_t)c)))
			return false;
	(void)fclose(file);
	if (!err_is_ok(buf_u8(&text, 0)))
		return false;
	at = from == NULL ? NULL : strstr((char *)text.ptr, from);
	if (from != NULL && at == NULL)
		return false;
	file = fopen(target, "w");
	if (file == NULL)
		return false;
	if (at == NULL)
		(void)fputs((char *)text.ptr, file);
	else
		(void)fprintf(file, "%.*s%s%s", (int)(at - (char *)text.ptr), (char *)text.ptr, to, at + strlen(from));
	return fclose(file) == 0;
}

static const char *const catalogue_files[] = {
	"controls.yaml", "access.yaml", "events.yaml", "requirements-K.yaml", "requirements-P.yaml", "requirements-S.yaml", "requirements-T.yaml",
	"requirements-U.yaml",
};

/* An access policy that allows less, and an event list with one event under another name: the program is wider than both. */
static int other_catalogue(void)
{
	void *state = NULL;
	enum check_outcome operations, events;

	for (size_t i = 0; i < COUNT_OF(catalogue_files); i++)
		if (!rewrite(catalogue_files[i], NULL, NULL))
			return 10;
	if (!rewrite("access.yaml", "{role: staff, action: [see], relation: class, fields: [basic, care]}",
	        "{role: staff, action: [see], relation: own, fields: [basic, care]}") ||
	    !rewrite("events.yaml", "id: session.step-up", "id: session.step-down") || !err_is_ok(catalogue_load(temp_path)))
		return 11;
	if (open_copy(&state) != 0)
		return 12;
	operations = inspect_it("operation-without-entry-none");
	if (operations != CHECK_FAILED || !said("staff class"))
		return 13;
	events = inspect_it("event-catalogue-equals-program");
	if (events != CHECK_FAILED || !said("session.step"))
		return 14;
	return close_copy(&state);
}

static int without_catalogue(void)
{
	void *state = NULL;
	bool unable;

	if (open_copy(&state) != 0)
		return 12;
	unable = inspect_it("operation-without-entry-none") == CHECK_UNABLE && inspect_it("event-catalogue-equals-program") == CHECK_UNABLE;
	(void)close_copy(&state);
	return unable ? 0 : 13;
}

static void tables_against_other_words(void **state)
{
	(void)state;
	assert_int_equal(in_child(without_catalogue), 0);
	assert_int_equal(in_child(other_catalogue), 0);
}

static int old_keys(void)
{
	char folder[600];
	enum check_outcome outcome;
	void *state = NULL;

	if (!err_is_ok(clock_move(clock_now_us() - 1100 * DAY_US)))
		return 10;
	(void)snprintf(folder, sizeof(folder), "%s/old", temp_path);
	if (make_world(folder, 0) != 0 || !err_is_ok(clock_catch_up()))
		return 11;
	original = "old";
	if (open_copy(&state) != 0)
		return 13;
	outcome = inspect_it("key-age-within");
	if (!said("older 1"))
		return 14;
	(void)close_copy(&state);
	return outcome == CHECK_FAILED ? 0 : 15;
}

static void keys_grow_old(void **state)
{
	(void)state;
	REQ("K-60");
	assert_int_equal(in_child(old_keys), 0);
}

#define ON_COPY(test) cmocka_unit_test_setup_teardown(test, open_copy, close_copy)

static int load(void **state)
{
	(void)state;
	return err_is_ok(catalogue_load(CATALOG_FOLDER)) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_against_other_words),
		cmocka_unit_test(keys_grow_old),
	};
	const struct CMUnitTest with_catalogue[] = {
		ON_COPY(nothing_is_found),
		ON_COPY(each_is_found),
		ON_COPY(every_record_has_its_day),
		ON_COPY(words),
		ON_COPY(keys_give_nothing_away),
		ON_COPY(own_keys_open_and_others_do_not),
		ON_COPY(weak_passwords_are_found),
		ON_COPY(residue_of_a_leaver),
		ON_COPY(an_event_lacks_its_objects),
		ON_COPY(forgeries_of_the_own_ledger),
	};
	int failed = cmocka_run_group_tests(tests, prepare, load);

	return failed + cmocka_run_group_tests(with_catalogue, NULL, temp_remove);
}
