/*
 * morning - the list of the morning, on paper: who is expected, who is not, allergies, and who fetches whom.
 */
#ifndef KINDER_MORNING_H
#define KINDER_MORNING_H

#include "op/op.h"

extern const struct op morning_list;

#endif
