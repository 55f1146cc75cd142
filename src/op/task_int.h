/* task_int - making and reusing tasks; what a submission said is copied, so that the door may forget it. */
#ifndef OP_TASK_INT_H
#define OP_TASK_INT_H

#include "op/engine_int.h"

MUST_USE err task_new(struct engine *engine, const struct submission *submission, struct task **task_out);
void task_free(struct task *task);           /* wipes what it held */
void task_drain(struct engine *engine);      /* at the end */

#endif
