/*
 * row_cell_int - a stored row, column by column: sealing, opening and the digest.
 */
#ifndef ENTITY_ROW_CELL_INT_H
#define ENTITY_ROW_CELL_INT_H

#include "entity/row_plan_int.h"

/* One column as it is stored. */
struct row_cell {
	bool null;
	bool number;
	int64_t integer;
	struct bytes bytes;
};

/* The digest over all columns but the last, which is the digest itself. */
MUST_USE err row_cell_digest(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells,
    uint8_t digest_out[static HASH_LEN]);
/* A row's struct with its id and version -> cells, in the arena; the last cell is left to the caller. */
MUST_USE err row_cell_seal(struct row_context *c, const struct row_plan *plan, const void *row, struct row_cell *cells_out);
/* Back; texts in the arena. CORRUPT. */
MUST_USE err row_cell_open(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells, bool skip_sealed,
    void *row_out);
/* The sealed groups as they are stored; bound in the arena. CORRUPT. */
MUST_USE err row_cell_groups(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells,
    struct row_group groups_out[static GRADE_COUNT], size_t *count_out);

#endif
