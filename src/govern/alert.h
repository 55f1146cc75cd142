/*
 * alert - something happened that somebody has to look at: grouped, owned, judged, reported; never lost and never there twice.
 *
 *         alert_raise, alert_tell, the scan            acknowledge                  judge
 *   ──────────────────────────────────────▶ open ─────────────────▶ acknowledged ──────────▶ judged ─close─▶ closed
 *                                             └───────────── judge: false alarm, normal ──────────────────────▶
 *
 * A1  What raises an alert and the alert are in one commit; the scan's place in the record of events moves in the commit of what it found.
 * A2  One rule about one subject has one alert until it is closed: what comes meanwhile is counted on it.
 * A3  While a rule is silent nobody is called, and everything is counted; what came waits on the desk for the end of the silence.
 *     What comes on it after the end calls as a new one does.
 * A4  Nothing that names a person stands in an alert but its notes: subjects are ids and codes, words are the rule's.
 */
#ifndef GOVERN_ALERT_H
#define GOVERN_ALERT_H

#include "govern/alert_rule.h"

#define ALERT_SUBJECT_MAX 80
#define ALERT_LABEL_MAX 120
#define ALERT_EVENTS_MAX 32     /* numbers of the newest events that are kept */

enum alert_state { ALERT_OPEN, ALERT_ACKNOWLEDGED, ALERT_JUDGED, ALERT_CLOSED };   /* only grow: stored as their number */
enum alert_judgement { ALERT_NOT_JUDGED, ALERT_FALSE, ALERT_NORMAL, ALERT_IMPROPER, ALERT_ABNORMAL };

struct alert {
	struct row row;
	struct id description, facility;
	bool probe;
	struct id opener;               /* none: nobody makes one by hand */
	struct bytes origin;            /* compartment it is a copy from; "" = here */
	struct id remote;               /* its id there */
	struct bytes subject, label;    /* what for; the same in words */
	int64_t count;
	int64_t first_at, last_at;
	int64_t ref;                    /* of the source: what has been counted up to here */
	struct bytes events;            /* numbers in the ledger, u64 each, the newest last */
	int32_t state;
	struct id owner;
	int64_t handle_by, acknowledged_at, judged_at, closed_at;
	int32_t judgement;
	struct bytes note;
	int64_t report_by, reported_at;
	struct bytes report;            /* what the customer is told */
	bool silenced;
};

struct alert_silence {
	struct row row;
	struct id description;
	bool probe;
	int64_t at, until;
	struct id account;
	struct bytes reason;
};

extern const struct entity alert_entity, alert_silence_entity;
extern const char *const alert_states[], *const alert_judgements[]; /* end with NULL */

/* What has been found. */
struct alert_news {
	const struct alert_rule *rule;
	struct bytes subject;           /* ALERT_SUBJECT_MAX bytes; may be empty */
	struct bytes label;             /* the same for people, grade 2; empty = the subject */
	struct id facility;             /* whom it is about; zero: the whole compartment */
	bool probe;
	int64_t count;                  /* of what happened; 1 and more */
	int64_t first_us, last_us;      /* 0: now */
	int64_t ref;
	const uint64_t *events;         /* numbers, ascending */
	size_t event_count;
};

MUST_USE err alert_start(void);
/* In the transaction of what raises it. A rule that this compartment does not have raises nothing. */
MUST_USE err alert_raise_news(struct row_context *c, const struct alert_news *news, int64_t now_us);
/* The same by the rule's code; one more. NOT_FOUND: no such rule. */
MUST_USE err alert_raise(struct row_context *c, const char *rule, struct bytes subject, struct id facility, bool probe, int64_t now_us);
/* Whatever rules there are about such a thing: ALERT_ON_TODO with its kind, ALERT_ON_LETTER, ALERT_ON_UPLOAD. */
struct alert_told {
	enum alert_on on;
	const char *what;               /* "overdue", "undeliverable", … */
	struct bytes kind;              /* of a thing to do */
	struct bytes subject, label;
	struct id facility;
	bool probe;
};
MUST_USE err alert_tell(struct row_context *c, const struct alert_told *told, int64_t now_us);
/* The greatest ref of a rule's alerts about a subject, closed ones too; 0: none. */
MUST_USE err alert_ref(struct row_context *c, const struct alert_rule *rule, struct bytes subject, bool probe, int64_t *ref_out);
/* Title of an alert by its rule; the code where the rule is gone. */
MUST_USE err alert_words(const struct alert *alert, enum language language, struct buf *out);
/* Is this the provider's compartment? */
MUST_USE err alert_at_provider(struct db *db, bool *provider_out);
/* What there is to do about it, for its owner or for whoever handles it. */
MUST_USE err alert_put_todo(struct row_context *c, const struct alert *alert, int64_t now_us);
/* A letter to whoever handles it, where the rule says so and is not silent. */
MUST_USE err alert_mail(struct row_context *c, const struct alert *alert, int64_t now_us);
/* Roles that can handle it here; 0: it is handled where its copy went. */
unsigned alert_handlers(const struct alert_rule *rule, bool provider);

#endif
