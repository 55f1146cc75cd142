/* checks_host - the state of the machine and of our own processes on it. */
#ifndef ASSURE_CHECKS_HOST_H
#define ASSURE_CHECKS_HOST_H

#include "assure/check.h"

extern const struct check checks_host[];

#endif
