/*
 * sheet - the annex as a workbook (要件適合表): a worksheet for each annex, a row for each demand, with how it is proven at that moment.
 */
#ifndef ASSURE_SHEET_H
#define ASSURE_SHEET_H

#include "op/op.h"

extern const struct op sheet_requirements;

#endif
