/*
 * baseline - how the settings in effect stand to the secure baseline, and which differences an approved record accepts. CH-7
 */
#ifndef GOVERN_BASELINE_H
#define GOVERN_BASELINE_H

#include "op/op.h"

extern const struct op baseline_see;

MUST_USE err baseline_start(void);

#endif
