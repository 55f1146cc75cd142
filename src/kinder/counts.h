/*
 * counts - how many children are where on a day: numbers for the city, of facilities and classes, of nobody in particular.
 */
#ifndef KINDER_COUNTS_H
#define KINDER_COUNTS_H

#include "op/op.h"

extern const struct statement counts_children;
extern const struct op counts_see;

MUST_USE err counts_start(void);

#endif
