/*
 * change - what waits for a second person: filed by the guard `approve`, decided by somebody else in the named role.
 *
 *   waiting ─approve─▶ applied    (change_approve: both persons in office, before-state unchanged, then applied)
 *      ├────────────▶ stale      (before-state differs: nothing is applied)
 *      ├─reject────▶ rejected
 *      └─withdraw──▶ withdrawn   (by its requester)
 */
#ifndef OP_CHANGE_H
#define OP_CHANGE_H

#include "op/op.h"

extern const struct op *const change_ops[]; /* ends with NULL */

#endif
