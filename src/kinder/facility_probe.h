/*
 * facility_probe - the facilities that checks work on: a, b and c. Ordinary ones, flagged except in the compartment that is made
 * for checks as a whole, and asked for by the checking process only. c has short limits.
 */
#ifndef KINDER_FACILITY_PROBE_H
#define KINDER_FACILITY_PROBE_H

#include "op/op.h"

extern const struct op facility_probe; /* LOCAL: {code: "a"|"b"|"c"} gives {id}; makes it, or opens it again */

MUST_USE err facility_probe_start(void);

#endif
