#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proc/zip.h"

#include "proc/workbook.h"

#define NAME_MAX_LETTERS 31     /* of a worksheet */
#define ROWS_MAX 20000
#define WIDTH_ALL 150.0         /* letters that the columns of a table share */
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN_NAMESPACE "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006"

/* Places in the list of formats in xl/styles.xml. */
enum format { FORMAT_TEXT, FORMAT_BOLD, FORMAT_TITLE, FORMAT_HEAD, FORMAT_COUNT };

struct sheet {
	struct buf rows;
	struct buf columns;             /* <cols>, of the first table */
	char name[NAME_MAX_LETTERS * 4 + 1];
	unsigned row;                   /* the last written */
	unsigned head_row;              /* of the first table; 0: none */
	size_t head_columns;
	unsigned last_row;              /* of that table */
};

struct workbook {
	struct renderwire_head head;
	struct sheet sheets[WORKBOOK_SHEETS_MAX];
	size_t count;
	size_t columns, filled;         /* of the open table; 0: none */
	bool first_table;               /* the open table is its worksheet's first */
};

/* ---- XML ---- */

/* "_x" and what looks like a code behind it would be read as a letter: ISO/IEC 29500-1, 22.4.2.4 */
static err put_letter(struct buf *out, struct bytes text, size_t at)
{
	switch (text.ptr[at]) {
	case '&': return buf_append_str(out, "&amp;");
	case '<': return buf_append_str(out, "&lt;");
	case '>': return buf_append_str(out, "&gt;");
	case '"': return buf_append_str(out, "&quot;");
	case '_':
		if (at + 1 < text.len && text.ptr[at + 1] == 'x')
			return buf_append_str(out, "_x005F_");
		break;
	default:
		break;
	}
	return buf_append(out, (struct bytes){text.ptr + at, 1});
}

static err put_text(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		TRY(put_letter(out, text, i));
	return OK;
}

/* A, B … Z, AA … */
static void column_name(size_t column, char name_out[static 4])
{
	size_t at = 0;

	if (column >= 26)
		name_out[at++] = (char)('A' + column / 26 - 1);
	name_out[at++] = (char)('A' + column % 26);
	name_out[at] = '\0';
}

/* B2 */
static err put_cell_at(struct sheet *sheet, size_t column, struct bytes text, enum format format)
{
	char name[4];

	column_name(column, name);
	TRY(buf_printf(&sheet->rows, "<c r=\"%s%u\" s=\"%u\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", name, sheet->row, (unsigned)format));
	TRY(put_text(&sheet->rows, text));
	return buf_append_str(&sheet->rows, "</t></is></c>");
}

static err begin_row(struct sheet *sheet)
{
	if (sheet->row == ROWS_MAX)
		return FAIL(TOO_LARGE);
	return buf_printf(&sheet->rows, "<row r=\"%u\">", ++sheet->row);
}

static err end_row(struct sheet *sheet)
{
	return buf_append_str(&sheet->rows, "</row>");
}

static err put_line(struct sheet *sheet, struct bytes text, enum format format)
{
	TRY(begin_row(sheet));
	TRY(put_cell_at(sheet, 0, text, format));
	return end_row(sheet);
}

/* ---- worksheets ---- */

static struct sheet *current(struct workbook *book)
{
	return &book->sheets[book->count - 1];
}

/* Letters a name may not have become spaces; what is too long is cut between letters. */
static void name_sheet(struct sheet *sheet, struct bytes text)
{
	size_t letters = 0, len = 0;

	for (size_t i = 0; i < text.len; i++) {
		bool begins = (text.ptr[i] & 0xc0) != 0x80;

		if (begins && ++letters > NAME_MAX_LETTERS)
			break;
		if (len + 1 >= sizeof(sheet->name))
			break;
		sheet->name[len++] = strchr("[]:*?/\\'\n", text.ptr[i]) != NULL ? ' ' : (char)text.ptr[i];
	}
	sheet->name[len] = '\0';
}

static err new_sheet(struct workbook *book, struct bytes name)
{
	struct sheet *sheet;

	if (book->count == WORKBOOK_SHEETS_MAX)
		return FAIL(TOO_LARGE);
	sheet = &book->sheets[book->count++];
	name_sheet(sheet, name);
	for (size_t i = 0; i + 1 < book->count; i++)
		if (strcmp(book->sheets[i].name, sheet->name) == 0)
			(void)snprintf(sheet->name, sizeof(sheet->name), "%zu", book->count);
	if (sheet->name[0] == '\0')
		(void)snprintf(sheet->name, sizeof(sheet->name), "%zu", book->count);
	return put_line(sheet, name, FORMAT_TITLE);
}

static err put_columns(struct sheet *sheet, const struct renderwire_item *table)
{
	unsigned all = 0;

	for (size_t i = 0; i < table->count; i++)
		all += table->columns[i].weight;
	TRY(buf_append_str(&sheet->columns, "<cols>"));
	for (size_t i = 0; i < table->count; i++)
		TRY(buf_printf(&sheet->columns, "<col min=\"%zu\" max=\"%zu\" width=\"%.1f\" customWidth=\"1\"/>", i + 1, i + 1,
		    4.0 + WIDTH_ALL * table->columns[i].weight / all));
	return buf_append_str(&sheet->columns, "</cols>");
}

