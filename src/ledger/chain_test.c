/*
 * A ledger that grows while it is verified part by part; and what is found in it after every part.
 */
#include <fcntl.h>

#include "crypto/crypto.h"
#include "ledger/chain.h"
#include "ledger/event.h"
#include "ledger/heads.h"
#include "store/temp_test.h"

#define ORIGIN "demo/garden"

/* Commits of COMMIT entries, a signed head after each: 3 full bundles and 132 entries. */
enum { COMMIT = 60, SIZE = 900 };

static struct note_key key = {.name = ORIGIN};
static struct signer *signer;
static struct db *db;
static struct chain *chain;
static struct chain_memory memory;

static void append_file(const char *path, int flags, struct bytes content)
{
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	assert_true(file >= 0);
	assert_int_equal(write(file, content.ptr, content.len), (ssize_t)content.len);
	assert_int_equal(close(file), 0);
}

static void sign_head(const struct ledger_head *head)
{
	uint8_t signature[SIGN_LEN];
	OWN(buf) note = {0};
	OWN(buf) record = {0};

	assert_ok(note_checkpoint_text(ORIGIN, head, &note));
	assert_ok(signer_sign(signer, bytes_of(&note), signature));
	assert_ok(note_sign_line(&key, signature, &note));
	assert_ok(heads_record(bytes_of(&note), &record));
	append_file(temp_file("heads"), O_APPEND, bytes_of(&record));
}

static void grow(uint64_t to)
{
	static const uint8_t sealed[80] = {1, 2, 3};
	struct ledger *ledger = NULL;
	struct ledger_head head;

	assert_ok(ledger_open(db, &ledger));
	ledger_head(ledger, &head);
	while (head.size < to) {
		assert_ok(db_begin(db, DB_WRITE));
		for (uint64_t i = 0; i < COMMIT && head.size + i < to; i++) {
			uint64_t index = head.size + i;
			const struct event event = {
				.time_us = 1000 + (int64_t)index, .operation = BYTES_LIT("absence.report"), .outcome = 201, .role = BYTES_LIT("guardian"),
				.actor = {{(uint8_t)index}}, .rule = BYTES_LIT("guardian own-child"), .sealed = {sealed, sizeof(sealed)},
			};
			OWN(buf) leaf = {0};

			assert_ok(event_encode(&event, &leaf));
			assert_ok(ledger_append(ledger, bytes_of(&leaf), event.time_us, &index));
		}
		assert_ok(ledger_flush(ledger, db));
		assert_ok(db_commit(db));
		ledger_settle(ledger, true);
		ledger_head(ledger, &head);
		sign_head(&head);
	}
	ledger_close(&ledger);
}

static int set_up(void **state)
{
	assert_int_equal(temp_make(state), 0);
	assert_ok(db_open(temp_file("ledger.db"), DB_WRITE, &db));
	assert_ok(db_script(db, ledger_schema));
	append_file(temp_file("heads"), 0, (struct bytes){0});
	memory.size = 0;
	assert_ok(chain_new(&key, &memory, &chain));
	return 0;
}

static int tear_down(void **state)
{
	chain_free(&chain);
	db_close(&db);
	return temp_remove(state);
}

static struct chain_report look(unsigned bundles)
{
	struct chain_report report = {0};
	char heads[512];
	int64_t end = 0;

	(void)snprintf(heads, sizeof(heads), "%s", temp_file("heads"));
	assert_ok(chain_heads_end(heads, &end));
	assert_ok(db_begin(db, DB_READ));
	assert_ok(chain_part(chain, db, heads, end, bundles, &report));
	db_rollback(db);
	return report;
}

static void assert_bad(uint64_t index, const char *what)
{
	struct chain_report report = look(UINT32_MAX);

	if (strstr(report.what, what) == NULL)
		assert_string_equal(report.what, what);
	assert_int_equal(report.first_bad, index);
}

/* ---- Genuine ---- */

static void part_by_part(void **state)
{
	struct chain_report report;

	(void)state;
	report = look(1); /* nothing there yet */
	assert_true(report.whole);
	assert_int_equal(report.first_bad, UINT64_MAX);
	grow(SIZE);
	for (uint64_t i = 1; i <= 3; i++) {
		report = look(1);
		assert_int_equal(report.first_bad, UINT64_MAX);
		assert_int_equal(report.entries, LEDGER_BUNDLE);
		assert_int_equal(chain_size(chain), i * LEDGER_BUNDLE);
		assert_int_equal(report.whole, i == 3); /* the rest is no bundle yet, and was not asked for */
	}
	report = look(1);
	assert_true(report.whole);
	assert_int_equal(report.entries, SIZE % LEDGER_BUNDLE);
	assert_int_equal(memory.size, SIZE);
	for (uint64_t to = SIZE + 7; to < 1500; to += 113) {
		grow(to);
		report = look(UINT32_MAX);
		assert_string_equal(report.what, "");
		assert_int_equal(report.first_bad, UINT64_MAX);
		assert_true(report.heads > 0);
		assert_int_equal(memory.size, to);
	}
	chain_again(chain);
	report = look(UINT32_MAX);
	assert_int_equal(report.first_bad, UINT64_MAX);
	assert_int_equal(report.entries, memory.size);
}

/* A tile of tiles: 256 bundles and one more. */
static void two_levels(void **state)
{
	struct chain_report report;

	(void)state;
	grow(65536 + 300);
	report = look(UINT32_MAX);
	assert_string_equal(report.what, "");
	assert_int_equal(report.entries, 65536 + 300);
	assert_ok(db_script(db, "UPDATE ledger_tile SET hashes = CAST(substr(hashes, 1, 8191) || x'00' AS BLOB) WHERE level = 1"));
	chain_again(chain);
	assert_bad(65280, "tile 1/0");
}

