/*
 * csv_read - a CSV file to typed rows and problems.
 */
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#include "entity/csv_date.h"
#include "entity/csv_int.h"
#include "entity/csv_scan_int.h"
#include "entity/flaw_int.h"
#include "entity/text_int.h"

#define NO_FIELD FIELD_MAX

struct reading {
	const struct entity *entity;
	struct arena *arena;
	const struct csv_sink *sink;
	struct csv_scan scan;
	iconv_t cp932;                  /* NULL: the file is UTF-8 */
	size_t columns;                 /* of the heading */
	size_t field_of[CSV_COLUMN_MAX];
	char headings[CSV_COLUMN_MAX][64];
	bool bad;                       /* the current row */
};

static const char *heading_of(const struct reading *reading, uint32_t column)
{
	return column == 0 || column > reading->columns ? "" : reading->headings[column - 1];
}

static err tell(struct reading *reading, const struct csv_problem *problem)
{
	reading->bad = true;
	return reading->sink->problem(reading->sink->context, problem);
}

/* With words of our own, where a flaw of the file's form is meant. */
static err tell_words(struct reading *reading, uint32_t column, enum flaw flaw, const char *ja, const char *en)
{
	struct csv_problem problem = {.row = reading->scan.row, .column = column, .flaw = flaw};

	text_show(bytes_str(heading_of(reading, column)), problem.heading, sizeof(problem.heading));
	text_show(bytes_str(ja), problem.message_ja, sizeof(problem.message_ja));
	text_show(bytes_str(en), problem.message_en, sizeof(problem.message_en));
	return tell(reading, &problem);
}

static err tell_flaw(struct reading *reading, uint32_t column, const struct field *field, enum flaw flaw)
{
	struct csv_problem problem = {.row = reading->scan.row, .column = column, .flaw = flaw};

	text_show(bytes_str(heading_of(reading, column)), problem.heading, sizeof(problem.heading));
	flaw_message(flaw, field, problem.heading, LANGUAGE_JA, problem.message_ja);
	flaw_message(flaw, field, problem.heading, LANGUAGE_EN, problem.message_en);
	return tell(reading, &problem);
}

static err tell_lacking(struct reading *reading, const struct field *field)
{
	struct csv_problem problem = {.row = reading->scan.row, .flaw = FLAW_MISSING};
	char words[sizeof(problem.message_ja)];

	text_show(bytes_str(field->column == NULL ? field->ja : field->column), problem.heading, sizeof(problem.heading));
	(void)snprintf(words, sizeof(words), "「%s」の列がありません", problem.heading);
	text_show(bytes_str(words), problem.message_ja, sizeof(problem.message_ja));
	(void)snprintf(words, sizeof(words), "The column \"%s\" is missing", problem.heading);
	text_show(bytes_str(words), problem.message_en, sizeof(problem.message_en));
	return tell(reading, &problem);
}

/* INVALID: malformed, or nothing that Unicode has. */
static err from_cp932(struct reading *reading, struct bytes cell, struct bytes *text_out)
{
	size_t room = cell.len * 3 + 1; /* a half-width katakana is one byte there and three here */
	char *start = arena_alloc(reading->arena, room);
	char *to = start;
	char *from = (char *)(uintptr_t)cell.ptr;
	size_t left = cell.len;

	if (start == NULL)
		return FAIL(UNAVAILABLE);
	(void)iconv(reading->cp932, NULL, NULL, NULL, NULL);
	if (cell.len != 0 && (iconv(reading->cp932, &from, &left, &to, &room) == (size_t)-1 || left != 0))
		return FAIL(INVALID);
	*text_out = (struct bytes){(const uint8_t *)start, (size_t)(to - start)};
	return OK;
}

static err to_utf8(struct reading *reading, struct bytes cell, struct bytes *text_out)
{
	if (reading->cp932 != NULL)
		return from_cp932(reading, cell, text_out);
	*text_out = cell;
	return utf8_check(cell, NULL);
}