static err begin_table(struct workbook *book, const struct renderwire_item *table)
{
	struct sheet *sheet = current(book);

	book->columns = table->count;
	book->filled = 0;
	book->first_table = sheet->head_row == 0;
	TRY(begin_row(sheet));
	for (size_t i = 0; i < table->count; i++)
		TRY(put_cell_at(sheet, i, table->columns[i].head, FORMAT_HEAD));
	TRY(end_row(sheet));
	if (!book->first_table)
		return OK;
	sheet->head_row = sheet->last_row = sheet->row;
	sheet->head_columns = table->count;
	return put_columns(sheet, table);
}

static err put_cell(struct workbook *book, const struct renderwire_item *cell)
{
	struct sheet *sheet = current(book);

	if (book->filled == 0)
		TRY(begin_row(sheet));
	TRY(put_cell_at(sheet, book->filled, cell->text, (cell->flags & RENDERWIRE_BOLD) != 0 ? FORMAT_BOLD : FORMAT_TEXT));
	if (++book->filled < book->columns)
		return OK;
	book->filled = 0;
	if (book->first_table)
		sheet->last_row = sheet->row;
	return end_row(sheet);
}

static err put_item(struct workbook *book, const struct renderwire_item *item)
{
	switch (item->kind) {
	case RENDERWIRE_HEADING: return new_sheet(book, item->text);
	case RENDERWIRE_TEXT: return put_line(current(book), item->text, FORMAT_TEXT);
	case RENDERWIRE_NOTE: return put_line(current(book), item->text, FORMAT_TEXT);
	case RENDERWIRE_BREAK: return OK;
	case RENDERWIRE_TABLE: return begin_table(book, item);
	case RENDERWIRE_CELL: return put_cell(book, item);
	case RENDERWIRE_TABLE_END: return OK;
	case RENDERWIRE_CONTENTS:
	case RENDERWIRE_SEALS: return OK; /* have no place in a workbook, and say nothing */
	case RENDERWIRE_QR:
	case RENDERWIRE_KIND_COUNT: break;
	}
	return FAIL(INVALID);
}

static err lay_out(struct workbook *book, struct bytes document)
{
	TRY(renderwire_cut_head(&document, &book->head));
	TRY(new_sheet(book, book->head.title));
	if (book->head.subtitle.len > 0)
		TRY(put_line(current(book), book->head.subtitle, FORMAT_TEXT));
	if (book->head.issued.len > 0)
		TRY(put_line(current(book), book->head.issued, FORMAT_TEXT));
	while (document.len > 0) {
		struct renderwire_item item = {0};

		TRY(renderwire_cut_item(&document, &item));
		TRY(put_item(book, &item));
	}
	return OK;
}

/* ---- the package ---- */

static err add_sheet(struct zip *zip, const struct sheet *sheet, size_t number)
{
	OWN(buf) xml = {0};
	char name[64], column[4];

	TRY(buf_append_str(&xml, XML_HEAD "<worksheet xmlns=\"" MAIN_NAMESPACE "\">"));
	if (sheet->head_row > 0)
		TRY(buf_printf(&xml, "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"%u\" topLeftCell=\"A%u\" activePane=\"bottomLeft\""
		    " state=\"frozen\"/></sheetView></sheetViews>", sheet->head_row, sheet->head_row + 1));
	TRY(buf_append(&xml, bytes_of(&sheet->columns)));
	TRY(buf_append_str(&xml, "<sheetData>"));
	TRY(buf_append(&xml, bytes_of(&sheet->rows)));
	TRY(buf_append_str(&xml, "</sheetData>"));
	if (sheet->head_row > 0) {
		column_name(sheet->head_columns - 1, column);
		TRY(buf_printf(&xml, "<autoFilter ref=\"A%u:%s%u\"/>", sheet->head_row, column, sheet->last_row));
	}
	TRY(buf_append_str(&xml, "<pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>"));
	(void)snprintf(name, sizeof(name), "xl/worksheets/sheet%zu.xml", number);
	return zip_add(zip, name, bytes_of(&xml));
}

static err add_types(struct zip *zip, const struct workbook *book)
{
	OWN(buf) xml = {0};

	TRY(buf_append_str(&xml, XML_HEAD "<Types xmlns=\"" PACKAGE "/content-types\">"
	    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	    "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
	    "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
	    "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"));
	for (size_t i = 1; i <= book->count; i++)
		TRY(buf_printf(&xml, "<Override PartName=\"/xl/worksheets/sheet%zu.xml\""
		    " ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>", i));
	TRY(buf_append_str(&xml, "</Types>"));
	return zip_add(zip, "[Content_Types].xml", bytes_of(&xml));
}

