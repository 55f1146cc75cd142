/*
 * demo_fill - carries out a plan: makes a compartment and calls the operations that people would call.
 */
#ifndef CLI_DEMO_FILL_H
#define CLI_DEMO_FILL_H

#include "cli/demo_month.h"

/* directory: of the compartment, which must not hold one. Ids are noted in the plan. `days` before today are filled too. */
MUST_USE err demo_fill_city(const char *directory, struct demo_city *city, int32_t today, unsigned days);

#endif
