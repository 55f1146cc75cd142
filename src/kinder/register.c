#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "entity/csv.h"
#include "kinder/calendar.h"
#include "kinder/child.h"
#include "kinder/class.h"
#include "kinder/day.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"
#include "kinder/month.h"
#include "kinder/printout.h"

#include "kinder/register.h"

#define REGISTER_CHILD_MAX 1000 /* with those of former years */
#define DAY_MAX 31

static struct row_list children_of = {
	.name = "kinder.register-children",
	.entity = &child_entity,
	.where = "facility = :facility AND class = :class LIMIT :limit",
};

err register_start(void)
{
	return row_list_make(&children_of);
}

struct sheet {
	struct class class;
	struct facility facility;
	struct gather_scope scope;
	struct calendar_span span;
	struct gather children;
	struct day_book book;
	struct bytes pdf;
};

struct line {
	const struct child *child;
	const char *marks[DAY_MAX];
	int days, present, absent, late, early;
};

static int compare(struct bytes a, struct bytes b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_kana(const void *a, const void *b)
{
	const struct child *x = *(void *const *)a;
	const struct child *y = *(void *const *)b;
	int order = compare(x->kana, y->kana);

	return order != 0 ? order : memcmp(&x->row.id, &y->row.id, sizeof(x->row.id));
}

/* Also those that have left since; not those that were not there yet, or no more. */
static bool was_there(const struct child *child, const struct gather_scope *month)
{
	if (child->entry_date > month->last || (child->leaving_date != 0 && child->leaving_date < month->first))
		return false;
	return child->state == CHILD_ENROLLED || child->leaving_date != 0;
}

static void keep_those(struct gather *children, const struct gather_scope *month)
{
	size_t kept = 0;

	for (size_t i = 0; i < children->count; i++)
		if (was_there(children->rows[i], month))
			children->rows[kept++] = children->rows[i];
	children->count = kept;
}

static err sheet_read(struct call *call, struct sheet *sheet_out)
{
	struct sheet sheet = {.scope = {.facility = call_id(call, "facility"), .class = call_id(call, "class")}};

	TRY(month_of(call, &sheet.scope.first, &sheet.scope.last));
	TRY(row_get(&call->rows, &facility_entity, sheet.scope.facility, &sheet.facility));
	TRY(row_get(&call->rows, &class_entity, sheet.scope.class, &sheet.class));
	TRY(gather_rows(call, &children_of, &sheet.scope, REGISTER_CHILD_MAX, false, &sheet.children));
	keep_those(&sheet.children, &sheet.scope);
	if (sheet.children.count > 1)
		qsort(sheet.children.rows, sheet.children.count, sizeof(*sheet.children.rows), by_kana);
	TRY(day_book_read(call, &sheet.scope, &sheet.book));
	TRY(calendar_span_read(call, sheet.scope.facility, sheet.scope.first, sheet.scope.last, &sheet.span));
	*sheet_out = sheet;
	return OK;
}

static bool belongs(const struct child *child, int32_t date)
{
	return date >= child->entry_date && (child->leaving_date == 0 || date <= child->leaving_date);
}

static const char *mark_of(const struct sheet *sheet, const struct child *child, int32_t date, struct line *line)
{
	const struct absence *absence = day_absence(&sheet->book, child->row.id, date);
	bool came = day_attendance(&sheet->book, child->row.id, date, ATTENDANCE_IN) != NULL;
	bool open = calendar_day_of(&sheet->span, date).open;
	int32_t reported = absence != NULL ? absence->kind : -1;

	if (!came && !belongs(child, date))
		return "";
	line->present += came;
	line->late += came && reported == ABSENCE_LATE;
	line->early += came && reported == ABSENCE_EARLY;
	line->absent += !came && open && reported == ABSENCE_ABSENCE;
	return day_mark(open, reported, came);
}

static void line_of(const struct sheet *sheet, size_t index, struct line *line_out)
{
	struct line line = {.child = sheet->children.rows[index]};

	for (int32_t date = sheet->scope.first; date <= sheet->scope.last; date = clock_date_add(date, 1))
		line.marks[line.days++] = mark_of(sheet, line.child, date, &line);
	*line_out = line;
}

/* One event for the whole sheet: its month and size, not its rows. */
static err note(struct call *call, const struct sheet *sheet)
{
	char date[CLOCK_TEXT_MAX];

	clock_date_format(sheet->scope.first, date);
	call->event_facility = sheet->scope.facility;
	return buf_printf(&call->detail, "\"month\":\"%.7s\",\"children\":%zu", date, sheet->children.count);
}

/* ---- JSON ---- */

static void put_place(struct json *out, const char *name, struct id id, struct bytes words)
{
	json_object(out, name);
	json_id(out, "id", id);
	json_text(out, "name", words);
	json_object_end(out);
}

static void put_line(struct json *out, const struct line *line)
{
	json_object(out, NULL);
	json_id(out, "id", line->child->row.id);
	json_text(out, "name", line->child->name);
	json_text(out, "kana", line->child->kana);
	json_array(out, "marks");
	for (int i = 0; i < line->days; i++)
		json_str(out, NULL, line->marks[i]);
	json_array_end(out);
	json_int(out, "present", line->present);
	json_int(out, "absent", line->absent);
	json_int(out, "late", line->late);
	json_int(out, "early", line->early);
	json_object_end(out);
}

static void put_days(struct json *out, const struct sheet *sheet)
{
	json_array(out, "days");
	for (int32_t date = sheet->scope.first; date <= sheet->scope.last; date = clock_date_add(date, 1)) {
		json_object(out, NULL);
		json_date(out, "date", date);
		json_bool(out, "open", calendar_day_of(&sheet->span, date).open);
		json_object_end(out);
	}
	json_array_end(out);
}

static err see_apply(struct call *call)
{
	struct json *out = &call->out;
	struct sheet sheet;
	struct line line;

	TRY(sheet_read(call, &sheet));
	put_place(out, "class", sheet.scope.class, sheet.class.name);
	put_place(out, "facility", sheet.scope.facility, sheet.facility.name);
	json_text(out, "month", call_text(call, "month"));
	put_days(out, &sheet);
	json_array(out, "children");
	for (size_t i = 0; i < sheet.children.count; i++) {
		line_of(&sheet, i, &line);
		put_line(out, &line);
	}
	json_array_end(out);
	return note(call, &sheet);
}

#define REGISTER_OP                                                                                                  \
	.method = "GET", .kind = OP_READ, .grants = see_grants, .inputs = see_inputs, .entity = &class_entity,       \
	.status = 200, .purpose_ja = "組のひと月の出席を確かめ、保存するため",                                       \
	.purpose_en = "To check and keep the attendance of a class and month", .event = true, .grade = GRADE_3B,     \
	.reveals = "child", .requirements = "K-26 K-27"

static const struct grant see_grants[] = {{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input see_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_PATH, .object = true, .within = "facility", .field = {KINDER_PATH_CLASS}},
	{.place = IN_QUERY, .field = {MONTH_FIELD}},
	{0},
};

static const struct field see_output[] = {
	{.name = "month", .ja = "月", .en = "Month", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "id", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "name", .ja = "氏名", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "kana", .ja = "ふりがな", .en = "Reading", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "marks", .ja = "印", .en = "Marks", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "present", .ja = "出席", .en = "Present", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "absent", .ja = "欠席", .en = "Absent", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "late", .ja = "遅刻", .en = "Late", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "early", .ja = "早退", .en = "Left early", .type = FIELD_INT, .grade = GRADE_2},
	{0},
};

const struct op register_see = {
	REGISTER_OP,
	.id = "register.see",
	.ja = "出席簿を見る",
	.en = "See a class's register",
	.path = "/v1/facilities/{facility}/classes/{class}/register",
	.policy = "register see",
	.output_fields = see_output,
	.apply = see_apply,
};

/* ---- CSV ---- */

static err cell(struct buf *out, struct bytes text)
{
	TRY(buf_u8(out, ','));
	return csv_cell(text, true, out);
}

static err csv_heading(const struct sheet *sheet, enum language language, struct buf *out)
{
	bool english = language == LANGUAGE_EN;

	TRY(buf_append_str(out, english ? CSV_BOM "Name,Reading" : CSV_BOM "氏名,ふりがな"));
	for (int32_t date = sheet->scope.first; date <= sheet->scope.last; date = clock_date_add(date, 1))
		TRY(buf_printf(out, english ? ",%d (%s)" : ",%d（%s）", date % 100, printout_weekday(date, language)));
	return buf_append_str(out, english ? ",Present,Absent,Late,Left early\r\n" : ",出席,欠席,遅刻,早退\r\n");
}

static err csv_line(const struct line *line, struct buf *out)
{
	TRY(csv_cell(line->child->name, true, out));
	TRY(cell(out, line->child->kana));
	for (int i = 0; i < line->days; i++)
		TRY(cell(out, bytes_str(line->marks[i])));
	return buf_printf(out, ",%d,%d,%d,%d\r\n", line->present, line->absent, line->late, line->early);
}

static err csv_apply(struct call *call)
{
	struct sheet sheet;
	struct line line;

	TRY(sheet_read(call, &sheet));
	TRY(csv_heading(&sheet, call->language, call->out.out));
	for (size_t i = 0; i < sheet.children.count; i++) {
		line_of(&sheet, i, &line);
		TRY(csv_line(&line, call->out.out));
	}
	return note(call, &sheet);
}

const struct op register_csv = {
	REGISTER_OP,
	.id = "register.csv",
	.ja = "出席簿を表計算用に書き出す",
	.en = "Export a class's register for a spreadsheet",
	.path = "/v1/facilities/{facility}/classes/{class}/register/csv",
	.policy = "register export",
	.reply = REPLY_OCTETS,
	.media = "text/csv; charset=utf-8",
	.file = "register.csv",
	.apply = csv_apply,
};

/* ---- PDF ---- */

static err pdf_prepare(struct call *call)
{
	struct sheet *sheet = arena_alloc(call->arena, sizeof(*sheet));

	if (sheet == NULL)
		return FAIL(UNAVAILABLE);
	TRY(sheet_read(call, sheet));
	call->state = sheet;
	return OK;
}

static void begin_table(struct render *render, const struct sheet *sheet, enum language language)
{
	static const char *const sums[][4] = {{"出", "欠", "遅", "早"}, {"P", "A", "L", "E"}};
	bool english = language == LANGUAGE_EN;
	struct render_column columns[1 + DAY_MAX + 4] = {{.head = english ? BYTES_LIT("Name") : BYTES_LIT("氏名"), .weight = 120}};
	char heads[DAY_MAX][16];
	size_t count = 1;

	for (int32_t date = sheet->scope.first; date <= sheet->scope.last; date = clock_date_add(date, 1)) {
		(void)snprintf(heads[count - 1], sizeof(heads[0]), "%d\n%s", date % 100, printout_weekday(date, language));
		columns[count] = (struct render_column){bytes_str(heads[count - 1]), 20, RENDER_ALIGN_CENTER};
		count++;
	}
	for (size_t i = 0; i < 4; i++)
		columns[count++] = (struct render_column){bytes_str(sums[english][i]), 24, RENDER_ALIGN_RIGHT};
	render_table(render, columns, count);
}

static void put_number(struct render *render, int number)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", number);
	render_cell(render, bytes_str(text), 0);
}

