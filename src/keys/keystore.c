#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "keys/keyfile.h"
#include "keys/keyrate.h"
#include "keys/keystate.h"
#include "keys/keystore.h"
#include "keys/keytable.h"
#include "keys/keywire.h"

/* What is known of a key without opening it. */
struct entry {
	struct id id;
	struct id owner;
	uint32_t record; /* its latest */
	uint8_t kind;
	uint8_t state;
};

struct signed_head {
	bool any;
	uint64_t size;
	uint8_t root[HASH_LEN];
};

struct keystore {
	struct keyfile *file;
	struct keytable by_id;      /* owns the entries */
	struct keytable by_owner;   /* active ones */
	struct signer *ledger;
	struct signed_head last;
	struct keyrate rates[KEYWIRE_SIGN + 1];
};

/* K-60. Far above what a compartment needs, far below what emptying a large store in a moment takes. */
static const struct keyrate_limit limits[KEYWIRE_SIGN + 1] = {
	[KEYWIRE_ACTIVE] = {.per_second = 10000, .burst = 40000},
	[KEYWIRE_BY_ID] = {.per_second = 10000, .burst = 40000},
	[KEYWIRE_CREATE] = {.per_second = 20000, .burst = 100000},  /* keys */
	[KEYWIRE_MOVE] = {.per_second = 50, .burst = 500},
	[KEYWIRE_PUBLIC] = {.per_second = 1000, .burst = 1000},
	[KEYWIRE_SIGN] = {.per_second = 20000, .burst = 20000},
};

/* Kinds of which a customer has one, owned by nobody in particular. */
static const struct kind_row {
	bool customer;  /* may belong to the customer itself (zero id) */
	bool other;     /* may belong to a facility or person */
} kinds[KEY_KIND_COUNT] = {
	[KEY_CUSTOMER] = {.customer = true},
	[KEY_FACILITY] = {.other = true},
	[KEY_PERSON] = {.other = true},
	[KEY_INDEX] = {.customer = true, .other = true},
	[KEY_DIGEST] = {.customer = true, .other = true},
};

static const uint8_t kinds_at_creation[] = {KEY_CUSTOMER, KEY_INDEX, KEY_DIGEST, KEYRECORD_LEDGER};

#define CREATION_COUNT (sizeof(kinds_at_creation) / sizeof(kinds_at_creation[0]))

/* ---- items ---- */

static err item_new(uint8_t kind, const struct id *owner, struct keyfile_item *item)
{
	*item = (struct keyfile_item){.record = {.kind = kind, .state = KEY_ACTIVE, .owner = *owner, .at_us = clock_now_us()}};
	TRY(id_new(&item->record.key));
	return random_bytes(item->raw, sizeof(item->raw));
}

err keystore_create(const char *root_path, const char *store_path, const char *origin)
{
	static const struct id nobody = {{0}};
	struct keyfile_item items[CREATION_COUNT];
	err result = OK;

	for (size_t i = 0; i < CREATION_COUNT && err_is_ok(result); i++)
		result = item_new(kinds_at_creation[i], &nobody, &items[i]);
	if (err_is_ok(result))
		result = keyfile_create(root_path, store_path, origin, items, CREATION_COUNT);
	wipe(items, sizeof(items));
	return result;
}

/* ---- the index ---- */

struct owned {
	uint8_t kind;
	struct id owner;
};

static bool entry_is(const void *item, const void *want)
{
	return id_equal(((const struct entry *)item)->id, *(const struct id *)want);
}

static bool entry_belongs(const void *item, const void *want)
{
	const struct entry *entry = item;
	const struct owned *owned = want;

	return entry->kind == owned->kind && id_equal(entry->owner, owned->owner);
}

static struct entry *find_id(const struct keystore *store, struct id id)
{
	return keytable_find(&store->by_id, keytable_hash_id(id), entry_is, &id);
}

static struct entry *find_active(const struct keystore *store, uint8_t kind, struct id owner)
{
	struct owned want = {.kind = kind, .owner = owner};

	return keytable_find(&store->by_owner, keytable_hash_owner(kind, owner), entry_belongs, &want);
}

static err index_active(struct keystore *store, struct entry *entry)
{
	return keytable_put(&store->by_owner, keytable_hash_owner(entry->kind, entry->owner), entry);
}

static void unindex_active(struct keystore *store, const struct entry *entry)
{
	keytable_remove(&store->by_owner, keytable_hash_owner(entry->kind, entry->owner), entry);
}

static void index_drop(struct keystore *store, struct entry *entry)
{
	unindex_active(store, entry);
	keytable_remove(&store->by_id, keytable_hash_id(entry->id), entry);
	free(entry);
}

