/* inspect_notice - what the cores look up about announcements: digests of what was published, lead times of what is in force, deliveries. */
#ifndef ASSURE_INSPECT_NOTICE_H
#define ASSURE_INSPECT_NOTICE_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_notice[];
extern const struct check inspect_notice_checks[];

#endif