static void put_row(struct render *render, const struct sheet *sheet, const struct line *line)
{
	int32_t date = sheet->scope.first;

	render_cell(render, line->child->name, 0);
	for (int i = 0; i < line->days; i++, date = clock_date_add(date, 1))
		render_cell(render, bytes_str(line->marks[i]),
		    RENDER_CENTER | (calendar_day_of(&sheet->span, date).open ? 0 : (unsigned)RENDER_SHADE));
	put_number(render, line->present);
	put_number(render, line->absent);
	put_number(render, line->late);
	put_number(render, line->early);
}

static err pdf_slow(struct call *call)
{
	struct sheet *sheet = call->state;
	bool english = call->language == LANGUAGE_EN;
	OWN(render) *render = NULL;
	char month[PRINTOUT_DATE_MAX];
	char subtitle[512];
	struct line line;
	struct printout printout = {.title = english ? BYTES_LIT("Attendance register") : BYTES_LIT("出席簿"), .landscape = true};

	printout_month(sheet->scope.first, call->language, month);
	(void)snprintf(subtitle, sizeof(subtitle), "%.*s  %.*s  %s", (int)sheet->facility.name.len,
	    (const char *)sheet->facility.name.ptr, (int)sheet->class.name.len, (const char *)sheet->class.name.ptr, month);
	printout.subtitle = bytes_str(subtitle);
	TRY(printout_begin(call, &printout, &render));
	begin_table(render, sheet, call->language);
	for (size_t i = 0; i < sheet->children.count; i++) {
		line_of(sheet, i, &line);
		put_row(render, sheet, &line);
	}
	render_table_end(render);
	render_note(render, english ? BYTES_LIT("○ present  遅 late  早 left early  × absent  ／ closed") :
	                              BYTES_LIT("○ 出席　遅 遅刻　早 早退　× 欠席　／ 休園"));
	return printout_make(call, render, &sheet->pdf);
}

static err pdf_apply(struct call *call)
{
	struct sheet *sheet = call->state;

	TRY(buf_append(call->out.out, sheet->pdf));
	return note(call, sheet);
}

const struct op register_pdf = {
	REGISTER_OP,
	.id = "register.pdf",
	.ja = "出席簿を印刷用に作る",
	.en = "Print a class's register",
	.path = "/v1/facilities/{facility}/classes/{class}/register/pdf",
	.policy = "register export",
	.reply = REPLY_OCTETS,
	.media = "application/pdf",
	.file = "register.pdf",
	.prepare = pdf_prepare,
	.slow = pdf_slow,
	.apply = pdf_apply,
};
