/*
 * render - documents for people: described here, made into a PDF (A4) or a workbook by the compartment's render process.
 *
 * Builders only append; the first error stays and render_pdf says it. Texts are UTF-8; line feeds break lines, other
 * controls and noncharacters become spaces. The same document gives the same bytes, always.
 * compartment->render_fd is a letter box, as in op/reader.h; renderings of one process come one after another. A process
 * that has ended is made anew within a moment: so long a rendering waits for the new channel.
 */
#ifndef OP_RENDER_H
#define OP_RENDER_H

#include "op/op.h"
#include "op/renderwire.h"

#define RENDER_WAIT_MS 25000    /* for one document, with those before it; the process itself gives up after 20 s */
#define RENDER_CHANNEL_WAIT_MS 3000

struct render;

struct render_head {
	struct bytes title;         /* on the first page, and as the file's own */
	struct bytes subtitle;      /* below it; may be empty */
	struct bytes footer;        /* left at the foot of each page; may be empty. The page n/m stands at the right */
	struct bytes issued;        /* "2026年11月24日 08:30 作成": at the foot of each page */
	int64_t issued_us;          /* the same moment, for the file's own date; 0: 1970 */
	enum language language;
	bool landscape;
	bool cover;                 /* a document to be kept: a cover, headers, bookmarks, PDF/A; only in portrait */
	bool sheet;                 /* a workbook (XLSX): a heading begins a worksheet; no codes */
};

enum render_align { RENDER_ALIGN_LEFT, RENDER_ALIGN_CENTER, RENDER_ALIGN_RIGHT };

struct render_column {
	struct bytes head;          /* repeated on each page */
	unsigned weight;            /* share of the width: 1..1000 */
	enum render_align align;
};

enum render_flag { RENDER_BOLD = 1, RENDER_SHADE = 2, RENDER_CENTER = 4 };

MUST_USE err render_new(const struct render_head *head, struct render **out);
void render_free(struct render **render);
void render_heading(struct render *render, struct bytes text);
void render_text(struct render *render, struct bytes text);
void render_note(struct render *render, struct bytes text);                       /* small */
void render_qr(struct render *render, struct bytes payload, struct bytes caption); /* payload: 1..RENDERWIRE_QR_MAX bytes */
void render_break(struct render *render);                                         /* a new page */
/* Here stands the list of all headings behind it, with their pages, under a title of its own. */
void render_contents(struct render *render, struct bytes title);
/* Boxes for seals (印) at the right, each under its name. At most RENDERWIRE_SEAL_MAX. */
void render_seals(struct render *render, const struct bytes *names, size_t count);
/* Then cells, row by row, and the end. At most RENDERWIRE_COLUMN_MAX columns. */
void render_table(struct render *render, const struct render_column *columns, size_t count);
void render_cell(struct render *render, struct bytes text, unsigned flags);
void render_table_end(struct render *render);

/*
 * Blocks: call it where an operation is slow. pdf_out must be empty.
 *
 * TOO_LARGE    the document, or the PDF it gives; ask for less
 * INVALID      it is not a document: text that is not UTF-8, a table that is not closed
 * UNAVAILABLE  no render process for now; try again
 */
MUST_USE err render_pdf(const struct compartment *compartment, struct render *render, struct buf *pdf_out);
/* The same in two steps: what was built, judged as render_pdf does and appended; and a file of it. */
MUST_USE err render_built(const struct render *render, struct buf *document_out);
MUST_USE err render_file(const struct compartment *compartment, struct bytes document, struct buf *file_out);
/* For tests of what a builder has built. */
struct bytes render_document(const struct render *render);

#endif
