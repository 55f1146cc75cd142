/*
 * What was done to a ledger behind its back, and the index that the verifier names. K-55.
 */
#include <fcntl.h>

#include "crypto/crypto.h"
#include "ledger/event.h"
#include "ledger/heads.h"
#include "ledger/tilepath.h"
#include "ledger/verify.h"
#include "store/temp_test.h"

#define LEN LEDGER_HASH_LEN
#define ORIGIN "demo/garden"

/* Commits of COMMIT entries, a signed head after each: 3 full bundles and 132 entries. */
enum { COMMIT = 60, SIZE = 900 };

static struct note_key key = {.name = ORIGIN};
static struct signer *signer;

static void make_leaf(uint64_t index, uint16_t outcome, int64_t time_us, struct buf *leaf)
{
	static const uint8_t sealed[80] = {1, 2, 3};
	const struct event event = {
		.time_us = time_us,
		.operation = BYTES_LIT("absence.report"),
		.outcome = outcome,
		.role = BYTES_LIT("guardian"),
		.actor = {{(uint8_t)index}},
		.rule = BYTES_LIT("guardian own-child"),
		.sealed = {sealed, sizeof(sealed)},
	};

	assert_ok(event_encode(&event, leaf));
}

static void write_all(const char *path, int flags, struct bytes content)
{
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	assert_true(file >= 0);
	assert_int_equal(write(file, content.ptr, content.len), (ssize_t)content.len);
	assert_int_equal(close(file), 0);
}

static void sign_head(const struct ledger_head *head, struct buf *note)
{
	uint8_t signature[SIGN_LEN];

	assert_ok(note_checkpoint_text(ORIGIN, head, note));
	assert_ok(signer_sign(signer, bytes_of(note), signature));
	assert_ok(note_sign_line(&key, signature, note));
}

static void append_head(const struct ledger_head *head)
{
	OWN(buf) note = {0};
	OWN(buf) record = {0};

	sign_head(head, &note);
	assert_ok(heads_record(bytes_of(&note), &record));
	write_all(temp_file("heads"), O_APPEND, bytes_of(&record));
}

static struct db *open_db(void)
{
	struct db *db = NULL;

	assert_ok(db_open(temp_file("ledger.db"), DB_WRITE, &db));
	return db;
}

/* from: the first entry that is not as it was in other ledgers of this test. */
static void grow(struct db *db, uint64_t to, uint64_t from, bool heads)
{
	struct ledger *ledger = NULL;
	struct ledger_head head;

	assert_ok(ledger_open(db, &ledger));
	ledger_head(ledger, &head);
	while (head.size < to) {
		assert_ok(db_begin(db, DB_WRITE));
		for (uint64_t i = 0; i < COMMIT && head.size + i < to; i++) {
			uint64_t index = head.size + i;
			OWN(buf) leaf = {0};

			make_leaf(index, index >= from ? 500 : 201, 1000 + (int64_t)index, &leaf);
			assert_ok(ledger_append(ledger, bytes_of(&leaf), 1000 + (int64_t)index, &index));
		}
		assert_ok(ledger_flush(ledger, db));
		assert_ok(db_commit(db));
		ledger_settle(ledger, true);
		ledger_head(ledger, &head);
		if (heads)
			append_head(&head);
	}
	ledger_close(&ledger);
}

static void forget(void)
{
	static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "heads"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		(void)unlink(temp_file(names[i]));
}

static struct db *make(uint64_t size)
{
	struct db *db;

	forget();
	db = open_db();
	assert_ok(db_script(db, ledger_schema));
	assert_ok(db_script(db, ledger_triggers));
	write_all(temp_file("heads"), 0, (struct bytes){0});
	grow(db, size, UINT64_MAX, true);
	assert_ok(db_script(db,
	    "DROP TRIGGER ledger_blob_update; DROP TRIGGER ledger_blob_delete;"
	    "DROP TRIGGER ledger_tile_update; DROP TRIGGER ledger_tile_delete;"));
	return db;
}

static struct verify_report verify(void)
{
	char database[512], heads[512];
	struct verify_report report;

