/* checks_access - who reaches what. */
#ifndef ASSURE_CHECKS_ACCESS_H
#define ASSURE_CHECKS_ACCESS_H

#include "assure/check.h"

extern const struct check checks_access[];

#endif
