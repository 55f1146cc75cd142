/*
 * address - how many connections that nobody has signed in on come from each address.
 *
 * A1  Shared by the loops; every call locks.
 * A2  A full table counts nobody: then the cap of all connections alone holds.
 */
#ifndef EDGE_ADDRESS_H
#define EDGE_ADDRESS_H

#include "base/bytes.h"

struct address {
	uint8_t b[16];   /* IPv4 as ::ffff:a.b.c.d */
};

struct address_table;
MUST_USE err address_table_new(unsigned max, struct address_table **addresses_out);
void address_table_free(struct address_table **addresses);
/* LIMITED: max are there already; not counted. */
MUST_USE err address_table_add(struct address_table *addresses, struct address address);
void address_table_remove(struct address_table *addresses, struct address address);   /* as often as added */
/* Those that are to be added when others have gone: likewise, up to ADDRESS_WAITING times as many. */
#define ADDRESS_WAITING 4
MUST_USE err address_table_wait(struct address_table *addresses, struct address address);
void address_table_leave(struct address_table *addresses, struct address address);

MUST_USE err address_of_peer(int fd, struct address *address_out);            /* UNAVAILABLE: already gone */

#endif
