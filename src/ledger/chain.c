#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/blob.h"
#include "ledger/event.h"
#include "ledger/heads.h"
#include "ledger/ledger_int.h"
#include "ledger/tree.h"
#include "ledger/chain.h"

#define LEN LEDGER_HASH_LEN
#define NOWHERE UINT64_MAX
#define WINDOW_LEN (HEADS_NOTE_MAX + 16)

struct chain {
	struct note_key key;
	struct chain_memory *memory;
	struct tree_edge edge;                      /* of whole bundles */
	int64_t last_us;                            /* of the entry before */
	uint8_t level[LEDGER_LEVELS][LEDGER_TILE_LEN]; /* hashes behind the last full tile; of level 0 the bundle at hand */
	uint64_t agreed;                            /* size of the newest signed head that agreed */

	int64_t heads_at;                           /* in the file: the next head */
	uint64_t head_before;                       /* size of the head before */
	bool head_pending;
	bool head_forged;
	struct ledger_head head;                    /* the one that comes next */

	uint64_t bad;
	char what[256];

	/* of the part at hand */
	int file;
	int64_t heads_end;
	uint64_t entries, heads;
	uint8_t window[WINDOW_LEN];
	int64_t window_at;
	size_t window_len;
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row rows[EVENT_ROW_MAX];
};

err chain_new(const struct note_key *key, struct chain_memory *memory, struct chain **chain_out)
{
	struct chain *chain = calloc(1, sizeof(*chain));

	if (chain == NULL)
		return FAIL(UNAVAILABLE);
	chain->key = *key;
	chain->memory = memory;
	chain->bad = NOWHERE;
	*chain_out = chain;
	return OK;
}

void chain_free(struct chain **chain)
{
	free(*chain);
	*chain = NULL;
}

void chain_again(struct chain *chain)
{
	chain->edge = (struct tree_edge){0};
	chain->last_us = 0;
	chain->agreed = 0;
	chain->heads_at = 0;
	chain->head_before = 0;
	chain->head_pending = false;
	chain->bad = NOWHERE;
	chain->what[0] = '\0';
}

uint64_t chain_size(const struct chain *chain)
{
	return chain->edge.size;
}

static void __attribute__((format(printf, 3, 4))) blame(struct chain *chain, uint64_t index, const char *format, ...)
{
	va_list list;

	if (index >= chain->bad)
		return;
	chain->bad = index;
	va_start(list, format);
	if (vsnprintf(chain->what, sizeof(chain->what), format, list) < 0)
		chain->what[0] = '\0';
	va_end(list);
}

/* ---- The heads file ---- */

