/*
 * csv_int - single cells, for the folder.
 */
#ifndef ENTITY_CSV_INT_H
#define ENTITY_CSV_INT_H

#include "entity/csv.h"

#define CSV_BOM "\xef\xbb\xbf"

/* What a spreadsheet would take for a formula, perhaps behind apostrophes: then one more apostrophe makes it a text again. */
bool csv_formula(struct bytes text);
/* One cell, quoted where needed. guard: a spreadsheet must not take it for a formula. */
MUST_USE err csv_cell(struct bytes text, bool guard, struct buf *out);

#endif
