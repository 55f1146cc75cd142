/*
 * document_paper - what a document says: read once, in the sections that its kind names, and written for the render process.
 *
 * B1  The same rows, the same day and the same edition give the same bytes.
 */
#ifndef GOVERN_DOCUMENT_PAPER_H
#define GOVERN_DOCUMENT_PAPER_H

#include "govern/document_kind.h"

#define DOCUMENT_ROWS_MAX 1000      /* of one table */

struct document_paper {
	const struct document_kind *kind;
	struct id object;
	int64_t number, edition;        /* of the document */
	struct bytes title;             /* out: its title; in the call's arena */
	struct bytes content;           /* out: what op/renderwire takes; likewise */
	uint8_t source[32];             /* out: digest of what it says, apart from its number, edition and day */
};

/* Reads with the caller's eyes; may be called where a call prepares. TOO_LARGE: more rows than fit; NOT_FOUND: no such thing. */
MUST_USE err document_paper_write(struct call *call, struct document_paper *paper);

#endif
