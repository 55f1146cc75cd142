/* checks_guard - what needs a confirmation, or a second person. */
#ifndef ASSURE_CHECKS_GUARD_H
#define ASSURE_CHECKS_GUARD_H

#include "assure/check.h"

extern const struct check checks_guard[];

#endif
