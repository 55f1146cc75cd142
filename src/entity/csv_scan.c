/*
 * csv_scan - RFC 4180, strictly: quotes stand around a whole cell, are doubled inside, and are closed.
 *
 * Records end with CRLF; a bare LF is taken for one as well.
 */
#include <string.h>

#include "entity/csv_scan_int.h"

static uint8_t peek(const struct csv_scan *scan)
{
	return scan->rest.len == 0 ? '\0' : scan->rest.ptr[0];
}

static void skip(struct csv_scan *scan, size_t len)
{
	scan->rest = (struct bytes){scan->rest.ptr + len, scan->rest.len - len};
}

/* The length of the line end at the front, 0 when there is none. */
static size_t line_end(struct bytes rest)
{
	if (rest.len >= 1 && rest.ptr[0] == '\n')
		return 1;
	return rest.len >= 2 && rest.ptr[0] == '\r' && rest.ptr[1] == '\n' ? 2 : 0;
}

static bool at_cell_end(const struct csv_scan *scan)
{
	return scan->rest.len == 0 || peek(scan) == ',' || line_end(scan->rest) != 0;
}

static bool cut_bare(struct csv_scan *scan, struct bytes *cell_out)
{
	struct bytes cell = {scan->rest.ptr, 0};
	bool good = true;

	while (!at_cell_end(scan)) {
		good = good && peek(scan) != '"' && peek(scan) != '\r';
		skip(scan, 1);
		cell.len++;
	}
	*cell_out = cell;
	return good;
}

/* Without the doubled quotes; only a cell that has some is copied. */
static err unquote(struct bytes raw, struct arena *arena, struct bytes *cell_out)
{
	uint8_t *copy;
	size_t len = 0;

	*cell_out = raw;
	if (raw.len == 0 || memchr(raw.ptr, '"', raw.len) == NULL)
		return OK;
	copy = arena_alloc(arena, raw.len);
	if (copy == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < raw.len; i++) {
		copy[len++] = raw.ptr[i];
		i += raw.ptr[i] == '"' ? 1 : 0;
	}
	*cell_out = (struct bytes){copy, len};
	return OK;
}

/* The length of the content behind an opening quote; false: the quote is never closed. */
static bool quoted_len(struct bytes rest, size_t *len_out)
{
	size_t at = 0;

	while (at < rest.len) {
		if (rest.ptr[at] != '"') {
			at++;
		} else if (at + 1 < rest.len && rest.ptr[at + 1] == '"') {
			at += 2;
		} else {
			*len_out = at;
			return true;
		}
	}
	return false;
}

static err cut_quoted(struct csv_scan *scan, struct arena *arena, struct bytes *cell_out, bool *good_out)
{
	size_t len;

	skip(scan, 1);
	*good_out = quoted_len(scan->rest, &len);
	if (!*good_out) {
		(void)cut_bare(scan, cell_out); /* go on with the next line */
		return OK;
	}
	TRY(unquote((struct bytes){scan->rest.ptr, len}, arena, cell_out));
	skip(scan, len + 1);
	*good_out = at_cell_end(scan);
	return OK;
}

/* A quote that has gone wrong takes the rest of its line with it. */
static void skip_line(struct csv_scan *scan)
{
	while (scan->rest.len != 0 && line_end(scan->rest) == 0)
		skip(scan, 1);
}

static bool only_line_ends(struct bytes rest)
{
	for (size_t i = 0; i < rest.len; i++)
		if (rest.ptr[i] != '\r' && rest.ptr[i] != '\n')
			return false;
	return true;
}

err csv_scan_next(struct csv_scan *scan, struct arena *arena, bool *found_out)
{
	*found_out = !only_line_ends(scan->rest);
	if (!*found_out)
		return OK;
	scan->row++;
	scan->count = 0;
	scan->bad_column = 0;
	for (;;) {
		struct bytes cell = {0};
		bool good = true;

		if (peek(scan) == '"')
			TRY(cut_quoted(scan, arena, &cell, &good));
		else
			good = cut_bare(scan, &cell);
		if (scan->count < CSV_COLUMN_MAX)
			scan->cells[scan->count] = cell;
		scan->count++;
		if (!good) {
			scan->bad_column = (uint32_t)scan->count;
			skip_line(scan);
		}
		if (scan->rest.len == 0 || peek(scan) != ',')
			break;
		skip(scan, 1);
	}
	skip(scan, line_end(scan->rest));
	return OK;
}
