/*
 * witness_tiles - hashes and entries from the log, into the folder; roots out of the folder.
 *
 * What the log says of tiles above level 0 is not asked: they are computed from level 0. A tile that was written and
 * whose head was refused is overwritten by the next turn, for each turn begins at the head that is followed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/witness_int.h"
#include "ledger/blob.h"
#include "ledger/event.h"
#include "ledger/tree.h"

#define LEN LEDGER_HASH_LEN
#define LEVELS 8

/* Hashes of tile `number` in a tree of size: 0 = there is no such tile. */
static unsigned width_of(uint64_t size, unsigned level, uint64_t number)
{
	uint64_t count = size >> (8 * level);
	uint64_t rest = count < number * LEDGER_BUNDLE ? 0 : count - number * LEDGER_BUNDLE;

	return rest < LEDGER_BUNDLE ? (unsigned)rest : LEDGER_BUNDLE;
}

static err ask_tile(struct witness *witness, const struct tilepath *tile, const char *query, struct buf *content)
{
	char text[TILEPATH_MAX], path[TILEPATH_MAX + 32];
	struct ask_reply reply;

	tilepath_format(tile, text);
	(void)snprintf(path, sizeof(path), "/tile/%s%s", text, query);
	TRY(door_get(&witness->door, path, &reply));
	switch (reply.status) {
	case 200: return buf_append(content, reply.body);
	case 401: return FAIL(UNAUTHENTICATED);
	case 413: return FAIL(TOO_LARGE);
	default: return reply.status == 403 ? FAIL(DENIED) : FAIL(NOT_FOUND);
	}
}

static err ask_hashes(struct witness *witness, uint64_t number, unsigned width, struct buf *hashes)
{
	const struct tilepath tile = {.number = number, .width = width};

	TRY(ask_tile(witness, &tile, "", hashes));
	return hashes->len == (size_t)width * LEN ? OK : FAIL(INVALID);
}

static err load(struct witness *witness, uint64_t size, unsigned level, uint64_t number, struct buf *hashes)
{
	const struct tilepath tile = {.level = level, .number = number, .width = width_of(size, level, number)};

	if (tile.width == 0)
		return FAIL(NOT_FOUND);
	TRY(witness_folder_get(witness->folder, &tile, hashes));
	return hashes->len == (size_t)tile.width * LEN ? OK : FAIL(CORRUPT);
}

/* ---- roots ---- */

struct reading {
	struct witness *witness;
	uint64_t size;
};

static err read_subtree(void *context, unsigned height, uint64_t index, uint8_t hash_out[static LEN])
{
	const struct reading *reading = context;
	unsigned level = height / 8;
	unsigned above = height % 8;
	uint64_t first = index << above;
	OWN(buf) tile = {0};

	TRY(load(reading->witness, reading->size, level, first / LEDGER_BUNDLE, &tile));
	if (((first % LEDGER_BUNDLE) + (UINT64_C(1) << above)) * LEN > tile.len)
		return FAIL(CORRUPT);
	return tree_fold(tile.ptr + first % LEDGER_BUNDLE * LEN, above, hash_out);
}

err witness_tiles_root(struct witness *witness, uint64_t tree_size, uint64_t size, uint8_t root_out[static LEN])
{
	struct reading reading = {witness, tree_size};

	return tree_root(read_subtree, &reading, size, root_out);
}

/* ---- hashes ---- */

/* One level above another, from the tile that was not full in a tree of `from`. */
static err compute_level(struct witness *witness, unsigned level, uint64_t from, uint64_t size)
{
	uint64_t count = size >> (8 * level);
	uint64_t at = (from >> (8 * level)) / LEDGER_BUNDLE * LEDGER_BUNDLE;
	OWN(buf) tile = {0};

	while (at < count) {
		uint8_t root[LEN];
		OWN(buf) below = {0};

		TRY(load(witness, size, level - 1, at, &below));
		if (below.len != (size_t)LEDGER_BUNDLE * LEN)
			return FAIL(CORRUPT);
		TRY(tree_fold(below.ptr, 8, root));
		TRY(buf_append(&tile, (struct bytes){root, sizeof(root)}));
		at++;
		if (at % LEDGER_BUNDLE == 0 || at == count) {
			const struct tilepath path = {.level = level, .number = (at - 1) / LEDGER_BUNDLE, .width = (unsigned)(tile.len / LEN)};

			TRY(witness_folder_put(witness->folder, &path, bytes_of(&tile)));
			buf_clear(&tile);
		}
	}
	return OK;
}

