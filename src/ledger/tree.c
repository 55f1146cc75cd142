#include <string.h>

#include "crypto/crypto.h"
#include "ledger/tree.h"

#define LEN LEDGER_HASH_LEN

_Static_assert(LEDGER_HASH_LEN == HASH_LEN, "a tree of SHA-256 hashes");

/* Leaves and nodes are hashed behind different first bytes, so that neither passes for the other. */
err tree_leaf(struct bytes entry, uint8_t hash_out[static LEN])
{
	const struct bytes parts[] = {BYTES_LIT("\0"), entry};

	return hash_parts(parts, 2, hash_out);
}

err tree_node(const uint8_t left[static LEN], const uint8_t right[static LEN], uint8_t hash_out[static LEN])
{
	uint8_t joined[1 + 2 * LEN];

	joined[0] = 1;
	memcpy(joined + 1, left, LEN);
	memcpy(joined + 1 + LEN, right, LEN);
	return hash_sha256((struct bytes){joined, sizeof(joined)}, hash_out);
}

err tree_empty(uint8_t hash_out[static LEN])
{
	return hash_sha256((struct bytes){0}, hash_out);
}

err tree_fold(uint8_t *hashes, unsigned height, uint8_t root_out[static LEN])
{
	for (size_t count = (size_t)1 << height; count > 1; count /= 2) {
		for (size_t i = 0; i < count / 2; i++)
			TRY(tree_node(hashes + 2 * i * LEN, hashes + (2 * i + 1) * LEN, hashes + i * LEN));
	}
	memcpy(root_out, hashes, LEN);
	return OK;
}

err tree_edge_add(struct tree_edge *edge, unsigned height, const uint8_t hash[static LEN])
{
	uint8_t root[LEN];
	unsigned at = height;

	REQUIRE(height < 63 && (edge->size & ((UINT64_C(1) << height) - 1)) == 0 && edge->size >> 63 == 0);
	memcpy(root, hash, LEN);
	while ((edge->size >> at & 1) != 0) {
		TRY(tree_node(edge->hash[at], root, root));
		at++;
	}
	memcpy(edge->hash[at], root, LEN);
	edge->size += UINT64_C(1) << height;
	return OK;
}

err tree_edge_root(const struct tree_edge *edge, uint8_t root_out[static LEN])
{
	uint8_t root[LEN];
	unsigned at;

	if (edge->size == 0)
		return tree_empty(root_out);
	at = (unsigned)__builtin_ctzll(edge->size);
	memcpy(root, edge->hash[at], LEN);
	for (at++; at < 64; at++) {
		if ((edge->size >> at & 1) != 0)
			TRY(tree_node(edge->hash[at], root, root));
	}
	memcpy(root_out, root, LEN);
	return OK;
}

/* The largest power of two below count; count is at least 2. */
static uint64_t
split(uint64_t count)
{
	return UINT64_C(1) << (63 - __builtin_clzll(count - 1));
}

/* The root of leaves first .. first+count-1, where first is a multiple of every full subtree in there: folded from the right. */
static err range_root(tree_read read, void *context, uint64_t first, uint64_t count, uint8_t root_out[static LEN])
{
	uint64_t end = first + count;
	uint64_t rest = count;
	bool begun = false;

	while (rest != 0) {
		unsigned height = (unsigned)__builtin_ctzll(rest);
		uint8_t hash[LEN];

		end -= UINT64_C(1) << height;
		rest &= rest - 1;
		TRY(read(context, height, end >> height, hash));
		if (begun)
			TRY(tree_node(hash, root_out, root_out));
		else
			memcpy(root_out, hash, LEN);
		begun = true;
	}
	return OK;
}

err tree_root(tree_read read, void *context, uint64_t size, uint8_t root_out[static LEN])
{
	uint8_t root[LEN];

	if (size >> 63 != 0)
		return FAIL(INVALID);
	if (size == 0)
		return tree_empty(root_out);
	TRY(range_root(read, context, 0, size, root));
	memcpy(root_out, root, LEN);
	return OK;
}

/* A proof is found from the root down and written from the leaf up. */
struct proof {
	uint8_t hash[LEDGER_PROOF_MAX][LEN];
	size_t count;
};

static err proof_add(struct proof *proof, tree_read read, void *context, uint64_t first, uint64_t count)
{
	REQUIRE(proof->count < LEDGER_PROOF_MAX);
	return range_root(read, context, first, count, proof->hash[proof->count++]);
}

static void proof_write(const struct proof *proof, uint8_t *hashes_out, size_t *count_out)
{
	for (size_t i = 0; i < proof->count; i++)
		memcpy(hashes_out + i * LEN, proof->hash[proof->count - 1 - i], LEN);
	*count_out = proof->count;
}

