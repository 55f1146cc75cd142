/*
 * demo_records - what the demonstration has in its registers and as cases: data/demo-records.yaml, filed by one person and, where that
 * is asked for, approved by another.
 */
#ifndef CLI_DEMO_RECORDS_H
#define CLI_DEMO_RECORDS_H

#include "cli/demo_plan.h"
#include "op/local.h"

/* By the city's officer and administrator, or the provider's operators; days are reckoned from today. */
MUST_USE err demo_records_fill(struct local *local, const struct demo_city *city, int32_t today);

#endif
