/*
 * csv_date - how dates are written in spreadsheets: 2025-04-01, 2025/4/1, 2025年4月1日, 令和7年4月1日, R7.4.1.
 */
#ifndef ENTITY_CSV_DATE_H
#define ENTITY_CSV_DATE_H

#include "base/arena.h"

/* The same date as YYYY-MM-DD in the arena; a text that is no such date, or is outside of its era, as it is. UNAVAILABLE: arena full. */
MUST_USE err csv_date(struct bytes text, struct arena *arena, struct bytes *date_out);

#endif
