/*
 * casepost - a case of which each compartment has one half: filed at the customer's, handled at the provider's.
 *
 *   home  ─ state, number, clocks, and the entry that was made ─▶ mirror
 *   home ◀─ the entry that was made ───────────────────────────── mirror
 *
 * Q1  Each entry is told once and in its order: every letter about a case is one edition more than the one before (post.h, O1).
 * Q2  Home decides what a move from the mirror does, and always answers with its own state and clocks. A move that no longer fits
 *     stays as a message: nothing that somebody wrote is lost.
 * Q3  What comes is judged like what a stranger sends: kind, codes, lengths, texts, clocks. Nobody is told of a case by a compartment
 *     whose case it is not.
 */
#ifndef GOVERN_CASEPOST_H
#define GOVERN_CASEPOST_H

#include "govern/casefile.h"
#include "govern/post.h"

#define CASEPOST_KIND "case"

extern const struct post_kind casepost_kind;

/* After an entry was made here (NULL: only state and clocks), if the kind is mirrored. body: the fields, too. The case's row is the
 * caller's to write. */
MUST_USE err casepost_tell(struct row_context *c, const struct casekind *kind, struct casefile *casefile, const struct casefile_entry *entry,
    bool body, int64_t now_us);

#endif
