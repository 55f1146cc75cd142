#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cairo-pdf.h>
#include <qrencode.h>

#include "proc/archive.h"
#include "proc/paper.h"
#include "proc/type.h"

/* Points: 1/72 inch. */
#define SHORT_SIDE 595.28
#define LONG_SIDE 841.89
#define MARGIN_SIDE 48.0
#define MARGIN_TOP 48.0
#define MARGIN_FOOT 58.0
#define FOOT_TOP 46.0          /* of the footer's line, from the lower edge */
#define GAP 6.0                /* between one thing and the next */
#define CELL_PADDING 3.0
#define KEEP_WITH_NEXT 64.0    /* a heading does not stand alone at the foot of a page */
#define QR_SIDE 119.0          /* 42 mm with its quiet zone */
#define QR_QUIET 4             /* modules; ISO/IEC 18004 */
#define LINE_WIDTH 0.5
#define SLACK 0.01
#define COVER_TOP 210.0        /* of the title on a cover */
#define HEADER_TOP 24.0
#define SEAL_SIDE 58.0         /* of a box for a seal; its name stands above */
#define NUMBER_WIDTH 36.0      /* of a page's number in the list of contents */
#define LEADER_DOT 1.0
#define LEADER_GAP 3.0

static const struct type_style style_title = {TYPE_BOLD, 17}, style_subtitle = {TYPE_REGULAR, 11}, style_heading = {TYPE_BOLD, 13},
    style_text = {TYPE_REGULAR, 10.5}, style_note = {TYPE_REGULAR, 8.5}, style_foot = {TYPE_REGULAR, 8}, style_cell = {TYPE_REGULAR, 9},
    style_cell_bold = {TYPE_BOLD, 9}, style_cover = {TYPE_BOLD, 24}, style_cover_line = {TYPE_REGULAR, 12}, style_seal = {TYPE_REGULAR, 16};

struct cell {
	struct type_lines lines;
	unsigned flags;
	enum type_side side;
	double x, width;
};

struct paper {
	cairo_t *cairo;               /* NULL: only counted */
	struct renderwire_head head;
	double width, height;         /* of the page */
	double y;                     /* where the next thing goes */
	unsigned page, pages;         /* pages: 0 while counted */
	bool break_due;
	unsigned headings[RENDERWIRE_ITEM_MAX]; /* the page that each stands on, as counted */
	size_t heading_count;         /* so far, in this pass */
	/* the open table */
	struct renderwire_item table;
	size_t filled;                /* cells of the row */
	bool headed;                  /* its head stands on this page */
	struct cell cells[RENDERWIRE_COLUMN_MAX], heads[RENDERWIRE_COLUMN_MAX];
};

static double line_height(struct type_style style)
{
	return style.size * TYPE_LEADING;
}

static double area_width(const struct paper *p)
{
	return p->width - 2 * MARGIN_SIDE;
}

static double room(const struct paper *p)
{
	return p->height - MARGIN_FOOT - p->y;
}

/* ---- pages ---- */

static err draw_at(struct paper *p, struct bytes text, struct type_style style, enum type_side side, double y)
{
	OWN(type_lines) lines = {0};

	TRY(type_set(text, style, area_width(p), &lines));
	return type_draw(&lines, 0, 1, side, p->cairo, MARGIN_SIDE, y, area_width(p));
}

static err draw_foot(struct paper *p)
{
	double y = p->height - FOOT_TOP;
	OWN(buf) right = {0};

	TRY(buf_append(&right, p->head.issued));
	TRY(buf_printf(&right, "%s%u / %u", p->head.issued.len > 0 ? "　" : "", p->page, p->pages));
	cairo_set_line_width(p->cairo, LINE_WIDTH);
	cairo_set_source_rgb(p->cairo, 0.6, 0.6, 0.6);
	cairo_move_to(p->cairo, MARGIN_SIDE, y - 4);
	cairo_line_to(p->cairo, p->width - MARGIN_SIDE, y - 4);
	cairo_stroke(p->cairo);
	cairo_set_source_rgb(p->cairo, 0, 0, 0);
	TRY(draw_at(p, p->head.footer, style_foot, TYPE_LEFT, y));
	return draw_at(p, bytes_of(&right), style_foot, TYPE_RIGHT, y);
}