err tree_inclusion(tree_read read, void *context, uint64_t index, uint64_t size,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEN], size_t *count_out)
{
	struct proof proof = {.count = 0};
	uint64_t first = 0;
	uint64_t count = size;

	if (index >= size || size >> 63 != 0)
		return FAIL(INVALID);
	while (count > 1) {
		uint64_t half = split(count);

		if (index - first < half) {
			TRY(proof_add(&proof, read, context, first + half, count - half));
			count = half;
		} else {
			TRY(proof_add(&proof, read, context, first, half));
			first += half;
			count -= half;
		}
	}
	proof_write(&proof, hashes_out, count_out);
	return OK;
}

err tree_consistency(tree_read read, void *context, uint64_t from, uint64_t to,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEN], size_t *count_out)
{
	struct proof proof = {.count = 0};
	uint64_t first = 0;
	uint64_t count = to;
	bool known = true; /* the subtree reached is the whole older tree, whose root the asker has */

	if (from > to || to >> 63 != 0)
		return FAIL(INVALID);
	while (from != 0 && from - first != count) {
		uint64_t half = split(count);

		if (from - first <= half) {
			TRY(proof_add(&proof, read, context, first + half, count - half));
			count = half;
		} else {
			TRY(proof_add(&proof, read, context, first, half));
			first += half;
			count -= half;
			known = false;
		}
	}
	if (from != 0 && !known)
		TRY(proof_add(&proof, read, context, first, count));
	proof_write(&proof, hashes_out, count_out);
	return OK;
}

err tree_check_inclusion(uint64_t index, uint64_t size, const uint8_t leaf[static LEN],
    const uint8_t *hashes, size_t count, const uint8_t root[static LEN])
{
	uint64_t node = index;
	uint64_t last = size - 1;
	uint8_t hash[LEN];

	if (index >= size || size >> 63 != 0)
		return FAIL(CORRUPT);
	memcpy(hash, leaf, LEN);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *other = hashes + i * LEN;

		if (last == 0)
			return FAIL(CORRUPT);
		if ((node & 1) != 0 || node == last) {
			TRY(tree_node(other, hash, hash));
			while ((node & 1) == 0 && node != 0) {
				node >>= 1;
				last >>= 1;
			}
		} else {
			TRY(tree_node(hash, other, hash));
		}
		node >>= 1;
		last >>= 1;
	}
	return last == 0 && memcmp(hash, root, LEN) == 0 ? OK : FAIL(CORRUPT);
}

/* 2.1.4.2: from's last node, climbed to where it stops being a right child, is the first hash of both chains. */
static err check_chains(uint64_t from, const uint8_t *from_root, uint64_t to, const uint8_t *to_root, const uint8_t *hashes, size_t count)
{
	bool whole = (from & (from - 1)) == 0; /* the older root itself is the first hash */
	uint64_t node = from - 1;
	uint64_t last = to - 1;
	uint8_t older[LEN], newer[LEN];
	size_t i = whole ? 0 : 1;

	if (count == 0)
		return FAIL(CORRUPT);
	memcpy(older, whole ? from_root : hashes, LEN);
	memcpy(newer, older, LEN);
	while ((node & 1) != 0) {
		node >>= 1;
		last >>= 1;
	}
	for (; i < count; i++) {
		const uint8_t *other = hashes + i * LEN;

		if (last == 0)
			return FAIL(CORRUPT);
		if ((node & 1) != 0 || node == last) {
			TRY(tree_node(other, older, older));
			TRY(tree_node(other, newer, newer));
			while ((node & 1) == 0 && node != 0) {
				node >>= 1;
				last >>= 1;
			}
		} else {
			TRY(tree_node(newer, other, newer));
		}
		node >>= 1;
		last >>= 1;
	}
	return last == 0 && memcmp(older, from_root, LEN) == 0 && memcmp(newer, to_root, LEN) == 0 ? OK : FAIL(CORRUPT);
}

err tree_check_consistency(uint64_t from, const uint8_t from_root[static LEN], uint64_t to,
    const uint8_t to_root[static LEN], const uint8_t *hashes, size_t count)
{
	uint8_t empty[LEN];

	if (from > to || to >> 63 != 0)
		return FAIL(CORRUPT);
	if (from == to)
		return count == 0 && memcmp(from_root, to_root, LEN) == 0 ? OK : FAIL(CORRUPT);
	if (from == 0) {
		TRY(tree_empty(empty));
		return count == 0 && memcmp(from_root, empty, LEN) == 0 ? OK : FAIL(CORRUPT);
	}
	return check_chains(from, from_root, to, to_root, hashes, count);
}
