/*
 * announce_receipt - who has seen and accepted what was announced.
 *
 * R1  One row for each announcement and person; what was seen or accepted once stays so, with its time.
 * R2  Accepted is a text, not a name: the digest of what the person had before the eyes must be that of the announcement. NT-3
 */
#ifndef GOVERN_ANNOUNCE_RECEIPT_H
#define GOVERN_ANNOUNCE_RECEIPT_H

#include "govern/announce.h"

struct announce_receipt {
	struct row row;
	struct id announcement, account;
	int64_t edition;
	bool probe;
	struct bytes digest;        /* of what was accepted */
	int64_t delivered_at, seen_at, accepted_at;
};

extern const struct entity announce_receipt_entity;
extern const struct op announce_receipt_seen, announce_receipt_accept, announce_receipt_list;

MUST_USE err announce_receipt_start(void);
/* The person's; zero times where there is none. */
MUST_USE err announce_receipt_of(struct row_context *c, struct id announcement, struct id account, struct announce_receipt *receipt_out);

#endif
