/*
 * checks_inside - checks that begin at the door and end inside a core; see assure/inspect_*.h.
 */
#ifndef ASSURE_CHECKS_INSIDE_H
#define ASSURE_CHECKS_INSIDE_H

#include "assure/check.h"

extern const struct check checks_inside[];      /* ends with id == NULL */

#endif
