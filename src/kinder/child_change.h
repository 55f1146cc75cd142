/*
 * child_change - what is known of a child is corrected.
 */
#ifndef KINDER_CHILD_CHANGE_H
#define KINDER_CHILD_CHANGE_H

#include "op/op.h"

extern const struct op child_change;

#endif
