/*
 * recordfile - a register as a file: out for spreadsheets, in through the reader process.
 *
 * F1  All rows of a file are judged before any is written; they are written in one call, and decided as one (record.h, R4).
 * F2  A row with the number of a record is a new edition of it, unless it says the same; one without is a new record.
 */
#ifndef GOVERN_RECORDFILE_H
#define GOVERN_RECORDFILE_H

#include "govern/record.h"

#define RECORDFILE_ROWS_MAX 300         /* of one file that comes in */

extern const struct op recordfile_export, recordfile_import;

MUST_USE err recordfile_start(void);

#endif
