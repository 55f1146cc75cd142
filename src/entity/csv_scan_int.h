/*
 * csv_scan_int - RFC 4180: bytes to records of cells, before any encoding is looked at.
 *
 * Works for UTF-8 and CP932 alike: no byte of a multibyte character in either is a comma, quote or line end.
 */
#ifndef ENTITY_CSV_SCAN_INT_H
#define ENTITY_CSV_SCAN_INT_H

#include "base/arena.h"
#include "entity/csv.h"

struct csv_scan {
	struct bytes rest;
	uint32_t row;                       /* of the record last cut */
	size_t count;                       /* its cells, also those beyond CSV_COLUMN_MAX */
	struct bytes cells[CSV_COLUMN_MAX]; /* without quotes */
	uint32_t bad_column;                /* 0, or where the quotes go wrong; the record was cut at its line end then */
};

/* false: the file is at its end. UNAVAILABLE: arena full. */
MUST_USE err csv_scan_next(struct csv_scan *scan, struct arena *arena, bool *found_out);

#endif
