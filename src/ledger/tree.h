/*
 * tree - RFC 6962 hashing and proofs over a given reader of hashes; pure.
 */
#ifndef LEDGER_TREE_H
#define LEDGER_TREE_H

#include "ledger/ledger.h"

MUST_USE err tree_leaf(struct bytes entry, uint8_t hash_out[static LEDGER_HASH_LEN]);
MUST_USE err tree_node(const uint8_t left[static LEDGER_HASH_LEN], const uint8_t right[static LEDGER_HASH_LEN],
    uint8_t hash_out[static LEDGER_HASH_LEN]);
/* SHA-256 of nothing: the root of an empty tree. */
MUST_USE err tree_empty(uint8_t hash_out[static LEDGER_HASH_LEN]);
/* The root over 2^height hashes lying one behind the other; overwritten in the course. */
MUST_USE err tree_fold(uint8_t *hashes, unsigned height, uint8_t root_out[static LEDGER_HASH_LEN]);

/*
 * The right edge of a growing tree: for each bit set in size, the root of the full subtree of that height,
 * the highest leftmost. Zeroed, it is the empty tree.
 */
struct tree_edge {
	uint64_t size;
	uint8_t hash[64][LEDGER_HASH_LEN];
};

/* Adds a full subtree of 2^height leaves; size must be a multiple of that. */
MUST_USE err tree_edge_add(struct tree_edge *edge, unsigned height, const uint8_t hash[static LEDGER_HASH_LEN]);
MUST_USE err tree_edge_root(const struct tree_edge *edge, uint8_t root_out[static LEDGER_HASH_LEN]);

/* The root of the full subtree of 2^height leaves that begins at leaf index * 2^height. Asked only for subtrees inside the tree. */
typedef err (*tree_read)(void *context, unsigned height, uint64_t index, uint8_t hash_out[static LEDGER_HASH_LEN]);

/* RFC 6962 sections 2.1, 2.1.1, 2.1.2. INVALID: index not below size, from above to. Size below 2^63. */
MUST_USE err tree_root(tree_read read, void *context, uint64_t size, uint8_t root_out[static LEDGER_HASH_LEN]);
MUST_USE err tree_inclusion(tree_read read, void *context, uint64_t index, uint64_t size,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEDGER_HASH_LEN], size_t *count_out);
MUST_USE err tree_consistency(tree_read read, void *context, uint64_t from, uint64_t to,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEDGER_HASH_LEN], size_t *count_out);

/* RFC 9162 sections 2.1.3.2 and 2.1.4.2. An empty proof leads from the empty tree to any. */
/* CORRUPT: the proof does not lead from leaf hash to root. */
MUST_USE err tree_check_inclusion(uint64_t index, uint64_t size, const uint8_t leaf[static LEDGER_HASH_LEN],
    const uint8_t *hashes, size_t count, const uint8_t root[static LEDGER_HASH_LEN]);
MUST_USE err tree_check_consistency(uint64_t from, const uint8_t from_root[static LEDGER_HASH_LEN], uint64_t to,
    const uint8_t to_root[static LEDGER_HASH_LEN], const uint8_t *hashes, size_t count);

#endif
