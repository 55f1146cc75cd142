/*
 * within - one operation carries out another, as its own caller and within its own transaction and event.
 *
 * W1  The caller needs the right to the other operation, as if it were called by itself: the same grants, the same objects.
 * W2  What waits for a second person or a confirmation there is not done here.
 */
#ifndef OP_WITHIN_H
#define OP_WITHIN_H

#include "op/op.h"

/*
 * values: FIELD_MAX of them, in the order of op->inputs.
 *
 * NOT_FOUND, DENIED   the caller may not
 * CONFIRM             the other operation is guarded for this call
 * others              as the other operation says. It may have written something: unless this call fails, too, only a refusal that is known
 *                     to come before its first row may be passed over
 */
MUST_USE err within_call(struct call *call, const struct op *op, const struct value *values);

#endif
