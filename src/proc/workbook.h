/*
 * workbook - a document of op/renderwire.h written as a workbook (XLSX, ISO/IEC 29500). For one thread.
 *
 * A heading begins a worksheet of that name; what stands before the first is the worksheet of the title. A table becomes rows below one
 * another, its head in bold; any other text a row of one cell. Codes (QR) have no place in it.
 * B1  The same document gives the same bytes.
 * B2  Every cell is text: nothing of a document is ever a formula, a number that is rounded or a link.
 *
 * Made here and not by libxlsxwriter, which writes the finished package and its parts by path: this process has no files.
 */
#ifndef PROC_WORKBOOK_H
#define PROC_WORKBOOK_H

#include "op/renderwire.h"

#define WORKBOOK_SHEETS_MAX 32

/* xlsx_out must be empty. INVALID: not a document, or one with a code. TOO_LARGE: more worksheets, or more than RENDERWIRE_PDF_MAX. */
MUST_USE err workbook_make(struct bytes document, struct buf *xlsx_out);

#endif
