/*
 * event_one - one event of the ledger: all that stands in clear, and for those who oversee the whole its proof (LG-1, LG-2).
 */
#ifndef OP_EVENT_ONE_H
#define OP_EVENT_ONE_H

#include "op/op.h"

extern const struct op event_one_see, event_one_proof;

#endif
