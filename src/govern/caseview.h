/*
 * caseview - a case and its kind, as they are shown.
 */
#ifndef GOVERN_CASEVIEW_H
#define GOVERN_CASEVIEW_H

#include "govern/casecall.h"

/* Members of an open object. */
void caseview_kind(struct call *call, const struct casekind *kind);
MUST_USE err caseview_item(struct call *call, const struct casefile *casefile);
/* The item, and fields, entries, clocks, moves and whom it may be given to. */
MUST_USE err caseview_whole(struct call *call, const struct casekind *kind, const struct casefile *casefile);

#endif
