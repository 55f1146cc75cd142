#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "op/newest.h"

/* One for every row there ever was, so kept small: 28 bytes. */
struct slot {
	struct id id;          /* zero = free */
	uint8_t digest[8];
	uint32_t version : 31; /* 0 = unknown again */
	uint32_t live : 1;     /* written by this process: what the scan still reads is older */
};

#define VERSION_MAX 0x7fffffffu

struct undo {
	struct slot before;    /* version 0 = was not there */
};

struct newest {
	pthread_rwlock_t lock;
	struct slot *slots;
	size_t mask;           /* slots - 1, a power of two */
	size_t used;
	bool complete;
	struct undo *undo;
	size_t undo_count, undo_cap;
};

#define NEWEST_FIRST 1024

err newest_new(struct newest **newest_out)
{
	struct newest *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return FAIL(UNAVAILABLE);
	n->slots = calloc(NEWEST_FIRST, sizeof(*n->slots));
	if (n->slots == NULL || pthread_rwlock_init(&n->lock, NULL) != 0) {
		free(n->slots);
		free(n);
		return FAIL(UNAVAILABLE);
	}
	n->mask = NEWEST_FIRST - 1;
	*newest_out = n;
	return OK;
}

void newest_free(struct newest **newest)
{
	struct newest *n = *newest;

	if (n == NULL)
		return;
	pthread_rwlock_destroy(&n->lock);
	free(n->slots);
	free(n->undo);
	free(n);
	*newest = NULL;
}

/* Ids are random: their first bytes are hash enough. */
static struct slot *seek(struct slot *slots, size_t mask, struct id id)
{
	uint64_t hash;

	memcpy(&hash, id.b, sizeof(hash));
	for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask)
		if (id_is_zero(slots[i].id) || id_equal(slots[i].id, id))
			return &slots[i];
}

static err grow(struct newest *n)
{
	size_t mask = n->mask * 2 + 1;
	struct slot *slots;

	if ((n->used + 1) * 4 < (n->mask + 1) * 3)
		return OK;
	slots = calloc(mask + 1, sizeof(*slots));
	if (slots == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i <= n->mask; i++)
		if (!id_is_zero(n->slots[i].id))
			*seek(slots, mask, n->slots[i].id) = n->slots[i];
	free(n->slots);
	n->slots = slots;
	n->mask = mask;
	return OK;
}

static err put(struct newest *n, struct id id, uint64_t version, const uint8_t digest[static 8], bool live)
{
	struct slot *slot;

	if (version > VERSION_MAX)
		return FAIL(TOO_LARGE);
	TRY(grow(n));
	slot = seek(n->slots, n->mask, id);
	if (id_is_zero(slot->id))
		n->used++;
	slot->id = id;
	slot->version = (uint32_t)version & VERSION_MAX;
	slot->live = live;
	memcpy(slot->digest, digest, sizeof(slot->digest));
	return OK;
}

/* The row was written in a batch that is not settled yet: should that be taken back, this is what stood before. */
static void learn_behind(struct newest *n, struct id id, uint64_t version, const uint8_t digest[static 8])
{
	for (size_t i = 0; i < n->undo_count; i++) {
		struct slot *before = &n->undo[i].before;

		if (!id_equal(before->id, id))
			continue;
		if (!before->live && version >= before->version) {
			before->version = (uint32_t)version & VERSION_MAX;
			memcpy(before->digest, digest, sizeof(before->digest));
		}
		return;
	}
}

err newest_learn(struct newest *n, struct id id, uint64_t version, const uint8_t digest[static 32])
{
	err e = OK;
	const struct slot *slot;

	if (id_is_zero(id))
		return OK;
	if (version > VERSION_MAX)
		return FAIL(TOO_LARGE);
	pthread_rwlock_wrlock(&n->lock);
	slot = seek(n->slots, n->mask, id);
	/* A deletion carries the last version again: of equal versions the later one counts. */
	if (!slot->live && (id_is_zero(slot->id) || version >= slot->version))
		e = put(n, id, version, digest, false);
	else if (slot->live)
		learn_behind(n, id, version, digest);
	pthread_rwlock_unlock(&n->lock);
	return e;
}

