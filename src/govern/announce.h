/*
 * announce - what must reach people before a day.
 *
 *   announcement.file ─▶ draft ─propose─▶ waiting ─publish (second person, lead time)─▶ published ─withdraw─▶ withdrawn
 *                          └──────────────publish─────────────────────────────────────────▲
 *
 * A1  What is published is never altered: its digest stands in its row and event; a correction is the next edition, or another announcement.
 * A2  The day on which it takes effect keeps the lead of all that it is about, and the contract's where that is stricter. An earlier
 *     one is refused when it is written and again when it is published, unless it is minor or about security, or the customer
 *     has agreed to just this text and day. NT-1
 * A3  What came by post is not changed here; people here see and accept it, and handlers agree to an earlier day.
 * A4  Of a kind in editions a published text takes the place of the one before on the day on which it takes effect. NT-3
 */
#ifndef GOVERN_ANNOUNCE_H
#define GOVERN_ANNOUNCE_H

#include "govern/announce_kind.h"

#define ANNOUNCE_TITLE_MAX 120
#define ANNOUNCE_BODY_MAX 10000         /* characters */
#define ANNOUNCE_BODY_BYTES_MAX 30000   /* so that it goes by post */
#define ANNOUNCE_MATTERS_TEXT_MAX 240

enum announce_state { ANNOUNCE_DRAFT, ANNOUNCE_WAITING, ANNOUNCE_PUBLISHED, ANNOUNCE_WITHDRAWN };

struct announce {
	struct row row;
	struct id description, facility;
	bool probe;
	struct id opener;           /* who wrote it last; zero: it came by post */
	struct bytes origin;        /* "" = here, else the compartment it came from */
	int64_t number;             /* of its kind and side here; of what came, the sender's */
	int32_t state, urgency;     /* enum announce_state, enum lead_urgency */
	struct bytes matters;       /* codes, a space between */
	struct bytes title, body;
	struct id series;           /* the first edition's id */
	int64_t edition;
	int32_t effective_on, until; /* until: shown no longer than that; 0: as long as usual */
	bool early;                 /* the customer is asked to agree to the day */
	struct bytes digest;        /* hex, of title and body */
	int64_t filed_at, published_at, withdrawn_at;
	struct id publisher;
	struct bytes withdraw_reason;
	/* A customer's consent to an earlier day. */
	int32_t consented_on;
	int64_t consented_at;
	struct id consenter;
	struct bytes consent_reason, consent_digest;
	int64_t roles;              /* audience */
	int64_t holds_from;         /* 0: it holds nobody */
	int32_t shown_until;        /* on screens and before the sign-in */
};

extern const struct entity announce_entity;
extern const char *const announce_states[], *const announce_urgencies[]; /* end with NULL */

MUST_USE err announce_start(void);
const struct announce_kind *announce_kind_of(const struct announce *announce); /* never NULL for one that can be acted on; NULL: retired */
/* Hex digest of what is published. */
#define ANNOUNCE_DIGEST_MAX 65
MUST_USE err announce_digest(struct bytes title, struct bytes body, char hex_out[static ANNOUNCE_DIGEST_MAX]);
/* The first day on which it may take effect if it is published today. INVALID: a matter that the kind does not have. */
MUST_USE err announce_first(struct call *call, const struct announce_kind *kind, const struct announce *announce, int32_t *date_out);
/* What follows from being published here, into the row: whom it reaches and holds, until when it is shown; and the letters. */
MUST_USE err announce_spread(struct call *call, const struct announce_kind *kind, struct announce *announce);
/* The newest that was ever published of its series' kind, facility and side, written here. NOT_FOUND: there is none. */
MUST_USE err announce_latest(struct row_context *c, const struct announce *announce, struct announce *latest_out);
/* How many there are of its kind and side, written here. */
MUST_USE err announce_count(struct row_context *c, const struct announce *announce, int64_t *count_out);
/* On the desk of those who may agree to an earlier day, and off it again. */
MUST_USE err announce_ask_consent(struct call *call, const struct announce_kind *kind, const struct announce *announce);
MUST_USE err announce_end_consent(struct call *call, const struct announce *announce, bool given);
/* The next word of a text with single spaces between. */
struct bytes announce_word(struct bytes *rest);
/* The edition in force before this one; NOT_FOUND: there is none. */
MUST_USE err announce_former(struct row_context *c, const struct announce *announce, struct announce *former_out);

#endif
