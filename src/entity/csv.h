/*
 * csv - RFC 4180 in (UTF-8 with or without BOM, CP932) and out (UTF-8 with BOM, CRLF).
 *
 * Cells that a spreadsheet would take for a formula (= + - @ tab CR first) get a leading apostrophe on the way out, undone on the way in.
 * What CP932 cannot say or UTF-8 has malformed is reported with row and column, never replaced.
 */
#ifndef ENTITY_CSV_H
#define ENTITY_CSV_H

#include "entity/value.h"

enum csv_encoding { CSV_AUTO, CSV_UTF8, CSV_CP932 };
#define CSV_CELL_MAX 4096
#define CSV_COLUMN_MAX 64
#define CSV_ROW_MAX 20000
#define CSV_SIZE_MAX ((size_t)16 << 20)

struct csv_problem { uint32_t row; uint32_t column; enum flaw flaw; char heading[64]; char message_ja[240]; char message_en[240]; };

struct csv_sink {
	void *context;
	/* Once, after a sound heading: columns[i] is the column of entity field i, counted from 1; 0 = none. May be NULL. */
	err (*heading)(void *context, const uint32_t columns[static FIELD_MAX]);
	/* a valid row: values[i] for entity field i */
	err (*row)(void *context, uint32_t row, const struct value *values);
	err (*problem)(void *context, const struct csv_problem *problem);
};
/* Loads what converts CP932; before a process gives up its view of the file system. UNAVAILABLE: the C library has no CP932. */
MUST_USE err csv_start(void);
/* Whole file at once -> rows and problems through sink; header row names columns by field.column, ja or name; columns that name no
 * field are passed over (of a strict entity: problems that do not stop the reading). Dates are taken as csv_date has them. arena is reset per row. A problem's row counts records from 1 (the heading), its column from 1; 0 = the whole row.
 * INVALID: no header can be made out. TOO_LARGE: more than CSV_SIZE_MAX or CSV_ROW_MAX. Either way a problem has been reported.
 * The sink's errors pass through. */
MUST_USE err csv_read(struct bytes file, enum csv_encoding encoding, const struct entity *entity, struct arena *arena, const struct csv_sink *sink);
/* Out, a table that is no entity: begins with the BOM. One cell, quoted where needed; guard: a spreadsheet must not take it
 * for a formula. */
#define CSV_BOM "\xef\xbb\xbf"
MUST_USE err csv_cell(struct bytes text, bool guard, struct buf *out);
/* UTF-8 to CP932. INVALID: there is a letter that it cannot say; nothing is appended. UNAVAILABLE: no memory, or csv_start was not called. */
MUST_USE err csv_cp932(struct bytes text, struct buf *out);
/* Out: id, then all fields but BYTES and secret ones; cells of groups that are not wanted stay empty. */
MUST_USE err csv_head(const struct entity *entity, struct buf *out);   /* BOM and heading */
MUST_USE err csv_row(const struct entity *entity, const void *row, const char *groups, struct buf *out);

#endif
