/*
 * post - what one compartment tells another, on the same machine: letters of the channel `post`, and what is done with those that come.
 *
 *   post_put ─▶ letter ─▶ core ─▶ process `post` ─▶ core of the other ─▶ post.receive ─▶ take
 *                           ◀──────────── received ◀────────┘ after its commit
 *
 * O1  Of one object letters arrive in their order, each at least once. What has come already, and what is older, changes nothing.
 * O2  From whom a letter comes is said by the process `post`, by the channel on which it came; never by the letter.
 * O3  A customer writes to the provider alone; the provider to one customer or to all.
 * O4  What was made for checks goes only to what was made for checks: from the provider's checks to "*" means the compartment made for
 *     checks alone, and by name it comes to the side of the checks there. What is real never goes to the compartment made for checks.
 */
#ifndef GOVERN_POST_H
#define GOVERN_POST_H

#include "op/op.h"

#define POST_BODY_MAX 32768
#define POST_PROVIDER "provider"
#define POST_ALL "*"

struct post_letter {
	const char *to;             /* name of a compartment, POST_PROVIDER, POST_ALL */
	const char *kind;           /* of post_kinds, there */
	struct id object;
	int64_t edition;            /* 1 and more: rises with each letter about the object */
	struct bytes body;          /* a form, POST_BODY_MAX */
	struct id facility;         /* zero: of the whole compartment */
	bool probe;                 /* the side of the object */
};

/* Within the transaction of what it tells of. INVALID: no such addressee or edition. TOO_LARGE: the body. */
MUST_USE err post_put(struct row_context *c, const struct post_letter *letter, int64_t now_us);

struct post_item {
	struct bytes from;          /* name of the compartment it came from */
	bool from_provider;
	struct bytes kind;
	struct id object;           /* as the sender knows it; unique together with `from` */
	int64_t edition;
	bool probe;                 /* on which side it belongs here */
	struct bytes body;
};

/* What is done with letters of one kind. In the transaction of post.receive: INVALID and the like: it is refused for good;
 * UNAVAILABLE: it comes again. */
struct post_kind {
	const char *kind;
	err (*take)(struct call *call, const struct post_item *item);
};

extern const struct post_kind *const post_kinds[]; /* ends with NULL; post_kinds.c */

extern const struct entity post_receipt_entity;
extern const struct op post_receive; /* LOCAL */

MUST_USE err post_start(void);

#endif
