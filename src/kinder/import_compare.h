/*
 * import_compare - a city's file against what is stored: what is wrong with it, what would be new, changed, unchanged.
 *
 * Runs on the jobs' thread; keeps everything in memory, bounded by CSV_ROW_MAX rows and IMPORT_PROBLEM_MAX problems.
 */
#ifndef KINDER_IMPORT_COMPARE_H
#define KINDER_IMPORT_COMPARE_H

#include "entity/csv.h"
#include "kinder/import.h"

struct import_bundle {
	struct buf rows;
	int64_t count;
};

struct import_comparison {
	struct csv_problem *problems;     /* by row and column */
	size_t problem_kept;
	int64_t problem_count;
	struct import_bundle *bundles;
	size_t bundle_count;
	int64_t rows, created, changed, unchanged;
};

MUST_USE err import_compare_start(void);
/* Reads the file by the reader and compares; without problems the keys of new facilities exist afterwards. */
MUST_USE err import_compare(struct row_context *rows, const struct compartment *compartment, struct bytes file,
    enum csv_encoding encoding, struct import_comparison *comparison_out);
void import_compare_free(struct import_comparison *comparison);

#endif
