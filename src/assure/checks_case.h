/* checks_case - what people ask and others answer: how its time is counted, and that a request reaches somebody. */
#ifndef ASSURE_CHECKS_CASE_H
#define ASSURE_CHECKS_CASE_H

#include "assure/check.h"

extern const struct check checks_case[];

#endif
