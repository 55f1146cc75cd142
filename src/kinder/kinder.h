/*
 * kinder - the kindergarten: facilities, classes, children, their guardians, absences and the class board; the import of a city's list.
 *
 * N1  What is personal is sealed under the child's or the guardian's own key, made before the row.
 * N2  A child, its class and its absences carry the same facility; only the operations here write it.
 */
#ifndef KINDER_KINDER_H
#define KINDER_KINDER_H

#include "op/job.h"

extern const struct entity *const kinder_forms[]; /* of files that are read; end with NULL */
extern const struct entity *const kinder_entities[];      /* each ends with NULL */
extern const struct op *const kinder_ops[];
extern const struct statement *const kinder_statements[];
extern const struct job_kind *const kinder_jobs[];

/* Derives the module's lists; after row_plan_make, before threads. */
MUST_USE err kinder_start(void);

#endif
