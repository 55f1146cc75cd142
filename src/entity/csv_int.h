/*
 * csv_int - what is a formula, for the folder.
 */
#ifndef ENTITY_CSV_INT_H
#define ENTITY_CSV_INT_H

#include "entity/csv.h"

/* What a spreadsheet would take for a formula, perhaps behind apostrophes: then one more apostrophe makes it a text again. */
bool csv_formula(struct bytes text);

#endif