	(void)snprintf(database, sizeof(database), "%s", temp_file("ledger.db"));
	(void)snprintf(heads, sizeof(heads), "%s", temp_file("heads"));
	assert_ok(verify_database(database, heads, &key, NULL, NULL, &report));
	return report;
}

static void assert_bad(uint64_t index, const char *what)
{
	struct verify_report report = verify();

	if (strstr(report.what, what) == NULL)
		assert_string_equal(report.what, what);
	assert_int_equal(report.first_bad, index);
}

static int prepare(void **state)
{
	const uint8_t seed[SIGN_SEED_LEN] = {42};

	if (!err_is_ok(signer_new(seed, &signer)))
		return -1;
	signer_public(signer, key.public_key);
	return temp_make(state);
}

static int finish(void **state)
{
	signer_free(&signer);
	return temp_remove(state);
}

/* ---- Genuine ---- */

static void genuine(void **state)
{
	static const uint64_t sizes[] = {0, 1, 60, 256, 300, 512, SIZE};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct db *db = make(sizes[i]);
		struct verify_report report = verify();
		uint8_t root[LEN];

		assert_string_equal(report.what, "");
		assert_int_equal(report.first_bad, UINT64_MAX);
		assert_int_equal(report.entries, sizes[i]);
		assert_int_equal(report.heads, (sizes[i] + COMMIT - 1) / COMMIT);
		assert_ok(ledger_root(db, sizes[i], root));
		assert_memory_equal(report.root, root, LEN);
		db_close(&db);
		assert_int_equal(verify().first_bad, UINT64_MAX); /* also without a log beside the database */
	}
}

static void torn_head(void **state)
{
	struct db *db = make(SIZE);

	(void)state;
	write_all(temp_file("heads"), O_APPEND, BYTES_LIT("150\n" ORIGIN "\n90"));
	assert_int_equal(verify().first_bad, UINT64_MAX);
	db_close(&db);
}

struct visited {
	uint64_t count, wrong_at;
};

static err visit(void *context, uint64_t index, struct bytes leaf)
{
	struct visited *visited = context;

	assert_int_equal(index, visited->count++);
	assert_true(leaf.len > 0);
	return index == visited->wrong_at ? FAIL(CORRUPT) : OK;
}

static void visits(void **state)
{
	struct db *db = make(SIZE);
	struct visited visited = {.wrong_at = UINT64_MAX};
	struct verify_report report;

	(void)state;
	assert_ok(verify_database(temp_file("ledger.db"), NULL, NULL, visit, &visited, &report));
	assert_int_equal(report.first_bad, UINT64_MAX);
	assert_int_equal(visited.count, SIZE);
	visited = (struct visited){.wrong_at = 333};
	assert_ok(verify_database(temp_file("ledger.db"), NULL, NULL, visit, &visited, &report));
	assert_int_equal(report.first_bad, 333);
	db_close(&db);
}

static void unreadable(void **state)
{
	struct verify_report report = {.entries = 77};

	(void)state;
	forget();
	assert_err(UNAVAILABLE, verify_database(temp_file("ledger.db"), NULL, NULL, NULL, NULL, &report));
	assert_err(UNAVAILABLE, verify_export(temp_file("nowhere"), NULL, &report));
	assert_int_equal(report.entries, 77);
	write_all(temp_file("ledger.db"), 0, BYTES_LIT("this is no database, and long enough to be one; this is no database, and long"
	    "enough to be one; this is no database, and long enough to be one"));
	assert_ok(verify_database(temp_file("ledger.db"), NULL, NULL, NULL, NULL, &report));
	assert_int_equal(report.first_bad, 0);
}

/* ---- Changed by hand ---- */

