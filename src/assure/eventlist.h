/*
 * eventlist - is every event that this program can write described in events.yaml, and nothing else? (LG-1)
 */
#ifndef ASSURE_EVENTLIST_H
#define ASSURE_EVENTLIST_H

#include <stddef.h>

#include "base/err.h"

/* Says each difference in words; returns how many there are. tell may be NULL. */
size_t eventlist_compare(void (*tell)(void *context, const char *words), void *context);
/* How many events were compared. */
size_t eventlist_count(void);
/* At start. INVALID: logged. */
MUST_USE err eventlist_check(void);

#endif