/* Behind the cover each page says what it belongs to. */
static err draw_header(struct paper *p)
{
	double y = HEADER_TOP + line_height(style_foot);

	if (!p->head.cover || p->page == 1)
		return OK;
	TRY(draw_at(p, p->head.title, style_foot, TYPE_LEFT, HEADER_TOP));
	cairo_set_line_width(p->cairo, LINE_WIDTH);
	cairo_set_source_rgb(p->cairo, 0.6, 0.6, 0.6);
	cairo_move_to(p->cairo, MARGIN_SIDE, y + 2);
	cairo_line_to(p->cairo, p->width - MARGIN_SIDE, y + 2);
	cairo_stroke(p->cairo);
	cairo_set_source_rgb(p->cairo, 0, 0, 0);
	return OK;
}

/* What draw_header and draw_foot will draw. */
static err set_foot(const struct paper *p)
{
	const struct bytes texts[] = {p->head.title, p->head.footer, p->head.issued, BYTES_LIT("　 / 0123456789")};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		OWN(type_lines) lines = {0};

		TRY(type_set(texts[i], style_foot, area_width(p), &lines));
	}
	return OK;
}

static err end_page(struct paper *p)
{
	if (p->cairo == NULL)
		return OK;
	TRY(draw_header(p));
	TRY(draw_foot(p));
	cairo_show_page(p->cairo);
	return cairo_status(p->cairo) == CAIRO_STATUS_SUCCESS ? OK : FAIL(UNAVAILABLE);
}

static err next_page(struct paper *p)
{
	TRY(end_page(p));
	if (++p->page > PAPER_PAGES_MAX)
		return FAIL(TOO_LARGE);
	p->y = MARGIN_TOP;
	p->headed = false;
	return OK;
}

static err page_for(struct paper *p, double height)
{
	bool due = p->break_due;

	p->break_due = false;
	return due || (room(p) < height - SLACK && p->y > MARGIN_TOP) ? next_page(p) : OK;
}

/* ---- text ---- */

static err put_lines(struct paper *p, const struct type_lines *lines, double x, double width, enum type_side side)
{
	for (size_t i = 0; i < lines->count; i++) {
		TRY(page_for(p, line_height(lines->style)));
		if (p->cairo != NULL)
			TRY(type_draw(lines, i, 1, side, p->cairo, x, p->y, width));
		p->y += line_height(lines->style);
	}
	return OK;
}

static err put_text(struct paper *p, struct bytes text, struct type_style style, double keep)
{
	OWN(type_lines) lines = {0};

	TRY(type_set(text, style, area_width(p), &lines));
	TRY(page_for(p, keep));
	TRY(put_lines(p, &lines, MARGIN_SIDE, area_width(p), TYPE_LEFT));
	p->y += GAP;
	return OK;
}

static err put_centered(struct paper *p, struct bytes text, struct type_style style)
{
	OWN(type_lines) lines = {0};

	TRY(type_set(text, style, area_width(p), &lines));
	TRY(put_lines(p, &lines, MARGIN_SIDE, area_width(p), TYPE_CENTER));
	p->y += 2 * GAP;
	return OK;
}

static err put_cover(struct paper *p)
{
	p->y = COVER_TOP;
	TRY(put_centered(p, p->head.title, style_cover));
	TRY(put_centered(p, p->head.subtitle, style_cover_line));
	return put_centered(p, p->head.issued, style_cover_line);
}

static err put_title(struct paper *p)
{
	if (p->head.cover)
		return put_cover(p);
	if (p->head.title.len > 0)
		TRY(put_text(p, p->head.title, style_title, 0));
	if (p->head.subtitle.len > 0)
		TRY(put_text(p, p->head.subtitle, style_subtitle, 0));
	p->y += GAP;
	return OK;
}

/* ---- headings, and the list of them ---- */

/* A viewer's bookmark. */
static err mark(struct paper *p, struct bytes text)
{
	char link[32];
	OWN(buf) name = {0};

	TRY(buf_append(&name, text));
	TRY(buf_u8(&name, 0));
	(void)snprintf(link, sizeof(link), "page=%u", p->page);
	(void)cairo_pdf_surface_add_outline(cairo_get_target(p->cairo), CAIRO_PDF_OUTLINE_ROOT, (const char *)name.ptr, link, 0);
	return OK; /* cairo keeps its own errors */
}

