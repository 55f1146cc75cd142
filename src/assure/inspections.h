/*
 * inspections - every inspection there is, by its name: the modules' rows, joined.
 */
#ifndef ASSURE_INSPECTIONS_H
#define ASSURE_INSPECTIONS_H

#include "assure/inspect.h"

const struct inspection *inspections_find(const char *name);    /* NULL: no such row */
/* Our own mistakes in the arrays, found at start. INVALID: logged. */
MUST_USE err inspections_check(void);

#endif
