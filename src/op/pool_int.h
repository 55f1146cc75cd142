/* pool_int - the few threads that do slow work (password hashing) without a database. */
#ifndef OP_POOL_INT_H
#define OP_POOL_INT_H

#include "op/engine_int.h"

MUST_USE err pool_start(struct engine *engine);
MUST_USE err pool_push(struct engine *engine, struct task *task);  /* LIMITED: too many wait */
void pool_stop(struct engine *engine);                             /* finishes what waits */
void engine_slow(struct task *task);                               /* what a pool thread does with a task */

#endif
