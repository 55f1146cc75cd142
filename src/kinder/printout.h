/*
 * printout - what the documents of the kindergarten have in common: dates in words, the head, the way to a PDF.
 */
#ifndef KINDER_PRINTOUT_H
#define KINDER_PRINTOUT_H

#include "op/render.h"

#define PRINTOUT_DATE_MAX 64

struct printout {
	struct bytes title, subtitle, footer;
	bool landscape;
};

/* 2026年11月24日（火）, Tuesday, 24 November 2026 */
void printout_date(int32_t date, enum language language, char text_out[static PRINTOUT_DATE_MAX]);
/* 2026年11月, November 2026 */
void printout_month(int32_t date, enum language language, char text_out[static PRINTOUT_DATE_MAX]);
const char *printout_weekday(int32_t date, enum language language); /* 火, Tue */

/* Where an operation is slow: a document as of the call's moment, and the PDF of it in the call's arena. */
MUST_USE err printout_begin(struct call *call, const struct printout *printout, struct render **render_out);
MUST_USE err printout_make(struct call *call, struct render *render, struct bytes *pdf_out);

#endif
