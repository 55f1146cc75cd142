/*
 * import - a file taken over as a whole or not at all: a city's facilities, a facility's roster, its roll-over of the year.
 *
 *   begin ─▶ receiving ── put … put, check ─▶ checking ── the job's last step ─▶ checked ── apply ─▶ applied
 *                                                │  ▲                              │
 *                              the job gives up  ▼  └──────────── check ───────────┤ 24 h after begin
 *                                              failed ◀────────────────────────────┘ (what was sent is removed)
 *
 *   checked ── apply ─▶ applying ── import_apply_job's last step ─▶ applied        (roster, roll-over: many rows and keys)
 *           ── apply ─▶ scheduled ── its day ─▶ applying; ── cancel ─▶ cancelled    (with a day that is to come)
 *                       applying ── no longer as it was checked ─▶ failed, with its problems
 *
 * What differs between the kinds is in import_kind. Columns that the file does not have stay as they are; cells that are
 * empty make empty.
 *
 * How all or nothing is kept, for 528 rows as for 10,000:
 * M1  The check reads, compares and stores what each row would do (import_line), sealed, by bounded steps. Nothing is touched
 *     before apply.
 * M2  Facilities: apply writes what is staged (import_stage) in one commit: no read of the file, no key, no comparison is left
 *     for it. A facility that is not what the check saw refuses the whole. Children: import_apply.
 * M3  The event of that commit goes on in as many leaves as its rows need (op/record), so that each row's digest is in it.
 * M4  An import writes at most IMPORT_WRITE_MAX rows. Measured on two cores: 528 new facilities 5 ms with fsync,
 *     10,000 new ones 60 ms, 10,000 changed ones 110 ms.
 * M5  Keys made for what is never applied are destroyed (import_job_clean).
 */
#ifndef KINDER_IMPORT_H
#define KINDER_IMPORT_H

#include "entity/csv.h"
#include "op/job.h"
#include "op/stream.h"

#define IMPORT_WRITE_MAX 10000
#define IMPORT_PROBLEM_MAX 5000           /* kept one by one; problem_count counts all */
#define IMPORT_STORED_MAX ((int64_t)128 << 20) /* announced bytes of all imports that are under way */

enum import_state {
	IMPORT_RECEIVING, IMPORT_CHECKING, IMPORT_CHECKED, IMPORT_APPLIED, IMPORT_FAILED, IMPORT_SCHEDULED, IMPORT_APPLYING,
	IMPORT_CANCELLED,
};

struct import {
	struct row row;
	int32_t entity;             /* index into import_kinds */
	struct id facility;         /* zero: the city's */
	int32_t effective;          /* from which day on; 0 = at once */
	int64_t effective_at;       /* when that day begins */
	struct bytes name;          /* of the file, as the sender calls it */
	int32_t encoding;           /* enum csv_encoding */
	int32_t state;              /* enum import_state */
	int64_t size, received;
	int64_t rows, created, changed, moved, left, unchanged, accounts, problem_count;
	int64_t progress;           /* of the check, percent */
	struct id requester;
	int64_t begun_at, applied_at, applying_at;
	int64_t written;            /* how far import_apply_job has come */
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
extern const struct op import_cancel;
extern const struct op import_template;
extern const struct op import_apply;

MUST_USE err import_start(void);
MUST_USE err import_problem_put(struct row_context *rows, struct id import, const struct csv_problem *problem, size_t index);

/* For operations about an import. */
#define IMPORT_ID                                                                                                    \
	{.place = IN_PATH, .object = true, .field = {.name = "import", .ja = "取り込み", .en = "Import",             \
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "import"}}
extern const struct grant import_grants[];
#define IMPORT_OP(action, most)                                                                                      \
	.grants = import_grants, .policy = "import " action, .entity = &import_entity, .grade = most,                \
	.purpose_ja = "園の一覧や名簿を取り込むため", .purpose_en = "To take over a list of facilities or a roster",   \
	.requirements = "K-26 K-27"
/* How an import stands is of nobody; its rows are. */
#define IMPORT_SEE IMPORT_OP("see", GRADE_2)
#define IMPORT_SEE_ROWS IMPORT_OP("see", GRADE_3A)
#define IMPORT_RUN IMPORT_OP("run", GRADE_3A)
#define IMPORT_FORM IMPORT_OP("run", GRADE_2)

#endif
