/*
 * renderwire - a document to be rendered, and the messages between a core and its render process.
 *
 * A document; integers big-endian, blob = u32 length, UTF-8 without noncharacters, and without controls but line feeds:
 *
 *   u8 version=1 | u8 language | u8 form | u64 issued_us | blob title | blob subtitle | blob footer | blob issued | item …
 *   form   0 pages, 1 pages in landscape, 2 a workbook, 3 pages behind a cover, to be kept: with headers, bookmarks and as PDF/A
 *   item   HEADING, TEXT, NOTE, CONTENTS  u8 kind | blob text
 *          QR                   u8 kind | blob payload (any bytes) | blob caption
 *          BREAK, TABLE_END     u8 kind
 *          TABLE                u8 kind | u8 count | { blob head | u16 weight | u8 align } …      then CELLs, whole rows
 *          SEALS                as TABLE, without CELLs: a box for each seal, named by its head
 *          CELL                 u8 kind | u8 flags | blob text                                    in a table only
 *
 * One message of a SEQPACKET channel is one frame:
 *
 *   u8 version=1 | u8 type | u32 number | body
 *   core → render   BEGIN    u32 size of the document
 *   render → core   ANSWER   u8 status | u32 size of the file; 0 unless made
 *   both ways       DATA     1..RENDERWIRE_DATA_MAX bytes; size bytes in all
 *
 * number names the rendering. Both sides hold the other for hostile: the decoder accepts exactly what the encoder writes.
 */
#ifndef OP_RENDERWIRE_H
#define OP_RENDERWIRE_H

#include "base/bytes.h"

#define RENDERWIRE_MESSAGE_MAX 61440
#define RENDERWIRE_DATA_MAX 49152
#define RENDERWIRE_DOCUMENT_MAX ((uint32_t)1 << 20)
#define RENDERWIRE_PDF_MAX ((uint32_t)2 << 20) /* a workbook too */
#define RENDERWIRE_LINE_MAX 512     /* title, subtitle, footer, issued */
#define RENDERWIRE_TEXT_MAX 16384   /* any other text */
#define RENDERWIRE_QR_MAX 512       /* payload */
#define RENDERWIRE_COLUMN_MAX 48    /* of a table */
#define RENDERWIRE_WEIGHT_MAX 1000
#define RENDERWIRE_SEAL_MAX 6       /* boxes in a row */
#define RENDERWIRE_CELL_MAX 20000   /* of a document */
#define RENDERWIRE_ITEM_MAX 2000    /* of a document, cells apart */

enum renderwire_kind {
	RENDERWIRE_HEADING,
	RENDERWIRE_TEXT,
	RENDERWIRE_NOTE,
	RENDERWIRE_QR,
	RENDERWIRE_BREAK,
	RENDERWIRE_TABLE,
	RENDERWIRE_CELL,
	RENDERWIRE_TABLE_END,
	RENDERWIRE_CONTENTS,
	RENDERWIRE_SEALS,
	RENDERWIRE_KIND_COUNT
};

enum renderwire_align { RENDERWIRE_LEFT, RENDERWIRE_MIDDLE, RENDERWIRE_RIGHT, RENDERWIRE_ALIGN_COUNT };

enum renderwire_flag { RENDERWIRE_BOLD = 1, RENDERWIRE_SHADE = 2, RENDERWIRE_CENTER = 4, RENDERWIRE_FLAGS = 7 };

struct renderwire_head {
	bool english;
	bool landscape, sheet, cover; /* at most one of them */
	int64_t issued_us;            /* 0 .. the year 9999 */
	struct bytes title, subtitle, footer, issued;
};

struct renderwire_column {
	struct bytes head;
	uint16_t weight;              /* 1..RENDERWIRE_WEIGHT_MAX: its share of the width */
	enum renderwire_align align;
};

struct renderwire_item {
	enum renderwire_kind kind;
	struct bytes text;            /* QR: the caption */
	struct bytes payload;         /* QR, 1..RENDERWIRE_QR_MAX */
	unsigned flags;               /* CELL */
	size_t count;                 /* TABLE, 1..RENDERWIRE_COLUMN_MAX; SEALS, 1..RENDERWIRE_SEAL_MAX */
	struct renderwire_column columns[RENDERWIRE_COLUMN_MAX];
};

/* Length of a letter at text.ptr[at] that a document may not have; 0: it may. text is UTF-8. */
size_t renderwire_refuses(struct bytes text, size_t at);

/* Append to a document, the head to an empty one. Whole documents are judged by renderwire_check only. */
MUST_USE err renderwire_put_head(struct buf *document, const struct renderwire_head *head);
MUST_USE err renderwire_put_item(struct buf *document, const struct renderwire_item *item);

/* Borrow from document, which advances. INVALID: not canonical. */
MUST_USE err renderwire_cut_head(struct bytes *document, struct renderwire_head *head_out);
MUST_USE err renderwire_cut_item(struct bytes *document, struct renderwire_item *item_out);
/* The whole: its parts, their order and their numbers. INVALID, TOO_LARGE. */
MUST_USE err renderwire_check(struct bytes document);

enum renderwire_type { RENDERWIRE_BEGIN, RENDERWIRE_DATA, RENDERWIRE_ANSWER, RENDERWIRE_TYPE_COUNT };
enum renderwire_status { RENDERWIRE_MADE, RENDERWIRE_TOO_LARGE, RENDERWIRE_FAILED, RENDERWIRE_STATUS_COUNT };

struct renderwire_frame {
	enum renderwire_type type;
	uint32_t number;
	uint32_t size;                /* BEGIN, ANSWER */
	enum renderwire_status status;
	struct bytes data;
};

/* Appends one whole frame to an empty buf. */
MUST_USE err renderwire_put(struct buf *message, const struct renderwire_frame *frame);
/* Borrows from message. INVALID: not canonical. */
MUST_USE err renderwire_cut(struct bytes message, struct renderwire_frame *frame_out);

#endif
