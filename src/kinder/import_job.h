/*
 * import_job - the two jobs of an import: the check, a dry run, and the removal of what is no longer needed.
 */
#ifndef KINDER_IMPORT_JOB_H
#define KINDER_IMPORT_JOB_H

#include "op/job.h"

extern const struct statement import_job_overdue;
extern const struct job_kind import_job_check;
extern const struct job_kind import_job_clean;
extern const struct statement import_job_overdue;

MUST_USE err import_job_start(void);

#endif
