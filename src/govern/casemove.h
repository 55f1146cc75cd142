/*
 * casemove - what a move does to a case, and what follows from every entry.
 */
#ifndef GOVERN_CASEMOVE_H
#define GOVERN_CASEMOVE_H

#include "govern/casefile.h"

/* The fields that the move fills in take the place of the former ones; given is judged already. Into the arena. */
MUST_USE err casemove_fill(const struct casekind *kind, const struct casekind_move *move, struct bytes given, struct casefile *casefile, struct arena *arena);
/* State, outcome, and the end. */
void casemove_go(const struct casekind *kind, const struct casekind_move *move, struct casefile *casefile, int64_t now_us);
/* After the entry (NULL: none of its own) is noted: counts the clocks, writes the case, gives people what they have to do, and tells the
 * other compartment; body: of the fields, too. */
MUST_USE err casemove_settle(struct row_context *c, const struct casekind *kind, struct casefile *casefile, const struct casefile_entry *entry, bool body,
    int64_t now_us);

#endif