static void by_sql(void **state)
{
	static const struct {
		const char *sql;
		uint64_t index;
		const char *what;
	} rows[] = {
		/* A blob, at the beginning, between, at the end. */
		{"DELETE FROM ledger_blob WHERE first = 0", 0, "entries 0 to 59 are missing"},
		{"DELETE FROM ledger_blob WHERE first = 300", 300, "entries 300 to 359 are missing"},
		{"DELETE FROM ledger_blob WHERE first = 840", 840, "signed head says 900"},
		{"DELETE FROM ledger_blob WHERE first >= 720", 720, "tile 0/2 stands for entries that are missing"},
		{"DELETE FROM ledger_blob", 0, "missing"},
		/* Cut off to an earlier state, tiles and all. */
		{"DELETE FROM ledger_blob WHERE first >= 480; DELETE FROM ledger_tile WHERE number >= 1", 480, "signed head says 540"},
		/* Put in between, and twice. */
		{"INSERT INTO ledger_blob SELECT first + 1, count - 1, last_us, entries FROM ledger_blob WHERE first = 300", 301, "twice"},
		{"INSERT INTO ledger_blob SELECT 900, count, last_us, entries FROM ledger_blob WHERE first = 840", 900, "time is before"},
		/* Two blobs change places. */
		{"UPDATE ledger_blob SET entries = (SELECT entries FROM ledger_blob AS other WHERE other.first = 360 - ledger_blob.first + 60),"
		 " last_us = 1360 - first + 119 WHERE first IN (60, 360)", 60, "the entry does not have the hash stored in tile 0/0"},
		{"UPDATE ledger_blob SET last_us = last_us + 1 WHERE first = 300", 359, "another time"},
		{"UPDATE ledger_blob SET count = count - 1 WHERE first = 300", 359, "more entries"},
		{"UPDATE ledger_blob SET count = count + 1 WHERE first = 300", 360, "cut off"},
		{"UPDATE ledger_blob SET count = 250 WHERE first = 300", 300, "a row says it holds 250 entries"},
		{"UPDATE ledger_blob SET first = -1 WHERE first = 0", 0, "begins at -1"},
		{"UPDATE ledger_blob SET entries = substr(entries, 1, 5) WHERE first = 300", 300, "cut off"},
		{"UPDATE ledger_blob SET entries = CAST(entries || x'00' AS BLOB) WHERE first = 300", 360, "more entries"},
		/* Tiles. */
		{"DELETE FROM ledger_tile WHERE number = 1", 256, "tile 0/1 is missing"},
		{"UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE number = 1", 256, "hash stored in tile 0/1"},
		{"INSERT INTO ledger_tile VALUES (0, 3, zeroblob(8192))", 900, "tile 0/3 stands for"},
		{"INSERT INTO ledger_tile VALUES (1, 0, zeroblob(8192))", 900, "tile 1/0 stands for"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct db *db = make(SIZE);

		assert_ok(db_script(db, "PRAGMA ignore_check_constraints = ON"));
		assert_ok(db_script(db, rows[i].sql));
		assert_bad(rows[i].index, rows[i].what);
		db_close(&db);
	}
}

static const struct statement get_blob = {"test.get", "SELECT entries FROM ledger_blob WHERE first = :first"};
static const struct statement set_blob = {"test.set",
    "UPDATE ledger_blob SET entries = :entries, count = :count, last_us = :last_us WHERE first = :first"};

static void read_blob(struct db *db, int64_t first, struct buf *entries)
{
	struct query *query;
	bool row = false;

	assert_ok(query_start(db, &get_blob, &query));
	assert_ok(query_int(query, "first", first));
	assert_ok(query_step(query, &row));
	assert_true(row);
	assert_ok(buf_append(entries, column_bytes(query, 0)));
	query_end(&query);
}

static void write_blob(struct db *db, int64_t first, int64_t count, int64_t last_us, const struct buf *entries)
{
	struct query *query;

	assert_ok(query_start(db, &set_blob, &query));
	assert_ok(query_int(query, "first", first));
	assert_ok(query_int(query, "count", count));
	assert_ok(query_int(query, "last_us", last_us));
	assert_ok(query_blob(query, "entries", bytes_of(entries)));
	assert_ok(query_run(&query));
}

/* Offset of an entry's length in its blob; all entries are as long. */
static size_t entry_len(void)
{
	OWN(buf) leaf = {0};

	make_leaf(0, 201, 0, &leaf);
	return 2 + leaf.len;
}

/* One bit anywhere: under a tile the very entry, behind the last tile the commit that a head signs. */
static void flipped_bits(void **state)
{
	static const struct {
		int64_t first;
		size_t entry;
		size_t at;      /* in the entry; 2 is its version */
		uint64_t index;
	} rows[] = {
		{0, 0, 11, 0}, {0, 59, 60, 59}, {300, 0, 100, 300}, {300, 33, 12, 333}, {300, 33, 2, 333}, {300, 33, 0, 333},
		{720, 47, 50, 767}, {768, 5, 50, 720}, {840, 0, 50, 840}, {840, 59, 50, 840}, {840, 59, 2, 899},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct db *db = make(SIZE);
		OWN(buf) entries = {0};
		int64_t count;

		read_blob(db, rows[i].first, &entries);
		count = (int64_t)(entries.len / entry_len());
		entries.ptr[rows[i].entry * entry_len() + rows[i].at] ^= 0x10;
		write_blob(db, rows[i].first, count, 1000 + rows[i].first + count - 1, &entries);
		assert_int_equal(verify().first_bad, rows[i].index);
		db_close(&db);
	}
}

static void one_entry(void **state)
{
	struct db *db = make(SIZE);
	OWN(buf) entries = {0};
	OWN(buf) less = {0};
	OWN(buf) more = {0};
	OWN(buf) swapped = {0};
	size_t len = entry_len();

	(void)state;
	read_blob(db, 300, &entries);
	/* left out */
	assert_ok(buf_append(&less, (struct bytes){entries.ptr, 10 * len}));
	assert_ok(buf_append(&less, (struct bytes){entries.ptr + 11 * len, 49 * len}));
	write_blob(db, 300, 59, 1359, &less);
	assert_bad(310, "hash stored in tile 0/1");
	/* put in */
	assert_ok(buf_append(&more, (struct bytes){entries.ptr, 10 * len}));
	assert_ok(buf_append(&more, (struct bytes){entries.ptr + 9 * len, 51 * len}));
	write_blob(db, 300, 61, 1359, &more);
	assert_bad(310, "hash stored in tile 0/1");
	/* two change places */
	assert_ok(buf_append(&swapped, bytes_of(&entries)));
	memcpy(swapped.ptr + 10 * len, entries.ptr + 20 * len, len);
	memcpy(swapped.ptr + 20 * len, entries.ptr + 10 * len, len);
	write_blob(db, 300, 60, 1359, &swapped);
	assert_bad(310, "hash stored in tile 0/1");
	write_blob(db, 300, 60, 1359, &entries);
	assert_int_equal(verify().first_bad, UINT64_MAX);
	/* the same behind the last tile */
	swapped.len = entries.len = 0;
	read_blob(db, 840, &entries);
	assert_ok(buf_append(&swapped, bytes_of(&entries)));
	memcpy(swapped.ptr + 10 * len, entries.ptr + 20 * len, len);
	memcpy(swapped.ptr + 20 * len, entries.ptr + 10 * len, len);
	write_blob(db, 840, 60, 1899, &swapped);
	assert_bad(851, "time is before");
	db_close(&db);
}

/* A time that runs backwards, though every hash is as it should be. */
static void backwards(void **state)
{
	struct ledger *ledger = NULL;
	struct ledger_head head;
	struct db *db;

	(void)state;
	db = make(300);
	assert_ok(ledger_open(db, &ledger));
	assert_ok(db_begin(db, DB_WRITE));
	for (uint64_t i = 300; i < 310; i++) {
		OWN(buf) leaf = {0};
		uint64_t index;

		make_leaf(i, 201, i == 305 ? 1303 : 1000 + (int64_t)i, &leaf);
		assert_ok(ledger_append(ledger, bytes_of(&leaf), 1000 + (int64_t)i, &index));
	}
	assert_ok(ledger_flush(ledger, db));
	assert_ok(db_commit(db));
	ledger_settle(ledger, true);
	ledger_head(ledger, &head);
	append_head(&head);
	ledger_close(&ledger);
	assert_bad(305, "time is before");
	db_close(&db);
}

/* ---- Rewritten whole, with all its tiles: only heads that have left the machine tell ---- */

static void rewritten(void **state)
{
	static const struct {
		uint64_t kept;   /* entries from here on are others */
		uint64_t size;
		uint64_t index;
		const char *what;
	} rows[] = {
		{480, SIZE, 480, "signed head of 540"},
		{500, SIZE, 480, "signed head of 540"},   /* the last head that agrees */
		{899, SIZE, 840, "signed head of 900"},   /* a fork: the same size, another root */
		{0, SIZE, 0, "signed head of 60"},
		{480, 2000, 480, "signed head of 540"},   /* rolled back and grown on */
		{480, 481, 481, "signed head says 540"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct db *db = make(SIZE);

		db_close(&db);
		(void)unlink(temp_file("ledger.db"));
		db = open_db();
		assert_ok(db_script(db, ledger_schema));
		assert_ok(db_script(db, ledger_triggers));
		grow(db, rows[i].size, rows[i].kept, false);
		assert_bad(rows[i].index, rows[i].what);
		db_close(&db);
	}
}

/* Both branches of a fork were signed; the heads contradict one another. */
static void two_heads(void **state)
{
	struct db *db = make(SIZE);
	struct ledger_head head = {.size = SIZE, .root = {1}};
	const struct ledger_head earlier = {.size = 600, .root = {2}};

	(void)state;
	append_head(&head);
	assert_bad(840, "signed head of 900");
	append_head(&earlier);
	assert_bad(540, "signed head of 600");
	db_close(&db);
}

static void forged_heads(void **state)
{
	struct db *db = make(SIZE);
	struct signer *other = NULL;
	const uint8_t seed[SIGN_SEED_LEN] = {43};
	struct signer *own = signer;
	struct ledger_head head = {.size = SIZE};

	(void)state;
	assert_ok(ledger_root(db, SIZE, head.root));
	assert_ok(signer_new(seed, &other));
	signer = other;
	append_head(&head); /* the right root, another's signature */
	signer = own;
	assert_bad(840, "no valid signature");
	signer_free(&other);
	write_all(temp_file("heads"), O_APPEND, BYTES_LIT("garbage\n"));
	assert_bad(840, "no valid signature");
	db_close(&db);
	db = make(SIZE);
	write_all(temp_file("heads"), O_APPEND, BYTES_LIT("garbage\n"));
	assert_bad(SIZE, "the heads file is damaged");
	db_close(&db);
}

/* ---- Several threads ---- */

static void in_spans(void **state)
{
	enum { LARGE = 50000 };
	struct db *db;
	OWN(buf) entries = {0};

	(void)state;
	forget();
	db = open_db();
	assert_ok(db_script(db, ledger_schema));
	assert_ok(db_script(db, ledger_triggers));
	write_all(temp_file("heads"), 0, (struct bytes){0});
	assert_ok(db_script(db, "PRAGMA synchronous = OFF"));
	grow(db, LARGE, UINT64_MAX, false);
	append_head(&(struct ledger_head){0}); /* of the empty log; its root is not zero */
	assert_bad(0, "signed head of 0");
	write_all(temp_file("heads"), O_TRUNC, (struct bytes){0});
	assert_int_equal(verify().entries, LARGE);
	assert_int_equal(verify().first_bad, UINT64_MAX);
	assert_ok(db_script(db, "DROP TRIGGER ledger_blob_update; DROP TRIGGER ledger_blob_delete; DROP TRIGGER ledger_tile_delete"));
	read_blob(db, 49980, &entries);
	entries.ptr[50] ^= 1;
	write_blob(db, 49980, 20, 1000 + LARGE - 1, &entries);
	assert_int_equal(verify().first_bad, UINT64_MAX); /* behind the last tile, and no head */
	assert_ok(db_script(db, "DELETE FROM ledger_blob WHERE first = 40020"));
	assert_bad(40020, "missing");
	assert_ok(db_script(db, "DELETE FROM ledger_blob WHERE first = 10020"));
	assert_bad(10020, "missing");
	db_close(&db);
}

/* ---- Exports ---- */

static void export_file(const char *directory, const char *name, struct bytes content)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	for (char *slash = path + strlen(directory) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		(void)mkdir(path, 0700); /* may be there */
		*slash = '/';
	}
	write_all(path, O_TRUNC, content);
}

static void export_tile(const char *directory, struct db *db, uint64_t size, struct tilepath tile)
{
	char name[TILEPATH_MAX + 8] = "tile/";
	OWN(buf) content = {0};

	tilepath_format(&tile, name + 5);
	if (tile.entries)
		assert_ok(ledger_entries(db, tile.number * 256, tile.width, &content));
	else
		assert_ok(ledger_tile(db, size, tile.level, tile.number, tile.width, &content));
	export_file(directory, name, bytes_of(&content));
}

static void export_all(const char *directory, struct db *db, uint64_t size)
{
	struct ledger_head head = {.size = size};
	OWN(buf) note = {0};

	(void)mkdir(directory, 0700);
	for (unsigned level = 0; level < 8; level++) {
		uint64_t count = size >> (8 * level);

		for (uint64_t n = 0; n * 256 < count; n++) {
			struct tilepath tile = {.level = level, .number = n, .width = count - n * 256 < 256 ? (unsigned)(count - n * 256) : 256};

			export_tile(directory, db, size, tile);
			tile.entries = true;
			if (level == 0)
				export_tile(directory, db, size, tile);
		}
	}
	assert_ok(ledger_root(db, size, head.root));
	sign_head(&head, &note);
	export_file(directory, "checkpoint", bytes_of(&note));
}

static struct verify_report verify_files(void)
{
	struct verify_report report;

	assert_ok(verify_export(temp_file("export"), &key, &report));
	return report;
}

static void exports(void **state)
{
	struct db *db = make(SIZE);
	struct note_key other = key;
	struct verify_report report;
	OWN(buf) bundle = {0};
	char directory[512], path[600];

	(void)state;
	(void)snprintf(directory, sizeof(directory), "%s", temp_file("export"));
	export_all(directory, db, SIZE);
	report = verify_files();
	assert_string_equal(report.what, "");
	assert_int_equal(report.first_bad, UINT64_MAX);
	assert_int_equal(report.entries, SIZE);
	assert_int_equal(report.heads, 1);
	other.public_key[0] ^= 1;
	assert_ok(verify_export(directory, &other, &report));
	assert_int_equal(report.first_bad, 0);

	assert_ok(ledger_entries(db, 256, 256, &bundle));
	bundle.ptr[7 * entry_len() + 50] ^= 1;
	export_file(directory, "tile/entries/001", bytes_of(&bundle));
	assert_int_equal(verify_files().first_bad, 263);
	bundle.len--;
	export_file(directory, "tile/entries/001", bytes_of(&bundle));
	assert_int_equal(verify_files().first_bad, 263);
	(void)snprintf(path, sizeof(path), "%s/tile/entries/001", directory);
	assert_int_equal(unlink(path), 0);
	report = verify_files();
	assert_int_equal(report.first_bad, 256);
	assert_string_equal(report.what, "entry bundle 1 is missing");
	export_all(directory, db, SIZE);
	bundle.len = 0;
	assert_ok(ledger_entries(db, 768, 132, &bundle));
	bundle.ptr[9 * entry_len() + 50] ^= 1;
	export_file(directory, "tile/entries/003.p/132", bytes_of(&bundle));
	assert_int_equal(verify_files().first_bad, 777); /* partial tiles are exported, so here the very entry */
	export_all(directory, db, SIZE);
	export_file(directory, "tile/1/000.p/3", BYTES_LIT("short"));
	assert_int_equal(verify_files().first_bad, 0);
	export_all(directory, db, SIZE);
	assert_int_equal(verify_files().first_bad, UINT64_MAX);
	export_file(directory, "checkpoint", BYTES_LIT(ORIGIN "\n9223372036854775807\nAAAA\n"));
	assert_int_equal(verify_files().first_bad, 0);
	export_file(directory, "checkpoint", BYTES_LIT(ORIGIN "\n9223372036854775807\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n"
	    "\xe2\x80\x94 x AAAAAAAAAAA=\n"));
	assert_int_equal(verify_files().first_bad, 0); /* and no memory for all these */
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genuine),
		cmocka_unit_test(torn_head),
		cmocka_unit_test(visits),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(by_sql),
		cmocka_unit_test(flipped_bits),
		cmocka_unit_test(one_entry),
		cmocka_unit_test(backwards),
		cmocka_unit_test(rewritten),
		cmocka_unit_test(two_heads),
		cmocka_unit_test(forged_heads),
		cmocka_unit_test(in_spans),
		cmocka_unit_test(exports),
	};

	REQ("K-55");
	return cmocka_run_group_tests(tests, prepare, finish);
}
