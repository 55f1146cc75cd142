#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/unit_test.h"
#include "keys/keyfile.h"
#include "keys/keyrecord.h"
#include "keys/keystate.h"
#include "keys/keystore.h"
#include "keys/keywire.h"

#define ORIGIN "demo/city.example/ledger"
#define FIRST_RECORDS 5 /* parent, customer, index, digest, ledger */

static const char folder_template[] = "/tmp/keystore-test-XXXXXX";
static char folder[sizeof(folder_template)];
static char root_path[64];
static char store_path[64];
static char root_next[80];
static char store_next[80];

static int fresh_folder(void **state)
{
	(void)state;
	memcpy(folder, folder_template, sizeof(folder));
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(root_path, sizeof(root_path), "%s/root.key", folder);
	snprintf(store_path, sizeof(store_path), "%s/keys.store", folder);
	snprintf(root_next, sizeof(root_next), "%s.next", root_path);
	snprintf(store_next, sizeof(store_next), "%s.next", store_path);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(root_path);
	unlink(store_path);
	unlink(root_next);
	unlink(store_next);
	return rmdir(folder);
}

static struct keystore *fresh_store(void)
{
	struct keystore *store = NULL;

	assert_ok(keystore_create(root_path, store_path, ORIGIN));
	assert_ok(keystore_open(root_path, store_path, &store));
	return store;
}

static void reopen(struct keystore **store)
{
	keystore_close(store);
	assert_ok(keystore_open(root_path, store_path, store));
}

static void file_read(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY);
	ssize_t got;

	assert_true(fd >= 0);
	assert_ok(buf_reserve(text, 65536));
	got = read(fd, text->ptr + text->len, 65536);
	assert_true(got >= 0);
	text->len += (size_t)got;
	close(fd);
}

static void file_write(const char *path, struct bytes text, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
	close(fd);
}

static struct id id_with(uint8_t byte)
{
	struct id id;

	memset(id.b, byte, ID_LEN);
	return id;
}

static err ask(struct keystore *store, struct keywire_request *request, struct keywire_reply *reply)
{
	OWN(buf) frame = {0};
	OWN(buf) answer = {0};

	request->number = 77;
	assert_ok(keywire_request_format(request, &frame));
	assert_ok(keystore_answer(store, bytes_of(&frame), &answer));
	assert_ok(keywire_reply_parse(bytes_of(&answer), reply));
	assert_int_equal(reply->number, 77);
	assert_int_equal(reply->operation, request->operation);
	return reply->result;
}

static err ask_active(struct keystore *store, enum key_kind kind, struct id owner, struct keywire_key *key_out)
{
	struct keywire_request request = {.operation = KEYWIRE_ACTIVE, .kind = kind, .owners = {owner}, .owner_count = 1};
	struct keywire_reply reply;
	err result = ask(store, &request, &reply);

	if (err_is_ok(result))
		*key_out = reply.keys[0];
	return result;
}

static err ask_id(struct keystore *store, struct id id, struct keywire_key *key_out)
{
	struct keywire_request request = {.operation = KEYWIRE_BY_ID, .key = id};
	struct keywire_reply reply;
	err result = ask(store, &request, &reply);

	if (err_is_ok(result))
		*key_out = reply.keys[0];
	return result;
}

static err ask_create(struct keystore *store, enum key_kind kind, struct id owner, struct keywire_key *key_out)
{
	struct keywire_request request = {.operation = KEYWIRE_CREATE, .kind = kind, .owners = {owner}, .owner_count = 1};
	struct keywire_reply reply;
	err result = ask(store, &request, &reply);

	if (err_is_ok(result))
		*key_out = reply.keys[0];
	return result;
}

static err ask_move(struct keystore *store, struct id id, enum key_state to)
{
	struct keywire_request request = {.operation = KEYWIRE_MOVE, .key = id, .state = to, .text = BYTES_LIT("because")};
	struct keywire_reply reply;

	return ask(store, &request, &reply);
}

static void assert_same_key(const struct keywire_key *a, const struct keywire_key *b)
{
	assert_true(id_equal(a->id, b->id));
	assert_true(id_equal(a->owner, b->owner));
	assert_memory_equal(a->raw, b->raw, sizeof(a->raw));
}