static err put_heading(struct paper *p, struct bytes text)
{
	TRY(page_for(p, KEEP_WITH_NEXT));
	p->headings[p->heading_count++] = p->page; /* at most RENDERWIRE_ITEM_MAX, by renderwire_check */
	if (p->head.cover && p->cairo != NULL)
		TRY(mark(p, text));
	return put_text(p, text, style_heading, 0);
}

static void draw_leader(struct paper *p, double from, double to, double y)
{
	const double dots[] = {LEADER_DOT, LEADER_GAP};

	if (to <= from)
		return;
	cairo_set_line_width(p->cairo, LINE_WIDTH);
	cairo_set_dash(p->cairo, dots, 2, 0);
	cairo_move_to(p->cairo, from, y);
	cairo_line_to(p->cairo, to, y);
	cairo_stroke(p->cairo);
	cairo_set_dash(p->cairo, NULL, 0, 0);
}

/* One heading of the list: its words, dots, the number of its page. */
static err put_entry(struct paper *p, struct bytes text, unsigned page)
{
	double width = area_width(p) - NUMBER_WIDTH;
	double right = p->width - MARGIN_SIDE;
	char number[16];
	OWN(type_lines) lines = {0};
	OWN(type_lines) numbers = {0};
	double last;

	TRY(type_set(text, style_text, width, &lines));
	TRY(put_lines(p, &lines, MARGIN_SIDE, width, TYPE_LEFT));
	(void)snprintf(number, sizeof(number), "%u", page);
	TRY(type_set(bytes_str(number), style_text, NUMBER_WIDTH, &numbers));
	if (p->cairo == NULL)
		return OK;
	last = lines.lines[lines.count - 1].width;
	draw_leader(p, MARGIN_SIDE + last + GAP, right - numbers.lines[0].width - GAP, p->y - line_height(style_text) * 0.4);
	return type_draw(&numbers, 0, 1, TYPE_RIGHT, p->cairo, right - NUMBER_WIDTH, p->y - line_height(style_text), NUMBER_WIDTH);
}

/* rest: what stands behind the list. While pages are counted, their numbers are not known, and take no more room than they will. */
static err put_contents(struct paper *p, struct bytes title, struct bytes rest)
{
	size_t at = p->heading_count;
	struct renderwire_item *item = malloc(sizeof(*item));
	err e = item == NULL ? FAIL(UNAVAILABLE) : put_text(p, title, style_heading, KEEP_WITH_NEXT);

	while (err_is_ok(e) && rest.len > 0) {
		e = renderwire_cut_item(&rest, item);
		if (err_is_ok(e) && item->kind == RENDERWIRE_HEADING)
			e = put_entry(p, item->text, p->cairo == NULL ? 0 : p->headings[at++]);
	}
	free(item);
	p->y += GAP;
	return e;
}

/* ---- seals ---- */

/* The word stands pale in the box until a seal is put on it. */
static err draw_seal(struct paper *p, struct bytes name, double x)
{
	OWN(type_lines) label = {0};
	OWN(type_lines) word = {0};
	double high = line_height(style_note);
	err e;

	TRY(type_set(name, style_note, SEAL_SIDE, &label));
	TRY(type_set(BYTES_LIT("印"), style_seal, SEAL_SIDE, &word));
	if (p->cairo == NULL)
		return OK;
	cairo_set_source_rgb(p->cairo, 0.45, 0.45, 0.45);
	cairo_set_line_width(p->cairo, LINE_WIDTH);
	cairo_rectangle(p->cairo, x, p->y, SEAL_SIDE, high);
	cairo_rectangle(p->cairo, x, p->y + high, SEAL_SIDE, SEAL_SIDE);
	cairo_stroke(p->cairo);
	cairo_set_source_rgb(p->cairo, 0.8, 0.8, 0.8);
	e = type_draw(&word, 0, 1, TYPE_CENTER, p->cairo, x, p->y + high + (SEAL_SIDE - line_height(style_seal)) / 2, SEAL_SIDE);
	cairo_set_source_rgb(p->cairo, 0, 0, 0);
	TRY(e);
	return type_draw(&label, 0, 1, TYPE_CENTER, p->cairo, x, p->y, SEAL_SIDE);
}

