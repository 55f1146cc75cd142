/*
 * The published vectors of RFC 6962's tree, and every proof of every small tree against a tree computed from the definition.
 */
#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "ledger/tree.h"

#define LEN LEDGER_HASH_LEN

enum { MANY = 70 };

static const char *const leaves[] = {
	"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
};

/* Of certificate-transparency's reference implementation; shown in part in STANDARDS.md. */
static const struct {
	size_t size;
	const char *begins, *ends;
} roots[] = {
	{1, "6e340b9c", "fa01d"}, {2, "fac54203", "3c125"}, {3, "aeb6bcfe", "06e77"},
	{5, "4e3bbb1f", "264d4"}, {7, "ddb89be4", "74c8c"}, {8, "5dc9da79", "04328"},
};

/* MTH and PATH as the RFC defines them, over given leaf hashes. */
static void reference(uint8_t hash[][LEN], size_t count, uint8_t root_out[static LEN])
{
	uint8_t left[LEN], right[LEN];
	size_t half = 1;

	if (count == 1) {
		memcpy(root_out, hash[0], LEN);
		return;
	}
	while (half * 2 < count)
		half *= 2;
	reference(hash, half, left);
	reference(hash + half, count - half, right);
	assert_ok(tree_node(left, right, root_out));
}

static uint8_t many[MANY][LEN];

static err read_many(void *context, unsigned height, uint64_t index, uint8_t hash_out[static LEN])
{
	uint64_t size = *(const uint64_t *)context;

	assert_true((index + 1) << height <= size);
	reference(many + (index << height), (size_t)1 << height, hash_out);
	return OK;
}

static int fill_many(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < MANY; i++)
		assert_ok(tree_leaf((struct bytes){&i, 1}, many[i]));
	return 0;
}

static void vectors(void **state)
{
	struct tree_edge edge = {0};
	size_t next = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(leaves); i++) {
		OWN(buf) leaf = {0};
		OWN(buf) hex = {0};
		uint8_t hash[LEN];

		put_hex(&leaf, leaves[i]);
		assert_ok(tree_leaf(bytes_of(&leaf), hash));
		assert_ok(tree_edge_add(&edge, 0, hash));
		if (roots[next].size != i + 1)
			continue;
		assert_ok(tree_edge_root(&edge, hash));
		assert_ok(hex_append(&hex, (struct bytes){hash, LEN}));
		assert_memory_equal(hex.ptr, roots[next].begins, strlen(roots[next].begins));
		assert_memory_equal(hex.ptr + 64 - strlen(roots[next].ends), roots[next].ends, strlen(roots[next].ends));
		next++;
	}
	assert_int_equal(next, COUNT_OF(roots));
}

static void empty(void **state)
{
	struct tree_edge edge = {0};
	OWN(buf) expected = {0};
	uint8_t root[LEN];
	uint64_t size = 0;

	(void)state;
	put_hex(&expected, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_ok(tree_edge_root(&edge, root));
	assert_bytes(((struct bytes){root, LEN}), bytes_of(&expected));
	assert_ok(tree_root(read_many, &size, 0, root));
	assert_bytes(((struct bytes){root, LEN}), bytes_of(&expected));
}

static void edges(void **state)
{
	struct tree_edge edge = {0};
	struct tree_edge jumped = {0};
	uint8_t expected[LEN], root[LEN];

	(void)state;
	for (uint64_t size = 1; size <= MANY; size++) {
		assert_ok(tree_edge_add(&edge, 0, many[size - 1]));
		reference(many, size, expected);
		assert_ok(tree_edge_root(&edge, root));
		assert_memory_equal(root, expected, LEN);
		assert_ok(tree_root(read_many, &size, size, root));
		assert_memory_equal(root, expected, LEN);
	}
	for (size_t i = 0; i < 8; i++) { /* eight leaves at once */
		uint8_t part[8][LEN];

		memcpy(part, many[8 * i], sizeof(part));
		assert_ok(tree_fold(part[0], 3, root));
		assert_ok(tree_edge_add(&jumped, 3, root));
	}
	reference(many, 64, expected);
	assert_ok(tree_edge_root(&jumped, root));
	assert_memory_equal(root, expected, LEN);
}

static void inclusion(void **state)
{
	uint8_t proof[LEDGER_PROOF_MAX * LEN], root[LEN];
	size_t count;

	(void)state;
	for (uint64_t size = 1; size <= MANY; size++) {
		reference(many, size, root);
		for (uint64_t index = 0; index < size; index++) {
			assert_ok(tree_inclusion(read_many, &size, index, size, proof, &count));
			assert_ok(tree_check_inclusion(index, size, many[index], proof, count, root));
			assert_err(CORRUPT, tree_check_inclusion(index, size, many[(index + 1) % MANY], proof, count, root));
			assert_err(CORRUPT, tree_check_inclusion(index, size, many[index], proof, count + 1, root));
			if (count > 0) {
				assert_err(CORRUPT, tree_check_inclusion(index, size, many[index], proof, count - 1, root));
				proof[LEN * (count - 1)] ^= 1;
				assert_err(CORRUPT, tree_check_inclusion(index, size, many[index], proof, count, root));
			}
		}
		assert_err(INVALID, tree_inclusion(read_many, &size, size, size, proof, &count));
		assert_err(CORRUPT, tree_check_inclusion(size, size, many[0], proof, 0, root));
	}
	assert_err(CORRUPT, tree_check_inclusion(0, 0, many[0], proof, 0, root));
}

static void consistency(void **state)
{
	uint8_t proof[LEDGER_PROOF_MAX * LEN], older[LEN], newer[LEN], other[LEN];
	size_t count;

	(void)state;
	assert_ok(tree_empty(other));
	for (uint64_t to = 1; to <= MANY; to++) {
		reference(many, to, newer);
		for (uint64_t from = 1; from <= to; from++) {
			reference(many, from, older);
			assert_ok(tree_consistency(read_many, &to, from, to, proof, &count));
			assert_ok(tree_check_consistency(from, older, to, newer, proof, count));
			assert_err(CORRUPT, tree_check_consistency(from, other, to, newer, proof, count));
			assert_err(CORRUPT, tree_check_consistency(from, older, to, other, proof, count));
			assert_err(CORRUPT, tree_check_consistency(from, older, to, newer, proof, count + 1));
			if (count > 0)
				assert_err(CORRUPT, tree_check_consistency(from, older, to, newer, proof, count - 1));
		}
		assert_ok(tree_consistency(read_many, &to, 0, to, proof, &count));
		assert_int_equal(count, 0);
		assert_ok(tree_check_consistency(0, other, to, newer, proof, 0));
		assert_err(CORRUPT, tree_check_consistency(0, newer, to, newer, proof, 0));
		assert_err(INVALID, tree_consistency(read_many, &to, to + 1, to, proof, &count));
		assert_err(CORRUPT, tree_check_consistency(to + 1, newer, to, newer, proof, 0));
	}
}

static void trip_height(void)
{
	struct tree_edge edge = {.size = 1};

	err_ignore(tree_edge_add(&edge, 1, many[0])); /* never returns */
}

static void trips(void **state)
{
	(void)state;
	assert_stops(trip_height);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(empty),
		cmocka_unit_test(edges),
		cmocka_unit_test(inclusion),
		cmocka_unit_test(consistency),
		cmocka_unit_test(trips),
	};

	return cmocka_run_group_tests(tests, fill_many, NULL);
}
