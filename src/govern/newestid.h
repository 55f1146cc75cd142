/*
 * newestid - ids that begin with a time, the newest smallest: a list in the order of ids begins with the newest.
 */
#ifndef GOVERN_NEWESTID_H
#define GOVERN_NEWESTID_H

#include "base/id.h"

/* UNAVAILABLE: no randomness. */
MUST_USE err newestid_make(int64_t at_us, struct id *id_out);
/* Does the id begin with that time? */
bool newestid_fits(struct id id, int64_t at_us);

#endif