static err put_seals(struct paper *p, const struct renderwire_item *item)
{
	double height = line_height(style_note) + SEAL_SIDE;
	double x = p->width - MARGIN_SIDE - (double)item->count * SEAL_SIDE;

	TRY(page_for(p, height));
	for (size_t i = 0; i < item->count; i++)
		TRY(draw_seal(p, item->columns[i].head, x + (double)i * SEAL_SIDE));
	p->y += height + 2 * GAP;
	return OK;
}

/* ---- codes ---- */

static void draw_code(struct paper *p, const QRcode *code)
{
	double module = QR_SIDE / (code->width + 2 * QR_QUIET);

	for (int row = 0; row < code->width; row++)
		for (int at = 0, end; at < code->width; at = end) {
			const unsigned char *modules = code->data + row * code->width;

			end = at + 1;
			if ((modules[at] & 1) == 0)
				continue;
			while (end < code->width && (modules[end] & 1) != 0)
				end++;
			cairo_rectangle(p->cairo, MARGIN_SIDE + (at + QR_QUIET) * module, p->y + (row + QR_QUIET) * module,
			    (end - at) * module, module);
		}
	cairo_fill(p->cairo);
}

/* The code at the left, its caption beside it. */
static err put_code(struct paper *p, const struct renderwire_item *item)
{
	double width = area_width(p) - QR_SIDE - 2 * GAP;
	OWN(type_lines) caption = {0};
	QRcode *code;
	double down;

	TRY(type_set(item->text, style_text, width, &caption));
	TRY(page_for(p, QR_SIDE));
	if (p->cairo != NULL) {
		code = QRcode_encodeData((int)item->payload.len, item->payload.ptr, 0, QR_ECLEVEL_M);
		if (code == NULL)
			return FAIL(UNAVAILABLE);
		draw_code(p, code);
		QRcode_free(code);
		down = (QR_SIDE - (double)caption.count * line_height(style_text)) / 2;
		TRY(type_draw(&caption, 0, (size_t)(QR_SIDE / line_height(style_text)), TYPE_LEFT, p->cairo, MARGIN_SIDE + QR_SIDE + 2 * GAP,
		    p->y + (down > 0 ? down : 0), width));
	}
	p->y += QR_SIDE + GAP;
	return OK;
}

/* ---- tables ---- */

static size_t most_lines(const struct cell *cells, size_t count)
{
	size_t most = 1;

	for (size_t i = 0; i < count; i++)
		if (cells[i].lines.count > most)
			most = cells[i].lines.count;
	return most;
}

static double slice_height(size_t lines)
{
	return (double)lines * line_height(style_cell) + 2 * CELL_PADDING;
}

static err draw_cell(struct paper *p, const struct cell *cell, size_t first, size_t count, double height)
{
	cairo_rectangle(p->cairo, cell->x, p->y, cell->width, height);
	if ((cell->flags & RENDERWIRE_SHADE) != 0) {
		cairo_set_source_rgb(p->cairo, 0.91, 0.91, 0.91);
		cairo_fill_preserve(p->cairo);
	}
	cairo_set_source_rgb(p->cairo, 0.45, 0.45, 0.45);
	cairo_set_line_width(p->cairo, LINE_WIDTH);
	cairo_stroke(p->cairo);
	cairo_set_source_rgb(p->cairo, 0, 0, 0);
	return type_draw(&cell->lines, first, count, cell->side, p->cairo, cell->x + CELL_PADDING, p->y + CELL_PADDING,
	    cell->width - 2 * CELL_PADDING);
}

static err put_slice(struct paper *p, const struct cell *cells, size_t first, size_t count)
{
	for (size_t i = 0; p->cairo != NULL && i < p->table.count; i++)
		TRY(draw_cell(p, &cells[i], first, count, slice_height(count)));
	p->y += slice_height(count);
	return OK;
}

/* At the top of each page that the table is on; a head that fills a page stands alone, once. */
static err put_head(struct paper *p)
{
	size_t lines = most_lines(p->heads, p->table.count);

	if (p->headed)
		return OK;
	p->headed = true;
	return put_slice(p, p->heads, 0, lines);
}

static err next_table_page(struct paper *p)
{
	TRY(next_page(p));
	return put_head(p);
}