void newest_complete(struct newest *n)
{
	pthread_rwlock_wrlock(&n->lock);
	n->complete = true;
	pthread_rwlock_unlock(&n->lock);
}

bool newest_is_complete(struct newest *n)
{
	bool complete;

	pthread_rwlock_rdlock(&n->lock);
	complete = n->complete;
	pthread_rwlock_unlock(&n->lock);
	return complete;
}

static err remember(struct newest *n, const struct slot *slot, struct id id)
{
	if (n->undo_count == n->undo_cap) {
		size_t cap = n->undo_cap == 0 ? 256 : n->undo_cap * 2;
		struct undo *undo = reallocarray(n->undo, cap, sizeof(*undo));

		if (undo == NULL)
			return FAIL(UNAVAILABLE);
		n->undo = undo;
		n->undo_cap = cap;
	}
	n->undo[n->undo_count].before = *slot;
	if (id_is_zero(slot->id))
		n->undo[n->undo_count].before = (struct slot){.id = id};
	n->undo_count++;
	return OK;
}

err newest_write(struct newest *n, struct id id, uint64_t version, const uint8_t digest[static 32])
{
	err e;

	pthread_rwlock_wrlock(&n->lock);
	e = remember(n, seek(n->slots, n->mask, id), id);
	if (err_is_ok(e))
		e = put(n, id, version, digest, true);
	pthread_rwlock_unlock(&n->lock);
	return e;
}

void newest_settle(struct newest *n, bool committed)
{
	pthread_rwlock_wrlock(&n->lock);
	while (!committed && n->undo_count > 0) {
		const struct slot *before = &n->undo[--n->undo_count].before;

		*seek(n->slots, n->mask, before->id) = *before; /* version 0 stays as "unknown" */
	}
	n->undo_count = 0;
	pthread_rwlock_unlock(&n->lock);
}

bool newest_settled(struct newest *n, struct id id)
{
	bool settled = true;

	pthread_rwlock_rdlock(&n->lock);
	for (size_t i = 0; settled && i < n->undo_count; i++)
		settled = !id_equal(n->undo[i].before.id, id);
	pthread_rwlock_unlock(&n->lock);
	return settled;
}

bool newest_find(struct newest *n, struct id id, int64_t *version_out, uint8_t digest_out[static 8])
{
	bool found = false;
	const struct slot *slot;

	pthread_rwlock_rdlock(&n->lock);
	slot = seek(n->slots, n->mask, id);
	if (n->complete && !id_is_zero(slot->id) && slot->version != 0) {
		*version_out = (int64_t)slot->version;
		memcpy(digest_out, slot->digest, sizeof(slot->digest));
		found = true;
	}
	pthread_rwlock_unlock(&n->lock);
	return found;
}

static bool stands(const struct slot *slot)
{
	static const uint8_t gone[8];

	return !id_is_zero(slot->id) && slot->version != 0 && memcmp(slot->digest, gone, sizeof(gone)) != 0;
}

bool newest_stands(struct newest *n, struct id id)
{
	bool there;

	pthread_rwlock_rdlock(&n->lock);
	there = stands(seek(n->slots, n->mask, id));
	pthread_rwlock_unlock(&n->lock);
	return there;
}

uint64_t newest_count(struct newest *n)
{
	uint64_t count = 0;

	pthread_rwlock_rdlock(&n->lock);
	for (size_t i = 0; i <= n->mask; i++)
		count += stands(&n->slots[i]);
	pthread_rwlock_unlock(&n->lock);
	return count;
}

void newest_each(struct newest *n, void (*visit)(void *context, struct id id, uint64_t version, const uint8_t digest[static 8]),
    void *context)
{
	pthread_rwlock_rdlock(&n->lock);
	for (size_t i = 0; i <= n->mask; i++)
		if (stands(&n->slots[i]))
			visit(context, n->slots[i].id, n->slots[i].version, n->slots[i].digest);
	pthread_rwlock_unlock(&n->lock);
}
