#include <stdlib.h>
#include <string.h>

#include "keys/keytable.h"

#define CAP_FIRST 64

uint64_t keytable_hash_id(struct id id)
{
	uint64_t low;
	uint64_t high;

	memcpy(&low, id.b, sizeof(low));
	memcpy(&high, id.b + sizeof(low), sizeof(high));
	return (low ^ (high * 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
}

uint64_t keytable_hash_owner(unsigned kind, struct id owner)
{
	return keytable_hash_id(owner) + (kind + 1) * 0x2545f4914f6cdd1du;
}

static size_t slot_of(const struct keytable *table, uint64_t hash)
{
	return (size_t)(hash >> 7) & (table->cap - 1);
}

static void place(struct keytable *table, uint64_t hash, void *item)
{
	size_t slot = slot_of(table, hash);

	while (table->slots[slot].item != NULL)
		slot = (slot + 1) & (table->cap - 1);
	table->slots[slot] = (struct keytable_slot){.hash = hash, .item = item};
}

static err grow(struct keytable *table)
{
	struct keytable wider = {.cap = table->cap == 0 ? CAP_FIRST : table->cap * 2, .count = table->count};

	if (wider.cap < table->cap)
		return FAIL(UNAVAILABLE);
	wider.slots = calloc(wider.cap, sizeof(*wider.slots));
	if (wider.slots == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < table->cap; i++)
		if (table->slots[i].item != NULL)
			place(&wider, table->slots[i].hash, table->slots[i].item);
	free(table->slots);
	*table = wider;
	return OK;
}

err keytable_put(struct keytable *table, uint64_t hash, void *item)
{
	REQUIRE(item != NULL);
	if ((table->count + 1) * 2 > table->cap)
		TRY(grow(table));
	place(table, hash, item);
	table->count++;
	return OK;
}

void *keytable_find(const struct keytable *table, uint64_t hash, bool (*match)(const void *item, const void *want), const void *want)
{
	if (table->cap == 0)
		return NULL;
	for (size_t slot = slot_of(table, hash); table->slots[slot].item != NULL; slot = (slot + 1) & (table->cap - 1))
		if (table->slots[slot].hash == hash && match(table->slots[slot].item, want))
			return table->slots[slot].item;
	return NULL;
}

/* Moves what follows up to the hole, so that no search stops short of its item. */
static void close_hole(struct keytable *table, size_t hole)
{
	size_t mask = table->cap - 1;

	for (size_t next = (hole + 1) & mask; table->slots[next].item != NULL; next = (next + 1) & mask) {
		size_t home = slot_of(table, table->slots[next].hash);

		if (((next - home) & mask) < ((next - hole) & mask))
			continue;
		table->slots[hole] = table->slots[next];
		hole = next;
	}
	table->slots[hole] = (struct keytable_slot){0};
}

void keytable_remove(struct keytable *table, uint64_t hash, const void *item)
{
	if (table->cap == 0)
		return;
	for (size_t slot = slot_of(table, hash); table->slots[slot].item != NULL; slot = (slot + 1) & (table->cap - 1)) {
		if (table->slots[slot].item != item)
			continue;
		close_hole(table, slot);
		table->count--;
		return;
	}
}

void keytable_wipe(struct keytable *table)
{
	free(table->slots);
	*table = (struct keytable){0};
}