/* A row stays together where it can: only one that is higher than a page is cut, line by line. */
static err put_row(struct paper *p)
{
	double fresh = MARGIN_TOP + slice_height(most_lines(p->heads, p->table.count));
	size_t lines = most_lines(p->cells, p->table.count);
	size_t fit;

	TRY(put_head(p));
	if (slice_height(lines) > room(p) + SLACK && p->y > fresh + SLACK)
		TRY(next_table_page(p));
	for (size_t first = 0; first < lines; first += fit) {
		double high = (room(p) + SLACK - 2 * CELL_PADDING) / line_height(style_cell);

		fit = high >= 1 ? (size_t)high : 1;
		fit = fit < lines - first ? fit : lines - first;
		TRY(put_slice(p, p->cells, first, fit));
		if (first + fit < lines)
			TRY(next_table_page(p));
	}
	return OK;
}

static err set_cell(struct cell *cell, struct bytes text, unsigned flags)
{
	double inner = cell->width - 2 * CELL_PADDING;

	type_lines_free(&cell->lines);
	cell->flags = flags;
	return type_set(text, (flags & RENDERWIRE_BOLD) != 0 ? style_cell_bold : style_cell, inner > 1 ? inner : 1, &cell->lines);
}

static enum type_side side_of(enum renderwire_align align)
{
	return align == RENDERWIRE_MIDDLE ? TYPE_CENTER : align == RENDERWIRE_RIGHT ? TYPE_RIGHT : TYPE_LEFT;
}

static err begin_table(struct paper *p, const struct renderwire_item *item)
{
	double x = MARGIN_SIDE;
	unsigned sum = 0;

	p->table = *item;
	p->filled = 0;
	for (size_t i = 0; i < item->count; i++)
		sum += item->columns[i].weight;
	for (size_t i = 0; i < item->count; i++) {
		struct cell *head = &p->heads[i];

		head->x = x;
		head->width = area_width(p) * item->columns[i].weight / sum;
		head->side = side_of(item->columns[i].align);
		p->cells[i].x = head->x;
		p->cells[i].width = head->width;
		x += head->width;
		TRY(set_cell(head, item->columns[i].head, RENDERWIRE_BOLD | RENDERWIRE_SHADE));
	}
	/* With at least one row below it. */
	TRY(page_for(p, slice_height(most_lines(p->heads, item->count)) + slice_height(1)));
	p->headed = false;
	return put_head(p);
}

static err put_cell(struct paper *p, const struct renderwire_item *item)
{
	struct cell *cell = &p->cells[p->filled];

	cell->side = (item->flags & RENDERWIRE_CENTER) != 0 ? TYPE_CENTER : side_of(p->table.columns[p->filled].align);
	TRY(set_cell(cell, item->text, item->flags));
	if (++p->filled < p->table.count)
		return OK;
	p->filled = 0;
	return put_row(p);
}

static void end_table(struct paper *p)
{
	for (size_t i = 0; i < RENDERWIRE_COLUMN_MAX; i++) {
		type_lines_free(&p->cells[i].lines);
		type_lines_free(&p->heads[i].lines);
	}
	p->y += GAP;
}

/* ---- the whole ---- */

static err put_item(struct paper *p, const struct renderwire_item *item, struct bytes rest)
{
	switch (item->kind) {
	case RENDERWIRE_HEADING: return put_heading(p, item->text);
	case RENDERWIRE_CONTENTS: return put_contents(p, item->text, rest);
	case RENDERWIRE_SEALS: return put_seals(p, item);
	case RENDERWIRE_TEXT: return put_text(p, item->text, style_text, 0);
	case RENDERWIRE_NOTE: return put_text(p, item->text, style_note, 0);
	case RENDERWIRE_QR: return put_code(p, item);
	case RENDERWIRE_BREAK: p->break_due = true; return OK;
	case RENDERWIRE_TABLE: return begin_table(p, item);
	case RENDERWIRE_CELL: return put_cell(p, item);
	case RENDERWIRE_TABLE_END: end_table(p); return OK;
	case RENDERWIRE_KIND_COUNT: break;
	}
	return FAIL(INVALID);
}