err chain_heads_end(const char *heads, int64_t *end_out)
{
	struct stat about;

	if (stat(heads, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size < 0)
		return FAIL(UNAVAILABLE);
	*end_out = about.st_size;
	return OK;
}

static err fill_window(struct chain *chain)
{
	size_t max = WINDOW_LEN;

	if (chain->heads_at >= chain->window_at && chain->heads_at < chain->window_at + (int64_t)chain->window_len / 2)
		return OK;
	if (chain->heads_end - chain->heads_at < (int64_t)max)
		max = chain->heads_end > chain->heads_at ? (size_t)(chain->heads_end - chain->heads_at) : 0;
	chain->window_at = chain->heads_at;
	chain->window_len = 0;
	while (chain->window_len < max) {
		ssize_t got = pread(chain->file, chain->window + chain->window_len, max - chain->window_len,
		    chain->window_at + (int64_t)chain->window_len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return FAIL(UNAVAILABLE);
		if (got == 0)
			break;
		chain->window_len += (size_t)got;
	}
	return OK;
}

static err cut_head(struct chain *chain, struct bytes *note_out)
{
	size_t skip;
	struct bytes rest;
	err e;

	TRY(fill_window(chain));
	skip = (size_t)(chain->heads_at - chain->window_at);
	rest = (struct bytes){chain->window + skip, chain->window_len - skip};
	e = heads_next(&rest, note_out);
	if (err_is(e, ERR_NOT_FOUND) && skip > 0) { /* cut off by the window, perhaps */
		chain->window_len = 0;
		TRY(fill_window(chain));
		rest = (struct bytes){chain->window, chain->window_len};
		e = heads_next(&rest, note_out);
	}
	TRY(e);
	chain->heads_at = chain->window_at + (int64_t)(rest.ptr - chain->window);
	return OK;
}

/* The head that comes next, unless the file ends before. */
static err next_head(struct chain *chain)
{
	struct bytes note;
	struct ledger_head said;
	err e;

	if (chain->head_pending || chain->bad != NOWHERE)
		return OK;
	e = cut_head(chain, &note);
	if (err_is(e, ERR_NOT_FOUND))
		return OK; /* the end, or a record torn by a crash */
	if (err_is_ok(e))
		e = heads_check(note, NULL, &said);
	if (err_is(e, ERR_INVALID)) {
		blame(chain, chain->head_before, "the heads file is damaged behind the head of %" PRIu64 " entries", chain->head_before);
		return OK;
	}
	TRY(e);
	if (said.size < chain->head_before)
		blame(chain, said.size, "the heads file goes back from %" PRIu64 " to %" PRIu64 " entries", chain->head_before, said.size);
	chain->head_forged = !err_is_ok(heads_check(note, &chain->key, &chain->head));
	chain->head = said;
	chain->head_before = said.size;
	chain->head_pending = true;
	return OK;
}

/* The root as it follows from the entries, against the head of the same size. */
static err compare_head(struct chain *chain, const struct tree_edge *edge)
{
	uint8_t root[LEN];

	chain->head_pending = false;
	chain->heads++;
	if (chain->head_forged) {
		blame(chain, chain->agreed, "the head of %" PRIu64 " entries has no valid signature", chain->head.size);
		return OK;
	}
	TRY(tree_edge_root(edge, root));
	if (memcmp(root, chain->head.root, LEN) != 0)
		blame(chain, chain->agreed, "the entries differ from the signed head of %" PRIu64 " entries, from this index on or later",
		    chain->head.size);
	else
		chain->agreed = chain->head.size;
	return OK;
}

/* ---- One bundle ---- */

struct bundle {
	uint64_t first;
	unsigned count;      /* hashed so far */
	unsigned width;      /* as it should be */
	int64_t last_us;
	bool bad;            /* nothing behind it can be hashed */
};

static uint64_t first_bytes(const uint8_t hash[static LEN])
{
	uint64_t value;

	memcpy(&value, hash, sizeof(value));
	return value;
}

static void remember(struct chain *chain, uint64_t index, const uint8_t hash[static LEN])
{
	struct chain_memory *memory = chain->memory;
	uint64_t *place;

	if (memory == NULL || (memory->size > CHAIN_MEMORY && index < memory->size - CHAIN_MEMORY))
		return;
	place = &memory->hashes[index % CHAIN_MEMORY];
	if (index < memory->size && *place != first_bytes(hash))
		blame(chain, index, "the entry is not the one that stood here before");
	if (index != memory->size)
		return; /* known, or with a gap before it */
	*place = first_bytes(hash);
	memory->size++;
}

static err take_entry(struct chain *chain, struct bundle *bundle, struct bytes entry)
{
	uint64_t index = bundle->first + bundle->count;
	uint8_t *hash = chain->level[0] + (size_t)bundle->count * LEN;
	struct event event;

	if (!err_is_ok(event_decode(entry, &event, chain->objects, chain->rows))) {
		blame(chain, index, "the entry is not an event");
		bundle->bad = true;
		return OK;
	}
	if (event.time_us < bundle->last_us) {
		blame(chain, index, "the entry's time is before that of the entry before it");
		bundle->bad = true;
		return OK;
	}
	bundle->last_us = event.time_us;
	TRY(tree_leaf(entry, hash));
	bundle->count++;
	return OK;
}

static err take_blob(struct chain *chain, struct bundle *bundle, struct query *query)
{
	uint64_t next = bundle->first + bundle->count;
	int64_t first = column_int(query, 0);
	int64_t count = column_int(query, 1);
	struct bytes rest = column_bytes(query, 3);

	bundle->bad = true;
	if (first != (int64_t)next) {
		if (first >= (int64_t)next)
			blame(chain, next, "entries %" PRIu64 " to %" PRId64 " are missing", next, first - 1);
		else
			blame(chain, first < 0 ? 0 : (uint64_t)first, "a row begins at %" PRId64 ", where others stand", first);
		return OK;
	}
	if (count < 1 || first % LEDGER_BUNDLE + count > LEDGER_BUNDLE) {
		blame(chain, next, "a row says it holds %" PRId64 " entries", count);
		return OK;
	}
	bundle->bad = false;
	for (int64_t i = 0; i < count && !bundle->bad; i++) {
		struct bytes entry;

		if (!err_is_ok(blob_next(&rest, &entry))) {
			blame(chain, bundle->first + bundle->count, "the entry is cut off");
			bundle->bad = true;
			return OK;
		}
		TRY(take_entry(chain, bundle, entry));
	}
	if (!bundle->bad && rest.len != 0) {
		blame(chain, bundle->first + bundle->count, "there are more entries than their row says");
		bundle->bad = true;
	}
	if (!bundle->bad && column_int(query, 2) != bundle->last_us) {
		blame(chain, bundle->first + bundle->count - 1, "the row says another time than its last entry");
		bundle->bad = true;
	}
	return OK;
}

static err take_blobs(struct chain *chain, struct bundle *bundle, struct query *query)
{
	bool row = true;

	TRY(query_int(query, "first", bundle->first == 0 ? INT64_MIN : (int64_t)bundle->first));
	TRY(query_int(query, "end", (int64_t)(bundle->first + LEDGER_BUNDLE)));
	while (!bundle->bad) {
		TRY(query_step(query, &row));
		if (!row)
			break;
		TRY(take_blob(chain, bundle, query));
	}
	return OK;
}

static err read_bundle(struct chain *chain, struct db *db, struct bundle *bundle)
{
	struct query *query;
	err e;

	TRY(query_start(db, &ledger_scan, &query));
	e = take_blobs(chain, bundle, query);
	query_end(&query);
	if (err_is(e, ERR_CORRUPT)) {
		blame(chain, bundle->first + bundle->count, "the database is damaged here");
		e = OK;
	}
	TRY(e);
	if (bundle->count < bundle->width && !bundle->bad)
		blame(chain, bundle->first + bundle->count, "entries from %" PRIu64 " on are missing", bundle->first + bundle->count);
	return OK;
}

/* ---- Stored tiles ---- */

/* known: how many of the tile's hashes were computed. */
static err compare_tile(struct chain *chain, struct db *db, unsigned level, uint64_t number, unsigned known)
{
	uint8_t stored[LEDGER_TILE_LEN];
	uint64_t first = number << 8 << (8 * level);
	bool found;
	err e = ledger_tile_load(db, level, number, stored, &found);

	if (err_is(e, ERR_CORRUPT)) {
		blame(chain, first, "tile %u/%" PRIu64 " is damaged", level, number);
		return OK;
	}
	TRY(e);
	if (!found)
		blame(chain, first, "tile %u/%" PRIu64 " is missing", level, number);
	for (unsigned i = 0; found && i < known; i++) {
		if (memcmp(stored + (size_t)i * LEN, chain->level[level] + (size_t)i * LEN, LEN) == 0)
			continue;
		blame(chain, first + ((uint64_t)i << (8 * level)), "what stands in tile %u/%" PRIu64 " does not follow from the entries", level, number);
		break;
	}
	return OK;
}

/* A bundle is whole: its root goes one level up, and so on where a tile becomes full there. */
static err climb(struct chain *chain, struct db *db, uint64_t number)
{
	uint8_t root[LEN], scratch[LEDGER_TILE_LEN];

	for (unsigned level = 0; level < LEDGER_LEVELS; level++) {
		if (level > 0)
			TRY(compare_tile(chain, db, level, number, LEDGER_BUNDLE));
		memcpy(scratch, chain->level[level], sizeof(scratch));
		TRY(tree_fold(scratch, 8, root));
		if (level == 0)
			TRY(tree_edge_add(&chain->edge, 8, root));
		if (level + 1 == LEDGER_LEVELS)
			break;
		memcpy(chain->level[level + 1] + number % LEDGER_BUNDLE * LEN, root, LEN);
		if (number % LEDGER_BUNDLE != LEDGER_BUNDLE - 1)
			break;
		number /= LEDGER_BUNDLE;
	}
	return OK;
}

/* ---- A part ---- */

/* Heads that end in this bundle, as far as its entries are known. */
static err compare_heads(struct chain *chain, const struct bundle *bundle)
{
	uint64_t known = bundle->first + bundle->count;
	struct tree_edge edge = chain->edge;

	if (chain->bad < known)
		known = chain->bad;
	for (uint64_t size = bundle->first;; size++) {
		TRY(next_head(chain));
		while (chain->head_pending && chain->head.size <= size && chain->bad >= size) {
			if (chain->head.size == size)
				TRY(compare_head(chain, &edge));
			else
				chain->head_pending = false; /* of a bundle that is looked at again */
			TRY(next_head(chain));
		}
		if (size >= known || chain->bad < size)
			return OK;
		TRY(tree_edge_add(&edge, 0, chain->level[0] + (size_t)(size - bundle->first) * LEN));
	}
}

static err take_bundle(struct chain *chain, struct db *db, uint64_t size)
{
	struct bundle bundle = {.first = chain->edge.size, .last_us = chain->last_us};
	uint64_t rest = size - bundle.first;

	bundle.width = rest < LEDGER_BUNDLE ? (unsigned)rest : LEDGER_BUNDLE;
	TRY(read_bundle(chain, db, &bundle));
	if (bundle.width == LEDGER_BUNDLE && bundle.count > 0)
		TRY(compare_tile(chain, db, 0, bundle.first / LEDGER_BUNDLE, bundle.count));
	TRY(compare_heads(chain, &bundle));
	for (unsigned i = 0; i < bundle.count && bundle.first + i < chain->bad; i++)
		remember(chain, bundle.first + i, chain->level[0] + (size_t)i * LEN);
	chain->entries += bundle.count;
	if (chain->bad != NOWHERE || bundle.count < LEDGER_BUNDLE)
		return OK;
	chain->last_us = bundle.last_us;
	return climb(chain, db, bundle.first / LEDGER_BUNDLE);
}

/* Nothing may be left over for entries that there are not. */
static err compare_end(struct chain *chain, struct db *db, uint64_t size)
{
	TRY(next_head(chain));
	if (chain->head_pending && chain->head.size > size)
		blame(chain, size, "a signed head says %" PRIu64 " entries, but there are %" PRIu64, chain->head.size, size);
	if (chain->memory != NULL && chain->memory->size > size)
		blame(chain, size, "there were %" PRIu64 " entries before, now there are %" PRIu64, chain->memory->size, size);
	for (unsigned level = 0; level < LEDGER_LEVELS; level++) {
		uint64_t stored = 0;
		err e = ledger_tile_count(db, level, &stored);

		if (!err_is_ok(e) && !err_is(e, ERR_CORRUPT))
			return e;
		if (err_is(e, ERR_CORRUPT) || stored > size >> (8 * level) >> 8)
			blame(chain, size, "a tile of level %u stands for entries that are missing", level);
	}
	return OK;
}

static err run(struct chain *chain, struct db *db, unsigned bundles, bool *whole_out)
{
	uint64_t size = 0;
	err e = ledger_size(db, &size);

	if (err_is(e, ERR_CORRUPT)) {
		blame(chain, 0, "the last row of the entries contradicts itself");
		return OK;
	}
	TRY(e);
	if (size < chain->edge.size)
		blame(chain, size, "there were %" PRIu64 " entries before, now there are %" PRIu64, chain->edge.size, size);
	for (unsigned i = 0; i < bundles && chain->bad == NOWHERE && chain->edge.size < size; i++) {
		uint64_t before = chain->edge.size;

		TRY(take_bundle(chain, db, size));
		if (chain->edge.size == before)
			break; /* the last one, not full yet */
	}
	*whole_out = chain->bad != NOWHERE || size - chain->edge.size < LEDGER_BUNDLE;
	if (chain->bad == NOWHERE && *whole_out)
		return compare_end(chain, db, size);
	return OK;
}

err chain_part(struct chain *chain, struct db *db, const char *heads, int64_t heads_end, unsigned bundles,
    struct chain_report *report_out)
{
	bool whole = false;
	err e;

	chain->entries = 0;
	chain->heads = 0;
	chain->heads_end = heads_end;
	chain->window_len = 0;
	chain->file = open(heads, O_RDONLY | O_CLOEXEC);
	if (chain->file < 0)
		return FAIL(UNAVAILABLE);
	e = run(chain, db, bundles, &whole);
	(void)close(chain->file); /* only read */
	chain->file = -1;
	TRY(e);
	*report_out = (struct chain_report){.entries = chain->entries, .heads = chain->heads, .first_bad = chain->bad, .whole = whole};
	memcpy(report_out->what, chain->what, sizeof(report_out->what));
	return OK;
}
