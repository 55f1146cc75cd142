/* checks_history - what the record shows, and to whom. */
#ifndef ASSURE_CHECKS_HISTORY_H
#define ASSURE_CHECKS_HISTORY_H

#include "assure/check.h"

extern const struct check checks_history[];

#endif
