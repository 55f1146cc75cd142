/*
 * type - the fonts, and lines of text set in them. For one thread.
 *
 * Fonts are mapped once, before the process gives up its files; nothing is opened later. No library but HarfBuzz looks
 * at the text: it shapes, and lines are broken here by the Japanese rules (JIS X 4051: what may not begin or end a line).
 *
 *   type_start ─▶ type_set … ─▶ type_cut: fonts of the letters that were set, no others ─▶ type_draw … ─▶ type_forget ─▶ type_set …
 *
 * cairo cuts fonts as well, but keeps a megabyte of Noto's subroutines; so it gets fonts without any.
 */
#ifndef PROC_TYPE_H
#define PROC_TYPE_H

#include <cairo.h>

#include "base/bytes.h"

#define TYPE_LEADING 1.5      /* height of a line, in sizes */

enum type_weight { TYPE_REGULAR, TYPE_BOLD, TYPE_WEIGHT_COUNT };
enum type_side { TYPE_LEFT, TYPE_CENTER, TYPE_RIGHT };

/* Once, while files can be opened. UNAVAILABLE: the fonts are not installed; logged. */
MUST_USE err type_start(void);

struct type_style {
	enum type_weight weight;
	double size;              /* points */
};

struct type_glyph;
struct type_line { size_t first, count; double width; }; /* glyphs */

/* Owns all but the text. */
struct type_lines {
	struct bytes text;
	struct type_style style;
	struct type_glyph *glyphs;
	size_t glyph_count;
	struct type_line *lines;
	size_t count;             /* at least one */
};
void type_lines_free(struct type_lines *lines);

/* text: UTF-8, borrowed; line feeds break. Lines are at most `width` points wide, unless one character is wider. UNAVAILABLE: no memory. */
MUST_USE err type_set(struct bytes text, struct type_style style, double width, struct type_lines *lines_out);
/* Once everything that will be drawn has been set. UNAVAILABLE: no memory. */
MUST_USE err type_cut(void);
/* After the last surface is gone: nothing of a document stays, not in cairo's caches either. */
void type_forget(void);
/* Lines first .. first + count - 1, the first one's top at y. UNAVAILABLE: no memory; cairo keeps its own errors.
 * INVALID: what is drawn was not set before type_cut. */
MUST_USE err type_draw(const struct type_lines *lines, size_t first, size_t count, enum type_side side, cairo_t *cairo, double x, double y, double width);

#endif
