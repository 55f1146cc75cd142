/*
 * import_stage - what an import would write, kept in bundles until it is applied or given up.
 *
 *   bundle: { blob row } …      row: u8 1 = new, 2 = changed | id | u64 version | digest[32] | each field as value_encode has it
 */
#ifndef KINDER_IMPORT_STAGE_H
#define KINDER_IMPORT_STAGE_H

#include "entity/csv.h"
#include "kinder/facility.h"

#define IMPORT_STAGE_BUNDLE_MAX 57344

struct import_stage {
	struct row row;
	struct id import;
	int64_t position, count;
	struct bytes rows;
};

extern const struct entity import_stage_entity;

MUST_USE err import_stage_start(void);
/* All fields of a facility, for comparing and for a bundle. */
MUST_USE err import_stage_fields(const struct facility *facility, struct buf *out);
/* new: row.id is set, the rest of the head is not asked; changed: the head as it was read. */
MUST_USE err import_stage_put(const struct facility *facility, bool new_one, struct bytes fields, struct buf *bundle);
/* Writes everything staged. CONFLICT: a facility is not as it was when it was checked, or there is one already. */
MUST_USE err import_stage_apply(struct call *call, struct id import, int64_t count);
/* Keys of new facilities that have not come to be are destroyed. LIMITED: more are left, a second later. */
MUST_USE err import_stage_drop_keys(struct row_context *rows, struct id import);
MUST_USE err import_stage_remove(struct row_context *rows, struct id import, size_t *count_out); /* some */

#endif
