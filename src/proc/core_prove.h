/*
 * core_prove - a core's word with `prove`: says what there is to check, prepares its accounts, looks things up, records results.
 *
 * A thread of its own with a read connection of its own. Of what `prove` can ask nothing is an operation of its choice: accounts and
 * facilities made for checks, a result, and the inspections of assure/inspections.h.
 */
#ifndef PROC_CORE_PROVE_H
#define PROC_CORE_PROVE_H

#include "op/engine.h"

struct core_prove;

/* channel: to `prove`, or -1 for now. compartment and engine stay the caller's. UNAVAILABLE: no thread or memory. */
MUST_USE err core_prove_start(const struct compartment *compartment, struct engine *engine, int channel, struct core_prove **out);
/* `prove` has been started afresh; may be called from any thread. channel is ours from now on. */
void core_prove_channel(struct core_prove *prove, int channel);
/* Before the engine stops. */
void core_prove_stop(struct core_prove **prove);

#endif