static err lay_out(struct paper *p, struct bytes document)
{
	struct renderwire_item item;

	p->page = 1;
	p->y = MARGIN_TOP;
	p->break_due = false;
	p->heading_count = 0;
	TRY(renderwire_cut_head(&document, &p->head));
	p->width = p->head.landscape ? LONG_SIDE : SHORT_SIDE;
	p->height = p->head.landscape ? SHORT_SIDE : LONG_SIDE;
	if (p->cairo != NULL)
		cairo_pdf_surface_set_size(cairo_get_target(p->cairo), p->width, p->height);
	TRY(set_foot(p));
	TRY(put_title(p));
	while (document.len > 0) {
		TRY(renderwire_cut_item(&document, &item));
		TRY(put_item(p, &item, document));
	}
	return end_page(p);
}

static err lay_out_clean(struct paper *p, struct bytes document)
{
	err e = lay_out(p, document);

	end_table(p);
	return e;
}

#define DATE_MAX 64
#define CREATOR "Sekimori"

/* As the document says, never as the clock does. */
static err date_of(const struct renderwire_head *head, char text_out[static DATE_MAX])
{
	time_t at = (time_t)(head->issued_us / 1000000 + 9 * 3600);
	struct tm tm;

	return gmtime_r(&at, &tm) != NULL && strftime(text_out, DATE_MAX, "%Y-%m-%dT%H:%M:%S+09:00", &tm) != 0 ? OK : FAIL(INVALID);
}

static err write_about(cairo_surface_t *surface, const struct renderwire_head *head)
{
	char text[DATE_MAX];
	OWN(buf) title = {0};

	TRY(date_of(head, text));
	TRY(buf_append(&title, head->title));
	TRY(buf_u8(&title, 0));
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, (const char *)title.ptr);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, CREATOR);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, text);
	return OK;
}

struct sink {
	struct buf pdf;
	err state;
};

static cairo_status_t sink_write(void *context, const unsigned char *data, unsigned len)
{
	struct sink *sink = context;

	if (err_is_ok(sink->state))
		sink->state = len > RENDERWIRE_PDF_MAX - sink->pdf.len ? FAIL(TOO_LARGE) : buf_append(&sink->pdf, (struct bytes){data, len});
	return err_is_ok(sink->state) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static err draw(struct paper *p, struct bytes document, struct sink *sink)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(sink_write, sink, p->width, p->height);
	err e;

	p->cairo = cairo_create(surface);
	e = write_about(surface, &p->head);
	if (err_is_ok(e))
		e = lay_out_clean(p, document);
	if (cairo_status(p->cairo) != CAIRO_STATUS_SUCCESS && err_is_ok(e))
		e = FAIL(UNAVAILABLE);
	cairo_destroy(p->cairo);
	p->cairo = NULL;
	cairo_surface_finish(surface);
	if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS && err_is_ok(e))
		e = FAIL(UNAVAILABLE);
	cairo_surface_destroy(surface);
	return err_is_ok(sink->state) ? e : sink->state;
}

static err keep(const struct renderwire_head *head, struct buf *pdf)
{
	char producer[80], date[DATE_MAX];
	const struct archive_about about = {
		.title = head->title, .creator = CREATOR, .producer = producer, .date = date, .language = head->english ? "en" : "ja",
	};

	(void)snprintf(producer, sizeof(producer), "cairo %s (https://cairographics.org)", cairo_version_string());
	TRY(date_of(head, date));
	return archive_add(pdf, &about);
}

err paper_make(struct bytes document, struct buf *pdf_out)
{
	static struct paper paper;
	struct sink sink = {0};
	err e;

	REQUIRE(pdf_out->len == 0);
	TRY(renderwire_check(document));
	paper = (struct paper){0};
	e = lay_out_clean(&paper, document);
	paper.pages = paper.page;
	if (err_is_ok(e))
		e = type_cut();
	if (err_is_ok(e))
		e = draw(&paper, document, &sink);
	type_forget();
	if (err_is_ok(e) && paper.head.cover)
		e = keep(&paper.head, &sink.pdf);
	if (err_is_ok(e) && sink.pdf.len > RENDERWIRE_PDF_MAX)
		e = FAIL(TOO_LARGE);
	if (err_is_ok(e)) {
		buf_free(pdf_out);
		*pdf_out = buf_take(&sink.pdf);
	}
	buf_free(&sink.pdf);
	return e;
}
