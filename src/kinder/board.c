#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kinder/calendar.h"
#include "kinder/child.h"
#include "kinder/class.h"
#include "kinder/day.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"

#include "kinder/board.h"

#define BOARD_CLASS_MAX 100
#define BOARD_CHILD_MAX 2000

/* Own classes first; of other school years only those that still have children. */
static struct row_list classes_of = {
	.name = "kinder.board-classes",
	.entity = &class_entity,
	.where = "facility = :facility AND (id = :class OR :class IS NULL)"
	    " AND (year = :year OR EXISTS (SELECT 1 FROM child AS pupil WHERE pupil.class = class.id AND pupil.state = 0))"
	    " ORDER BY (SELECT count(*) FROM assignment WHERE assignment.class = class.id"
	    " AND assignment.membership = :membership) DESC, age, name, id LIMIT :limit",
};
static struct row_list own_classes_of = {
	.name = "kinder.board-own-classes",
	.entity = &class_entity,
	.where = "facility = :facility AND EXISTS (SELECT 1 FROM assignment WHERE assignment.class = class.id"
	    " AND assignment.membership = :membership) LIMIT :limit",
};
static struct row_list children_of = {
	.name = "kinder.board-children",
	.entity = &child_entity,
	.where = "facility = :facility AND state = 0 AND (class = :class OR :class IS NULL) LIMIT :limit",
};

err board_start(void)
{
	TRY(row_list_make(&classes_of));
	TRY(row_list_make(&own_classes_of));
	return row_list_make(&children_of);
}

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

static err read_children(struct call *call, struct board *board)
{
	TRY(gather_rows(call, &children_of, &board->scope, BOARD_CHILD_MAX, false, &board->children));
	if (board->children.count > 1)
		qsort(board->children.rows, board->children.count, sizeof(*board->children.rows), by_kana);
	return OK;
}

err board_read(struct call *call, struct id facility, struct id class, int32_t date, struct board *board_out)
{
	struct calendar_span span = {0};
	struct board board = {
		.scope = {
			.facility = facility, .class = class, .membership = call->actor.membership,
			.date = date, .first = date, .last = date, .year = calendar_year(date),
		},
	};

	TRY(row_get(&call->rows, &facility_entity, facility, &board.facility));
	TRY(gather_rows(call, &classes_of, &board.scope, BOARD_CLASS_MAX, false, &board.classes));
	if (board.classes.count == 0 && !id_is_zero(class))
		return FAIL(NOT_FOUND); /* a class, but not of this facility */
	if (call->actor.role == ROLE_STAFF)
		TRY(gather_rows(call, &own_classes_of, &board.scope, BOARD_CLASS_MAX, false, &board.own));
	TRY(read_children(call, &board));
	TRY(day_book_read(call, &board.scope, &board.book));
	TRY(calendar_span_read(call, facility, date, date, &span));
	board.day = calendar_day_of(&span, date);
	*board_out = board;
	return OK;
}

bool board_own(const struct board *board, struct id class)
{
	for (size_t i = 0; i < board->own.count; i++)
		if (id_equal(((const struct row *)board->own.rows[i])->id, class))
			return true;
	return false;
}

void board_child(const struct board *board, const struct child *child, struct board_child *child_out)
{
	*child_out = (struct board_child){
		.child = child,
		.absence = day_absence(&board->book, child->row.id, board->scope.date),
		.in = day_attendance(&board->book, child->row.id, board->scope.date, ATTENDANCE_IN),
		.out = day_attendance(&board->book, child->row.id, board->scope.date, ATTENDANCE_OUT),
	};
}

void board_tally(const struct board *board, struct id class, struct day_tally *tally_out)
{
	*tally_out = (struct day_tally){0};
	for (size_t i = 0; i < board->children.count; i++) {
		struct board_child one;

		board_child(board, board->children.rows[i], &one);
		if (id_equal(one.child->class, class))
			day_tally_add(tally_out, one.absence != NULL ? one.absence->kind : -1, one.in != NULL, one.out != NULL);
	}
}

static void put_absence(struct json *out, const struct absence *absence)
{
	if (absence == NULL) {
		json_null(out, "absence");
		return;
	}
	json_object(out, "absence");
	json_id(out, "id", absence->row.id);
	json_field(out, entity_field(&absence_entity, "kind"), absence);
	json_text(out, "reason", absence->reason);
	json_text(out, "fetch", absence->fetch);
	json_time(out, "reported_at", absence->reported_at);
	json_text(out, "reporter", absence->reporter_name);
	json_bool(out, "telephone", absence->telephone);
	json_object_end(out);
}

static void put_attendance(struct json *out, const char *name, const struct attendance *attendance)
{
	if (attendance == NULL) {
		json_null(out, name);
		return;
	}
	json_object(out, name);
	json_id(out, "id", attendance->row.id);
	json_time(out, "at", attendance->at);
	json_bool(out, "late_entry", attendance->late_entry);
	json_object_end(out);
}