static err add_workbook(struct zip *zip, const struct workbook *book)
{
	OWN(buf) xml = {0};
	OWN(buf) links = {0};

	TRY(buf_append_str(&xml, XML_HEAD "<workbook xmlns=\"" MAIN_NAMESPACE "\" xmlns:r=\"" RELATIONS "\"><sheets>"));
	TRY(buf_append_str(&links, XML_HEAD "<Relationships xmlns=\"" PACKAGE "/relationships\">"));
	for (size_t i = 0; i < book->count; i++) {
		TRY(buf_append_str(&xml, "<sheet name=\""));
		TRY(put_text(&xml, bytes_str(book->sheets[i].name)));
		TRY(buf_printf(&xml, "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", i + 1, i + 1));
		TRY(buf_printf(&links, "<Relationship Id=\"rId%zu\" Type=\"" RELATIONS "/worksheet\" Target=\"worksheets/sheet%zu.xml\"/>", i + 1, i + 1));
	}
	TRY(buf_append_str(&xml, "</sheets></workbook>"));
	TRY(buf_printf(&links, "<Relationship Id=\"rId%zu\" Type=\"" RELATIONS "/styles\" Target=\"styles.xml\"/></Relationships>", book->count + 1));
	TRY(zip_add(zip, "xl/workbook.xml", bytes_of(&xml)));
	return zip_add(zip, "xl/_rels/workbook.xml.rels", bytes_of(&links));
}

/* In the order of enum format; all wrap and stand at the top. */
static err add_styles(struct zip *zip)
{
	static const char xml[] = XML_HEAD "<styleSheet xmlns=\"" MAIN_NAMESPACE "\">"
	    "<fonts count=\"3\"><font><sz val=\"10\"/><name val=\"Yu Gothic\"/></font><font><b/><sz val=\"10\"/><name val=\"Yu Gothic\"/></font>"
	    "<font><b/><sz val=\"14\"/><name val=\"Yu Gothic\"/></font></fonts>"
	    "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>"
	    "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE8F1FE\"/></patternFill></fill></fills>"
	    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
	    "<cellStyleXfs count=\"1\"><xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
	    "<cellXfs count=\"4\">"
	    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
	    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyAlignment=\"1\">"
	    "<alignment vertical=\"top\" wrapText=\"1\"/></xf>"
	    "<xf numFmtId=\"49\" fontId=\"2\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
	    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" applyAlignment=\"1\">"
	    "<alignment vertical=\"center\" wrapText=\"1\"/></xf>"
	    "</cellXfs></styleSheet>";

	return zip_add(zip, "xl/styles.xml", BYTES_LIT(xml));
}

/* B1: the document's time, never the clock's. */
static err add_about(struct zip *zip, const struct renderwire_head *head)
{
	time_t at = (time_t)(head->issued_us / 1000000);
	char text[40];
	struct tm tm;
	OWN(buf) xml = {0};

	if (gmtime_r(&at, &tm) == NULL || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return FAIL(INVALID);
	TRY(buf_append_str(&xml, XML_HEAD "<cp:coreProperties xmlns:cp=\"" PACKAGE "/metadata/core-properties\""
	    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\""
	    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>"));
	TRY(put_text(&xml, head->title));
	TRY(buf_printf(&xml, "</dc:title><dc:creator>Sekimori</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">%s</dcterms:created>"
	    "</cp:coreProperties>", text));
	return zip_add(zip, "docProps/core.xml", bytes_of(&xml));
}

static err add_links(struct zip *zip)
{
	static const char xml[] = XML_HEAD "<Relationships xmlns=\"" PACKAGE "/relationships\">"
	    "<Relationship Id=\"rId1\" Type=\"" RELATIONS "/officeDocument\" Target=\"xl/workbook.xml\"/>"
	    "<Relationship Id=\"rId2\" Type=\"" PACKAGE "/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>";

	return zip_add(zip, "_rels/.rels", BYTES_LIT(xml));
}

static err pack(const struct workbook *book, struct buf *xlsx_out)
{
	OWN(zip) zip = {0};

	TRY(add_types(&zip, book));
	TRY(add_links(&zip));
	TRY(add_about(&zip, &book->head));
	TRY(add_workbook(&zip, book));
	TRY(add_styles(&zip));
	for (size_t i = 0; i < book->count; i++)
		TRY(add_sheet(&zip, &book->sheets[i], i + 1));
	TRY(zip_end(&zip, xlsx_out));
	return xlsx_out->len > RENDERWIRE_PDF_MAX ? FAIL(TOO_LARGE) : OK;
}

err workbook_make(struct bytes document, struct buf *xlsx_out)
{
	static struct workbook book; /* one at a time */
	OWN(buf) xlsx = {0};
	err e;

	REQUIRE(xlsx_out->len == 0);
	TRY(renderwire_check(document));
	book = (struct workbook){0};
	e = lay_out(&book, document);
	if (err_is_ok(e))
		e = pack(&book, &xlsx);
	for (size_t i = 0; i < book.count; i++) {
		buf_free(&book.sheets[i].rows);
		buf_free(&book.sheets[i].columns);
	}
	if (err_is_ok(e)) {
		buf_free(xlsx_out);
		*xlsx_out = buf_take(&xlsx);
	}
	return e;
}
