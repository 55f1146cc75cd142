/* checks_package - that the proof of a requirement can be taken away and checked elsewhere. */
#ifndef ASSURE_CHECKS_PACKAGE_H
#define ASSURE_CHECKS_PACKAGE_H

#include "assure/check.h"

extern const struct check checks_package[];

#endif