static err index_add(struct keystore *store, const struct keyrecord *record, uint32_t index)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	err result;

	if (entry == NULL)
		return FAIL(UNAVAILABLE);
	*entry = (struct entry){.id = record->key, .owner = record->owner, .record = index, .kind = record->kind, .state = record->state};
	result = keytable_put(&store->by_id, keytable_hash_id(entry->id), entry);
	if (err_is_ok(result) && entry->state == KEY_ACTIVE)
		result = index_active(store, entry);
	if (!err_is_ok(result))
		index_drop(store, entry);
	return result;
}

/* ---- opening ---- */

static err load_known(struct keystore *store, struct entry *entry, const struct keyrecord *record, uint32_t index)
{
	enum key_state next = (enum key_state)record->state;
	bool was_active = entry->state == KEY_ACTIVE;

	if (entry->kind != record->kind || !id_equal(entry->owner, record->owner) || !keystate_move_allowed((enum key_state)entry->state, next))
		return FAIL(CORRUPT);
	if (next == KEY_ACTIVE) {
		if (find_active(store, record->kind, record->owner) != NULL)
			return FAIL(CORRUPT);
		TRY(index_active(store, entry));
	} else if (was_active) {
		unindex_active(store, entry);
	}
	entry->state = record->state;
	entry->record = index;
	return OK;
}

static err load_ledger(struct keystore *store, const struct keyfile_item *item)
{
	if (store->ledger != NULL || item->record.state != KEY_ACTIVE)
		return FAIL(CORRUPT);
	return signer_new(item->raw, &store->ledger);
}

static err load_item(struct keystore *store, const struct keyfile_item *item, uint32_t index)
{
	const struct keyrecord *record = &item->record;
	struct entry *known;

	if (record->kind == KEYRECORD_WRAP)
		return record->state == KEY_DESTROYED ? OK : FAIL(CORRUPT);
	if (record->kind == KEYRECORD_LEDGER)
		return load_ledger(store, item);
	known = find_id(store, record->key);
	if (known != NULL)
		return load_known(store, known, record, index);
	if (record->state != KEY_ACTIVE && record->state != KEY_PRE_ACTIVATION)
		return FAIL(CORRUPT);
	if (record->state == KEY_ACTIVE && find_active(store, record->kind, record->owner) != NULL)
		return FAIL(CORRUPT);
	return index_add(store, record, index);
}

static err load_all(struct keystore *store)
{
	struct keyfile_item item = {0};
	err result = OK;

	for (uint32_t i = 1; i < keyfile_count(store->file) && err_is_ok(result); i++) {
		result = keyfile_read(store->file, i, &item);
		if (err_is_ok(result))
			result = load_item(store, &item, i);
	}
	wipe(&item, sizeof(item));
	if (err_is_ok(result) && store->ledger == NULL)
		return FAIL(CORRUPT);
	return result;
}

err keystore_open(const char *root_path, const char *store_path, struct keystore **store_out)
{
	struct keystore *store = calloc(1, sizeof(*store));
	err result;

	if (store == NULL)
		return FAIL(UNAVAILABLE);
	result = keyfile_open(root_path, store_path, &store->file);
	if (err_is_ok(result))
		result = load_all(store);
	if (!err_is_ok(result)) {
		keystore_close(&store);
		return result;
	}
	*store_out = store;
	return OK;
}

void keystore_close(struct keystore **store)
{
	if (*store == NULL)
		return;
	for (size_t i = 0; i < (*store)->by_id.cap; i++)
		free((*store)->by_id.slots[i].item);
	keytable_wipe(&(*store)->by_id);
	keytable_wipe(&(*store)->by_owner);
	signer_free(&(*store)->ledger);
	keyfile_close(&(*store)->file);
	wipe(*store, sizeof(**store));
	free(*store);
	*store = NULL;
}

const char *keystore_origin(const struct keystore *store)
{
	return keyfile_origin(store->file);
}

/* ---- answering ---- */

static err reply_key(struct keystore *store, const struct entry *entry, struct keywire_reply *reply)
{
	struct keywire_key *out = &reply->keys[reply->key_count];
	struct keyfile_item item = {0};
	err result = keyfile_read(store->file, entry->record, &item);

	if (err_is_ok(result) && !id_equal(item.record.key, entry->id))
		result = FAIL(CORRUPT);
	if (err_is_ok(result)) {
		*out = (struct keywire_key){.id = entry->id, .kind = (enum key_kind)entry->kind, .state = (enum key_state)entry->state,
			.owner = entry->owner, .since_us = item.record.at_us};
		memcpy(out->raw, item.raw, sizeof(out->raw));
		reply->key_count++;
	}
	wipe(&item, sizeof(item));
	return result;
}

static bool owner_fits(enum key_kind kind, struct id owner)
{
	return id_is_zero(owner) ? kinds[kind].customer : kinds[kind].other;
}

