#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "keys/keys.h"
#include "keys/keystate.h"
#include "keys/keytable.h"
#include "keys/keywire.h"

#define SECOND_US INT64_C(1000000)
#define RETIRED_MAX KEYS_CACHE_MAX

struct entry {
	struct data_key key;
	struct aead *aead;
	struct mac *mac;
	atomic_bool used;          /* since the sweep last came by */
	int64_t retired_us;        /* when it left the tables */
	struct entry *next;        /* among the retired */
};

/*
 * Lock order: rpc, then lock. Lookups take only lock, for reading.
 */
struct keys {
	pthread_mutex_t rpc;       /* the channel: one request at a time */
	int fd;                    /* -1: the keys process is gone */
	uint32_t number;
	bool public_known;
	uint8_t public_key[SIGN_PUBLIC_LEN];

	pthread_rwlock_t lock;     /* the cache */
	struct keytable by_id;     /* owns the entries */
	struct keytable by_owner;  /* active ones */
	size_t hand;               /* of the sweep, a slot of by_id */
	struct entry *retired;     /* newest first: borrowers may still use them */
	size_t retired_count;
};

/* ---- the cache ---- */

struct owned {
	enum key_kind kind;
	struct id owner;
};

static bool entry_is(const void *item, const void *want)
{
	return id_equal(((const struct entry *)item)->key.id, *(const struct id *)want);
}

static bool entry_belongs(const void *item, const void *want)
{
	const struct entry *entry = item;
	const struct owned *owned = want;

	return entry->key.kind == owned->kind && id_equal(entry->key.owner, owned->owner);
}

static struct entry *find_id(const struct keys *keys, struct id id)
{
	return keytable_find(&keys->by_id, keytable_hash_id(id), entry_is, &id);
}

static struct entry *find_active(const struct keys *keys, enum key_kind kind, struct id owner)
{
	struct owned want = {.kind = kind, .owner = owner};

	return keytable_find(&keys->by_owner, keytable_hash_owner(kind, owner), entry_belongs, &want);
}

static void entry_free(struct entry *entry)
{
	aead_free(&entry->aead);
	mac_free(&entry->mac);
	wipe(entry, sizeof(*entry));
	free(entry);
}

static bool kind_is_mac(enum key_kind kind)
{
	return kind == KEY_INDEX || kind == KEY_DIGEST;
}

static err entry_new(const struct keywire_key *wire, struct entry **entry_out)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	err result;

	if (entry == NULL)
		return FAIL(UNAVAILABLE);
	if (kind_is_mac(wire->kind))
		result = mac_new(wire->raw, sizeof(wire->raw), &entry->mac);
	else
		result = aead_new(wire->raw, &entry->aead);
	if (!err_is_ok(result)) {
		entry_free(entry);
		return result;
	}
	entry->key = (struct data_key){.id = wire->id, .kind = wire->kind, .state = wire->state, .owner = wire->owner,
		.since_us = wire->since_us, .aead = entry->aead, .mac = entry->mac};
	*entry_out = entry;
	return OK;
}

/* Those whose last borrower must be done. */
static void free_retired(struct keys *keys, int64_t now_us)
{
	struct entry **link = &keys->retired;

	while (*link != NULL && now_us - (*link)->retired_us < KEYS_BORROW_S * SECOND_US)
		link = &(*link)->next;
	while (*link != NULL) {
		struct entry *old = *link;

		*link = old->next;
		keys->retired_count--;
		entry_free(old);
	}
}

static void retire(struct keys *keys, struct entry *entry, int64_t now_us)
{
	keytable_remove(&keys->by_id, keytable_hash_id(entry->key.id), entry);
	keytable_remove(&keys->by_owner, keytable_hash_owner(entry->key.kind, entry->key.owner), entry);
	entry->retired_us = now_us;
	entry->next = keys->retired;
	keys->retired = entry;
	keys->retired_count++;
}

/* Second chance: the first entry from the hand on that nobody asked for since the hand last passed. */
static void sweep_one(struct keys *keys, int64_t now_us)
{
	for (;;) {
		struct entry *entry = keys->by_id.slots[keys->hand].item;

		keys->hand = (keys->hand + 1) & (keys->by_id.cap - 1);
		if (entry != NULL && !atomic_exchange_explicit(&entry->used, false, memory_order_relaxed)) {
			retire(keys, entry, now_us);
			return;
		}
	}
}

