/*
 * caserecount - running clocks follow a calendar that was changed: from its first day on, and not before (W1 of worktime.h).
 */
#ifndef GOVERN_CASERECOUNT_H
#define GOVERN_CASERECOUNT_H

#include "op/job.h"

extern const struct job_kind caserecount_job; /* object: a case that was counted by another calendar */

#endif