static err answer_active(struct keystore *store, const struct keywire_request *request, struct keywire_reply *reply)
{
	const struct entry *entry = find_active(store, (uint8_t)request->kind, request->owners[0]);

	return entry == NULL ? FAIL(NOT_FOUND) : reply_key(store, entry, reply);
}

static err answer_by_id(struct keystore *store, const struct keywire_request *request, struct keywire_reply *reply)
{
	const struct entry *entry = find_id(store, request->key);

	if (entry == NULL || entry->state == KEY_DESTROYED)
		return FAIL(NOT_FOUND);
	if (!keystate_processes((enum key_state)entry->state))
		return FAIL(DENIED);
	return reply_key(store, entry, reply);
}

/* Indexed before they are written: after the write nothing may fail any more. */
static err create_missing(struct keystore *store, const struct keywire_request *request, struct keyfile_item *items, size_t *count_out)
{
	uint32_t next = keyfile_count(store->file);

	for (size_t i = 0; i < request->owner_count; i++) {
		const struct id *owner = &request->owners[i];
		struct keyfile_item *item = &items[*count_out];

		if (find_active(store, (uint8_t)request->kind, *owner) != NULL)
			continue;
		TRY(item_new((uint8_t)request->kind, owner, item));
		TRY(index_add(store, &item->record, next + (uint32_t)*count_out));
		(*count_out)++;
	}
	return *count_out == 0 ? OK : keyfile_append(store->file, items, *count_out);
}

static err answer_create(struct keystore *store, const struct keywire_request *request, struct keywire_reply *reply)
{
	struct keyfile_item items[KEYS_BATCH_MAX];
	size_t count = 0;
	err result;

	for (size_t i = 0; i < request->owner_count; i++)
		if (!owner_fits(request->kind, request->owners[i]))
			return FAIL(INVALID);
	result = create_missing(store, request, items, &count);
	for (size_t i = 0; i < count && !err_is_ok(result); i++)
		index_drop(store, find_id(store, items[i].record.key));
	wipe(items, sizeof(items));
	for (size_t i = 0; i < request->owner_count && err_is_ok(result); i++)
		result = reply_key(store, find_active(store, (uint8_t)request->kind, request->owners[i]), reply);
	return result;
}

static bool entry_dead(void *context, struct id key)
{
	const struct entry *entry = find_id(context, key);

	return entry != NULL && entry->state == KEY_DESTROYED;
}

/* Rewriting moves every record by nothing but appends two: the old parent's end, then this key's. */
static err destroy(struct keystore *store, struct entry *entry, struct keyfile_item *item)
{
	uint8_t before = entry->state;
	err result;

	wipe(item->raw, sizeof(item->raw));
	entry->state = KEY_DESTROYED; /* so that entry_dead names it */
	result = keyfile_replace(store->file, entry_dead, store, item);
	if (!err_is_ok(result)) {
		entry->state = before;
		return result;
	}
	entry->record = keyfile_count(store->file) - 1;
	unindex_active(store, entry);
	return OK;
}

static err activate(struct keystore *store, struct entry *entry, const struct keyfile_item *item)
{
	err result;

	if (find_active(store, entry->kind, entry->owner) != NULL)
		return FAIL(CONFLICT);
	TRY(index_active(store, entry));
	result = keyfile_append(store->file, item, 1);
	if (!err_is_ok(result))
		unindex_active(store, entry);
	return result;
}

static err move_to(struct keystore *store, struct entry *entry, enum key_state state, struct keyfile_item *item)
{
	if (state == KEY_DESTROYED)
		return destroy(store, entry, item);
	if (state == KEY_ACTIVE)
		TRY(activate(store, entry, item));
	else {
		TRY(keyfile_append(store->file, item, 1));
		unindex_active(store, entry);
	}
	entry->state = (uint8_t)state;
	entry->record = keyfile_count(store->file) - 1;
	return OK;
}

static err answer_move(struct keystore *store, const struct keywire_request *request)
{
	struct entry *entry = find_id(store, request->key);
	struct keyfile_item item = {0};
	char name[ID_TEXT_MAX];
	err result;

	if (entry == NULL)
		return FAIL(NOT_FOUND);
	if (!keystate_move_allowed((enum key_state)entry->state, request->state))
		return FAIL(CONFLICT);
	result = keyfile_read(store->file, entry->record, &item);
	item.record.state = (uint8_t)request->state;
	item.record.at_us = clock_now_us();
	if (err_is_ok(result))
		result = hash_sha256(request->text, item.record.reason);
	if (err_is_ok(result))
		result = move_to(store, entry, request->state, &item);
	wipe(&item, sizeof(item));
	if (err_is_ok(result)) {
		id_format(request->key, name);
		log_info("key %s is now %s", name, keystate_name(request->state));
	}
	return result;
}

