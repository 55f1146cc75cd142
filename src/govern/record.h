/*
 * record - what stands in a register: one entity for all of them, whose body is a form.
 *
 *            record_file                    record_decide
 *   ─────────────────────────▶ waiting ────────────────────▶ in-force ──record_expire──▶ expired
 *                                 │  ▲  └───────────────▶ rejected          │                │
 *                                 │  └────────── a new edition ─────────────┴────────────────┘
 *                                 └── record_withdraw, from any of them ──▶ withdrawn
 *
 * R1  An edition counts from the moment a second person has approved it (at once where its register asks for nobody). Until then the
 *     one before it stays in force.
 * R2  Every edition stays as it was filed, with who filed and who decided.
 * R3  A record that came by post is changed by nothing but the next letter about it, and by the confirmation of those who got it.
 * R4  What came by one file comes in force together, or not at all.
 */
#ifndef GOVERN_RECORD_H
#define GOVERN_RECORD_H

#include "govern/recordkind.h"

enum record_state { RECORD_WAITING, RECORD_IN_FORCE, RECORD_EXPIRED, RECORD_WITHDRAWN, RECORD_REJECTED };         /* only grow: */
enum edition_state { EDITION_WAITING, EDITION_APPROVED, EDITION_REJECTED, EDITION_REPLACED };   /* stored as their numbers */

struct record {
	struct row row;
	struct id description, facility;
	bool probe;
	struct id opener;               /* who filed the newest edition */
	struct bytes origin;            /* "": here */
	int64_t number;                 /* in its register, from 1 */
	int32_t state;
	int64_t edition;                /* what title, body and days are those of */
	int64_t editions;               /* how many there are */
	int64_t waiting;                /* the one that waits for approval; 0: none */
	struct id batch;                /* the file it came by and waits with; zero: none */
	int64_t filed_at;
	struct id approved_by;
	int64_t approved_at;
	struct id confirmed_by;
	int64_t confirmed_at;
	int32_t valid_from, valid_until; /* until: the last day */
	int64_t expires_at;             /* when the day after it begins; 0: never */
	int64_t renew_at;               /* from when people are to renew it; 0: they have been told, or never will be */
	struct bytes title, body, opener_name, approved_name, confirmed_name;
};

struct record_edition {
	struct row row;
	struct id record;
	int64_t number;
	int32_t state;
	struct id opener;
	int64_t filed_at;
	struct id approved_by;
	int64_t approved_at;
	int32_t valid_from, valid_until;
	struct bytes title, body, opener_name, approved_name, reason;
};

#define RECORD_EDITIONS_MAX 500
#define RECORD_REASON_MAX 1000

extern const struct entity record_entity, record_edition_entity;
extern const char *const record_states[];       /* ends with NULL */
extern const struct statement record_next_number;

struct record_filing {
	const struct recordkind *kind;
	struct record *old;             /* a new edition of this one; NULL: a new record */
	struct id facility;             /* zero: the whole compartment */
	bool probe;
	struct id opener;               /* zero: the system */
	struct bytes body;              /* as form_judge leaves it */
	int32_t valid_from, valid_until; /* 0: from its approval, for as long as the register says */
	struct id batch;                /* zero: by itself. Of a batch the first record alone puts something to do */
	bool quiet;                     /* puts nothing to do: another of its batch has */
};

/* All of them work in any apply, step or take function. */

/* CONFLICT: the record is withdrawn, came by post or has RECORD_EDITIONS_MAX editions. record_out: as it stands now. */
MUST_USE err record_file(struct row_context *c, const struct record_filing *filing, int64_t now_us, struct record *record_out);
/* The waiting edition: approved, or rejected with a reason. CONFLICT: none waits. */
struct record_decision {
	const struct recordkind *kind;
	bool approve;
	struct id by;
	struct bytes name, reason;
};
MUST_USE err record_decide(struct row_context *c, struct record *record, const struct record_decision *decision, int64_t now_us);
/* It waits for whoever approves: they find it among what they have to do. */
MUST_USE err record_ask(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us);
/* CONFLICT: it is withdrawn already, or came by post. */
MUST_USE err record_withdraw(struct row_context *c, struct record *record, const struct record_decision *decision, int64_t now_us);
/* In force, and its last day is over. */
MUST_USE err record_expire(struct row_context *c, struct record *record, int64_t now_us);

/* The days of an edition approved on a day: what it says itself, else by the register. Pure. */
struct record_days { int32_t from, until; };
struct record_days record_days(const struct recordkind *kind, int32_t today, int32_t valid_from, int32_t valid_until);

MUST_USE err record_edition_get(struct row_context *c, struct id record, int64_t number, struct record_edition *out); /* NOT_FOUND */
/* Newest first, RECORD_EDITIONS_MAX at most; in c->arena. */
MUST_USE err record_editions_get(struct row_context *c, struct id record, struct record_edition **list_out, size_t *count_out);
/* Those that wait of a batch, count at most. */
MUST_USE err record_batch_get(struct row_context *c, struct id batch, struct record *list_out, size_t max, size_t *count_out);
/* A record of a register by its number, on one side. NOT_FOUND. */
MUST_USE err record_numbered(struct row_context *c, struct id description, bool probe, int64_t number, struct record *out);

/* What waits for people because of a record in force: that it is renewed before it ends; that the customer confirms its copy. */
MUST_USE err record_renewal(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us);
/* In force, and it is time to say that it ends. */
MUST_USE err record_remind(struct row_context *c, struct record *record, int64_t now_us);
MUST_USE err record_confirmation(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us);

MUST_USE err record_start(void);

#endif
