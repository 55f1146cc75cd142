/*
 * The protocol of witnesses: every reply it knows, over a small tree made here.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "ledger/tree.h"
#include "ledger/witness.h"

#define LEN LEDGER_HASH_LEN
#define LEAVES 300

static struct note_key key = {.name = "example.com/log"};
static struct signer *signer;
static uint8_t leaves[2][LEAVES][LEN]; /* the second tree differs from leaf 200 on */

static err read_leaves(void *context, unsigned height, uint64_t index, uint8_t hash_out[static LEN])
{
	uint8_t (*tree)[LEN] = context;
	OWN(buf) part = {0};

	assert_ok(buf_append(&part, (struct bytes){tree[index << height], (size_t)LEN << height}));
	return tree_fold(part.ptr, height, hash_out);
}

static void make(int tree, uint64_t size, struct ledger_head *head_out)
{
	head_out->size = size;
	assert_ok(tree_root(read_leaves, leaves[tree], size, head_out->root));
}

static void put_checkpoint(const char *origin, const struct ledger_head *head, struct buf *out)
{
	uint8_t signature[SIGN_LEN];
	OWN(buf) note = {0};

	assert_ok(note_checkpoint_text(origin, head, &note));
	assert_ok(signer_sign(signer, bytes_of(&note), signature));
	assert_ok(note_sign_line(&key, signature, &note));
	assert_ok(buf_append(out, bytes_of(&note)));
}

static void put_request(int tree, uint64_t old, uint64_t from, const struct ledger_head *head, struct buf *out)
{
	uint8_t hashes[LEDGER_PROOF_MAX * LEN];
	size_t count;

	assert_ok(tree_consistency(read_leaves, leaves[tree], from, head->size, hashes, &count));
	assert_ok(buf_printf(out, "old %llu\n", (unsigned long long)old));
	for (size_t i = 0; i < count; i++) {
		assert_ok(base64_append(out, (struct bytes){hashes + i * LEN, LEN}));
		assert_ok(buf_append_str(out, "\n"));
	}
	assert_ok(buf_append_str(out, "\n"));
}

static struct witness_reply answer_to(struct bytes body, const struct ledger_head *held)
{
	static struct witness_request request;
	struct witness_reply reply = {0};

	assert_ok(witness_parse(body, &request));
	assert_ok(witness_decide(&key, held, &request, &reply));
	return reply;
}

static struct witness_reply ask(int tree, uint64_t old, uint64_t size, const struct ledger_head *held)
{
	static struct buf body;
	struct ledger_head head;

	buf_free(&body);
	make(tree, size, &head);
	put_request(tree, old, old < size ? old : size, &head, &body);
	put_checkpoint(key.name, &head, &body);
	return answer_to(bytes_of(&body), held);
}

static void grows(void **state)
{
	static const uint64_t sizes[] = {1, 2, 3, 7, 8, 199, 200, 255, 256, 257, LEAVES};
	struct ledger_head held = {0};

	(void)state;
	REQ("P-3.13");
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct witness_reply reply = ask(0, held.size, sizes[i], &held);

		assert_int_equal(reply.status, 200);
		assert_int_equal(reply.head.size, sizes[i]);
		assert_true(bytes_equal((struct bytes){reply.text.ptr, strlen(key.name)}, bytes_str(key.name)));
		assert_int_equal(ask(0, sizes[i], sizes[i], &reply.head).status, 200); /* once more the same */
		held = reply.head;
	}
}

static void refuses(void **state)
{
	struct ledger_head held, head, none = {0};
	OWN(buf) body = {0};

	(void)state;
	REQ("P-3.13");
	make(0, 250, &held);
	assert_int_equal(ask(0, 249, 260, &held).status, 409);
	assert_int_equal(ask(0, 0, 260, &held).status, 409);
	assert_int_equal(ask(0, 5, 10, &held).status, 409);      /* an older head is no longer of use */
	assert_int_equal(ask(1, 250, 260, &held).status, 422);   /* leads from another past */
	assert_false(ask(1, 250, 260, &held).fork);              /* the proof alone may be wrong */
	assert_int_equal(ask(1, 250, 250, &held).status, 422);
	assert_true(ask(1, 250, 250, &held).fork);
	make(0, 260, &head);
	put_request(0, 261, 260, &head, &body);
	put_checkpoint(key.name, &head, &body);
	assert_int_equal(answer_to(bytes_of(&body), &held).status, 400);
	buf_clear(&body);
	put_request(0, 250, 250, &head, &body);
	put_checkpoint("example.com/other", &head, &body);
	assert_int_equal(answer_to(bytes_of(&body), &held).status, 404);
	buf_clear(&body);
	put_request(0, 250, 250, &head, &body);
	put_checkpoint(key.name, &head, &body);
	body.ptr[body.len - 4] ^= 1;
	assert_int_equal(answer_to(bytes_of(&body), &held).status, 403);
	buf_clear(&body);
	put_request(0, 0, 5, &head, &body);
	put_checkpoint(key.name, &head, &body);
	assert_int_equal(answer_to(bytes_of(&body), &none).status, 422); /* a proof from nothing is empty */
	buf_clear(&body);
	assert_ok(buf_append_str(&body, "old 0\n\nno checkpoint"));
	assert_int_equal(answer_to(bytes_of(&body), &none).status, 400);
}

