#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/unit_test.h"
#include "keys/keys.h"
#include "keys/keystore.h"
#include "keys/keywire.h"

#define ORIGIN "demo/city.example/ledger"

/* A keys process in a thread. */
struct server {
	struct keystore *store;
	int fd;
	pthread_t thread;
};

static const char folder_template[] = "/tmp/keys-test-XXXXXX";
static char folder[sizeof(folder_template)];
static char root_path[64];
static char store_path[64];

static int fresh_folder(void **state)
{
	(void)state;
	memcpy(folder, folder_template, sizeof(folder));
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(root_path, sizeof(root_path), "%s/root.key", folder);
	snprintf(store_path, sizeof(store_path), "%s/keys.store", folder);
	return err_is_ok(keystore_create(root_path, store_path, ORIGIN)) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(root_path);
	unlink(store_path);
	return rmdir(folder);
}

static void *serve(void *argument)
{
	struct server *server = argument;

	err_ignore(keystore_serve(server->store, server->fd)); /* the test sees what was answered */
	return NULL;
}

static int server_start(struct server *server)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_ok(keystore_open(root_path, store_path, &server->store));
	server->fd = pair[1];
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	return pair[0];
}

static void server_end(struct server *server)
{
	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
	keystore_close(&server->store);
}

static struct id id_with(unsigned number)
{
	struct id id = {{0}};

	id.b[0] = 1;
	memcpy(id.b + 1, &number, sizeof(number));
	return id;
}

static void seals_with(const struct data_key *key, struct buf *sealed)
{
	assert_non_null(key->aead);
	assert_ok(aead_seal(key->aead, BYTES_LIT("where"), BYTES_LIT("who"), sealed));
}

static void opens_with(const struct data_key *key, const struct buf *sealed)
{
	OWN(buf) plain = {0};

	assert_ok(aead_open(key->aead, BYTES_LIT("where"), bytes_of(sealed), &plain));
	assert_true(bytes_is(bytes_of(&plain), "who"));
}

static void whole_life(void **state)
{
	struct server server;
	struct keys *keys = NULL;
	struct data_key key;
	struct data_key same;
	struct id owners[2] = {id_with(1), id_with(2)};
	OWN(buf) sealed = {0};

	(void)state;
	REQ("K-60");
	assert_ok(keys_connect(server_start(&server), &keys));
	assert_err(NOT_FOUND, keys_active(keys, KEY_PERSON, owners[0], &key));
	assert_ok(keys_create(keys, KEY_PERSON, owners, 2));
	assert_ok(keys_active(keys, KEY_PERSON, owners[0], &key));
	assert_int_equal(key.state, KEY_ACTIVE);
	assert_null(key.mac);
	assert_true(id_equal(key.owner, owners[0]));
	assert_ok(keys_by_id(keys, key.id, &same));
	assert_ptr_equal(key.aead, same.aead);
	assert_err(NOT_FOUND, keys_active(keys, KEY_FACILITY, owners[0], &same));
	assert_ok(keys_active(keys, KEY_INDEX, (struct id){{0}}, &same));
	assert_non_null(same.mac);
	assert_null(same.aead);
	seals_with(&key, &sealed);

	assert_ok(keys_move(keys, key.id, KEY_SUSPENDED, BYTES_LIT("lost tablet")));
	assert_err(NOT_FOUND, keys_active(keys, KEY_PERSON, owners[0], &same));
	assert_ok(keys_by_id(keys, key.id, &same));
	assert_int_equal(same.state, KEY_SUSPENDED);
	opens_with(&same, &sealed);
	assert_err(CONFLICT, keys_move(keys, key.id, KEY_PRE_ACTIVATION, BYTES_LIT("")));
	assert_ok(keys_move(keys, key.id, KEY_DESTROYED, BYTES_LIT("asked to be forgotten")));
	assert_err(NOT_FOUND, keys_by_id(keys, key.id, &same));
	assert_err(NOT_FOUND, keys_by_id(keys, id_with(99), &same));
	/* Whoever borrowed it before may finish. */
	opens_with(&key, &sealed);
	assert_ok(keys_active(keys, KEY_PERSON, owners[1], &same));
	keys_disconnect(&keys);
	keys_disconnect(&keys);
	server_end(&server);
}

