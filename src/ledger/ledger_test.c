/*
 * The stored tree against the one computed from its leaves: roots, tiles, proofs, after commits, failures and restarts.
 */
#include "crypto/crypto.h"
#include "ledger/blob.h"
#include "ledger/ledger.h"
#include "ledger/tree.h"
#include "store/temp_test.h"

#define LEN LEDGER_HASH_LEN

enum { LARGE = 70000 };

static uint8_t leaves[LARGE][LEN]; /* hashes of leaf(i) */

/* Of varying length, the empty one among them. */
static struct bytes leaf(uint64_t index)
{
	static uint8_t text[64];
	int len = index % 7 == 0 ? 0 : snprintf((char *)text, sizeof(text), "leaf %llu", (unsigned long long)index);

	return (struct bytes){text, (size_t)len};
}

static int prepare(void **state)
{
	for (uint64_t i = 0; i < LARGE; i++) {
		if (!err_is_ok(tree_leaf(leaf(i), leaves[i])))
			return -1;
	}
	return temp_make(state);
}

static void root_of(uint64_t size, uint8_t root_out[static LEN])
{
	struct tree_edge edge = {0};

	for (uint64_t i = 0; i < size; i++)
		assert_ok(tree_edge_add(&edge, 0, leaves[i]));
	assert_ok(tree_edge_root(&edge, root_out));
}

static struct db *open_db(const char *name, enum db_mode mode)
{
	struct db *db = NULL;

	assert_ok(db_open(temp_file(name), mode, &db));
	return db;
}

static void begin(struct ledger *ledger, struct db *db, uint64_t first, uint64_t count)
{
	assert_ok(db_begin(db, DB_WRITE));
	for (uint64_t i = first; i < first + count; i++) {
		uint64_t index = 0;

		assert_ok(ledger_append(ledger, leaf(i), 1000 + (int64_t)i, &index));
		assert_int_equal(index, i);
	}
	assert_ok(ledger_flush(ledger, db));
}

static void grow(struct ledger *ledger, struct db *db, uint64_t to, uint64_t batch)
{
	struct ledger_head head;

	ledger_head(ledger, &head);
	while (head.size < to) {
		begin(ledger, db, head.size, to - head.size < batch ? to - head.size : batch);
		assert_ok(db_commit(db));
		ledger_settle(ledger, true);
		ledger_head(ledger, &head);
	}
}

static void check_head(struct ledger *ledger, uint64_t size)
{
	struct ledger_head head;
	uint8_t root[LEN];

	ledger_head(ledger, &head);
	assert_int_equal(head.size, size);
	root_of(size, root);
	assert_memory_equal(head.root, root, LEN);
}

static const struct statement crossing = {"test.crossing",
    "SELECT count(*) FROM ledger_blob WHERE first / 256 <> (first + count - 1) / 256"};
static const struct statement tiles = {"test.tiles", "SELECT count(*) FROM ledger_tile"};
static const struct statement tiles_0 = {"test.tiles-0", "SELECT count(*) FROM ledger_tile WHERE level = 0"};
static const struct statement tiles_1 = {"test.tiles-1", "SELECT count(*) FROM ledger_tile WHERE level = 1"};

static int64_t number(struct db *db, const struct statement *statement)
{
	struct query *query;
	bool row = false;
	int64_t value;

	assert_ok(query_start(db, statement, &query));
	assert_ok(query_step(query, &row));
	assert_true(row);
	value = column_int(query, 0);
	query_end(&query);
	return value;
}

/* In batches of every size up to beyond a bundle, opened anew in between. */
static void commits(void **state)
{
	struct db *db = open_db("commits.db", DB_WRITE);
	struct ledger *ledger = NULL;
	uint64_t size = 0;

	(void)state;
	assert_ok(db_script(db, ledger_schema));
	assert_ok(db_script(db, ledger_triggers));
	assert_ok(ledger_open(db, &ledger));
	check_head(ledger, 0);
	for (uint64_t batch = 1; size < 5000; batch = batch * 3 / 2 + 1) {
		begin(ledger, db, size, batch);
		check_head(ledger, size); /* not before the commit */
		assert_int_equal(ledger_last_us(ledger), 1000 + (int64_t)(size + batch) - 1);
		assert_ok(db_commit(db));
		ledger_settle(ledger, true);
		size += batch;
		check_head(ledger, size);
		ledger_close(&ledger);
		assert_ok(ledger_open(db, &ledger));
		check_head(ledger, size);
		assert_int_equal(ledger_last_us(ledger), 1000 + (int64_t)size - 1);
	}
	ledger_close(&ledger);
	assert_null(ledger);
	assert_int_equal(number(db, &crossing), 0);
	db_close(&db);
}

