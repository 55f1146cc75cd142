/*
 * casefile - something that somebody asked, with what was said and done about it until it came to its end.
 *
 *   case.open ─▶ casefile + its opening entry ─ message, move, assign ─▶ entries ─▶ a final state
 *                    └─ casefile_settle after each: clocks, things to do, and the post to the other compartment
 *
 * F1  Entries are never changed or removed; what a case is now follows from them. A case has CASEFILE_ENTRIES_MAX at most.
 * F2  State and number are the home compartment's to say. The other one shows what it was told, and its own moves until they are answered.
 * F3  What a guardian opened is sealed under the guardian's own key: it goes with the person.
 * F4  An id begins with the time of opening (newestid.h).
 */
#ifndef GOVERN_CASEFILE_H
#define GOVERN_CASEFILE_H

#include "govern/caseclock.h"

#define CASEFILE_ENTRIES_MAX 200
#define CASEFILE_TITLE_MAX 100
#define CASEFILE_TEXT_MAX 3000      /* of a message: with its members it fits into the post */
#define CASEFILE_NAME_MAX 100
#define CASEFILE_BODY_MAX ((size_t)24 << 10) /* likewise */

enum casefile_entry_kind { CASEFILE_OPENING, CASEFILE_MESSAGE, CASEFILE_MOVE, CASEFILE_ASSIGN }; /* stored as its number */
enum casefile_side { CASEFILE_HOME, CASEFILE_MIRROR };

struct casefile {
	struct row row;
	struct id description;
	struct id facility;
	bool probe;
	struct id opener;           /* zero: another compartment */
	struct bytes origin;        /* "" home; else the compartment from which it came */
	int64_t number;             /* of its kind, at home */
	struct bytes state;
	struct bytes outcome;
	struct id owner;            /* F3 */
	struct bytes title, body, opener_name;
	struct id assignee;
	struct bytes assignee_name;
	int64_t opened_at, changed_at, closed_at;
	int64_t due_at;             /* of the running clock that is over first; 0: none */
	int64_t calendar;           /* by what the clocks were counted: casefile_calendar_mark */
	int64_t entries;
	int64_t posted;             /* letters about it */
};

struct casefile_entry {
	struct row row;
	struct id casefile;
	struct id facility;
	struct id owner;
	int64_t number;             /* 1, 2, … as it came here */
	int64_t at, taken_at;       /* when it was made; when it came here */
	int32_t kind, side;
	struct id author;           /* zero: the other compartment */
	struct id remote;           /* by what id the other compartment knows it; zero: it was made here */
	struct bytes author_name;
	struct bytes move, state;   /* state: after it, at home */
	struct bytes text;
};

extern const struct entity casefile_entity, casefile_entry_entity;

MUST_USE err casefile_start(void);
/* The next number of a kind here. */
MUST_USE err casefile_number(struct row_context *c, struct id description, int64_t *number_out);
/* Entries in their order; in the arena. */
MUST_USE err casefile_entries(struct row_context *c, struct id casefile, struct casefile_entry **list_out, size_t *count_out);
/* CONFLICT: CASEFILE_ENTRIES_MAX. Counts it on the case, whose row is the caller's to write. */
MUST_USE err casefile_note(struct row_context *c, struct casefile *casefile, struct casefile_entry *entry);
static inline bool casefile_home(const struct casefile *casefile) { return casefile->origin.len == 0; }
/* Is it handled in this compartment? A mirrored one is at the provider's. */
static inline bool casefile_handled_here(const struct casekind *kind, const struct casefile *casefile) { return casefile_home(casefile) != kind->mirrored; }

/* As a part of a statement. */
#define CASEFILE_MARK_SQL "((SELECT COALESCE(MAX(edition), 0) FROM work_calendar) * 128" \
	" + COALESCE((SELECT MAX(closed_weekdays) FROM contract WHERE facility IS NULL), 0))"
/* What clocks are counted by now: changes with each edition of the calendar and with the contract's days of the week. */
MUST_USE err casefile_calendar_mark(struct row_context *c, int64_t *mark_out);
/* At home: the clocks anew from the entries and the calendar. Sets due_at and calendar of the case, whose row is the caller's to write. */
MUST_USE err casefile_count(struct row_context *c, const struct casekind *kind, struct casefile *casefile, int64_t now_us);
/* Takes a clock's due time into account, where it runs and is over before the others. */
void casefile_due(struct casefile *casefile, const struct clock_rule *rule, const struct clock_measured *measured);
/* Whoever had something to do no longer has: before it is given to somebody else. */
MUST_USE err casefile_release(struct row_context *c, const struct casekind *kind, const struct casefile *casefile, int64_t now_us);
/* What somebody has to do now, and no longer has to. */
MUST_USE err casefile_todos(struct row_context *c, const struct casekind *kind, const struct casefile *casefile, int64_t now_us);

#endif
