/* job_int - the engine's side of jobs. */
#ifndef OP_JOB_INT_H
#define OP_JOB_INT_H

#include "op/engine_int.h"
#include "op/job.h"

MUST_USE err job_runner_start(struct engine *engine); /* what was under way is taken up again */
void job_runner_stop(struct engine *engine);          /* after the step under way */
void job_tick(struct engine *engine);                 /* there may be something to do; from any thread */

#endif
