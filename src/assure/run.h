/*
 * run - the life of the process of one run: it takes its order, tries, says what it saw, and ends.
 */
#ifndef ASSURE_RUN_H
#define ASSURE_RUN_H

#include "assure/check.h"

#define RUN_WORLD "world"       /* the order to make what the checks work with */
#define RUN_WORLD_SECONDS 120

/* The time limit of a check, and its rights; RUN_WORLD has its own. INVALID: no such check. */
MUST_USE err run_limits(const char *check, unsigned *seconds_out, enum rights *rights_out);
/* channel: to `prove`. narrow: takes the filter of a core (RIGHTS_HOSTILE); NULL: there is none to take.
 * Returns the exit status: 0 when the result was handed over. */
int run_main(int channel, err (*narrow)(void));

#endif
