/*
 * inspect_people - accounts as they stand: second factors of those with wide rights, and what is left of those who have gone (ID-4,
 * ID-7, DA-6).
 */
#ifndef ASSURE_INSPECT_PEOPLE_H
#define ASSURE_INSPECT_PEOPLE_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_people[];        /* ends with name == NULL */
extern const struct check inspect_people_checks[];      /* ends with id == NULL */
extern const struct statement *const inspect_people_statements[]; /* ends with NULL */

#endif
