/*
 * assure - the proof that the annex of the contract is kept: catalogue, checks, matrix.
 *
 *   catalog/…yaml ─▶ requirement ─▶ control ─▶ check, register ─▶ status
 *
 * A1  No requirement is proven without a check that ran on at least one object, or a record that is approved and valid.
 * A2  A requirement is never better than the worst of what it rests on.
 */
#ifndef ASSURE_ASSURE_H
#define ASSURE_ASSURE_H

#include "op/job.h"
#include "op/op.h"

extern const struct entity *const assure_entities[];        /* all three end with NULL */
extern const struct op *const assure_ops[];
extern const struct job_kind *const assure_jobs[];

/*
 * Reads the catalogue and compares it with the program: events, checks. Once, before threads and before the sandbox.
 * NOT_FOUND, INVALID: what is wrong was logged with file and line.
 */
MUST_USE err assure_load(const char *folder);
/* Derives the module's lists; after row_plan_make, before threads. */
MUST_USE err assure_start(void);

#endif
