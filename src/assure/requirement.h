/*
 * requirement - the annex at a glance, one of its rows, the controls, and how it went over time: what officers, auditors, operators and
 * principals read. Nothing personal is in it.
 */
#ifndef ASSURE_REQUIREMENT_H
#define ASSURE_REQUIREMENT_H

#include "op/op.h"

extern const struct op requirement_list, requirement_see, requirement_controls, requirement_trend;

#endif
