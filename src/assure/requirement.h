/*
 * requirement - the annex at a glance, one of its rows, the controls, and how it went over time: what officers, auditors, operators and
 * principals read. Nothing personal is in it.
 */
#ifndef ASSURE_REQUIREMENT_H
#define ASSURE_REQUIREMENT_H

#include "assure/view.h"

/* All that is told of one: the members, inside an open object of view->json. */
MUST_USE err requirement_put(const struct view *view, const struct catalogue_requirement *requirement);

extern const struct op requirement_list, requirement_see, requirement_controls, requirement_trend;

#endif
