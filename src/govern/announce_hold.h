/*
 * announce_hold - who may not go on before having accepted what must be accepted first.
 *
 *   every request: is the session known to have accepted since the newest such text began to hold? ──yes──▶ on
 *                       └─no─▶ look ─▶ nothing is open: noted on the session, so that the next request need not look
 *
 * H1  In the usual case no statement is added to a request: since when something holds is kept by each thread for ANNOUNCE_HOLD_FRESH_US.
 * H2  What is published holds everywhere within that time, in sessions that exist, too. NT-3
 */
#ifndef GOVERN_ANNOUNCE_HOLD_H
#define GOVERN_ANNOUNCE_HOLD_H

#include "op/op.h"

#define ANNOUNCE_HOLD_FRESH_US ((int64_t)1000000)

/* engine_config.held */
MUST_USE err announce_hold(struct call *call);
extern const struct statement *const announce_hold_statements[]; /* derived by announce_hold_start; ends with NULL */
MUST_USE err announce_hold_start(void);

#endif
