#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "crypto/crypto.h"
#include "edge/address.h"

#define SLOTS 16384         /* a power of two, four times the connections */
#define PREFIX_LEN 8        /* of an IPv6 address that one customer of a carrier has to himself */

struct slot {
	uint8_t key[16];
	unsigned count, waiting;
	bool used;          /* even when it counts nothing now: what was put behind it stays findable */
};

struct address_table {
	pthread_mutex_t lock;
	unsigned max;
	uint64_t secret;    /* so that nobody can choose addresses that meet in one slot */
	size_t used;
	struct slot slots[SLOTS];
};

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

err address_table_new(unsigned max, struct address_table **addresses_out)
{
	struct address_table *addresses = calloc(1, sizeof(*addresses));

	if (addresses == NULL)
		return FAIL(UNAVAILABLE);
	addresses->max = max;
	if (!err_is_ok(random_bytes(&addresses->secret, sizeof(addresses->secret))) ||
	    pthread_mutex_init(&addresses->lock, NULL) != 0) {
		free(addresses);
		return FAIL(UNAVAILABLE);
	}
	*addresses_out = addresses;
	return OK;
}

void address_table_free(struct address_table **addresses)
{
	if (*addresses == NULL)
		return;
	pthread_mutex_destroy(&(*addresses)->lock);
	free(*addresses);
	*addresses = NULL;
}

static void make_key(struct address address, uint8_t key_out[static 16])
{
	memcpy(key_out, address.b, 16);
	if (memcmp(address.b, mapped, sizeof(mapped)) != 0)
		memset(key_out + PREFIX_LEN, 0, 16 - PREFIX_LEN);
}

static size_t first_slot(const struct address_table *addresses, const uint8_t key[static 16])
{
	uint64_t half[2];
	uint64_t mix;

	memcpy(half, key, sizeof(half));
	mix = (half[0] ^ addresses->secret) * UINT64_C(0x9e3779b97f4a7c15);
	mix = (mix ^ (mix >> 29) ^ half[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(mix >> 32) & (SLOTS - 1);
}

/* When half of the slots have been used, those that count nothing are made free again. */
static void tidy_up(struct address_table *addresses)
{
	struct slot *old;

	if (addresses->used < SLOTS / 2)
		return;
	old = malloc(sizeof(addresses->slots));
	if (old == NULL)
		return;
	memcpy(old, addresses->slots, sizeof(addresses->slots));
	memset(addresses->slots, 0, sizeof(addresses->slots));
	addresses->used = 0;
	for (size_t i = 0; i < SLOTS; i++) {
		size_t at;

		if (old[i].count == 0 && old[i].waiting == 0)
			continue;
		for (at = first_slot(addresses, old[i].key); addresses->slots[at].used; at = (at + 1) & (SLOTS - 1))
			;
		addresses->slots[at] = old[i];
		addresses->used++;
	}
	free(old);
}

/* The address's slot, or a free one; NULL: all are taken. */
static struct slot *find(struct address_table *addresses, const uint8_t key[static 16])
{
	size_t at = first_slot(addresses, key);

	for (size_t i = 0; i < SLOTS; i++, at = (at + 1) & (SLOTS - 1)) {
		struct slot *slot = &addresses->slots[at];

		if (!slot->used || memcmp(slot->key, key, sizeof(slot->key)) == 0)
			return slot;
	}
	return NULL;
}

static err count_up(struct address_table *addresses, struct address address, bool waiting)
{
	uint8_t key[16];
	struct slot *slot;
	err e = OK;

	make_key(address, key);
	REQUIRE(pthread_mutex_lock(&addresses->lock) == 0);
	tidy_up(addresses);
	slot = find(addresses, key);
	if (slot != NULL) {
		unsigned *count = waiting ? &slot->waiting : &slot->count;

		if (*count >= (waiting ? ADDRESS_WAITING * addresses->max : addresses->max)) {
			e = FAIL(LIMITED);
		} else {
			addresses->used += !slot->used;
			slot->used = true;
			memcpy(slot->key, key, sizeof(key));
			(*count)++;
		}
	}
	REQUIRE(pthread_mutex_unlock(&addresses->lock) == 0);
	return e;
}

static void count_down(struct address_table *addresses, struct address address, bool waiting)
{
	uint8_t key[16];
	struct slot *slot;

	make_key(address, key);
	REQUIRE(pthread_mutex_lock(&addresses->lock) == 0);
	slot = find(addresses, key);
	if (slot != NULL && slot->used) {
		unsigned *count = waiting ? &slot->waiting : &slot->count;

		*count -= *count > 0;
	}
	REQUIRE(pthread_mutex_unlock(&addresses->lock) == 0);
}

err address_table_add(struct address_table *addresses, struct address address)
{
	return count_up(addresses, address, false);
}

void address_table_remove(struct address_table *addresses, struct address address)
{
	count_down(addresses, address, false);
}

err address_table_wait(struct address_table *addresses, struct address address)
{
	return count_up(addresses, address, true);
}

void address_table_leave(struct address_table *addresses, struct address address)
{
	count_down(addresses, address, true);
}

err address_of_peer(int fd, struct address *address_out)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	struct address address = {{0}};

	memset(&peer, 0, sizeof(peer));
	if (getpeername(fd, (struct sockaddr *)&peer, &len) != 0)
		return FAIL(UNAVAILABLE);
	if (peer.ss_family == AF_INET6) {
		memcpy(address.b, &((struct sockaddr_in6 *)&peer)->sin6_addr, 16);
	} else if (peer.ss_family == AF_INET) {
		memcpy(address.b, mapped, sizeof(mapped));
		memcpy(address.b + sizeof(mapped), &((struct sockaddr_in *)&peer)->sin_addr, 4);
	} else {
		return FAIL(UNAVAILABLE);
	}
	*address_out = address;
	return OK;
}
