/*
 * pool_int - the few threads that do slow work without a database: those that hash passwords, and one that has documents
 * rendered, which waits more than it works.
 */
#ifndef OP_POOL_INT_H
#define OP_POOL_INT_H

#include "op/engine_int.h"

MUST_USE err pool_start(struct pool *pool, unsigned threads);
MUST_USE err pool_push(struct pool *pool, struct task *task);      /* LIMITED: too many wait */
void pool_stop(struct pool *pool);                                 /* finishes what waits */
void engine_slow(struct task *task);                               /* what a pool thread does with a task */

#endif
