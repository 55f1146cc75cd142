/*
 * difference - what a text has that its former edition had not, and the reverse, in pieces that a person can read.
 *
 * A piece is a line, or within a line a sentence (up to "。" and the like, with the brackets and marks that close it): the paragraphs
 * of Japanese rules are long, and what has changed in them is to be found at a glance.
 * D1  The pieces that stayed and went are the former text, in order; those that stayed and came are the new one.
 * D2  Where something was replaced, what went stands before what came. No two neighbours are of one kind.
 * D3  Of short texts as much as possible stayed. Of long ones it is found by the pieces that occur once in each, in bounded time.
 */
#ifndef GOVERN_DIFFERENCE_H
#define GOVERN_DIFFERENCE_H

#include "base/arena.h"

#define DIFFERENCE_TEXT_MAX ((size_t)64 << 10)  /* bytes of one text */

enum difference_kind { DIFFERENCE_SAME, DIFFERENCE_GONE, DIFFERENCE_NEW };
extern const char *const difference_names[];    /* "same", "gone", "new"; ends with NULL */

struct difference {
	enum difference_kind kind;
	struct bytes text;              /* borrowed from the texts compared */
};

/* The list is in the arena; no text at all: none. TOO_LARGE: a text is. */
MUST_USE err difference_make(struct bytes from, struct bytes to, struct arena *arena, struct difference **list_out, size_t *count_out);

#endif
