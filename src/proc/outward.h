/*
 * outward - to whom this machine may speak at all: the list that the operator gave at the start, with the addresses that the names had then.
 *
 *   HOST:PORT,HOST:PORT,…      the relay first
 *
 * W1  Nobody else is reachable: names are looked up once, before the process gives up what that takes; the process is begun anew now and then.
 * W2  A name that leads to an address of this machine or of a private network is left out; whoever means such a one writes the address
 *     itself. The relay may stand anywhere.
 */
#ifndef PROC_OUTWARD_H
#define PROC_OUTWARD_H

#include <sys/socket.h>

#include "base/bytes.h"

#define OUTWARD_PLACES_MAX 32
#define OUTWARD_ADDRESSES_MAX 8
#define OUTWARD_HOST_MAX 254

struct outward_place {
	char host[OUTWARD_HOST_MAX];
	uint16_t port;
	struct sockaddr_storage addresses[OUTWARD_ADDRESSES_MAX];
	size_t address_count;       /* 0: the name was not found, or leads only to where nobody may go */
};

struct outward {
	struct outward_place places[OUTWARD_PLACES_MAX];
	size_t count;
};

/* "example.jp:443", "[2001:db8::1]:443". INVALID: not such a place. */
MUST_USE err outward_parse(struct bytes text, struct outward_place *place_out);
/* Looks the name up. anywhere: also private addresses. TOO_LARGE: the list is full. */
MUST_USE err outward_add(struct outward *list, struct bytes text, bool anywhere);
const struct outward_place *outward_find(const struct outward *list, struct bytes host, uint16_t port); /* NULL */
bool outward_has(const struct outward *list, const struct sockaddr *address);
/* "192.0.2.1", "[2001:db8::1]". false: neither IPv4 nor IPv6. */
bool outward_text(const struct sockaddr *address, char text_out[static 64]);
/* Is it of this machine, a private network, or for no single receiver? */
bool outward_private(const struct sockaddr *address);
/* Of "https://HOST[:PORT][/…]". INVALID: it is not such an URL, or has a name, a password or a fragment in it. */
MUST_USE err outward_url(struct bytes url, struct outward_place *place_out);

#endif
