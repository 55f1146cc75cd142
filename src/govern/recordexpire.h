/*
 * recordexpire - the day after its last, a record is expired; some time before, people are told to renew it. Noted by the clock.
 */
#ifndef GOVERN_RECORDEXPIRE_H
#define GOVERN_RECORDEXPIRE_H

#include "op/job.h"

extern const struct job_kind recordexpire_job;

MUST_USE err recordexpire_start(void);

#endif
