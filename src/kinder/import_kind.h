/*
 * import_kind - what can be imported. What differs between the kinds is in these rows: the columns of the file, how a row
 * is compared with what is stored, how it is written. Everything else is the same for all (kinder/import.h).
 */
#ifndef KINDER_IMPORT_KIND_H
#define KINDER_IMPORT_KIND_H

#include "kinder/import_compare.h"

struct import_kind {
	const char *unit_ja, *unit_en;     /* what is counted */
	const char *double_ja, *double_en; /* what two rows have in common */
	const char *once_ja, *once_en;     /* what to do about it */
	const struct entity *columns;      /* of the file */
	size_t column_count;               /* the first ones of its fields */
	size_t key;                        /* the column that says what a row is about */
	const struct entity *target;       /* whose fields a line changes */
	bool of_facility;                  /* by its principal, possibly from a later day on; else the city's, by its administrator */
	/* Once before the rows; NULL: nothing to prepare. */
	err (*open)(struct import_compare *c);
	/* A row whose cells are good, each by itself. Adds problems and lines. */
	err (*row)(struct import_compare *c, uint32_t row, const struct value *values);
	/* Writes all in the call that applies; NULL: the job import_apply writes the lines. */
	err (*at_once)(struct call *call, struct id import, int64_t count);
};

extern const struct import_kind import_facility, import_roster, import_rollover;
extern const struct import_kind *const import_kinds[]; /* by import.entity */

#endif