static err insert_locked(struct keys *keys, struct entry *entry)
{
	int64_t now_us = clock_mono_us();
	err result;

	free_retired(keys, now_us);
	if (keys->by_id.count >= KEYS_CACHE_MAX) {
		if (keys->retired_count >= RETIRED_MAX)
			return FAIL(UNAVAILABLE);
		sweep_one(keys, now_us);
	}
	TRY(keytable_put(&keys->by_id, keytable_hash_id(entry->key.id), entry));
	if (entry->key.state != KEY_ACTIVE)
		return OK;
	result = keytable_put(&keys->by_owner, keytable_hash_owner(entry->key.kind, entry->key.owner), entry);
	if (!err_is_ok(result))
		keytable_remove(&keys->by_id, keytable_hash_id(entry->key.id), entry);
	return result;
}

/* Puts a key into the cache unless it is there; hands out what the cache holds. */
static err cache(struct keys *keys, const struct keywire_key *wire, struct data_key *key_out)
{
	struct entry *entry = NULL;
	struct entry *known;
	err result = entry_new(wire, &entry);

	if (!err_is_ok(result))
		return result;
	pthread_rwlock_wrlock(&keys->lock);
	known = find_id(keys, wire->id);
	if (known == NULL)
		result = insert_locked(keys, entry);
	if (err_is_ok(result) && key_out != NULL)
		*key_out = known == NULL ? entry->key : known->key;
	pthread_rwlock_unlock(&keys->lock);
	if (known != NULL || !err_is_ok(result))
		entry_free(entry);
	return result;
}

static bool look_up(struct keys *keys, const struct id *id, const struct owned *owned, struct data_key *key_out)
{
	struct entry *entry;

	pthread_rwlock_rdlock(&keys->lock);
	entry = id != NULL ? find_id(keys, *id) : find_active(keys, owned->kind, owned->owner);
	if (entry != NULL) {
		/* Written only when it changes: a key that many threads use shall not wander between their caches. */
		if (!atomic_load_explicit(&entry->used, memory_order_relaxed))
			atomic_store_explicit(&entry->used, true, memory_order_relaxed);
		*key_out = entry->key;
	}
	pthread_rwlock_unlock(&keys->lock);
	return entry != NULL;
}

/* ---- the channel ---- */

static void drop_channel(struct keys *keys)
{
	if (keys->fd >= 0)
		(void)close(keys->fd); /* a socket; nothing to lose */
	keys->fd = -1;
}

#define REPLY_ROOM (KEYWIRE_FRAME_MAX + 1)

static err exchange_bytes(struct keys *keys, struct bytes request, uint8_t frame[static REPLY_ROOM], size_t *len_out)
{
	ssize_t len;

	do
		len = send(keys->fd, request.ptr, request.len, MSG_NOSIGNAL);
	while (len < 0 && errno == EINTR);
	if (len != (ssize_t)request.len)
		return FAIL(UNAVAILABLE);
	do
		len = recv(keys->fd, frame, REPLY_ROOM, 0);
	while (len < 0 && errno == EINTR);
	if (len <= 0)
		return FAIL(UNAVAILABLE);
	*len_out = (size_t)len;
	return OK;
}

static err exchange_frames(struct keys *keys, struct bytes request, uint32_t number, struct keywire_reply *reply)
{
	uint8_t frame[REPLY_ROOM];
	size_t len = 0;
	err result;

	TRY(exchange_bytes(keys, request, frame, &len));
	result = keywire_reply_parse((struct bytes){frame, len}, reply);
	wipe(frame, sizeof(frame));
	/* After a time-out the channel is closed, so a reply of another number can only be wrong. */
	return err_is_ok(result) && reply->number == number ? OK : FAIL(UNAVAILABLE);
}

