/*
 * inspect_keys - keys: how old they are, that the one above them all is nowhere to be had, and that without the right one nothing
 * opens (CR-4, AC-2).
 */
#ifndef ASSURE_INSPECT_KEYS_H
#define ASSURE_INSPECT_KEYS_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_keys[];          /* ends with name == NULL */
extern const struct check inspect_keys_checks[];        /* ends with id == NULL */

#endif
