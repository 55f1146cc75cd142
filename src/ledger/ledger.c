/*
 * ledger - the tree's right edge in memory, and the two tables it is kept in.
 *
 *   appended ──flush──▶ rows of the open transaction ──settle(true)──▶ committed, published as head
 *       ◀───────────────────────settle(false)────────────┘
 *
 * A level keeps its hashes behind its last full tile: first those committed, then those of the open batch. Going back
 * is cutting off the latter; after a commit, full tiles are cut off at the front.
 * Partial tiles are never stored: they follow from the entries.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/blob.h"
#include "ledger/event.h"
#include "ledger/ledger_int.h"
#include "ledger/tree.h"
#include "ledger/ledger.h"

#define LEN LEDGER_HASH_LEN
#define KEEP_MAX ((size_t)1 << 20)  /* memory of the open batch kept for the next one */

struct piece {                      /* a blob of the open batch */
	uint64_t first;
	unsigned count;
	int64_t last_us;
	size_t offset;              /* into entries */
};

struct level {
	struct buf hashes;
	size_t committed;           /* of them; below LEDGER_BUNDLE */
};

struct ledger {
	struct tree_edge edge;      /* with the open batch */
	struct tree_edge committed;
	int64_t last_us;
	int64_t committed_us;
	struct level level[LEDGER_LEVELS];
	struct buf entries;         /* of the open batch */
	struct piece *pieces;
	size_t piece_count;
	size_t piece_max;
	struct ledger_head flushed; /* what settle publishes */

	pthread_mutex_t lock;       /* of head */
	struct ledger_head head;
};

/* L1 also against a mistake of our own. */
const char ledger_schema[] =
    "CREATE TABLE ledger_blob ("
    " first INTEGER PRIMARY KEY,"
    " count INTEGER NOT NULL CHECK (count BETWEEN 1 AND 256),"
    " last_us INTEGER NOT NULL,"
    " entries BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE ledger_tile ("
    " level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),"
    " number INTEGER NOT NULL,"
    " hashes BLOB NOT NULL CHECK (length(hashes) = 8192),"
    " PRIMARY KEY (level, number)"
    ") STRICT, WITHOUT ROWID;";

/* Against slips of our own; who writes the file itself is found by the verifier. */
const char ledger_triggers[] =
    "CREATE TRIGGER ledger_blob_update BEFORE UPDATE ON ledger_blob BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_blob_delete BEFORE DELETE ON ledger_blob BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_tile_update BEFORE UPDATE ON ledger_tile BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_tile_delete BEFORE DELETE ON ledger_tile BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;";

static const struct statement add_blob = {"ledger.blob-add",
    "INSERT INTO ledger_blob (first, count, last_us, entries) VALUES (:first, :count, :last_us, :entries)"};
static const struct statement add_tile = {"ledger.tile-add",
    "INSERT INTO ledger_tile (level, number, hashes) VALUES (:level, :number, :hashes)"};
static const struct statement get_tile = {"ledger.tile",
    "SELECT hashes FROM ledger_tile WHERE level = :level AND number = :number"};
static const struct statement last_tile = {"ledger.tile-last",
    "SELECT number FROM ledger_tile WHERE level = :level ORDER BY number DESC LIMIT 1"};
/* From the blob that holds :first, which may begin before it. */
static const struct statement get_blobs = {"ledger.blobs",
    "SELECT first, count, entries FROM ledger_blob"
    " WHERE first >= (SELECT max(first) FROM ledger_blob WHERE first <= :first) AND first < :end ORDER BY first"};
const struct statement ledger_last = {"ledger.last",
    "SELECT first, count, last_us FROM ledger_blob ORDER BY first DESC LIMIT 1"};
const struct statement ledger_scan = {"ledger.scan",
    "SELECT first, count, last_us, entries FROM ledger_blob WHERE first >= :first AND first < :end ORDER BY first"};

const struct statement *const ledger_statements[] = {
	&add_blob, &add_tile, &get_tile, &last_tile, &get_blobs, &ledger_last, &ledger_scan, NULL,
};

/* ---- Reading ---- */