static err call_locked(struct keys *keys, struct keywire_request *request, struct keywire_reply *reply_out)
{
	OWN(buf) frame = {0};
	err result;

	if (keys->fd < 0)
		return FAIL(UNAVAILABLE);
	request->number = ++keys->number;
	TRY(keywire_request_format(request, &frame));
	result = exchange_frames(keys, bytes_of(&frame), request->number, reply_out);
	if (err_is_ok(result) && reply_out->operation != request->operation)
		result = FAIL(UNAVAILABLE);
	if (!err_is_ok(result)) {
		drop_channel(keys);
		return result;
	}
	return reply_out->result;
}

err keys_raw(struct keys *keys, struct bytes request, struct buf *reply_out)
{
	uint8_t frame[REPLY_ROOM];
	size_t len = 0;
	err result;

	if (request.len == 0 || request.len > KEYWIRE_FRAME_MAX)
		return FAIL(INVALID);
	pthread_mutex_lock(&keys->rpc);
	result = keys->fd < 0 ? FAIL(UNAVAILABLE) : exchange_bytes(keys, request, frame, &len);
	if (!err_is_ok(result))
		drop_channel(keys);
	pthread_mutex_unlock(&keys->rpc);
	if (err_is_ok(result))
		result = buf_append(reply_out, (struct bytes){frame, len});
	wipe(frame, sizeof(frame));
	return result;
}

static err set_deadlines(int fd)
{
	struct timeval limit = {.tv_sec = KEYS_ANSWER_S};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0)
		return FAIL(UNAVAILABLE);
	return OK;
}