static void limits(void **state)
{
	static uint8_t long_text[KEYWIRE_TEXT_MAX + 1];
	struct server server;
	struct keys *keys = NULL;
	uint8_t signature[64];

	(void)state;
	assert_ok(keys_connect(server_start(&server), &keys));
	assert_err(INVALID, keys_move(keys, id_with(1), KEY_DESTROYED, (struct bytes){long_text, KEYWIRE_REASON_MAX + 1}));
	assert_err(NOT_FOUND, keys_move(keys, id_with(1), KEY_DESTROYED, (struct bytes){long_text, KEYWIRE_REASON_MAX}));
	assert_err(DENIED, keys_ledger_sign(keys, (struct bytes){long_text, sizeof(long_text)}, signature));
	assert_err(INVALID, keys_create(keys, KEY_PERSON, &(struct id){{0}}, 1));
	keys_disconnect(&keys);
	server_end(&server);
}

static void ledger(void **state)
{
	struct server server;
	struct keys *keys = NULL;
	struct bytes text = BYTES_LIT(ORIGIN "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
	uint8_t public_key[32];
	uint8_t again[32];
	uint8_t signature[64];

	(void)state;
	assert_ok(keys_connect(server_start(&server), &keys));
	assert_ok(keys_ledger_public(keys, public_key));
	assert_ok(keys_ledger_public(keys, again));
	assert_memory_equal(public_key, again, 32);
	assert_ok(keys_ledger_sign(keys, text, signature));
	assert_ok(sign_verify(public_key, text, signature));
	assert_err(DENIED, keys_ledger_sign(keys, BYTES_LIT("other\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), signature));
	keys_disconnect(&keys);
	server_end(&server);
}

static void keys_process_dies(void **state)
{
	struct server server;
	struct keys *keys = NULL;
	struct data_key key;
	struct data_key after;
	struct id owner = id_with(1);
	OWN(buf) sealed = {0};

	(void)state;
	assert_ok(keys_connect(server_start(&server), &keys));
	assert_ok(keys_create(keys, KEY_PERSON, &owner, 1));
	assert_ok(keys_active(keys, KEY_PERSON, owner, &key));
	seals_with(&key, &sealed);
	server_end(&server);
	/* What is cached goes on, what is not must wait. */
	assert_ok(keys_active(keys, KEY_PERSON, owner, &after));
	assert_err(UNAVAILABLE, keys_active(keys, KEY_CUSTOMER, (struct id){{0}}, &after));
	assert_err(UNAVAILABLE, keys_active(keys, KEY_CUSTOMER, (struct id){{0}}, &after));
	keys_reconnect(keys, server_start(&server));
	assert_ok(keys_active(keys, KEY_CUSTOMER, (struct id){{0}}, &after));
	assert_ok(keys_by_id(keys, key.id, &after));
	opens_with(&after, &sealed);
	keys_disconnect(&keys);
	server_end(&server);
}

/* ---- a keys process that lies ---- */

struct liar {
	int fd;
	void (*answer)(const struct keywire_request *request, struct keywire_reply *reply);
};

static void *lie(void *argument)
{
	const struct liar *liar = argument;
	uint8_t frame[KEYWIRE_FRAME_MAX];
	ssize_t got = recv(liar->fd, frame, sizeof(frame), 0);
	struct keywire_request request;
	struct keywire_reply reply = {.result = OK};
	OWN(buf) text = {0};

	if (got <= 0 || !err_is_ok(keywire_request_parse((struct bytes){frame, (size_t)got}, &request)))
		return NULL;
	reply.operation = request.operation;
	reply.number = request.number;
	reply.key_count = 1;
	reply.keys[0] = (struct keywire_key){.id = request.key, .kind = request.kind, .state = KEY_ACTIVE, .owner = request.owners[0]};
	liar->answer(&request, &reply);
	if (err_is_ok(keywire_reply_format(&reply, &text)))
		(void)!send(liar->fd, text.ptr, text.len, MSG_NOSIGNAL);
	return NULL;
}

static void lie_owner(const struct keywire_request *request, struct keywire_reply *reply)
{
	(void)request;
	reply->keys[0].owner = id_with(666);
}

static void lie_kind(const struct keywire_request *request, struct keywire_reply *reply)
{
	(void)request;
	reply->keys[0].kind = KEY_FACILITY;
}

static void lie_state(const struct keywire_request *request, struct keywire_reply *reply)
{
	(void)request;
	reply->keys[0].state = KEY_DEACTIVATED;
}

static void lie_number(const struct keywire_request *request, struct keywire_reply *reply)
{
	reply->number = request->number + 1;
}

static void lie_operation(const struct keywire_request *request, struct keywire_reply *reply)
{
	(void)request;
	reply->operation = KEYWIRE_BY_ID;
}

static const struct {
	void (*answer)(const struct keywire_request *request, struct keywire_reply *reply);
	const char *expected;
} lies[] = {
	{lie_owner, "CORRUPT"},
	{lie_kind, "CORRUPT"},
	{lie_state, "CORRUPT"},
	{lie_number, "UNAVAILABLE"},
	{lie_operation, "UNAVAILABLE"},
};

static void lies_not_believed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		struct keys *keys = NULL;
		struct data_key key;
		struct liar liar = {.answer = lies[i].answer};
		pthread_t thread;
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
		liar.fd = pair[1];
		assert_int_equal(pthread_create(&thread, NULL, lie, &liar), 0);
		assert_ok(keys_connect(pair[0], &keys));
		assert_string_equal(err_row(keys_active(keys, KEY_PERSON, id_with(1), &key))->name, lies[i].expected);
		pthread_join(thread, NULL);
		close(pair[1]);
		keys_disconnect(&keys);
	}
}

/* ---- more keys than the cache holds, from several threads ---- */

#define OWNERS (KEYS_CACHE_MAX + 40 * KEYS_BATCH_MAX)
#define READERS 4

struct reading {
	struct keys *keys;
	unsigned seed;
	atomic_bool *done;
	bool failed;
};

static void *read_keys(void *argument)
{
	struct reading *reading = argument;

	while (!atomic_load(reading->done) && !reading->failed) {
		unsigned number = (reading->seed = reading->seed * 1103515245u + 12345u) % 128;
		struct data_key key;
		struct data_key same;

		reading->failed = !err_is_ok(keys_active(reading->keys, KEY_PERSON, id_with(number), &key)) ||
		    !id_equal(key.owner, id_with(number)) ||
		    !err_is_ok(keys_by_id(reading->keys, key.id, &same)) || !id_equal(same.id, key.id);
	}
	return NULL;
}

static void cache_overflows(void **state)
{
	struct server server;
	struct keys *keys = NULL;
	struct reading readings[READERS];
	pthread_t threads[READERS];
	struct id owners[KEYS_BATCH_MAX];
	atomic_bool done = false;
	struct data_key key;

	(void)state;
	assert_ok(keys_connect(server_start(&server), &keys));
	for (unsigned first = 0; first < OWNERS; first += KEYS_BATCH_MAX) {
		for (unsigned i = 0; i < KEYS_BATCH_MAX; i++)
			owners[i] = id_with(first + i);
		assert_ok(keys_create(keys, KEY_PERSON, owners, KEYS_BATCH_MAX));
		for (unsigned i = 0; first == KEYS_BATCH_MAX && i < READERS; i++) {
			readings[i] = (struct reading){.keys = keys, .seed = i, .done = &done};
			assert_int_equal(pthread_create(&threads[i], NULL, read_keys, &readings[i]), 0);
		}
	}
	atomic_store(&done, true);
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		assert_false(readings[i].failed);
	}
	for (unsigned number = 0; number < OWNERS; number += 997)
		assert_ok(keys_active(keys, KEY_PERSON, id_with(number), &key));
	keys_disconnect(&keys);
	server_end(&server);
}

static void no_socket(void **state)
{
	struct keys *keys = NULL;
	int pair[2];

	(void)state;
	assert_err(UNAVAILABLE, keys_connect(-1, &keys));
	assert_null(keys);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	close(pair[1]);
	assert_ok(keys_connect(pair[0], &keys));
	assert_err(UNAVAILABLE, keys_ledger_public(keys, (uint8_t[32]){0}));
	keys_disconnect(&keys);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, fresh_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(whole_life),
		ROW(limits),
		ROW(ledger),
		ROW(keys_process_dies),
		ROW(cache_overflows),
		cmocka_unit_test(lies_not_believed),
		cmocka_unit_test(no_socket),
	};

	if (!err_is_ok(crypto_start()))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
