/*
 * scanner - a core's side of its scan process: a stranger's file goes out, a verdict comes back.
 *
 * Never called on the committer's thread: it waits.
 */
#ifndef OP_SCANNER_H
#define OP_SCANNER_H

#include "op/op.h"
#include "op/scanwire.h"

#define SCANNER_WAIT_MS 90000         /* for one file; the process itself gives the scanner less */
#define SCANNER_CHANNEL_WAIT_MS 3000

struct scanner_verdict {
	enum scanwire_verdict verdict;
	enum media media;
	int64_t signatures_us;            /* 0: the scanner does not say how old its signatures are */
	char engine[SCANWIRE_TEXT_MAX + 1];
	char found[SCANWIRE_TEXT_MAX + 1];
};

/* An empty file asks for the scanner alone: PASSED or ABSENT. UNAVAILABLE: no scan process for now, or it does not answer as it should. */
MUST_USE err scanner_ask(const struct compartment *compartment, struct bytes file, struct scanner_verdict *verdict_out);

#endif
