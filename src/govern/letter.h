/*
 * letter - everything that leaves a compartment: mail to people, webhooks, and the post to other compartments.
 *
 *   letter_mail, letter_mail_roles, letter_hook, post_put ─▶ waiting ─▶ sent ─▶ delivered
 *   (with what they tell of, or not at all)                   │  ▲      └────▶ bounced
 *                                              letter.settle  └──┘ later, until it has failed
 *
 * T1  A letter stands in the transaction of what it tells of. It leaves after the commit, at least once, always with the same id.
 * T2  By mail and webhook goes nothing above grade 2; an address is looked up when a letter leaves, and stands in none.
 * T3  A letter to many stands as one row; letter.spread makes one for each of them, in small steps.
 * T4  What was made for checks never leaves the machine.
 */
#ifndef GOVERN_LETTER_H
#define GOVERN_LETTER_H

#include "op/op.h"

enum letter_channel { LETTER_MAIL, LETTER_WEBHOOK, LETTER_POST, LETTER_CHANNEL_COUNT };
enum letter_state { LETTER_WAITING, LETTER_SENT, LETTER_DELIVERED, LETTER_FAILED, LETTER_BOUNCED, LETTER_STATE_COUNT };

#define LETTER_VALUES_MAX 32768     /* bytes of a form */
#define LETTER_NAME_MAX 40          /* of a template, a kind, a compartment */
#define LETTER_WORDS_MAX 200        /* of what a server said */

struct letter {
	struct row row;
	int32_t channel, state;
	int64_t number;             /* of this compartment, in the order in which they were put */
	struct id account;          /* mail: to whom */
	int64_t roles;              /* mail: to all who hold one of them; 0 = to `account` */
	struct bytes place;         /* post: a compartment, "*" */
	struct id hook;             /* webhook: the target */
	struct bytes kind;          /* the template; the event; the kind of what is posted */
	struct id object;           /* what it is about */
	int64_t edition;
	struct id facility;         /* zero: of the whole compartment */
	bool probe;
	struct bytes values;        /* sealed: a form */
	struct id parent;           /* the one it was spread from */
	struct id reached;          /* T3: how far it has been spread */
	int64_t attempts;
	int64_t created_at, next_at, sent_at, done_at;
	struct bytes error;         /* why not yet, or why not */
	struct bytes remote;        /* by what name the other side knows it */
};

extern const struct entity letter_entity;
extern const char *const letter_channels[], *const letter_states[]; /* end with NULL */

/* What is told. */
struct letter_spec {
	const char *template;       /* of catalog/letters.yaml */
	struct bytes values;        /* a form with the values that the template names; may be empty */
	enum grade grade;           /* the highest of what stands in the values: GRADE_2 or GRADE_1 */
	struct id cause;            /* object; may be zero */
	struct id facility;         /* whom it is about; zero: the whole compartment */
	bool probe;                 /* the side of the cause */
};

/*
 * To the account's own address. Whoever has none, is not active or is on the other side (P1 of access.h) gets nothing; that is no error.
 *
 * INVALID      no such template, a value that it does not name, or a grade that must not leave
 * TOO_LARGE    the values
 */
MUST_USE err letter_mail(struct row_context *c, struct id account, const struct letter_spec *spec, int64_t now_us);
/* To all who hold one of the roles (mask of ROLE()) for the whole compartment or for spec->facility; who that is, is looked up afterwards. */
MUST_USE err letter_mail_roles(struct row_context *c, unsigned roles, const struct letter_spec *spec, int64_t now_us);

/* The address of a mail's account. NOT_FOUND: it has none, is not active any more, or is on the other side. In c's arena. */
MUST_USE err letter_address(struct row_context *c, const struct letter *letter, struct bytes *address_out);
/* Said by the core: can mail, can webhooks leave at all? Until then, no. */
void letter_leaves(bool mails, bool hooks);
bool letter_can_leave(enum letter_channel channel);

/* Mail or webhooks, what was made for checks never (T4). The oldest first; each is called with a letter of the channel that is due. Stops at the first error, which is returned. */
MUST_USE err letter_due(struct row_context *c, enum letter_channel channel, int64_t now_us, size_t max,
    err (*each)(void *context, const struct letter *letter), void *context);

/* Post: each place to which something waits. */
MUST_USE err letter_places(struct row_context *c, err (*each)(void *context, struct bytes place), void *context);
/* Post to one place that is due, the oldest first; of each object the oldest that waits alone, so that they go in their order. */
MUST_USE err letter_due_at(struct row_context *c, struct bytes place, int64_t now_us, size_t max,
    err (*each)(void *context, const struct letter *letter), void *context);

/* What became of an attempt; letter.settle. */
enum letter_outcome { LETTER_NOT_YET, LETTER_IS_SENT, LETTER_IS_DELIVERED, LETTER_HAS_FAILED, LETTER_HAS_BOUNCED };

extern const struct op letter_settle;   /* LOCAL: {letter, outcome, words, remote} */
extern const struct op letter_spread;   /* LOCAL: {letter, places}: T3 */

MUST_USE err letter_start(void);

/* For letters of other channels, kept by the same rules. Fills number, state and times. */
MUST_USE err letter_put(struct row_context *c, struct letter *letter, int64_t now_us);

#endif
