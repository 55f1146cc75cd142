#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kinder/absence.h"
#include "kinder/child.h"
#include "kinder/class.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"

#include "kinder/board.h"

#define BOARD_CLASS_MAX 100
#define BOARD_CHILD_MAX 2000
#define GATHER_FIRST 32

/* Own classes first. */
static struct row_list classes_of = {
	.name = "kinder.board-classes",
	.entity = &class_entity,
	.where = "facility = :facility AND (:class IS NULL OR id = :class)"
	    " ORDER BY (SELECT count(*) FROM assignment WHERE assignment.class = class.id"
	    " AND assignment.membership = :membership) DESC, age, name, id LIMIT :limit",
};
static struct row_list children_of = {
	.name = "kinder.board-children",
	.entity = &child_entity,
	.where = "facility = :facility AND (:class IS NULL OR class = :class) LIMIT :limit",
};
/* Of each child the day's latest report. */
static struct row_list absences_of = {
	.name = "kinder.board-absences",
	.entity = &absence_entity,
	.where = "id IN (SELECT (SELECT latest.id FROM absence AS latest WHERE latest.child = pupil.id AND latest.date = :date"
	    " AND latest.facility = pupil.facility"
	    " ORDER BY latest.reported_at DESC, latest.id LIMIT 1) FROM child AS pupil WHERE pupil.facility = :facility"
	    " AND (:class IS NULL OR pupil.class = :class)) ORDER BY child LIMIT :limit",
};

err board_start(void)
{
	TRY(row_list_make(&classes_of));
	TRY(row_list_make(&children_of));
	return row_list_make(&absences_of);
}

/* What the three lists are asked with; each takes what it names. */
struct scope {
	struct id facility;
	struct id class;      /* zero: all */
	struct id membership;
	int32_t date;
};

struct gather {
	void **rows;
	size_t count;
	size_t cap;
};

static err bind(struct query *query, const struct scope *scope, size_t max)
{
	TRY(query_id(query, "facility", &scope->facility));
	TRY(query_int(query, "limit", (int64_t)max + 1));
	if (id_is_zero(scope->class))
		TRY(query_null(query, "class"));
	else
		TRY(query_id(query, "class", &scope->class));
	if (query_has(query, "membership"))
		TRY(query_id(query, "membership", &scope->membership));
	return query_has(query, "date") ? query_int(query, "date", scope->date) : OK;
}

static err gather_add(struct arena *arena, struct gather *gather, void *row)
{
	if (gather->count == gather->cap) {
		size_t cap = gather->cap == 0 ? GATHER_FIRST : gather->cap * 2;
		void **rows = arena_alloc(arena, cap * sizeof(*rows));

		if (rows == NULL)
			return FAIL(UNAVAILABLE);
		if (gather->count > 0)
			memcpy(rows, gather->rows, gather->count * sizeof(*rows));
		gather->rows = rows;
		gather->cap = cap;
	}
	gather->rows[gather->count++] = row;
	return OK;
}

static err gather_next(struct call *call, const struct row_list *list, struct query *query, size_t max,
    struct gather *gather)
{
	void *row = arena_alloc(call->arena, list->entity->size);

	if (row == NULL)
		return FAIL(UNAVAILABLE);
	if (gather->count == max)
		return FAIL(TOO_LARGE);
	TRY(row_read(&call->rows, list->entity, query, false, row));
	return gather_add(call->arena, gather, row);
}

static err gather_rows(struct call *call, const struct row_list *list, const struct scope *scope, size_t max,
    struct gather *gather)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(call->rows.db, list->statement, &query);

	if (err_is_ok(e))
		e = bind(query, scope, max);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = gather_next(call, list, query, max, gather);
	}
	query_end(&query);
	return e;
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

/* The list is ordered by child. */
static const struct absence *find_absence(const struct gather *absences, const struct id *child)
{
	size_t low = 0;
	size_t high = absences->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct absence *absence = absences->rows[middle];

		if (memcmp(&absence->child, child, sizeof(*child)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < absences->count && id_equal(((const struct absence *)absences->rows[low])->child, *child))
		return absences->rows[low];
	return NULL;
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
	json_time(out, "reported_at", absence->reported_at);
	json_text(out, "reporter", absence->reporter_name);
	json_object_end(out);
}

static size_t put_children(struct json *out, const struct class *class, const struct gather *children,
    const struct gather *absences)
{
	size_t count = 0;

	json_array(out, "children");
	for (size_t i = 0; i < children->count; i++) {
		const struct child *child = children->rows[i];

		if (!id_equal(child->class, class->row.id))
			continue;
		json_object(out, NULL);
		json_id(out, "id", child->row.id);
		json_text(out, "name", child->name);
		json_text(out, "kana", child->kana);
		json_text(out, "allergies", child->allergies);
		put_absence(out, find_absence(absences, &child->row.id));
		json_object_end(out);
		count++;
	}
	json_array_end(out);
	return count;
}

static err put_facility(struct call *call, struct id id)
{
	struct facility facility = {0};

	TRY(row_get(&call->rows, &facility_entity, id, &facility));
	json_object(&call->out, "facility");
	json_id(&call->out, "id", id);
	json_text(&call->out, "name", facility.name);
	json_object_end(&call->out);
	return OK;
}

/* One event for the whole list: its scope and size, not its rows. */
static err note_scope(struct call *call, const struct scope *scope, size_t count)
{
	char date[CLOCK_TEXT_MAX];

	clock_date_format(scope->date, date);
	call->event_facility = scope->facility;
	return buf_printf(&call->detail, "\"date\":\"%s\",\"children\":%zu", date, count);
}

static err see_apply(struct call *call)
{
	const struct value *date = call_value(call, "date");
	struct scope scope = {
		.facility = call_id(call, "facility"),
		.class = call_id(call, "class"),
		.membership = call->actor.membership,
		.date = date->present ? date->as.date : clock_date_jst(call->now_us),
	};
	struct gather classes = {0};
	struct gather children = {0};
	struct gather absences = {0};
	size_t count = 0;

	TRY(gather_rows(call, &classes_of, &scope, BOARD_CLASS_MAX, &classes));
	if (classes.count == 0 && !id_is_zero(scope.class))
		return FAIL(NOT_FOUND); /* a class, but not of this facility */
	TRY(gather_rows(call, &children_of, &scope, BOARD_CHILD_MAX, &children));
	TRY(gather_rows(call, &absences_of, &scope, BOARD_CHILD_MAX, &absences));
	if (children.count > 1)
		qsort(children.rows, children.count, sizeof(*children.rows), by_kana);
	TRY(put_facility(call, scope.facility));
	json_date(&call->out, "date", scope.date);
	json_array(&call->out, "classes");
	for (size_t i = 0; i < classes.count; i++) {
		const struct class *class = classes.rows[i];

		json_object(&call->out, NULL);
		json_id(&call->out, "id", class->row.id);
		json_text(&call->out, "name", class->name);
		count += put_children(&call->out, class, &children, &absences);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	return note_scope(call, &scope, count);
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
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = see_apply,
};