err witness_tiles_fetch(struct witness *witness, uint64_t from, uint64_t size)
{
	for (uint64_t number = from / LEDGER_BUNDLE; number * LEDGER_BUNDLE < size; number++) {
		const struct tilepath path = {.number = number, .width = width_of(size, 0, number)};
		OWN(buf) hashes = {0};

		TRY(ask_hashes(witness, number, path.width, &hashes));
		TRY(witness_folder_put(witness->folder, &path, bytes_of(&hashes)));
	}
	for (unsigned level = 1; level < LEVELS && size >> (8 * level) != 0; level++)
		TRY(compute_level(witness, level, from, size));
	return OK;
}

err witness_tiles_locate(struct witness *witness, uint64_t kept_size, uint64_t limit, uint64_t *index_out)
{
	*index_out = WITNESS_NOWHERE;
	if (limit > kept_size)
		limit = kept_size;
	for (uint64_t number = 0; number * LEDGER_BUNDLE < limit; number++) {
		unsigned width = width_of(limit, 0, number);
		OWN(buf) kept = {0};
		OWN(buf) shown = {0};

		TRY(load(witness, kept_size, 0, number, &kept));
		TRY(ask_hashes(witness, number, width, &shown));
		for (unsigned i = 0; i < width; i++) {
			if (memcmp(kept.ptr + i * LEN, shown.ptr + i * LEN, LEN) == 0)
				continue;
			*index_out = number * LEDGER_BUNDLE + i;
			return OK;
		}
	}
	return OK;
}

/* ---- entries ---- */

static unsigned count_entries(struct bytes part)
{
	struct bytes entry;
	unsigned count = 0;

	while (part.len > 0 && err_is_ok(blob_next(&part, &entry)))
		count++;
	return part.len == 0 ? count : 0;
}

/* A bundle larger than a reply comes in parts. */
static err ask_parts(struct witness *witness, const struct tilepath *tile, struct buf *bundle)
{
	unsigned had = 0;

	while (had < tile->width) {
		char query[32];
		OWN(buf) part = {0};
		unsigned count;

		(void)snprintf(query, sizeof(query), "?skip=%u", had);
		TRY(ask_tile(witness, tile, query, &part));
		count = count_entries(bytes_of(&part));
		if (count == 0 || count > tile->width - had)
			return FAIL(INVALID);
		TRY(buf_append(bundle, bytes_of(&part)));
		had += count;
	}
	return OK;
}

/* Exactly the entries whose hashes stand in the tile. */
static err first_bad(struct bytes rest, const struct buf *hashes, unsigned width, unsigned *bad_out)
{
	static struct event_object objects[EVENT_OBJECT_MAX];
	static struct event_row rows[EVENT_ROW_MAX];

	for (unsigned i = 0; i < width; i++) {
		uint8_t hash[LEN];
		struct bytes entry;
		struct event event;

		*bad_out = i;
		if (!err_is_ok(blob_next(&rest, &entry)) || !err_is_ok(event_decode(entry, &event, objects, rows)))
			return OK;
		TRY(tree_leaf(entry, hash));
		if (memcmp(hash, hashes->ptr + i * LEN, LEN) != 0)
			return OK;
	}
	*bad_out = rest.len == 0 ? width : width - 1;
	return OK;
}

err witness_tiles_entries(struct witness *witness, uint64_t number, uint64_t size, uint64_t *bad_out)
{
	const struct tilepath tile = {.entries = true, .number = number, .width = width_of(size, 0, number)};
	OWN(buf) hashes = {0};
	OWN(buf) bundle = {0};
	unsigned bad = 0;
	err e;

	TRY(load(witness, size, 0, number, &hashes));
	e = ask_tile(witness, &tile, "", &bundle);
	if (err_is(e, ERR_TOO_LARGE))
		e = ask_parts(witness, &tile, &bundle);
	TRY(e);
	TRY(first_bad(bytes_of(&bundle), &hashes, tile.width, &bad));
	*bad_out = bad < tile.width ? number * LEDGER_BUNDLE + bad : WITNESS_NOWHERE;
	return bad < tile.width ? OK : witness_folder_put(witness->folder, &tile, bytes_of(&bundle));
}