static size_t find_field(const struct entity *entity, struct bytes heading)
{
	for (size_t i = 0; i < entity->field_count; i++) {
		const struct field *field = &entity->fields[i];

		if (field->type == FIELD_BYTES || field->type == FIELD_FORM || field->secret)
			continue;
		if (field->column != NULL && bytes_is(heading, field->column))
			return i;
	}
	for (size_t i = 0; i < entity->field_count; i++) {
		const struct field *field = &entity->fields[i];

		if (field->type == FIELD_BYTES || field->type == FIELD_FORM || field->secret)
			continue;
		if (bytes_is(heading, field->ja) || bytes_is(heading, field->name))
			return i;
	}
	return NO_FIELD;
}

/* One column too many does not keep the others from being read. */
static err tell_unknown(struct reading *reading, size_t at, struct bytes heading)
{
	bool bad = reading->bad;

	if (!reading->entity->strict || text_is_blank(heading))
		return OK;
	TRY(tell_words(reading, (uint32_t)(at + 1), FLAW_UNKNOWN, "この見出しの列はありません。様式の見出しを確かめてください",
	    "The form has no such column; look at the headings of the template"));
	reading->bad = bad;
	return OK;
}

static err take_heading(struct reading *reading, size_t at)
{
	struct bytes text = {0};
	size_t field;
	err e = to_utf8(reading, reading->scan.cells[at], &text);

	reading->columns = at + 1;
	reading->field_of[at] = NO_FIELD;
	(void)snprintf(reading->headings[at], sizeof(reading->headings[at]), "#%zu", at + 1);
	if (err_is(e, ERR_INVALID))
		return tell_flaw(reading, (uint32_t)(at + 1), NULL, FLAW_ENCODING);
	TRY(e);
	text_show(text, reading->headings[at], sizeof(reading->headings[at]));
	field = find_field(reading->entity, text);
	for (size_t i = 0; i < at && field != NO_FIELD; i++)
		if (reading->field_of[i] == field)
			return tell_flaw(reading, (uint32_t)(at + 1), &reading->entity->fields[field], FLAW_DUPLICATE);
	reading->field_of[at] = field;
	return field == NO_FIELD ? tell_unknown(reading, at, text) : OK;
}

static bool has_column(const struct reading *reading, size_t field)
{
	for (size_t i = 0; i < reading->columns; i++)
		if (reading->field_of[i] == field)
			return true;
	return false;
}

static err tell_columns(const struct reading *reading)
{
	uint32_t columns[FIELD_MAX] = {0};

	if (reading->sink->heading == NULL)
		return OK;
	for (size_t i = 0; i < reading->columns; i++)
		if (reading->field_of[i] != NO_FIELD)
			columns[reading->field_of[i]] = (uint32_t)(i + 1);
	return reading->sink->heading(reading->sink->context, columns);
}

static err take_header(struct reading *reading)
{
	struct csv_scan *scan = &reading->scan;
	bool found;

	TRY(csv_scan_next(scan, reading->arena, &found));
	if (!found)
		TRY(tell_words(reading, 0, FLAW_MISSING, "見出しの行がありません", "The file has no heading"));
	else if (scan->bad_column != 0 || scan->count > CSV_COLUMN_MAX)
		TRY(tell_words(reading, scan->bad_column, FLAW_FORMAT, "見出しの行を読み取れません", "The heading cannot be read"));
	if (reading->bad)
		return FAIL(INVALID);
	for (size_t i = 0; i < scan->count; i++)
		TRY(take_heading(reading, i));
	for (size_t i = 0; i < reading->entity->field_count; i++) {
		const struct field *field = &reading->entity->fields[i];

		if (field->required && field->type != FIELD_BYTES && field->type != FIELD_FORM && !has_column(reading, i))
			TRY(tell_lacking(reading, field));
	}
	return reading->bad ? FAIL(INVALID) : tell_columns(reading);
}

static struct bytes unguard(struct bytes text)
{
	if (text.len > 1 && text.ptr[0] == '\'' && csv_formula(text))
		return (struct bytes){text.ptr + 1, text.len - 1};
	return text;
}