/* A batch that is not committed leaves nothing, at every position in a tile and across several. */
static void failures(void **state)
{
	struct db *db = open_db("failures.db", DB_WRITE);
	struct ledger *ledger = NULL;

	(void)state;
	assert_ok(db_script(db, ledger_schema));
	assert_ok(db_script(db, ledger_triggers));
	assert_ok(ledger_open(db, &ledger));
	for (uint64_t size = 0; size < 1200; size += 97) {
		static const uint64_t lost[] = {1, 150, 256, 700};

		for (size_t i = 0; i < COUNT_OF(lost); i++) {
			begin(ledger, db, size, lost[i]);
			db_rollback(db);
			ledger_settle(ledger, false);
			check_head(ledger, size);
			assert_int_equal(ledger_last_us(ledger), size == 0 ? 0 : 1000 + (int64_t)size - 1);
		}
		grow(ledger, db, size + 97, 97);
		check_head(ledger, size + 97);
	}
	ledger_settle(ledger, true); /* a batch without events */
	ledger_close(&ledger);
	assert_ok(ledger_open(db, &ledger));
	check_head(ledger, 1261);
	ledger_close(&ledger);
	db_close(&db);
}

static void refused(void **state)
{
	static uint8_t large[65536];
	struct db *db = open_db("refused.db", DB_WRITE);
	struct ledger *ledger = NULL;
	uint64_t index = 77;

	(void)state;
	assert_ok(db_script(db, ledger_schema));
	assert_ok(db_script(db, ledger_triggers));
	assert_ok(ledger_open(db, &ledger));
	assert_ok(db_begin(db, DB_WRITE));
	assert_err(TOO_LARGE, ledger_append(ledger, (struct bytes){large, 65536}, 5, &index));
	assert_err(INVALID, ledger_append(ledger, leaf(0), -1, &index));
	assert_int_equal(index, 77);
	assert_ok(ledger_append(ledger, (struct bytes){large, 65535}, 5, &index));
	assert_err(INVALID, ledger_append(ledger, leaf(0), 4, &index));
	assert_ok(ledger_append(ledger, leaf(1), 5, &index));
	assert_int_equal(index, 1);
	assert_ok(ledger_flush(ledger, db));
	assert_ok(db_commit(db));
	ledger_settle(ledger, true);
	/* L1 */
	assert_err(CONFLICT, db_script(db, "UPDATE ledger_blob SET last_us = 1"));
	assert_err(CONFLICT, db_script(db, "DELETE FROM ledger_blob"));
	ledger_close(&ledger);
	db_close(&db);
}

static void check_entries(struct db *db, uint64_t first, unsigned count)
{
	struct bytes rest, entry;
	OWN(buf) entries = {0};

	assert_ok(ledger_entries(db, first, count, &entries));
	rest = bytes_of(&entries);
	for (unsigned i = 0; i < count; i++) {
		assert_ok(blob_next(&rest, &entry));
		assert_bytes(entry, leaf(first + i));
	}
	assert_int_equal(rest.len, 0);
}

static void check_tile(struct db *db, uint64_t size, unsigned level, uint64_t n, unsigned width)
{
	uint64_t covers = (uint64_t)1 << (8 * level);
	OWN(buf) tile = {0};

	assert_ok(ledger_tile(db, size, level, n, width, &tile));
	assert_int_equal(tile.len, (size_t)width * LEN);
	for (unsigned i = 0; i < width; i += 13) {
		struct tree_edge edge = {0};
		uint64_t first = (n * 256 + i) * covers;
		uint8_t root[LEN];

		for (uint64_t at = first; at < first + covers; at++)
			assert_ok(tree_edge_add(&edge, 0, leaves[at]));
		assert_ok(tree_edge_root(&edge, root));
		assert_memory_equal(tile.ptr + i * LEN, root, LEN);
	}
}

static void check_proofs(struct db *db, uint64_t size)
{
	uint8_t proof[LEDGER_PROOF_MAX * LEN], root[LEN], older[LEN];
	size_t count;

	root_of(size, root);
	for (uint64_t index = 0; index < size; index += index < 600 ? 101 : 17003) {
		assert_ok(ledger_inclusion(db, index, size, proof, &count));
		assert_ok(tree_check_inclusion(index, size, leaves[index], proof, count, root));
	}
	for (uint64_t from = 1; from < size; from = from * 3 + 1) {
		root_of(from, older);
		assert_ok(ledger_consistency(db, from, size, proof, &count));
		assert_ok(tree_check_consistency(from, older, size, root, proof, count));
	}
	assert_err(NOT_FOUND, ledger_inclusion(db, size, size, proof, &count));
	assert_err(INVALID, ledger_consistency(db, size + 1, size, proof, &count));
}

