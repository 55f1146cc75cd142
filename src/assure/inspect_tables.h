/*
 * inspect_tables - the program's own tables against what is written apart from them: access policy, classification, event catalogue
 * (AC-1, DA-1, LG-1).
 */
#ifndef ASSURE_INSPECT_TABLES_H
#define ASSURE_INSPECT_TABLES_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_tables[];        /* ends with name == NULL */
extern const struct check inspect_tables_checks[];      /* ends with id == NULL */

#endif
