/*
 * import - a city's list of facilities, taken over as a whole or not at all.
 *
 *   begin ─▶ receiving ── put … put, check ─▶ checking ── the job's last step ─▶ checked ── apply ─▶ applied
 *                                                │  ▲                              │
 *                              the job gives up  ▼  └──────────── check ───────────┤ 24 h after begin
 *                                              failed ◀────────────────────────────┘ (what was sent is removed)
 *
 * Identity of a row is the municipality's code and the facility's ID. Columns that the file does not have stay as they
 * are; cells that are empty make empty. The state of a facility is never taken from a file: closing asks for approval.
 *
 * How all or nothing is kept, for 528 rows as for 10,000:
 * M1  The check reads, compares, makes the new facilities' keys and stores what would be written, whole, in bundles
 *     (import_stage) by bounded steps. Nothing of a facility is touched before apply.
 * M2  apply writes what is staged in one commit: no read of the file, no key, no comparison is left for it. A facility that
 *     is not what the check saw refuses the whole. There is no half-applied state that a reader of facilities must know of.
 * M3  The event of that commit goes on in as many leaves as its rows need (op/record), so that each row's digest is in it.
 * M4  An import writes at most IMPORT_WRITE_MAX rows. Measured on two cores: 528 new rows 5 ms with fsync,
 *     10,000 new ones 60 ms, 10,000 changed ones 110 ms.
 */
#ifndef KINDER_IMPORT_H
#define KINDER_IMPORT_H

#include "op/job.h"
#include "op/stream.h"

#define IMPORT_WRITE_MAX 10000
#define IMPORT_PROBLEM_MAX 5000           /* kept one by one; problem_count counts all */
#define IMPORT_STORED_MAX ((int64_t)128 << 20) /* announced bytes of all imports that are under way */

enum import_state { IMPORT_RECEIVING, IMPORT_CHECKING, IMPORT_CHECKED, IMPORT_APPLIED, IMPORT_FAILED };

struct import {
	struct row row;
	int32_t entity;             /* index into the choices: facility */
	struct bytes name;          /* of the file, as the sender calls it */
	int32_t encoding;           /* enum csv_encoding */
	int32_t state;              /* enum import_state */
	int64_t size, received;
	int64_t rows, created, changed, unchanged, problem_count;
	int64_t progress;           /* of the check, percent */
	struct id requester;
	int64_t begun_at, applied_at;
};

struct import_problem {
	struct row row;
	struct id import;
	struct bytes place;         /* row and column as text that sorts */
	int64_t line, column;       /* from 1; line 1 is the heading; column 0: the whole row */
	struct bytes code, heading, ja, en;
};

extern const struct entity import_entity;
extern const struct entity import_problem_entity;
extern const struct statement import_under_way;
extern const struct op import_begin;
extern const struct op import_put;
extern const struct op import_check;
extern const struct op import_see;
extern const struct op import_problems;
extern const struct op import_apply;

MUST_USE err import_start(void);

#endif