/* ---- the ledger's signature ---- */

static err cut_line(struct bytes *from, struct bytes *line_out)
{
	const uint8_t *end = from->len == 0 ? NULL : memchr(from->ptr, '\n', from->len);

	if (end == NULL)
		return FAIL(INVALID);
	*line_out = (struct bytes){from->ptr, (size_t)(end - from->ptr)};
	from->ptr += line_out->len + 1;
	from->len -= line_out->len + 1;
	return OK;
}

static err decimal(struct bytes text, uint64_t *value_out)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 19 || (text.len > 1 && text.ptr[0] == '0'))
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FAIL(INVALID);
		value = value * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	*value_out = value;
	return OK;
}

/* C2SP tlog-checkpoint: origin, size, root in base64, each with a newline; we make no extension lines. */
static err checkpoint_parse(struct bytes text, struct bytes *origin_out, struct signed_head *head_out)
{
	struct bytes size;
	struct bytes root;
	OWN(buf) raw = {0};

	TRY(cut_line(&text, origin_out));
	TRY(cut_line(&text, &size));
	TRY(cut_line(&text, &root));
	TRY(decimal(size, &head_out->size));
	TRY(base64_decode(root, &raw));
	if (text.len != 0 || raw.len != HASH_LEN)
		return FAIL(INVALID);
	memcpy(head_out->root, raw.ptr, HASH_LEN);
	head_out->any = true;
	return OK;
}

static err answer_sign(struct keystore *store, const struct keywire_request *request, struct keywire_reply *reply)
{
	struct signed_head head = {0};
	struct bytes origin;

	if (!err_is_ok(checkpoint_parse(request->text, &origin, &head)) || !bytes_is(origin, keystore_origin(store)))
		return FAIL(DENIED);
	if (store->last.any && (head.size < store->last.size ||
	    (head.size == store->last.size && memcmp(head.root, store->last.root, HASH_LEN) != 0)))
		return FAIL(DENIED);
	TRY(signer_sign(store->ledger, request->text, reply->signature));
	store->last = head;
	return OK;
}

static err answer_parsed(struct keystore *store, const struct keywire_request *request, struct keywire_reply *reply)
{
	int64_t units = request->operation == KEYWIRE_CREATE ? (int64_t)request->owner_count : 1;

	TRY(keyrate_spend(&store->rates[request->operation], &limits[request->operation], units, clock_mono_us()));
	switch (request->operation) {
	case KEYWIRE_ACTIVE:
		return answer_active(store, request, reply);
	case KEYWIRE_BY_ID:
		return answer_by_id(store, request, reply);
	case KEYWIRE_CREATE:
		return answer_create(store, request, reply);
	case KEYWIRE_MOVE:
		return answer_move(store, request);
	case KEYWIRE_PUBLIC:
		signer_public(store->ledger, reply->public_key);
		return OK;
	case KEYWIRE_SIGN:
		return answer_sign(store, request, reply);
	}
	return FAIL(INVALID);
}

err keystore_answer(struct keystore *store, struct bytes request, struct buf *reply_out)
{
	struct keywire_request parsed = {0};
	struct keywire_reply reply = {.operation = KEYWIRE_PUBLIC};
	err result;

	reply.result = keywire_request_parse(request, &parsed);
	if (err_is_ok(reply.result)) {
		reply.operation = parsed.operation;
		reply.number = parsed.number;
		reply.result = answer_parsed(store, &parsed, &reply);
	}
	result = keywire_reply_format(&reply, reply_out);
	keywire_reply_wipe(&reply);
	return result;
}

/* ---- the socket ---- */

static err send_reply(int fd, const struct buf *reply)
{
	ssize_t sent;

	do
		sent = send(fd, reply->ptr, reply->len, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)reply->len ? OK : FAIL(UNAVAILABLE);
}

err keystore_serve_one(struct keystore *store, int fd, bool *open_out)
{
	uint8_t frame[KEYWIRE_FRAME_MAX + 1]; /* one more, so that a longer one does not look whole */
	OWN(buf) reply = {0};
	ssize_t got;

	do
		got = recv(fd, frame, sizeof(frame), 0);
	while (got < 0 && errno == EINTR);
	*open_out = got > 0;
	if (got == 0 || (got < 0 && errno == ECONNRESET))
		return OK;
	if (got < 0)
		return FAIL(UNAVAILABLE);
	TRY(keystore_answer(store, (struct bytes){frame, (size_t)got}, &reply));
	if (!err_is_ok(send_reply(fd, &reply)))
		*open_out = false; /* nobody to answer to: as if it had closed */
	return OK;
}

err keystore_serve(struct keystore *store, int fd)
{
	bool open = true;

	while (open)
		TRY(keystore_serve_one(store, fd, &open));
	return OK;
}