static err take_cell(struct reading *reading, size_t at, struct value *values)
{
	const struct field *field = &reading->entity->fields[reading->field_of[at]];
	uint32_t column = (uint32_t)(at + 1);
	struct bytes text = {0};
	enum flaw flaw;
	err e;

	if (reading->scan.cells[at].len > CSV_CELL_MAX)
		return tell_flaw(reading, column, field, FLAW_TOO_LONG);
	e = to_utf8(reading, reading->scan.cells[at], &text);
	if (err_is(e, ERR_INVALID))
		return tell_flaw(reading, column, field, FLAW_ENCODING);
	TRY(e);
	text = unguard(text);
	if (text.len == 0)
		return field->required ? tell_flaw(reading, column, field, FLAW_MISSING) : OK;
	if (field->type == FIELD_DATE)
		TRY(csv_date(text, reading->arena, &text));
	flaw = value_parse(field, text, reading->arena, &values[reading->field_of[at]]);
	return flaw == FLAW_NONE ? OK : tell_flaw(reading, column, field, flaw);
}

static err take_row(struct reading *reading)
{
	struct value values[FIELD_MAX] = {0};
	const struct csv_scan *scan = &reading->scan;

	reading->bad = false;
	if (scan->bad_column != 0)
		return tell_words(reading, scan->bad_column, FLAW_FORMAT, "引用符の使い方が正しくありません", "The quotes are not well formed");
	if (scan->count != reading->columns)
		return tell_words(reading, 0, FLAW_FORMAT, "列の数が見出しと合いません", "The number of columns differs from the heading");
	for (size_t i = 0; i < reading->columns; i++)
		if (reading->field_of[i] != NO_FIELD)
			TRY(take_cell(reading, i, values));
	return reading->bad ? OK : reading->sink->row(reading->sink->context, scan->row, values);
}

static err take_rows(struct reading *reading)
{
	for (uint32_t count = 0;; count++) {
		bool found;

		arena_reset(reading->arena);
		TRY(csv_scan_next(&reading->scan, reading->arena, &found));
		if (!found)
			return OK;
		if (count == CSV_ROW_MAX)
			break;
		TRY(take_row(reading));
	}
	TRY(tell_words(reading, 0, FLAW_TOO_LARGE, "行が多すぎます。20000行以内に分けてください",
	    "There are too many rows; divide the file into parts of at most 20000"));
	return FAIL(TOO_LARGE);
}

static bool has_bom(struct bytes file)
{
	return file.len >= 3 && memcmp(file.ptr, CSV_BOM, 3) == 0;
}

static err read_all(struct reading *reading)
{
	TRY(take_header(reading));
	return take_rows(reading);
}

err csv_read(struct bytes file, enum csv_encoding encoding, const struct entity *entity, struct arena *arena, const struct csv_sink *sink)
{
	struct reading reading = {.entity = entity, .arena = arena, .sink = sink, .scan = {.rest = file}};
	bool bom = encoding != CSV_CP932 && has_bom(file);
	err e;

	if (file.len > CSV_SIZE_MAX) {
		TRY(tell_words(&reading, 0, FLAW_TOO_LARGE, "ファイルが大きすぎます。16MB以内にしてください",
		    "The file is too large; at most 16 MB"));
		return FAIL(TOO_LARGE);
	}
	if (bom)
		reading.scan.rest = (struct bytes){file.ptr + 3, file.len - 3};
	if (encoding == CSV_CP932 || (encoding == CSV_AUTO && !bom && !err_is_ok(utf8_check(file, NULL)))) {
		reading.cp932 = iconv_open("UTF-8", "CP932");
		if (reading.cp932 == (iconv_t)-1)
			return FAIL(UNAVAILABLE);
	}
	arena_reset(arena);
	e = read_all(&reading);
	if (reading.cp932 != NULL)
		(void)iconv_close(reading.cp932);
	return e;
}
