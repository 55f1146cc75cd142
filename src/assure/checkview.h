/*
 * checkview - the checks as officers, auditors, operators and principals see them.
 */
#ifndef ASSURE_CHECKVIEW_H
#define ASSURE_CHECKVIEW_H

#include "assure/checkrow.h"

/* A stretch of equal results: an object of its own; context: struct json. */
MUST_USE err checkview_put_turn(void *context, const struct checkrow_turn *turn);

extern const struct op checkview_list, checkview_see;

#endif
