/*
 * inspect_books - what the registers must say: how new, how complete, nothing overdue, and in accord with one another and with the
 * program. Each check of that kind is some lines of one table, or a look of its own where a table cannot say it.
 */
#ifndef ASSURE_INSPECT_BOOKS_H
#define ASSURE_INSPECT_BOOKS_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_books[];         /* ends with name == NULL */
extern const struct check inspect_books_checks[];       /* ends with id == NULL */

#endif