err ledger_tile_load(struct db *db, unsigned level, uint64_t number, uint8_t hashes_out[static LEDGER_TILE_LEN], bool *found_out)
{
	struct query *query;
	bool row = false;
	err e;

	TRY(query_start(db, &get_tile, &query));
	e = query_int(query, "level", (int64_t)level);
	if (err_is_ok(e))
		e = query_int(query, "number", (int64_t)number);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		struct bytes hashes = column_bytes(query, 0);

		if (hashes.len == LEDGER_TILE_LEN)
			memcpy(hashes_out, hashes.ptr, LEDGER_TILE_LEN);
		else
			e = FAIL(CORRUPT);
	}
	query_end(&query);
	TRY(e);
	*found_out = row;
	return OK;
}

err ledger_size(struct db *db, uint64_t *size_out)
{
	struct query *query;
	uint64_t size = 0;
	bool row = false;
	err e;

	TRY(query_start(db, &ledger_last, &query));
	e = query_step(query, &row);
	if (err_is_ok(e) && row)
		size = (uint64_t)(column_int(query, 0) + column_int(query, 1));
	query_end(&query);
	TRY(e);
	*size_out = size;
	return OK;
}

err ledger_tile_count(struct db *db, unsigned level, uint64_t *count_out)
{
	struct query *query;
	bool row = false;
	int64_t last = -1;
	err e;

	TRY(query_start(db, &last_tile, &query));
	e = query_int(query, "level", (int64_t)level);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		last = column_int(query, 0);
	query_end(&query);
	TRY(e);
	if (last < -1 || last == INT64_MAX)
		return FAIL(CORRUPT);
	*count_out = (uint64_t)(last + 1);
	return OK;
}

/* The rows of get_blobs into out, until end; next is the index wanted. */
static err copy_blobs(struct query *query, uint64_t next, uint64_t end, struct buf *out)
{
	while (next < end) {
		struct bytes part;
		int64_t first, count;
		uint64_t skip, take;
		bool row;

		TRY(query_step(query, &row));
		if (!row)
			return FAIL(NOT_FOUND);
		first = column_int(query, 0);
		count = column_int(query, 1);
		if (first < 0 || count < 1 || count > LEDGER_BUNDLE || (uint64_t)first > next)
			return FAIL(CORRUPT);
		skip = next - (uint64_t)first;
		if (skip >= (uint64_t)count)
			return FAIL(NOT_FOUND); /* the last blob ends before */
		take = (uint64_t)count - skip < end - next ? (uint64_t)count - skip : end - next;
		TRY(blob_part(column_bytes(query, 2), (uint64_t)count, skip, take, &part));
		TRY(buf_append(out, part));
		next += take;
	}
	return OK;
}

err ledger_entries(struct db *db, uint64_t first, unsigned count, struct buf *out)
{
	size_t before = out->len;
	struct query *query;
	err e;

	if (count < 1 || count > LEDGER_BUNDLE || first % LEDGER_BUNDLE + count > LEDGER_BUNDLE)
		return FAIL(INVALID);
	if (first > (uint64_t)INT64_MAX - LEDGER_BUNDLE)
		return FAIL(NOT_FOUND);
	TRY(query_start(db, &get_blobs, &query));
	e = query_int(query, "first", (int64_t)first);
	if (err_is_ok(e))
		e = query_int(query, "end", (int64_t)(first + count));
	if (err_is_ok(e))
		e = copy_blobs(query, first, first + count, out);
	query_end(&query);
	if (!err_is_ok(e))
		out->len = before;
	return e;
}

static err leaf_hashes(struct db *db, uint64_t first, unsigned count, uint8_t *hashes_out)
{
	OWN(buf) entries = {0};
	struct bytes rest, entry;

	TRY(ledger_entries(db, first, count, &entries));
	rest = bytes_of(&entries);
	for (unsigned i = 0; i < count; i++) {
		TRY(blob_next(&rest, &entry));
		TRY(tree_leaf(entry, hashes_out + i * LEN));
	}
	return OK;
}

/* Hashes index .. index+count-1 of a level, all of one tile; a partial tile follows from the full ones below it. */
static err level_hashes(struct db *db, unsigned level, uint64_t index, unsigned count, uint8_t *hashes_out)
{
	uint8_t tile[LEDGER_TILE_LEN];
	bool found;

	TRY(ledger_tile_load(db, level, index / LEDGER_BUNDLE, tile, &found));
	if (found) {
		memcpy(hashes_out, tile + index % LEDGER_BUNDLE * LEN, (size_t)count * LEN);
		return OK;
	}
	if (level == 0)
		return leaf_hashes(db, index, count, hashes_out);
	for (unsigned i = 0; i < count; i++) {
		TRY(ledger_tile_load(db, level - 1, index + i, tile, &found));
		if (!found)
			return FAIL(NOT_FOUND);
		TRY(tree_fold(tile, 8, hashes_out + i * LEN));
	}
	return OK;
}

