/*
 * turn_int - slow calls about the same thing (sign-ins with one login) take turns.
 *
 * Each counts itself as a failure before it is verified; side by side, five right passwords would lock their owner out.
 */
#ifndef OP_TURN_INT_H
#define OP_TURN_INT_H

#include "op/engine_int.h"

#define TURN_WAITING_MAX 16   /* for one thing; one more is refused */

/* *go_out: it is the task's turn; otherwise it waits and comes back from turn_end of the one before. LIMITED: too many wait. */
MUST_USE err turn_begin(struct engine *engine, struct task *task, bool *go_out);
/* The task is over. The next one whose turn it is, or NULL. */
struct task *turn_end(struct engine *engine, struct task *task);

#endif
