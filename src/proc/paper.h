/*
 * paper - a document of op/renderwire.h laid out on A4 and written as a PDF. For one thread, after type_start.
 *
 * P1  The same document gives the same bytes: no clock, no chance, nothing that was drawn before.
 * P2  What a document costs is bounded: PAPER_PAGES_MAX, RENDERWIRE_PDF_MAX, and the limits of renderwire.
 * Everything is laid out twice: once for the number of pages, once to draw.
 */
#ifndef PROC_PAPER_H
#define PROC_PAPER_H

#include "op/renderwire.h"

#define PAPER_PAGES_MAX 400

/*
 * pdf_out must be empty.
 * INVALID: not a document. TOO_LARGE: too many pages, or the PDF is larger than RENDERWIRE_PDF_MAX. UNAVAILABLE: no memory.
 */
MUST_USE err paper_make(struct bytes document, struct buf *pdf_out);

#endif
