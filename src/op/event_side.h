/*
 * event_side - whether an event is of what is made for checks, of what is real, or of neither (P1 of access/access.h).
 *
 * By its facility and its actor; where nobody acted, by the accounts and facilities that it names: a sign-in that failed.
 */
#ifndef OP_EVENT_SIDE_H
#define OP_EVENT_SIDE_H

#include "ledger/event.h"
#include "op/op.h"

enum event_side { EVENT_REAL, EVENT_PROBE, EVENT_NEITHER /* the system's own, a check's result */ };

#define EVENT_SIDE_KEPT 64

/* What was found before, so that a page asks for each id about once; begins as zeros. */
struct event_sides {
	struct {
		struct id id;
		bool probe;
	} accounts[EVENT_SIDE_KEPT], facilities[EVENT_SIDE_KEPT];
};

MUST_USE err event_side(struct db *db, struct event_sides *sides, const struct event *event, enum event_side *side_out);
/* Somebody made for checks is told of no real event. */
bool event_side_told(const struct actor *actor, enum event_side side);

#endif
