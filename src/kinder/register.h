/*
 * register - 出席簿: a class and a month, a mark for each child and day, and their sums.
 */
#ifndef KINDER_REGISTER_H
#define KINDER_REGISTER_H

#include "op/op.h"

extern const struct op register_see;
extern const struct op register_csv;
extern const struct op register_pdf;

MUST_USE err register_start(void);

#endif
