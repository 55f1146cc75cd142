/*
 * board - who is there today: the children of a facility or class with what was reported for a day.
 */
#ifndef KINDER_BOARD_H
#define KINDER_BOARD_H

#include "op/op.h"

extern const struct op board_see;

MUST_USE err board_start(void);

#endif
