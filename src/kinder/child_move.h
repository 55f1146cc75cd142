/*
 * child_move - a child comes into another class, or to another facility of the same city.
 *
 * What was recorded of it at the former facility stays that facility's; its principal reaches the child no longer. The
 * guardians follow: they become guardians at the new facility, and no longer are any at the former one when no
 * other child of theirs is there.
 */
#ifndef KINDER_CHILD_MOVE_H
#define KINDER_CHILD_MOVE_H

#include "op/op.h"

extern const struct op child_move;
extern const struct statement child_move_others;

MUST_USE err child_move_start(void);

#endif
