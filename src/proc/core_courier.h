/*
 * core_courier - a core's word with `courier`: mail and webhooks that are due go out, what became of them is recorded.
 *
 * What is under way is leased by memory alone: it ends with the channel, with this process, or after a while, and the letter goes again with
 * the same id. When the relay cannot be reached, one letter says so and the others rest.
 */
#ifndef PROC_CORE_COURIER_H
#define PROC_CORE_COURIER_H

#include "proc/core_teller.h"

/* As core_teller_start. */
MUST_USE err core_courier_start(const struct compartment *compartment, struct engine *engine, int channel, struct core_teller **out);

#endif