err ledger_tile(struct db *db, uint64_t size, unsigned level, uint64_t n, unsigned width, struct buf *out)
{
	uint8_t hashes[LEDGER_TILE_LEN];
	uint64_t count;

	if (level >= LEDGER_LEVELS || width < 1 || width > LEDGER_BUNDLE)
		return FAIL(NOT_FOUND);
	count = size >> (8 * level);
	if (n > count / LEDGER_BUNDLE || n * LEDGER_BUNDLE + width > count)
		return FAIL(NOT_FOUND);
	TRY(level_hashes(db, level, n * LEDGER_BUNDLE, width, hashes));
	return buf_append(out, (struct bytes){hashes, (size_t)width * LEN});
}

static err read_subtree(void *context, unsigned height, uint64_t index, uint8_t hash_out[static LEN])
{
	uint8_t hashes[LEDGER_BUNDLE / 2 * LEN];
	unsigned inner = height % 8;

	TRY(level_hashes(context, height / 8, index << inner, 1U << inner, hashes));
	return tree_fold(hashes, inner, hash_out);
}

err ledger_root(struct db *db, uint64_t size, uint8_t root_out[static LEN])
{
	if (size > INT64_MAX)
		return FAIL(NOT_FOUND);
	return tree_root(read_subtree, db, size, root_out);
}

err ledger_inclusion(struct db *db, uint64_t index, uint64_t size,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEN], size_t *count_out)
{
	if (index >= size || size > INT64_MAX)
		return FAIL(NOT_FOUND);
	return tree_inclusion(read_subtree, db, index, size, hashes_out, count_out);
}

err ledger_consistency(struct db *db, uint64_t from, uint64_t to,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEN], size_t *count_out)
{
	if (to > INT64_MAX)
		return FAIL(NOT_FOUND);
	return tree_consistency(read_subtree, db, from, to, hashes_out, count_out);
}

/* ---- Loading the right edge ---- */

static err load_size(struct ledger *ledger, struct db *db, uint64_t *size_out)
{
	struct query *query;
	int64_t first = 0, count = 0;
	bool row = false;
	err e;

	TRY(query_start(db, &ledger_last, &query));
	e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		first = column_int(query, 0);
		count = column_int(query, 1);
		ledger->last_us = column_int(query, 2);
	}
	query_end(&query);
	TRY(e);
	if (row && (first < 0 || count < 1 || count > LEDGER_BUNDLE || first % LEDGER_BUNDLE + count > LEDGER_BUNDLE ||
	    first > INT64_MAX - LEDGER_BUNDLE || ledger->last_us < 0))
		return FAIL(CORRUPT);
	*size_out = (uint64_t)(first + count);
	return OK;
}

/* The level's hashes behind its last full tile, and the subtrees they make up. */
static err load_level(struct ledger *ledger, struct db *db, unsigned number, uint64_t size)
{
	struct level *level = &ledger->level[number];
	uint64_t count = size >> (8 * number);
	unsigned width = (unsigned)(count % LEDGER_BUNDLE);
	uint8_t scratch[LEDGER_BUNDLE / 2 * LEN];
	uint64_t tiles;
	size_t at = 0;

	TRY(ledger_tile_count(db, number, &tiles));
	if (tiles != count / LEDGER_BUNDLE)
		return FAIL(CORRUPT);
	if (width == 0)
		return OK;
	TRY(buf_reserve(&level->hashes, LEDGER_TILE_LEN));
	TRY(level_hashes(db, number, count - width, width, level->hashes.ptr));
	level->hashes.len = (size_t)width * LEN;
	level->committed = width;
	for (unsigned inner = 8; inner-- > 0;) {
		size_t part = (size_t)1 << inner;

		if ((width >> inner & 1) == 0)
			continue;
		memcpy(scratch, level->hashes.ptr + at * LEN, part * LEN);
		TRY(tree_fold(scratch, inner, ledger->edge.hash[8 * number + inner]));
		at += part;
	}
	return OK;
}

