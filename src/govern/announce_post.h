/*
 * announce_post - the provider's announcements on their way to the customers, and what comes back: that they have arrived, and who agrees
 * to an earlier day.
 *
 *   provider: announce_post_send ─▶ "announcement" ─▶ customer: a row of its own there, with its origin; its people are the audience
 *   customer: ─▶ "announcement-answer" ─▶ provider: announcement_delivery
 */
#ifndef GOVERN_ANNOUNCE_POST_H
#define GOVERN_ANNOUNCE_POST_H

#include "govern/announce.h"
#include "govern/post.h"

struct announce_post_delivery {
	struct row row;
	struct id announcement;
	bool probe;
	struct bytes place;         /* name of the customer's compartment */
	int64_t delivered_at;       /* there */
	bool published;             /* what arrived was published */
	bool late;                  /* by the customer's own contract its day is too early */
	struct bytes digest;        /* of what arrived */
	int32_t consented_on;
	int64_t consented_at;
};

extern const struct entity announce_post_delivery_entity;
extern const struct post_kind announce_post_arrival, announce_post_answer;

MUST_USE err announce_post_start(void);
/* Does this compartment tell its customers of it? */
bool announce_post_shared(const struct call *call, const struct announce_kind *kind);
/* As it is now, to every customer; after the row was written. */
MUST_USE err announce_post_send(struct call *call, const struct announce *announce);
/* A customer's consent, to the provider; after the row was written. */
MUST_USE err announce_post_consent(struct call *call, const struct announce *announce);
/* Have all customers to whom it was proposed agreed to just this text and day? */
MUST_USE err announce_post_agreed(struct call *call, const struct announce *announce, bool *agreed_out);
/* "deliveries": to whom it went and where it arrived; the object is open. */
MUST_USE err announce_post_put(struct call *call, const struct announce *announce);

#endif
