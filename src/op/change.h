/*
 * change - what waits for a second person: filed by the guard `approve`, decided by somebody else in the named role.
 *
 *   waiting ─approve─▶ applied    (change_approve: both persons in office, before-state unchanged, then applied)
 *      │   └────────▶ scheduled ─job─▶ applied   (change_apply: at its time both persons and the before-state are looked at again)
 *      │                  ├──────────▶ stale, failed
 *      ├────────────▶ stale      (before-state differs, or the requester may no longer: nothing is applied)
 *      ├─reject────▶ rejected    (of a scheduled one too)
 *      └─withdraw──▶ withdrawn   (by its requester; of a scheduled one too)
 *
 * C1  What is applied is what was asked for, to the state that the approver saw, by two people who may still do so.
 * C2  An applied change is undone by a change: its operation's `undo` with the values before, approved again (change_undo).
 */
#ifndef OP_CHANGE_H
#define OP_CHANGE_H

#include "op/job.h"
#include "op/op_entity.h"

extern const struct op *const change_ops[];         /* both end with NULL */
extern const struct job_kind *const change_jobs[];

/* What one input of its operation was asked to be; absent: not given, or there is no such input. Text borrows from the change. CORRUPT. */
MUST_USE err change_input(const struct change *change, const char *name, struct value *value_out);
/* The newest change of an operation that was applied and whose text input `name` is `value` (NULL: any). NOT_FOUND: none. */
MUST_USE err change_applied(struct row_context *c, const char *operation, const char *name, struct bytes value, struct change *change_out);
MUST_USE err change_start(void);

/* Before threads: who writes what follows from each row of a change, in the same commit. One may be told. */
void change_tell(err (*told)(struct row_context *c, const struct change *change));
/* Of the entity's descriptor. */
MUST_USE err change_follow_row(struct row_context *c, const void *row);

#endif
