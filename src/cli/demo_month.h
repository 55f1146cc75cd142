/*
 * demo_month - the days before a demonstration begins: absences, late and early ones, attendance, and a facility's own days.
 *
 * Made in order, by the operations that people call, under a clock that goes from the first day to now (base/clock): nothing is
 * entered as of the past.
 */
#ifndef CLI_DEMO_MONTH_H
#define CLI_DEMO_MONTH_H

#include "cli/demo_plan.h"
#include "op/local.h"

#define DEMO_MONTH_FACILITIES 2  /* of a city have such days */

/* The clock stands at noon of the day `days` before today; to be called before the compartment is opened. */
MUST_USE err demo_month_begin(int32_t today, unsigned days);
/* The own days of the facilities, then each school day until yesterday; the clock shows the true time afterwards. */
MUST_USE err demo_month_fill(struct local *local, const struct demo_city *city, int32_t today, unsigned days);

#endif