static err load(struct ledger *ledger, struct db *db)
{
	uint64_t size = 0;

	TRY(load_size(ledger, db, &size));
	for (unsigned number = 0; number < LEDGER_LEVELS; number++) {
		err e = load_level(ledger, db, number, size);

		/* What the last blob says must be there is not. */
		TRY(err_is(e, ERR_NOT_FOUND) ? FAIL(CORRUPT) : e);
	}
	ledger->edge.size = size;
	ledger->committed = ledger->edge;
	ledger->committed_us = ledger->last_us;
	ledger->head.size = size;
	return tree_edge_root(&ledger->edge, ledger->head.root);
}

err ledger_open(struct db *db, struct ledger **ledger_out)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	bool alone = !db_in_transaction(db);
	err e;

	if (ledger == NULL)
		return FAIL(UNAVAILABLE);
	REQUIRE(pthread_mutex_init(&ledger->lock, NULL) == 0);
	e = alone ? db_begin(db, DB_READ) : OK;
	if (err_is_ok(e))
		e = load(ledger, db);
	if (alone)
		db_rollback(db); /* nothing was written */
	if (!err_is_ok(e)) {
		ledger_close(&ledger);
		return e;
	}
	*ledger_out = ledger;
	return OK;
}

void ledger_close(struct ledger **owner)
{
	struct ledger *ledger = *owner;

	*owner = NULL;
	if (ledger == NULL)
		return;
	for (unsigned number = 0; number < LEDGER_LEVELS; number++)
		buf_free(&ledger->level[number].hashes);
	buf_free(&ledger->entries);
	free(ledger->pieces);
	(void)pthread_mutex_destroy(&ledger->lock); /* cannot fail: nobody holds it */
	free(ledger);
}

/* ---- Appending ---- */

/* The blob that the next entry goes to: one per commit, none across a bundle's end. */
static err piece_for(struct ledger *ledger, uint64_t index, struct piece **piece_out)
{
	if (ledger->piece_count > 0 && index % LEDGER_BUNDLE != 0) {
		*piece_out = &ledger->pieces[ledger->piece_count - 1];
		return OK;
	}
	if (ledger->piece_count == ledger->piece_max) {
		size_t max = ledger->piece_max == 0 ? 4 : 2 * ledger->piece_max;
		struct piece *pieces = reallocarray(ledger->pieces, max, sizeof(*pieces));

		if (pieces == NULL)
			return FAIL(UNAVAILABLE);
		ledger->pieces = pieces;
		ledger->piece_max = max;
	}
	*piece_out = &ledger->pieces[ledger->piece_count];
	**piece_out = (struct piece){.first = index, .offset = ledger->entries.len};
	return OK;
}

/* All hashes that the leaf completes, the leaf's own first, and room for those that are kept. */
static err climb(struct ledger *ledger, uint8_t hash[static 64][LEN], unsigned *height_out)
{
	unsigned height = 0;

	for (;; height++) {
		if (height % 8 == 0 && height / 8 < LEDGER_LEVELS)
			TRY(buf_reserve(&ledger->level[height / 8].hashes, LEN));
		if ((ledger->edge.size >> height & 1) == 0)
			break;
		TRY(tree_node(ledger->edge.hash[height], hash[height], hash[height + 1]));
	}
	*height_out = height;
	return OK;
}

uint64_t ledger_next(struct ledger *ledger)
{
	return ledger->edge.size;
}

err ledger_append(struct ledger *ledger, struct bytes leaf, int64_t at_us, uint64_t *index_out)
{
	uint64_t index = ledger->edge.size;
	uint8_t hash[64][LEN];
	struct piece *piece;
	unsigned height;

	if (leaf.len > EVENT_MAX)
		return FAIL(TOO_LARGE);
	if (at_us < ledger->last_us)
		return FAIL(INVALID);
	if (index >= INT64_MAX - LEDGER_BUNDLE)
		return FAIL(UNAVAILABLE);
	TRY(tree_leaf(leaf, hash[0]));
	TRY(climb(ledger, hash, &height));
	TRY(buf_reserve(&ledger->entries, 2 + leaf.len));
	TRY(piece_for(ledger, index, &piece));

	/* From here on nothing fails. */
	REQUIRE(err_is_ok(buf_u16(&ledger->entries, (uint16_t)leaf.len)));
	REQUIRE(err_is_ok(buf_append(&ledger->entries, leaf)));
	if (piece->count++ == 0)
		ledger->piece_count++;
	piece->last_us = at_us;
	for (unsigned at = 0; at <= height && at / 8 < LEDGER_LEVELS; at += 8)
		REQUIRE(err_is_ok(buf_append(&ledger->level[at / 8].hashes, (struct bytes){hash[at], LEN})));
	memcpy(ledger->edge.hash[height], hash[height], LEN);
	ledger->edge.size++;
	ledger->last_us = at_us;
	*index_out = index;
	return OK;
}