/* STANDARDS.md: 70,000 leaves make 273 full tiles and one of 112, then one full and one of 17, then one of 1. */
static void large(void **state)
{
	static const uint64_t sizes[] = {1, 255, 256, 257, 512, 65535, 65536, 65537, 69999, LARGE};
	struct db *db = open_db("large.db", DB_WRITE);
	struct ledger *ledger = NULL;
	OWN(buf) out = {0};
	uint8_t root[LEN], expected[LEN];

	(void)state;
	assert_ok(db_script(db, ledger_schema));
	assert_ok(db_script(db, ledger_triggers));
	assert_ok(ledger_open(db, &ledger));
	grow(ledger, db, LARGE, 999);
	check_head(ledger, LARGE);
	ledger_close(&ledger);
	assert_ok(ledger_open(db, &ledger));
	check_head(ledger, LARGE);
	ledger_close(&ledger);
	db_close(&db);

	db = open_db("large.db", DB_READ);
	assert_ok(db_begin(db, DB_READ));
	assert_int_equal(number(db, &tiles_0), 273);
	assert_int_equal(number(db, &tiles_1), 1);
	assert_int_equal(number(db, &tiles), 274);
	check_tile(db, LARGE, 0, 0, 256);
	check_tile(db, LARGE, 0, 272, 256);
	check_tile(db, LARGE, 0, 273, 112);
	check_tile(db, LARGE, 0, 273, 3);
	check_tile(db, LARGE, 0, 100, 200);
	check_tile(db, LARGE, 1, 0, 256);
	check_tile(db, LARGE, 1, 1, 17);
	check_tile(db, LARGE, 2, 0, 1);
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 0, 273, 113, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 0, 274, 1, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 1, 1, 18, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 2, 0, 2, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 3, 0, 1, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 8, 0, 1, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 0, UINT64_MAX, 1, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 0, 0, 0, &out));
	assert_err(NOT_FOUND, ledger_tile(db, LARGE, 0, 0, 257, &out));
	assert_err(NOT_FOUND, ledger_tile(db, UINT64_MAX, 0, 273, 113, &out)); /* a size beyond the log */

	check_entries(db, 0, 256);
	check_entries(db, 69888, 112);
	check_entries(db, 900, 124); /* over the end of a blob */
	check_entries(db, 1023, 1);
	assert_err(INVALID, ledger_entries(db, 0, 0, &out));
	assert_err(INVALID, ledger_entries(db, 0, 257, &out));
	assert_err(INVALID, ledger_entries(db, 255, 2, &out));
	assert_err(NOT_FOUND, ledger_entries(db, 69888, 113, &out));
	assert_err(NOT_FOUND, ledger_entries(db, LARGE, 1, &out));
	assert_err(NOT_FOUND, ledger_entries(db, UINT64_MAX - 255, 1, &out));
	assert_int_equal(out.len, 0);

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		assert_ok(ledger_root(db, sizes[i], root));
		root_of(sizes[i], expected);
		assert_memory_equal(root, expected, LEN);
	}
	assert_err(NOT_FOUND, ledger_root(db, LARGE + 1, root));
	check_proofs(db, 257);
	check_proofs(db, LARGE);
	db_close(&db);
}

/* Opening finds what contradicts itself at the right edge. */
static void contradictions(void **state)
{
	static const char *const changes[] = {
		"DELETE FROM ledger_tile WHERE level = 0 AND number = 2",
		"DELETE FROM ledger_blob WHERE first = 900",
		"UPDATE ledger_blob SET count = 99 WHERE first = 900",
		"UPDATE ledger_blob SET entries = substr(entries, 1, length(entries) - 1) WHERE first = 900",
		"UPDATE ledger_blob SET entries = CAST(entries || x'00' AS BLOB) WHERE first = 900",
		"UPDATE ledger_blob SET first = 901 WHERE first = 900",
		"UPDATE ledger_blob SET first = -5 WHERE first = 900",
		"INSERT INTO ledger_tile VALUES (0, 3, zeroblob(8192))",
		"INSERT INTO ledger_tile VALUES (1, 0, zeroblob(8192))",
		"INSERT INTO ledger_blob VALUES (9223372036854775807, 1, 9999, x'0000')",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		struct ledger *ledger = NULL;
		struct db *db;
		char name[32];

		(void)snprintf(name, sizeof(name), "contradiction%zu.db", i);
		db = open_db(name, DB_WRITE);
		assert_ok(db_script(db, ledger_schema));
		assert_ok(db_script(db, ledger_triggers));
		assert_ok(ledger_open(db, &ledger));
		grow(ledger, db, 960, 60);
		ledger_close(&ledger);
		assert_ok(db_script(db,
		    "DROP TRIGGER ledger_blob_update; DROP TRIGGER ledger_blob_delete;"
		    "DROP TRIGGER ledger_tile_update; DROP TRIGGER ledger_tile_delete;"));
		assert_ok(db_script(db, changes[i]));
		if (i == 1 || i == 6) /* a shorter log, but a true one; the heads tell */
			assert_ok(ledger_open(db, &ledger));
		else
			assert_err(CORRUPT, ledger_open(db, &ledger));
		ledger_close(&ledger);
		db_close(&db);
	}
}

static void trip_unflushed(void)
{
	struct ledger *ledger = NULL;
	struct db *db = NULL;
	uint64_t index;

	if (err_is_ok(db_open(temp_file("trip.db"), DB_WRITE, &db)) && err_is_ok(db_script(db, ledger_schema)) &&
	    err_is_ok(ledger_open(db, &ledger)) && err_is_ok(ledger_append(ledger, leaf(1), 1, &index)))
		ledger_settle(ledger, true);
}

static void trips(void **state)
{
	(void)state;
	assert_stops(trip_unflushed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits),
		cmocka_unit_test(failures),
		cmocka_unit_test(refused),
		cmocka_unit_test(large),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(trips),
	};

	return cmocka_run_group_tests(tests, prepare, temp_remove);
}
