/*
 * inspect_sealed - what is stored of the rows: sealed where it must be, and not to be changed unnoticed (CR-2, CR-3, CH-6).
 */
#ifndef ASSURE_INSPECT_SEALED_H
#define ASSURE_INSPECT_SEALED_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_sealed[];        /* ends with name == NULL */
extern const struct check inspect_sealed_checks[];      /* ends with id == NULL */

/* Every record is looked at once in so many days; a day's part is decided by the date alone. */
#define INSPECT_SEALED_DAYS 14

#endif
