/*
 * events - what was done and what was refused, as overseers read it in the ledger: all in clear, newest first (LG-1).
 */
#ifndef OP_EVENTS_H
#define OP_EVENTS_H

#include "ledger/event.h"
#include "op/op.h"

extern const struct op *const events_ops[]; /* ends with NULL */

/* Who may see which: the same for the list and for one. */
extern const struct grant events_grants[];
bool events_in_reach(const struct call *call, const struct event *event);
/* The members of one event in clear, inside an open object. */
void events_put(struct json *json, uint64_t index, const struct event *event);
/* An operation's words; null for a step of the system's own. */
void events_put_title(struct json *json, struct bytes operation);

#endif
