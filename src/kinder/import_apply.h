/*
 * import_apply - the job that writes a checked import about children, at once or on its day.
 *
 *   scheduled ── its day ─▶ applying ── people, then children and links, in steps ─▶ applied
 *                              └── something is no longer as it was checked ─▶ failed, nothing of it written
 *
 * A1  While an import of a facility is applying, its children are changed by nothing else (import_apply_busy): what is looked
 *     at before the first step holds until the last.
 * A2  Everything that can be refused is looked at before the first step. Only a login can be taken meanwhile, by another
 *     facility; so accounts come first, without membership, and are removed again when the import fails (import_job_clean).
 * A3  A step's rows and how far it came (import.written) are one commit, and the ids of what is made stand in the lines: taken up
 *     again after a crash it goes on where it stood and makes nothing twice.
 * A4  A key is durable before the step that needs it, and made for nobody else: what is never applied leaves none.
 */
#ifndef KINDER_IMPORT_APPLY_H
#define KINDER_IMPORT_APPLY_H

#include "kinder/import.h"

extern const struct job_kind import_apply_job;
MUST_USE err import_apply_start(void);

extern const struct statement import_apply_due;
extern const struct statement import_apply_under_way;

/* CONFLICT, with words: an import of the facility is applying. */
MUST_USE err import_apply_not_busy(struct call *call, struct id facility);
MUST_USE err import_apply_busy(struct row_context *rows, struct id facility, bool *busy_out);
/* Undoes what a failed import made of people, in bounded steps: accounts first (import->written goes to 0), then keys (not in a
 * step: it waits). LIMITED: more keys are left, a second later. */
MUST_USE err import_apply_undo(struct row_context *rows, struct import *import);
MUST_USE err import_apply_drop_keys(struct row_context *rows, const struct import *import);

#endif