/* ---- ---- */

static void created_once(void **state)
{
	struct keystore *store = fresh_store();
	struct keystore *second = NULL;
	struct keywire_key key;
	struct stat status;

	(void)state;
	REQ("K-60");
	assert_string_equal(keystore_origin(store), ORIGIN);
	assert_int_equal(stat(root_path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0400);
	assert_int_equal(stat(store_path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_ok(ask_active(store, KEY_CUSTOMER, (struct id){{0}}, &key));
	assert_ok(ask_active(store, KEY_INDEX, (struct id){{0}}, &key));
	assert_ok(ask_active(store, KEY_DIGEST, (struct id){{0}}, &key));
	assert_err(NOT_FOUND, ask_active(store, KEY_PERSON, id_with(1), &key));
	/* One process at a time. */
	assert_err(UNAVAILABLE, keystore_open(root_path, store_path, &second));
	assert_err(CONFLICT, keystore_create(root_path, store_path, ORIGIN));
	unlink(store_path);
	assert_err(CONFLICT, keystore_create(root_path, store_path, ORIGIN));
	unlink(root_path);
	assert_err(INVALID, keystore_create(root_path, store_path, ""));
	assert_err(INVALID, keystore_create(root_path, store_path, "two\nlines"));
	assert_err(UNAVAILABLE, keystore_create("/nonexistent/root", store_path, ORIGIN));
	assert_err(UNAVAILABLE, keystore_create(root_path, "/nonexistent/store", ORIGIN));
	assert_int_equal(access(root_path, F_OK), -1);
	keystore_close(&store);
	keystore_close(&store);
}

static void keys_last(void **state)
{
	struct keystore *store = fresh_store();
	struct keywire_key made;
	struct keywire_key again;
	struct keywire_request batch = {.operation = KEYWIRE_CREATE, .kind = KEY_PERSON, .owner_count = KEYS_BATCH_MAX};
	struct keywire_reply reply;

	(void)state;
	assert_ok(ask_create(store, KEY_PERSON, id_with(9), &made));
	assert_ok(ask_create(store, KEY_PERSON, id_with(9), &again));
	assert_same_key(&made, &again);
	for (size_t i = 0; i < KEYS_BATCH_MAX; i++)
		batch.owners[i] = id_with((uint8_t)(i / 2 + 1)); /* each twice, one of them known */
	assert_ok(ask(store, &batch, &reply));
	assert_int_equal(reply.key_count, KEYS_BATCH_MAX);
	for (size_t i = 0; i < KEYS_BATCH_MAX; i++) {
		assert_true(id_equal(reply.keys[i].owner, batch.owners[i]));
		assert_true(id_equal(reply.keys[i].id, reply.keys[i & ~(size_t)1].id));
	}
	reopen(&store);
	assert_ok(ask_active(store, KEY_PERSON, id_with(9), &again));
	assert_same_key(&made, &again);
	assert_ok(ask_id(store, made.id, &again));
	assert_same_key(&made, &again);
	assert_err(NOT_FOUND, ask_id(store, id_with(0xee), &again));
	/* Who may own what. */
	assert_err(INVALID, ask_create(store, KEY_PERSON, (struct id){{0}}, &again));
	assert_err(INVALID, ask_create(store, KEY_CUSTOMER, id_with(1), &again));
	assert_ok(ask_create(store, KEY_INDEX, id_with(1), &again));
	keystore_close(&store);
}

static void states(void **state)
{
	struct keystore *store = fresh_store();
	struct keywire_key key;
	struct keywire_key second;

	(void)state;
	REQ("K-60");
	assert_ok(ask_create(store, KEY_PERSON, id_with(1), &key));
	assert_err(CONFLICT, ask_move(store, key.id, KEY_ACTIVE));
	assert_err(CONFLICT, ask_move(store, key.id, KEY_PRE_ACTIVATION));
	assert_err(NOT_FOUND, ask_move(store, id_with(0xee), KEY_SUSPENDED));
	assert_ok(ask_move(store, key.id, KEY_SUSPENDED));
	assert_err(NOT_FOUND, ask_active(store, KEY_PERSON, id_with(1), &second));
	assert_ok(ask_id(store, key.id, &second));
	assert_int_equal(second.state, KEY_SUSPENDED);
	/* K1: while another is active, it cannot come back. */
	assert_ok(ask_create(store, KEY_PERSON, id_with(1), &second));
	assert_false(id_equal(second.id, key.id));
	assert_err(CONFLICT, ask_move(store, key.id, KEY_ACTIVE));
	assert_ok(ask_move(store, second.id, KEY_DEACTIVATED));
	reopen(&store);
	assert_ok(ask_move(store, key.id, KEY_ACTIVE));
	assert_err(CONFLICT, ask_move(store, second.id, KEY_ACTIVE));
	assert_ok(ask_move(store, second.id, KEY_COMPROMISED));
	assert_err(CONFLICT, ask_move(store, second.id, KEY_SUSPENDED));
	reopen(&store);
	assert_ok(ask_active(store, KEY_PERSON, id_with(1), &second));
	assert_same_key(&second, &key);
	keystore_close(&store);
}

static void destroyed(void **state)
{
	struct keystore *store = fresh_store();
	OWN(buf) copy = {0};
	OWN(buf) root = {0};
	struct keywire_key dead;
	struct keywire_key alive;
	struct keywire_key found;

	(void)state;
	REQ("K-60");
	assert_ok(ask_create(store, KEY_PERSON, id_with(1), &dead));
	assert_ok(ask_create(store, KEY_PERSON, id_with(2), &alive));
	file_read(store_path, &copy);
	file_read(root_path, &root);
	for (int round = 0; round < 2; round++) {
		if (round == 0)
			assert_ok(ask_move(store, dead.id, KEY_DESTROYED));
		else
			reopen(&store);
		assert_err(NOT_FOUND, ask_id(store, dead.id, &found));
		assert_err(NOT_FOUND, ask_active(store, KEY_PERSON, id_with(1), &found));
		assert_err(CONFLICT, ask_move(store, dead.id, KEY_ACTIVE));
		assert_ok(ask_id(store, alive.id, &found));
		assert_same_key(&found, &alive);
		assert_ok(ask_active(store, KEY_CUSTOMER, (struct id){{0}}, &found));
	}
	/* A second one, and life goes on after it. */
	assert_ok(ask_create(store, KEY_PERSON, id_with(1), &dead));
	assert_ok(ask_move(store, dead.id, KEY_DESTROYED));
	assert_ok(ask_create(store, KEY_PERSON, id_with(3), &found));
	reopen(&store);
	assert_ok(ask_id(store, alive.id, &found));
	assert_same_key(&found, &alive);
	assert_int_equal(access(root_next, F_OK), -1);
	assert_int_equal(access(store_next, F_OK), -1);
	keystore_close(&store);
	/* K3: an older copy beside the root that is left now. */
	file_write(store_path, bytes_of(&copy), 0600);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
	/* And the counter-check: with the old root it would have opened. */
	file_write(root_path, bytes_of(&root), 0400);
	assert_ok(keystore_open(root_path, store_path, &store));
	keystore_close(&store);
}

/* A crash at each step of the rewriting, as keyfile.h draws it. */
static void destruction_cut_short(void **state)
{
	struct keystore *store = fresh_store();
	OWN(buf) old_root = {0};
	OWN(buf) old_store = {0};
	OWN(buf) new_root = {0};
	OWN(buf) new_store = {0};
	uint8_t zeros[KEYRECORD_ROOT_LEN] = {0};
	struct keywire_key dead;
	struct keywire_key found;

	(void)state;
	assert_ok(ask_create(store, KEY_PERSON, id_with(1), &dead));
	file_read(root_path, &old_root);
	file_read(store_path, &old_store);
	assert_ok(ask_move(store, dead.id, KEY_DESTROYED));
	keystore_close(&store);
	file_read(root_path, &new_root);
	file_read(store_path, &new_store);

	/* Before the store's rename: it never happened. */
	file_write(root_path, bytes_of(&old_root), 0400);
	file_write(store_path, bytes_of(&old_store), 0600);
	file_write(root_next, bytes_of(&new_root), 0400);
	file_write(store_next, (struct bytes){new_store.ptr, new_store.len / 2}, 0600);
	assert_ok(keystore_open(root_path, store_path, &store));
	assert_ok(ask_id(store, dead.id, &found));
	assert_int_equal(access(root_next, F_OK), -1);
	assert_int_equal(access(store_next, F_OK), -1);
	keystore_close(&store);

	/* After it, with the old root whole or overwritten: it has happened. */
	for (int overwritten = 0; overwritten < 2; overwritten++) {
		file_write(root_path, overwritten ? (struct bytes){zeros, sizeof(zeros)} : bytes_of(&old_root), 0400);
		file_write(store_path, bytes_of(&new_store), 0600);
		file_write(root_next, bytes_of(&new_root), 0400);
		assert_ok(keystore_open(root_path, store_path, &store));
		assert_err(NOT_FOUND, ask_id(store, dead.id, &found));
		assert_int_equal(access(root_next, F_OK), -1);
		reopen(&store);
		keystore_close(&store);
	}
}

static void torn_tail(void **state)
{
	struct keystore *store = fresh_store();
	OWN(buf) whole = {0};
	struct keywire_key key;
	struct keywire_key found;
	struct stat status;

	(void)state;
	assert_ok(ask_create(store, KEY_PERSON, id_with(1), &key));
	keystore_close(&store);
	file_read(store_path, &whole);
	assert_int_equal(whole.len, KEYRECORD_HEADER_LEN + (FIRST_RECORDS + 1) * KEYRECORD_LEN);
	for (size_t cut = 1; cut < KEYRECORD_LEN; cut += 13) {
		file_write(store_path, (struct bytes){whole.ptr, whole.len - cut}, 0600);
		assert_ok(keystore_open(root_path, store_path, &store));
		assert_err(NOT_FOUND, ask_active(store, KEY_PERSON, id_with(1), &found));
		assert_ok(ask_create(store, KEY_PERSON, id_with(2), &found));
		reopen(&store);
		assert_ok(ask_active(store, KEY_PERSON, id_with(2), &found));
		keystore_close(&store);
		assert_int_equal(stat(store_path, &status), 0);
		assert_int_equal(status.st_size, (off_t)whole.len);
	}
}

static void any_bit(void **state)
{
	struct keystore *store = fresh_store();
	OWN(buf) whole = {0};
	OWN(buf) root = {0};

	(void)state;
	keystore_close(&store);
	file_read(store_path, &whole);
	file_read(root_path, &root);
	for (size_t at = 0; at < whole.len; at++) {
		whole.ptr[at] ^= (uint8_t)(1u << (at % 8));
		file_write(store_path, bytes_of(&whole), 0600);
		assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
		whole.ptr[at] ^= (uint8_t)(1u << (at % 8));
	}
	file_write(store_path, bytes_of(&whole), 0600);
	for (size_t at = 0; at < root.len; at++) {
		root.ptr[at] ^= 0x80;
		file_write(root_path, bytes_of(&root), 0400);
		assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
		root.ptr[at] ^= 0x80;
	}
	file_write(root_path, (struct bytes){root.ptr, root.len - 1}, 0400);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
	assert_ok(buf_u8(&root, 0));
	file_write(root_path, bytes_of(&root), 0400);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
	unlink(root_path);
	assert_err(UNAVAILABLE, keystore_open(root_path, store_path, &store));
}

static uint8_t *record(struct buf *file, size_t index)
{
	return file->ptr + KEYRECORD_HEADER_LEN + index * KEYRECORD_LEN;
}

static void records_moved(void **state)
{
	struct keystore *store = fresh_store();
	OWN(buf) whole = {0};
	uint8_t spare[KEYRECORD_LEN];
	struct keywire_key key;

	(void)state;
	assert_ok(ask_create(store, KEY_PERSON, id_with(1), &key));
	assert_ok(ask_move(store, key.id, KEY_SUSPENDED));
	keystore_close(&store);
	file_read(store_path, &whole);
	/* Two change places. */
	memcpy(spare, record(&whole, 1), KEYRECORD_LEN);
	memcpy(record(&whole, 1), record(&whole, 2), KEYRECORD_LEN);
	memcpy(record(&whole, 2), spare, KEYRECORD_LEN);
	file_write(store_path, bytes_of(&whole), 0600);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
	memcpy(record(&whole, 2), record(&whole, 1), KEYRECORD_LEN);
	memcpy(record(&whole, 1), spare, KEYRECORD_LEN);
	/* The old state put behind the new one. */
	memcpy(spare, record(&whole, FIRST_RECORDS), KEYRECORD_LEN);
	assert_ok(buf_append(&whole, (struct bytes){spare, sizeof(spare)}));
	file_write(store_path, bytes_of(&whole), 0600);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
	/* Nothing but the header, and less. */
	file_write(store_path, (struct bytes){whole.ptr, KEYRECORD_HEADER_LEN}, 0600);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
	file_write(store_path, (struct bytes){whole.ptr, KEYRECORD_HEADER_LEN - 1}, 0600);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
	file_write(store_path, (struct bytes){whole.ptr, 0}, 0600);
	assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
}

/* Well-made records in an order that the life of a key does not allow. */
static void impossible_lives(void **state)
{
	static const struct {
		const char *name;
		struct {
			uint8_t kind;
			uint8_t state;
			uint8_t key;
			uint8_t owner;
		} records[3];
	} lives[] = {
		{"no ledger key", {{KEY_PERSON, KEY_ACTIVE, 1, 1}, {KEY_PERSON, KEY_ACTIVE, 2, 2}, {KEY_PERSON, KEY_ACTIVE, 3, 3}}},
		{"two ledger keys", {{KEYRECORD_LEDGER, KEY_ACTIVE, 1, 0}, {KEYRECORD_LEDGER, KEY_ACTIVE, 2, 0}, {KEY_PERSON, KEY_ACTIVE, 3, 3}}},
		{"born suspended", {{KEYRECORD_LEDGER, KEY_ACTIVE, 1, 0}, {KEY_PERSON, KEY_SUSPENDED, 2, 2}, {KEY_PERSON, KEY_ACTIVE, 3, 3}}},
		{"two active", {{KEYRECORD_LEDGER, KEY_ACTIVE, 1, 0}, {KEY_PERSON, KEY_ACTIVE, 2, 2}, {KEY_PERSON, KEY_ACTIVE, 3, 2}}},
		{"back from the dead", {{KEYRECORD_LEDGER, KEY_ACTIVE, 1, 0}, {KEY_PERSON, KEY_ACTIVE, 2, 2}, {KEY_PERSON, KEY_PRE_ACTIVATION, 2, 2}}},
		{"another owner", {{KEYRECORD_LEDGER, KEY_ACTIVE, 1, 0}, {KEY_PERSON, KEY_ACTIVE, 2, 2}, {KEY_PERSON, KEY_SUSPENDED, 2, 3}}},
		{"another kind", {{KEYRECORD_LEDGER, KEY_ACTIVE, 1, 0}, {KEY_PERSON, KEY_ACTIVE, 2, 2}, {KEY_FACILITY, KEY_SUSPENDED, 2, 2}}},
		{"a second parent", {{KEYRECORD_LEDGER, KEY_ACTIVE, 1, 0}, {KEYRECORD_WRAP, KEY_ACTIVE, 2, 0}, {KEY_PERSON, KEY_ACTIVE, 3, 3}}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lives); i++) {
		struct keystore *store = NULL;
		struct keyfile_item items[3] = {{{0}}};

		for (size_t j = 0; j < 3; j++)
			items[j].record = (struct keyrecord){.kind = lives[i].records[j].kind, .state = lives[i].records[j].state,
				.key = id_with(lives[i].records[j].key), .owner = id_with(lives[i].records[j].owner)};
		assert_ok(keyfile_create(root_path, store_path, ORIGIN, items, 3));
		assert_err(CORRUPT, keystore_open(root_path, store_path, &store));
		unlink(root_path);
		unlink(store_path);
	}
}

static void checkpoint(struct buf *text, const char *origin, const char *size, uint8_t root)
{
	uint8_t hash[HASH_LEN];

	memset(hash, root, sizeof(hash));
	buf_clear(text);
	assert_ok(buf_printf(text, "%s\n%s\n", origin, size));
	assert_ok(base64_append(text, (struct bytes){hash, sizeof(hash)}));
	assert_ok(buf_append_str(text, "\n"));
}

static err ask_sign(struct keystore *store, const struct buf *text, uint8_t signature[static SIGN_LEN])
{
	struct keywire_request request = {.operation = KEYWIRE_SIGN, .text = bytes_of(text)};
	struct keywire_reply reply;
	err result = ask(store, &request, &reply);

	if (err_is_ok(result))
		memcpy(signature, reply.signature, SIGN_LEN);
	return result;
}

static void ledger_signature(void **state)
{
	static const char *const bad_sizes[] = {"", "01", "-1", "+5", " 5", "5 ", "0x5", "5a", "18446744073709551616", "99999999999999999999"};
	struct keystore *store = fresh_store();
	struct keywire_request request = {.operation = KEYWIRE_PUBLIC};
	struct keywire_reply reply;
	uint8_t signature[SIGN_LEN];
	OWN(buf) text = {0};

	(void)state;
	assert_ok(ask(store, &request, &reply));
	checkpoint(&text, ORIGIN, "5", 1);
	assert_ok(ask_sign(store, &text, signature));
	assert_ok(sign_verify(reply.public_key, bytes_of(&text), signature));
	/* Again the same; further; another origin; back; the same size with another root. */
	assert_ok(ask_sign(store, &text, signature));
	checkpoint(&text, ORIGIN, "6", 2);
	assert_ok(ask_sign(store, &text, signature));
	checkpoint(&text, "city.example/ledger", "7", 2);
	assert_err(DENIED, ask_sign(store, &text, signature));
	checkpoint(&text, ORIGIN "x", "7", 2);
	assert_err(DENIED, ask_sign(store, &text, signature));
	checkpoint(&text, ORIGIN, "5", 1);
	assert_err(DENIED, ask_sign(store, &text, signature));
	checkpoint(&text, ORIGIN, "6", 3);
	assert_err(DENIED, ask_sign(store, &text, signature));
	for (size_t i = 0; i < COUNT_OF(bad_sizes); i++) {
		checkpoint(&text, ORIGIN, bad_sizes[i], 2);
		assert_err(DENIED, ask_sign(store, &text, signature));
	}
	checkpoint(&text, ORIGIN, "8", 2);
	assert_ok(buf_append_str(&text, "extension\n"));
	assert_err(DENIED, ask_sign(store, &text, signature));
	checkpoint(&text, ORIGIN, "8", 2);
	text.len--;
	assert_err(DENIED, ask_sign(store, &text, signature));
	/* The key stays the same over a restart and a destruction. */
	reopen(&store);
	checkpoint(&text, ORIGIN, "8", 2);
	assert_ok(ask_sign(store, &text, signature));
	assert_ok(sign_verify(reply.public_key, bytes_of(&text), signature));
	keystore_close(&store);
}

static void frames_refused(void **state)
{
	struct keystore *store = fresh_store();
	struct keywire_reply reply;
	OWN(buf) answer = {0};

	(void)state;
	assert_ok(keystore_answer(store, BYTES_LIT("GET / HTTP/1.1"), &answer));
	assert_ok(keywire_reply_parse(bytes_of(&answer), &reply));
	assert_err(INVALID, reply.result);
	keystore_close(&store);
}

static void limited(void **state)
{
	struct keystore *store = fresh_store();
	struct keywire_key key;
	int answered = 0;

	(void)state;
	REQ("K-60");
	while (answered < 1000000) {
		err result = ask_id(store, id_with(0xee), &key);

		if (err_is(result, ERR_LIMITED))
			break;
		assert_err(NOT_FOUND, result);
		answered++;
	}
	assert_in_range(answered, 40000, 400000);
	/* Of its own: another kind of request is still answered. */
	assert_ok(ask_active(store, KEY_CUSTOMER, (struct id){{0}}, &key));
	keystore_close(&store);
}

/* ---- the disk ---- */

static int in_child(int (*run)(void))
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(run());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Of the kernel's interface: the number of the call stands first in what a filter sees. */
#define FILTER_MODE 2
#define FILTER_ERRNO 0x00050000u
#define FILTER_ALLOW 0x7fff0000u

static bool calls_fail(int call, int with)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, FILTER_ERRNO | (unsigned)with),
		BPF_STMT(BPF_RET | BPF_K, FILTER_ALLOW),
	};
	struct sock_fprog program = {.len = COUNT_OF(steps), .filter = steps};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, FILTER_MODE, &program) == 0;
}

