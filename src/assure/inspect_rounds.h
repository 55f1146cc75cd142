/*
 * inspect_rounds - what comes round: settings that rest on approved changes, reviews of accounts, trainings.
 */
#ifndef ASSURE_INSPECT_ROUNDS_H
#define ASSURE_INSPECT_ROUNDS_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_rounds[];        /* ends with name == NULL */
extern const struct check inspect_rounds_checks[];      /* ends with id == NULL */

#endif
