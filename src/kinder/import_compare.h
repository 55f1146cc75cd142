/*
 * import_compare - a file against what is stored: what is wrong with it, and what each of its rows would do.
 *
 * Runs on the jobs' thread; keeps everything in memory, bounded by CSV_ROW_MAX rows and IMPORT_PROBLEM_MAX problems.
 */
#ifndef KINDER_IMPORT_COMPARE_H
#define KINDER_IMPORT_COMPARE_H

#include "entity/csv.h"
#include "kinder/facility.h"
#include "kinder/import.h"
#include "kinder/import_line.h"

struct import_kind;

struct import_bundle {
	struct buf rows;
	int64_t count;
};

struct import_comparison {
	struct csv_problem *problems;     /* by row and column */
	size_t problem_kept;
	int64_t problem_count;
	struct import_bundle *bundles;    /* of kinds that are written at once */
	size_t bundle_count;
	struct import_line *lines;        /* of every row without a problem */
	size_t line_count;
	struct arena kept;                /* the lines' texts */
	int64_t rows, counts[IMPORT_UNCHANGED + 1], accounts;
};

/* A comparison under way, as kinds see it. */
struct import_compare {
	struct import_comparison *result;
	const struct import *import;
	const struct import_kind *kind;
	struct row_context rows;          /* with the scratch arena */
	struct arena scratch;             /* of one row */
	struct arena stored;              /* of the whole */
	struct problems found[2];         /* by language; of one row */
	uint32_t columns[FIELD_MAX];      /* of the file, by field; 0 = it has none */
	int32_t today, day;               /* day: on which it is to be applied */
	bool row_bad;                     /* a problem of this row has been told */
	void *own;                        /* the kind's, in stored */
	struct import_identity *identities;
	size_t identity_count;
	struct buf keys;
	struct id *created;               /* whose keys are to be made */
	size_t created_count;
	uint32_t last_row;
};

/* Reads the file by the reader and compares; without problems the keys that at_once needs exist afterwards. */
MUST_USE err import_compare(struct row_context *rows, const struct compartment *compartment, const struct import *import,
    int64_t now_us, struct bytes file, struct import_comparison *comparison_out);
void import_compare_free(struct import_comparison *comparison);

/* For kinds. column: place in the kind's columns. */
MUST_USE err import_compare_problem(struct import_compare *c, uint32_t row, size_t column, enum flaw flaw, const char *ja, const char *en);
/* What no two rows may have in common. */
MUST_USE err import_compare_remember(struct import_compare *c, uint32_t row, struct bytes key);
/* told: action, name and class. */
MUST_USE err import_compare_line(struct import_compare *c, uint32_t row, const struct import_line *told, const struct import_content *content);
/* Every field in which they differ; false: memory lacks. */
bool import_compare_changes(const struct entity *target, const void *before, const void *after, struct import_content *content);
MUST_USE err import_compare_bundle(struct import_compare *c, const struct facility *facility, bool new_one, struct bytes fields);
void import_compare_key(struct import_compare *c, struct id owner);

#endif
