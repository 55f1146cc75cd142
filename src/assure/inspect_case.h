/* inspect_case - whether anything that was asked has waited for its answer beyond its time. */
#ifndef ASSURE_INSPECT_CASE_H
#define ASSURE_INSPECT_CASE_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_case[];
extern const struct check inspect_case_checks[];

#endif
