/*
 * checkview - the checks as officers, auditors, operators and principals see them.
 */
#ifndef ASSURE_CHECKVIEW_H
#define ASSURE_CHECKVIEW_H

#include "op/op.h"

extern const struct op checkview_list, checkview_see;

#endif