static void put_child(struct json *out, const struct board_child *one)
{
	json_object(out, NULL);
	json_id(out, "id", one->child->row.id);
	json_text(out, "name", one->child->name);
	json_text(out, "kana", one->child->kana);
	json_text(out, "allergies", one->child->allergies);
	json_text(out, "fetchers", one->child->fetchers);
	put_absence(out, one->absence);
	put_attendance(out, "in", one->in);
	put_attendance(out, "out", one->out);
	json_object_end(out);
}

static void put_tally(struct json *out, const struct day_tally *tally)
{
	json_object(out, "counts");
	json_int(out, "enrolled", tally->enrolled);
	json_int(out, "present", tally->present);
	json_int(out, "absent", tally->absent);
	json_int(out, "late", tally->late);
	json_int(out, "early", tally->early);
	json_int(out, "left", tally->left);
	json_int(out, "unknown", tally->unknown);
	json_object_end(out);
}

static size_t put_class(struct json *out, const struct board *board, struct id class, struct bytes name)
{
	struct day_tally tally;
	size_t count = 0;

	board_tally(board, class, &tally);
	json_object(out, NULL);
	json_id(out, "id", class);
	json_text(out, "name", name);
	json_bool(out, "own", board_own(board, class));
	put_tally(out, &tally);
	json_array(out, "children");
	for (size_t i = 0; i < board->children.count; i++) {
		struct board_child one;

		board_child(board, board->children.rows[i], &one);
		if (!id_equal(one.child->class, class))
			continue;
		put_child(out, &one);
		count++;
	}
	json_array_end(out);
	json_object_end(out);
	return count;
}

struct bytes board_classless(enum language language)
{
	return bytes_str(language == LANGUAGE_EN ? "No class yet" : "組なし");
}

bool board_has_classless(const struct board *board)
{
	for (size_t i = 0; i < board->children.count; i++)
		if (id_is_zero(((const struct child *)board->children.rows[i])->class))
			return true;
	return false;
}

static void put_facility(struct json *out, const struct board *board)
{
	json_object(out, "facility");
	json_id(out, "id", board->facility.row.id);
	json_text(out, "name", board->facility.name);
	json_object_end(out);
	json_date(out, "date", board->scope.date);
	json_bool(out, "open", board->day.open);
	json_text(out, "cut_off", board->facility.cut_off);
}

/* One event for the whole list: its scope and size, not its rows. */
static err note_scope(struct call *call, const struct board *board, size_t count)
{
	char date[CLOCK_TEXT_MAX];

	clock_date_format(board->scope.date, date);
	call->event_facility = board->scope.facility;
	return buf_printf(&call->detail, "\"date\":\"%s\",\"children\":%zu", date, count);
}

int32_t board_date(const struct call *call)
{
	const struct value *date = call_value(call, "date");

	return date->present ? date->as.date : clock_date_jst(call->now_us);
}

static err see_apply(struct call *call)
{
	struct board board;
	size_t count = 0;

	TRY(board_read(call, call_id(call, "facility"), call_id(call, "class"), board_date(call), &board));
	put_facility(&call->out, &board);
	json_array(&call->out, "classes");
	for (size_t i = 0; i < board.classes.count; i++) {
		const struct class *class = board.classes.rows[i];

		count += put_class(&call->out, &board, class->row.id, class->name);
	}
	if (board_has_classless(&board))
		count += put_class(&call->out, &board, (struct id){{0}}, board_classless(call->language));
	json_array_end(&call->out);
	return note_scope(call, &board, count);
}

static const struct grant see_grants[] = {{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "basic,allergies"}, {0}};

static const struct input see_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_QUERY, .field = {.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2}},
	{.place = IN_QUERY, .field = {.name = "class", .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "class"}},
	{0},
};

static const struct field see_output[] = {
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2},
	{.name = "id", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "name", .ja = "氏名", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "kana", .ja = "ふりがな", .en = "Reading", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "allergies", .ja = "アレルギー", .en = "Allergies", .type = FIELD_TEXT, .grade = GRADE_3A,
	    .personal = true},
	{.name = "fetchers", .ja = "お迎えの人", .en = "Fetched by", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .personal = true},
	{.name = "open", .ja = "開園", .en = "Open", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "cut_off", .ja = "連絡の締切", .en = "Reports until", .type = FIELD_TEXT, .grade = GRADE_1},
	{0},
};

const struct op board_see = { /* K-26 */
	.id = "board.see",
	.ja = "今日のクラスの様子を見る",
	.en = "See the class board",
	.method = "GET",
	.path = "/v1/facilities/{facility}/board",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "absence see",
	.inputs = see_inputs,
	.entity = &facility_entity,
	.output_fields = see_output,
	.status = 200,
	.purpose_ja = "その日の出欠を組ごとに確かめるため",
	.purpose_en = "To know who is there on a day, class by class",
	.event = true,
	.reveals = "child",
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = see_apply,
};
