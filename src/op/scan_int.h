/*
 * scan_int - after the start: learn the newest digest of every row from the ledger, then sweep all rows against it.
 */
#ifndef OP_SCAN_INT_H
#define OP_SCAN_INT_H

#include "op/engine_int.h"

MUST_USE err scan_start(struct engine *engine);
void scan_stop(struct engine *engine);

#endif