static int create_with_failing_sync(void)
{
	struct keystore *store = NULL;
	struct keywire_key key;

	if (!err_is_ok(keystore_open(root_path, store_path, &store)) || !calls_fail(SYS_fdatasync, EIO))
		return 1;
	return err_is_ok(ask_create(store, KEY_PERSON, id_with(1), &key)) ? 2 : 3;
}

static int destroy_with_failing_sync(void)
{
	struct keystore *store = NULL;
	struct keywire_key key;

	if (!err_is_ok(keystore_open(root_path, store_path, &store)) || !err_is_ok(ask_create(store, KEY_PERSON, id_with(2), &key)) ||
	    !calls_fail(SYS_fsync, EIO))
		return 1;
	return err_is_ok(ask_move(store, key.id, KEY_DESTROYED)) ? 2 : 3;
}

static void failed_sync_ends_the_process(void **state)
{
	struct keystore *store = fresh_store();

	(void)state;
	keystore_close(&store);
	assert_int_equal(in_child(create_with_failing_sync), 70);
	assert_int_equal(in_child(destroy_with_failing_sync), 70);
	assert_ok(keystore_open(root_path, store_path, &store));
	keystore_close(&store);
}

static bool file_limit(rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
		return false;
	limit.rlim_cur = most;
	return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* The disk takes a part of a record, then nothing, then all again. */
static int create_on_full_disk(void)
{
	const rlim_t now = KEYRECORD_HEADER_LEN + FIRST_RECORDS * KEYRECORD_LEN;
	struct keystore *store = NULL;
	struct keywire_key key;

	sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	if (!err_is_ok(keystore_open(root_path, store_path, &store)))
		return 1;
	for (rlim_t more = 0; more < KEYRECORD_LEN; more += KEYRECORD_LEN / 3)
		if (!file_limit(now + more) || !err_is(ask_create(store, KEY_PERSON, id_with(1), &key), ERR_UNAVAILABLE))
			return 2;
	if (!err_is(ask_active(store, KEY_PERSON, id_with(1), &key), ERR_NOT_FOUND))
		return 3;
	if (!err_is_ok(ask_active(store, KEY_CUSTOMER, (struct id){{0}}, &key)))
		return 4;
	/* A rewriting needs more than there is; the old store stays. */
	if (!err_is(ask_move(store, key.id, KEY_DESTROYED), ERR_UNAVAILABLE) || !err_is_ok(ask_id(store, key.id, &key)))
		return 5;
	if (!file_limit(RLIM_INFINITY) || !err_is_ok(ask_create(store, KEY_PERSON, id_with(1), &key)))
		return 6;
	keystore_close(&store);
	return 0;
}

static void full_disk(void **state)
{
	struct keystore *store = fresh_store();
	struct keywire_key key;

	(void)state;
	keystore_close(&store);
	assert_int_equal(in_child(create_on_full_disk), 0);
	assert_ok(keystore_open(root_path, store_path, &store));
	assert_ok(ask_active(store, KEY_PERSON, id_with(1), &key));
	assert_int_equal(access(root_next, F_OK), -1);
	assert_int_equal(access(store_next, F_OK), -1);
	keystore_close(&store);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, fresh_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(created_once),
		ROW(keys_last),
		ROW(states),
		ROW(destroyed),
		ROW(destruction_cut_short),
		ROW(torn_tail),
		ROW(any_bit),
		ROW(records_moved),
		ROW(impossible_lives),
		ROW(ledger_signature),
		ROW(frames_refused),
		ROW(limited),
		ROW(failed_sync_ends_the_process),
		ROW(full_disk),
	};

	if (!err_is_ok(crypto_start()))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