static err write_blob(struct db *db, const struct piece *piece, struct bytes entries)
{
	struct query *query;
	err e;

	TRY(query_start(db, &add_blob, &query));
	e = query_int(query, "first", (int64_t)piece->first);
	if (err_is_ok(e))
		e = query_int(query, "count", (int64_t)piece->count);
	if (err_is_ok(e))
		e = query_int(query, "last_us", piece->last_us);
	if (err_is_ok(e))
		e = query_blob(query, "entries", entries);
	if (err_is_ok(e))
		return query_run(&query);
	query_end(&query);
	return e;
}

static err write_tile(struct db *db, unsigned level, uint64_t number, const uint8_t *hashes)
{
	struct query *query;
	err e;

	TRY(query_start(db, &add_tile, &query));
	e = query_int(query, "level", (int64_t)level);
	if (err_is_ok(e))
		e = query_int(query, "number", (int64_t)number);
	if (err_is_ok(e))
		e = query_blob(query, "hashes", (struct bytes){hashes, LEDGER_TILE_LEN});
	if (err_is_ok(e))
		return query_run(&query);
	query_end(&query);
	return e;
}

static err write_level(const struct ledger *ledger, struct db *db, unsigned number)
{
	const struct buf *hashes = &ledger->level[number].hashes;
	uint64_t tile = ledger->committed.size >> (8 * number) >> 8;

	for (size_t at = 0; hashes->len - at >= LEDGER_TILE_LEN; at += LEDGER_TILE_LEN)
		TRY(write_tile(db, number, tile++, hashes->ptr + at));
	return OK;
}

err ledger_flush(struct ledger *ledger, struct db *db)
{
	if (ledger->edge.size == ledger->committed.size)
		return OK;
	for (size_t i = 0; i < ledger->piece_count; i++) {
		const struct piece *piece = &ledger->pieces[i];
		size_t end = i + 1 < ledger->piece_count ? ledger->pieces[i + 1].offset : ledger->entries.len;

		TRY(write_blob(db, piece, (struct bytes){ledger->entries.ptr + piece->offset, end - piece->offset}));
	}
	for (unsigned number = 0; number < LEDGER_LEVELS; number++)
		TRY(write_level(ledger, db, number));
	ledger->flushed.size = ledger->edge.size;
	return tree_edge_root(&ledger->edge, ledger->flushed.root);
}

static void level_settle(struct level *level, bool committed)
{
	if (committed) {
		size_t full = level->hashes.len - level->hashes.len % LEDGER_TILE_LEN;

		if (full > 0)
			memmove(level->hashes.ptr, level->hashes.ptr + full, level->hashes.len - full);
		level->hashes.len -= full;
		level->committed = level->hashes.len / LEN;
	} else {
		level->hashes.len = level->committed * LEN;
	}
}

void ledger_settle(struct ledger *ledger, bool committed)
{
	for (unsigned number = 0; number < LEDGER_LEVELS; number++)
		level_settle(&ledger->level[number], committed);
	ledger->piece_count = 0;
	if (ledger->entries.cap > KEEP_MAX)
		buf_free(&ledger->entries);
	else
		buf_clear(&ledger->entries);
	if (!committed) {
		ledger->edge = ledger->committed;
		ledger->last_us = ledger->committed_us;
		return;
	}
	if (ledger->edge.size == ledger->committed.size)
		return;
	REQUIRE(ledger->flushed.size == ledger->edge.size); /* L2: what was committed is what was flushed */
	ledger->committed = ledger->edge;
	ledger->committed_us = ledger->last_us;
	REQUIRE(pthread_mutex_lock(&ledger->lock) == 0);
	ledger->head = ledger->flushed;
	REQUIRE(pthread_mutex_unlock(&ledger->lock) == 0);
}

void ledger_head(struct ledger *ledger, struct ledger_head *head_out)
{
	REQUIRE(pthread_mutex_lock(&ledger->lock) == 0);
	*head_out = ledger->head;
	REQUIRE(pthread_mutex_unlock(&ledger->lock) == 0);
}

int64_t
ledger_last_us(struct ledger *ledger)
{
	return ledger->last_us;
}
