/*
 * checks - every check there is, by its id: the modules' rows, joined.
 *
 * Each array ends with a row without id. An id stands in one of them only.
 */
#ifndef ASSURE_CHECKS_H
#define ASSURE_CHECKS_H

#include <stddef.h>

#include "assure/check.h"

#define CHECKS_MAX 384

size_t checks_count(void);
const struct check *checks_at(size_t index);
const struct check *checks_find(const char *id);    /* NULL: no such row */
/* Our own mistakes in the arrays, found at start. INVALID: logged. */
MUST_USE err checks_check(void);

#endif