static void unreadable(void **state)
{
	struct chain_report report = {.entries = 7};

	(void)state;
	assert_err(UNAVAILABLE, chain_heads_end(temp_file("nowhere"), &(int64_t){0}));
	assert_err(UNAVAILABLE, chain_part(chain, db, temp_file("nowhere"), 0, 1, &report));
	assert_int_equal(report.entries, 7);
}

/* ---- Changed by hand ---- */

static void by_sql(void **state)
{
	static const struct {
		const char *sql;
		uint64_t index;
		const char *what;
	} rows[] = {
		{"DELETE FROM ledger_blob WHERE first = 0", 0, "entries 0 to 59 are missing"},
		{"DELETE FROM ledger_blob WHERE first = 300", 300, "entries 300 to 359 are missing"},
		{"DELETE FROM ledger_blob WHERE first = 840", 840, "says 900"},
		{"DELETE FROM ledger_blob WHERE first >= 480; DELETE FROM ledger_tile WHERE number >= 1", 480, "signed head says 540"},
		{"INSERT INTO ledger_blob SELECT first + 1, count - 1, last_us, entries FROM ledger_blob WHERE first = 300", 301, "where others stand"},
		{"INSERT INTO ledger_blob SELECT 900, count, last_us, entries FROM ledger_blob WHERE first = 840", 900, "time is before"},
		{"UPDATE ledger_blob SET entries = (SELECT entries FROM ledger_blob AS other WHERE other.first = 360 - ledger_blob.first + 60),"
		 " last_us = 1360 - first + 119 WHERE first IN (60, 360)", 60, "tile 0/0"},
		{"UPDATE ledger_blob SET last_us = last_us + 1 WHERE first = 300", 359, "another time"},
		{"UPDATE ledger_blob SET count = count - 1 WHERE first = 300", 359, "more entries"},
		{"UPDATE ledger_blob SET count = count + 1 WHERE first = 300", 360, "cut off"},
		{"UPDATE ledger_blob SET count = 250 WHERE first = 300", 300, "a row says it holds 250 entries"},
		{"UPDATE ledger_blob SET first = -1 WHERE first = 0", 0, "begins at -1"},
		{"UPDATE ledger_blob SET entries = substr(entries, 1, 5) WHERE first = 300", 300, "cut off"},
		{"DELETE FROM ledger_tile WHERE number = 1", 256, "tile 0/1 is missing"},
		{"UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE number = 1", 256, "tile 0/1"},
		{"INSERT INTO ledger_tile VALUES (0, 3, zeroblob(8192))", 900, "stands for entries that are missing"},
		{"INSERT INTO ledger_tile VALUES (1, 0, zeroblob(8192))", 900, "stands for entries that are missing"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		grow(SIZE);
		assert_ok(db_script(db, "PRAGMA ignore_check_constraints = ON"));
		assert_ok(db_script(db, rows[i].sql));
		assert_bad(rows[i].index, rows[i].what);
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
}

/* What was seen once must stay: even when nothing that is stored contradicts it. */
static void another_past(void **state)
{
	(void)state;
	REQ("K-55 P-3.13");
	grow(SIZE);
	assert_int_equal(look(UINT32_MAX).first_bad, UINT64_MAX);
	assert_ok(db_script(db, "DELETE FROM ledger_blob WHERE first >= 300; DELETE FROM ledger_tile WHERE number >= 1"));
	append_file(temp_file("heads"), O_TRUNC, (struct bytes){0});
	assert_bad(300, "before, now there are 300");
	chain_again(chain);
	assert_bad(300, "before, now there are 300");
	grow(SIZE);
	chain_again(chain);
	assert_int_equal(look(UINT32_MAX).first_bad, UINT64_MAX); /* grown again with the same entries */
}

static void forged_heads(void **state)
{
	struct ledger_head head = {.size = 10};
	struct note_key other = key;

	(void)state;
	grow(SIZE);
	append_file(temp_file("heads"), O_APPEND, BYTES_LIT("150\n" ORIGIN "\n90")); /* torn by a crash */
	assert_int_equal(look(UINT32_MAX).first_bad, UINT64_MAX);
	append_file(temp_file("heads"), O_TRUNC, (struct bytes){0});
	sign_head(&head);
	chain_again(chain);
	assert_bad(0, "differ from the signed head of 10 entries");
	append_file(temp_file("heads"), O_TRUNC, BYTES_LIT("x\n"));
	chain_again(chain);
	assert_bad(0, "heads file is damaged");
	/* Signed with another key. */
	append_file(temp_file("heads"), O_TRUNC, (struct bytes){0});
	sign_head(&head);
	other.public_key[0] ^= 1;
	chain_free(&chain);
	assert_ok(chain_new(&other, &memory, &chain));
	assert_bad(0, "no valid signature");
}

#define CHAIN_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const uint8_t seed[SIGN_SEED_LEN] = {42};
	const struct CMUnitTest tests[] = {
		CHAIN_TEST(part_by_part),
		CHAIN_TEST(two_levels),
		CHAIN_TEST(unreadable),
		CHAIN_TEST(by_sql),
		CHAIN_TEST(another_past),
		CHAIN_TEST(forged_heads),
	};
	int failed;

	if (!err_is_ok(signer_new(seed, &signer)))
		return 1;
	signer_public(signer, key.public_key);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	signer_free(&signer);
	return failed;
}
