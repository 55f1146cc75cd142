/*
 * inspect_accord - what registers must say in accord with the program, its people and one another, where a table of rules cannot say it.
 */
#ifndef ASSURE_INSPECT_ACCORD_H
#define ASSURE_INSPECT_ACCORD_H

#include "assure/inspect.h"

extern const struct statement *const inspect_accord_statements[]; /* ends with NULL */

/* What the check that asks (in->check) looks for of this kind; nothing for any other. */
MUST_USE err inspect_accord(struct inspect *in);

#endif
