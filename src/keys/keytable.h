/*
 * keytable - open-addressing hash table of borrowed items; several items may share a hash.
 *
 * T1  At most half of the slots are taken, so that a search always ends at an empty one.
 */
#ifndef KEYS_KEYTABLE_H
#define KEYS_KEYTABLE_H

#include "keys/keys.h"

struct keytable_slot {
	uint64_t hash;
	void *item; /* NULL: empty */
};

struct keytable {
	struct keytable_slot *slots;
	size_t cap;   /* a power of two, or 0 */
	size_t count;
};

/* Ids are random, chosen by us: their own bits spread them. */
uint64_t keytable_hash_id(struct id id);
uint64_t keytable_hash_owner(unsigned kind, struct id owner);

/* UNAVAILABLE: no memory; nothing changed. */
MUST_USE err keytable_put(struct keytable *table, uint64_t hash, void *item);
/* The first item of this hash that matches, or NULL. */
void *keytable_find(const struct keytable *table, uint64_t hash, bool (*match)(const void *item, const void *want), const void *want);
void keytable_remove(struct keytable *table, uint64_t hash, const void *item); /* no effect when it is not there */
void keytable_wipe(struct keytable *table);                                   /* frees the slots, not the items */

#endif
