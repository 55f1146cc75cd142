/* checks_breach - a process that means harm, with the rights of a core. */
#ifndef ASSURE_CHECKS_BREACH_H
#define ASSURE_CHECKS_BREACH_H

#include "assure/check.h"

extern const struct check checks_breach[];

#endif