/* A log that has been signed at size 0 has an empty tree, whatever it says. */
static void empty_tree(void **state)
{
	struct ledger_head none = {0};
	struct ledger_head head = {.size = 0, .root = {1}};
	OWN(buf) body = {0};

	(void)state;
	assert_ok(buf_append_str(&body, "old 0\n\n"));
	put_checkpoint(key.name, &head, &body);
	assert_int_equal(answer_to(bytes_of(&body), &none).status, 422);
	buf_clear(&body);
	assert_ok(tree_empty(head.root));
	assert_ok(buf_append_str(&body, "old 0\n\n"));
	put_checkpoint(key.name, &head, &body);
	assert_int_equal(answer_to(bytes_of(&body), &none).status, 200);
}

static void requests(void **state)
{
#define HASH "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw="
	static const char *const bad[] = {
		"", "old", "old ", "old 5", "old 5\n", "old 5\n\n", "old -5\n\nx", "old +5\n\nx", "old 05\n\nx", "old 5 \n\nx", "old 0x5\n\nx", "old\n\nx", "old \n\nx",
		"Old 5\n\nx", "old  5\n\nx", "old 9223372036854775808\n\nx", "old 99999999999999999999\n\nx", "old 5\r\n\r\nx",
		"old 5\n" HASH, "old 5\n" HASH "\n", "old 5\n" HASH "\nx", "old 5\n " HASH "\n\nx", "old 5\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpka==\n\nx",
		"old 5\nAAAA\n\nx", "\nold 5\n\nx",
	};
	struct witness_request request = {.old = 77};
	OWN(buf) body = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_err(INVALID, witness_parse(bytes_str(bad[i]), &request));
	assert_int_equal(request.old, 77);
	assert_ok(buf_append_str(&body, "old 9223372036854775807\n"));
	for (int i = 0; i < WITNESS_PROOF_MAX; i++)
		assert_ok(buf_append_str(&body, HASH "\n"));
	assert_ok(buf_append_str(&body, "\nrest"));
	assert_ok(witness_parse(bytes_of(&body), &request));
	assert_int_equal(request.old, INT64_MAX);
	assert_int_equal(request.count, WITNESS_PROOF_MAX);
	assert_bytes(request.checkpoint, BYTES_LIT("rest"));
	body.len -= 5;
	assert_ok(buf_append_str(&body, HASH "\n\nrest"));
	assert_err(INVALID, witness_parse(bytes_of(&body), &request));
	while (body.len <= WITNESS_BODY_MAX)
		assert_ok(buf_append_str(&body, "."));
	assert_err(INVALID, witness_parse(bytes_of(&body), &request));
}

static int plant(void **state)
{
	const uint8_t seed[SIGN_SEED_LEN] = {3};

	(void)state;
	for (unsigned tree = 0; tree < 2; tree++)
		for (unsigned i = 0; i < LEAVES; i++) {
			char text[32];

			(void)snprintf(text, sizeof(text), "entry %u%s", i, tree == 1 && i >= 200 ? " forged" : "");
			assert_ok(tree_leaf(bytes_str(text), leaves[tree][i]));
		}
	assert_ok(signer_new(seed, &signer));
	signer_public(signer, key.public_key);
	return 0;
}

static int fell(void **state)
{
	(void)state;
	signer_free(&signer);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(refuses),
		cmocka_unit_test(empty_tree),
		cmocka_unit_test(requests),
	};

	return cmocka_run_group_tests(tests, plant, fell);
}
