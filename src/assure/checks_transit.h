/* checks_transit - what the doors speak. */
#ifndef ASSURE_CHECKS_TRANSIT_H
#define ASSURE_CHECKS_TRANSIT_H

#include "assure/check.h"

extern const struct check checks_transit[];

#endif
