/*
 * history - which events of the ledger are about a child or an account: an index by object, made behind the commits.
 *
 *   committed events ─▶ own thread: decoded, whom each is about ─▶ one commit for every HISTORY_STEP events: index and its position
 *   asking: the index up to its position, and the events behind it from the ledger, both in one snapshot
 *
 * It is derived, ids and entry numbers only: when its tables are emptied it is made anew.
 * H1  An answer is complete at the moment of asking; while the index is more than HISTORY_TAIL_MAX events behind there is none.
 * H2  An event is about the objects that it names, the rows that it wrote, and the child or account that such a row names. When
 *     its operation `reveals` a place's children, it is about the children that it names, else its classes, else, when decided by the facility, its facility.
 */
#ifndef OP_HISTORY_H
#define OP_HISTORY_H

#include "op/op.h"

#define HISTORY_STEP 256        /* events of one commit */
#define HISTORY_TAIL_MAX 16384  /* events read from the ledger for one answer */
#define HISTORY_PAGE_MAX 200

extern const char history_schema[];
MUST_USE err history_start(void); /* derives its statements; once, after row_plan_make */

struct history_found;

/* What one answer stands on: a snapshot's index position and the events behind it that are about the given objects. */
struct history {
	struct row_context *rows;
	uint64_t position;
	uint64_t size;                  /* of the ledger */
	struct history_found *tail;
	size_t tail_count;
};

/* The events about `object` with from <= number < until. */
struct history_span {
	struct id object;
	uint64_t from, until;
};

/* about: every object that is going to be asked for. UNAVAILABLE: the index is too far behind; try again. */
MUST_USE err history_begin(struct row_context *rows, const struct id *about, size_t about_count, struct history *history_out);
/* The event that wrote this version of a child's or an account's row; the ledger's size when there is none yet. */
MUST_USE err history_version(const struct history *history, struct id object, int64_t version, uint64_t *event_out);
/* The newest events below `below`, each once, the newest first; at most max <= HISTORY_PAGE_MAX + 1. */
MUST_USE err history_page(const struct history *history, const struct history_span *spans, size_t count, uint64_t below,
    uint64_t *events_out, size_t max, size_t *count_out);
/* Is this event one of theirs? */
MUST_USE err history_has(const struct history *history, const struct history_span *spans, size_t count, uint64_t event, bool *has_out);

#endif