/* By default readers that never pause keep a writer waiting for ever. */
static bool lock_new(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t fair;
	bool done;

	if (pthread_rwlockattr_init(&fair) != 0)
		return false;
	done = pthread_rwlockattr_setkind_np(&fair, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0 && pthread_rwlock_init(lock, &fair) == 0;
	pthread_rwlockattr_destroy(&fair);
	return done;
}

err keys_connect(int fd, struct keys **keys_out)
{
	struct keys *keys;

	TRY(set_deadlines(fd));
	keys = calloc(1, sizeof(*keys));
	if (keys == NULL)
		return FAIL(UNAVAILABLE);
	if (pthread_mutex_init(&keys->rpc, NULL) != 0) {
		free(keys);
		return FAIL(UNAVAILABLE);
	}
	if (!lock_new(&keys->lock)) {
		pthread_mutex_destroy(&keys->rpc);
		free(keys);
		return FAIL(UNAVAILABLE);
	}
	keys->fd = fd;
	*keys_out = keys;
	return OK;
}

void keys_reconnect(struct keys *keys, int fd)
{
	pthread_mutex_lock(&keys->rpc);
	drop_channel(keys);
	if (err_is_ok(set_deadlines(fd)))
		keys->fd = fd;
	else
		(void)close(fd); /* no socket at all: as if the process were still gone */
	pthread_mutex_unlock(&keys->rpc);
}

void keys_disconnect(struct keys **keys)
{
	struct keys *old = *keys;

	if (old == NULL)
		return;
	drop_channel(old);
	for (size_t i = 0; i < old->by_id.cap; i++)
		if (old->by_id.slots[i].item != NULL)
			entry_free(old->by_id.slots[i].item);
	free_retired(old, INT64_MAX); /* nobody borrows any more */
	keytable_wipe(&old->by_id);
	keytable_wipe(&old->by_owner);
	pthread_rwlock_destroy(&old->lock);
	pthread_mutex_destroy(&old->rpc);
	free(old);
	*keys = NULL;
}

/* ---- what a core asks for ---- */

static bool answers(const struct keywire_request *request, const struct keywire_key *got)
{
	if (request->operation == KEYWIRE_BY_ID)
		return id_equal(got->id, request->key) && keystate_processes(got->state);
	return got->kind == request->kind && id_equal(got->owner, request->owners[0]) && keystate_protects(got->state);
}

/*
 * Ask and cache under the channel's lock: a move by another thread comes before both or after both, so that no old state
 * is cached behind it.
 */
static err fetch(struct keys *keys, struct keywire_request *request, struct data_key *key_out)
{
	struct keywire_reply reply = {0};
	err result;

	pthread_mutex_lock(&keys->rpc);
	result = call_locked(keys, request, &reply);
	if (err_is_ok(result))
		result = answers(request, &reply.keys[0]) ? cache(keys, &reply.keys[0], key_out) : FAIL(CORRUPT);
	pthread_mutex_unlock(&keys->rpc);
	keywire_reply_wipe(&reply);
	return result;
}

err keys_active(struct keys *keys, enum key_kind kind, struct id owner, struct data_key *key_out)
{
	struct owned want = {.kind = kind, .owner = owner};
	struct keywire_request request = {.operation = KEYWIRE_ACTIVE, .kind = kind, .owners = {owner}, .owner_count = 1};

	return look_up(keys, NULL, &want, key_out) ? OK : fetch(keys, &request, key_out);
}

err keys_by_id(struct keys *keys, struct id key, struct data_key *key_out)
{
	struct keywire_request request = {.operation = KEYWIRE_BY_ID, .key = key};

	return look_up(keys, &key, NULL, key_out) ? OK : fetch(keys, &request, key_out);
}

err keys_create(struct keys *keys, enum key_kind kind, const struct id *owners, size_t count)
{
	struct keywire_request request = {.operation = KEYWIRE_CREATE, .kind = kind, .owner_count = count};
	struct keywire_reply reply = {0};
	err result;

	REQUIRE(count >= 1 && count <= KEYS_BATCH_MAX);
	memcpy(request.owners, owners, count * sizeof(*owners));
	pthread_mutex_lock(&keys->rpc);
	result = call_locked(keys, &request, &reply);
	/* The cache only saves the next question: a key that finds no place there is fetched again. */
	for (size_t i = 0; i < reply.key_count && err_is_ok(result); i++)
		if (keystate_protects(reply.keys[i].state))
			err_ignore(cache(keys, &reply.keys[i], NULL));
	pthread_mutex_unlock(&keys->rpc);
	keywire_reply_wipe(&reply);
	return result;
}

/* Whatever became of the move, what is cached may be old now: the next lookup asks again. */
static void forget(struct keys *keys, struct id key)
{
	struct entry *entry;

	pthread_rwlock_wrlock(&keys->lock);
	free_retired(keys, clock_mono_us());
	entry = find_id(keys, key);
	if (entry != NULL)
		retire(keys, entry, clock_mono_us());
	pthread_rwlock_unlock(&keys->lock);
}

err keys_move(struct keys *keys, struct id key, enum key_state state, struct bytes reason)
{
	struct keywire_request request = {.operation = KEYWIRE_MOVE, .key = key, .state = state, .text = reason};
	struct keywire_reply reply = {0};
	err result;

	if (reason.len > KEYWIRE_REASON_MAX)
		return FAIL(INVALID);
	/* Under the channel's lock, so that no other thread fetches the old state in between. */
	pthread_mutex_lock(&keys->rpc);
	result = call_locked(keys, &request, &reply);
	forget(keys, key);
	pthread_mutex_unlock(&keys->rpc);
	return result;
}

static err public_locked(struct keys *keys)
{
	struct keywire_request request = {.operation = KEYWIRE_PUBLIC};
	struct keywire_reply reply = {0};

	if (keys->public_known)
		return OK;
	TRY(call_locked(keys, &request, &reply));
	memcpy(keys->public_key, reply.public_key, sizeof(keys->public_key));
	keys->public_known = true;
	return OK;
}

err keys_ledger_public(struct keys *keys, uint8_t public_out[static 32])
{
	err result;

	pthread_mutex_lock(&keys->rpc);
	result = public_locked(keys);
	if (err_is_ok(result))
		memcpy(public_out, keys->public_key, SIGN_PUBLIC_LEN);
	pthread_mutex_unlock(&keys->rpc);
	return result;
}

err keys_ledger_sign(struct keys *keys, struct bytes checkpoint, uint8_t signature_out[static 64])
{
	struct keywire_request request = {.operation = KEYWIRE_SIGN, .text = checkpoint};
	struct keywire_reply reply = {0};
	err result;

	if (checkpoint.len > KEYWIRE_TEXT_MAX)
		return FAIL(DENIED);
	pthread_mutex_lock(&keys->rpc);
	result = call_locked(keys, &request, &reply);
	pthread_mutex_unlock(&keys->rpc);
	if (err_is_ok(result))
		memcpy(signature_out, reply.signature, SIGN_LEN);
	return result;
}
