#include <string.h>

#include "base/clock.h"
#include "kinder/board.h"
#include "kinder/class.h"
#include "kinder/day.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"

#include "kinder/counts.h"

#define COUNT_CLASS_MAX 10000

#define CAME(kind)                                                                                                   \
	"CASE WHEN EXISTS (SELECT 1 FROM attendance AS seen WHERE seen.child = child.id AND seen.date = :date"       \
	" AND seen.facility = child.facility AND seen.kind = " kind " AND seen.cancelled = 0"                        \
	" AND NOT EXISTS (SELECT 1 FROM attendance AS later WHERE later.replaces = seen.id)) THEN 1 ELSE 0 END"

/* A line a child, of which only its place is looked at; the same rules as the board's (D1, D2) then make the sums. */
const struct statement counts_children = {
	"kinder.counts-children",
	"SELECT child.facility, child.class, (SELECT latest.kind FROM absence AS latest WHERE latest.child = child.id"
	" AND latest.date = :date AND latest.facility = child.facility AND latest.state = 0"
	" ORDER BY latest.reported_at DESC, latest.id LIMIT 1), " CAME("0") ", " CAME("1") " FROM child WHERE child.state = 0"
	" ORDER BY child.facility, child.class",
};

static struct row_list facilities_with_children = {
	.name = "kinder.counts-facilities",
	.entity = &facility_entity,
	.where = "probe = :probe AND EXISTS (SELECT 1 FROM child WHERE child.facility = facility.id AND child.state = 0) ORDER BY code, municipality_code LIMIT :limit",
};
static struct row_list classes_with_children = {
	.name = "kinder.counts-classes",
	.entity = &class_entity,
	.where = "EXISTS (SELECT 1 FROM child WHERE child.class = class.id AND child.state = 0) ORDER BY facility, age, name, id LIMIT :limit",
};

err counts_start(void)
{
	TRY(row_list_make(&facilities_with_children));
	return row_list_make(&classes_with_children);
}

/* The sums of one class of one facility; class zero: without a class. */
struct sum {
	struct id facility, class;
	struct day_tally tally;
};

struct sums {
	struct sum *list;
	size_t count;
};

static err add_child(struct query *query, struct sums *sums)
{
	struct id facility = {{0}};
	struct id class = {{0}};
	struct sum *last = sums->count > 0 ? &sums->list[sums->count - 1] : NULL;

	TRY(column_id(query, 0, &facility));
	if (!column_null(query, 1))
		TRY(column_id(query, 1, &class));
	if (last == NULL || !id_equal(last->facility, facility) || !id_equal(last->class, class)) {
		if (sums->count == COUNT_CLASS_MAX)
			return FAIL(TOO_LARGE);
		last = &sums->list[sums->count++];
		last->facility = facility;
		last->class = class;
	}
	day_tally_add(&last->tally, column_null(query, 2) ? -1 : (int32_t)column_int(query, 2), column_int(query, 3) != 0,
	    column_int(query, 4) != 0);
	return OK;
}

static err read_sums(struct call *call, int32_t date, struct sums *sums)
{
	struct query *query = NULL;
	bool found = true;
	err e;

	sums->list = arena_alloc(call->arena, COUNT_CLASS_MAX * sizeof(*sums->list));
	if (sums->list == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(call->rows.db, &counts_children, &query);
	if (err_is_ok(e))
		e = query_int(query, "date", date);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = add_child(query, sums);
	}
	query_end(&query);
	return e;
}

static void add_sum(struct day_tally *total, const struct day_tally *part)
{
	total->enrolled += part->enrolled;
	total->present += part->present;
	total->absent += part->absent;
	total->late += part->late;
	total->early += part->early;
}

static struct day_tally total_of(const struct sums *sums, struct id facility)
{
	struct day_tally total = {0};

	for (size_t i = 0; i < sums->count; i++)
		if (id_equal(sums->list[i].facility, facility))
			add_sum(&total, &sums->list[i].tally);
	return total;
}

/* What is made for checks is in no figure of the city, and the other way round: the list says which facilities are of this side. */
static struct day_tally total_listed(const struct sums *sums, const struct gather *facilities)
{
	struct day_tally total = {0};

	for (size_t i = 0; i < facilities->count; i++) {
		struct day_tally part = total_of(sums, ((const struct facility *)facilities->rows[i])->row.id);

		add_sum(&total, &part);
	}
	return total;
}

static void put_tally(struct json *out, const struct day_tally *tally)
{
	json_int(out, "enrolled", tally->enrolled);
	json_int(out, "present", tally->present);
	json_int(out, "absent", tally->absent);
	json_int(out, "late", tally->late);
	json_int(out, "early", tally->early);
}

static void put_class(struct json *out, const struct sum *sum, struct bytes name)
{
	json_object(out, NULL);
	json_id(out, "id", sum->class);
	json_text(out, "name", name);
	json_int(out, "enrolled", sum->tally.enrolled);
	json_int(out, "present", sum->tally.present);
	json_int(out, "absent", sum->tally.absent);
	json_object_end(out);
}

static const struct sum *find_sum(const struct sums *sums, struct id facility, struct id class)
{
	for (size_t i = 0; i < sums->count; i++)
		if (id_equal(sums->list[i].class, class) && id_equal(sums->list[i].facility, facility))
			return &sums->list[i];
	return NULL;
}

static void put_facility(struct call *call, const struct facility *facility, const struct gather *classes, const struct sums *sums)
{
	struct day_tally total = total_of(sums, facility->row.id);
	const struct sum *classless = find_sum(sums, facility->row.id, (struct id){{0}});

	json_object(&call->out, NULL);
	json_id(&call->out, "id", facility->row.id);
	json_text(&call->out, "name", facility->name);
	put_tally(&call->out, &total);
	json_array(&call->out, "classes");
	for (size_t i = 0; i < classes->count; i++) {
		const struct class *class = classes->rows[i];
		const struct sum *sum = id_equal(class->facility, facility->row.id) ? find_sum(sums, class->facility, class->row.id) : NULL;

		if (sum != NULL)
			put_class(&call->out, sum, class->name);
	}
	if (classless != NULL)
		put_class(&call->out, classless, board_classless(call->language));
	json_array_end(&call->out);
	json_object_end(&call->out);
}

static err see_apply(struct call *call)
{
	struct gather_scope scope = {.date = board_date(call), .probe = call->actor.probe};
	struct gather facilities = {0};
	struct gather classes = {0};
	struct sums sums = {0};
	struct day_tally total;

	TRY(read_sums(call, scope.date, &sums));
	TRY(gather_rows(call, &facilities_with_children, &scope, COUNT_CLASS_MAX, false, &facilities));
	TRY(gather_rows(call, &classes_with_children, &scope, COUNT_CLASS_MAX, false, &classes));
	total = total_listed(&sums, &facilities);
	json_date(&call->out, "date", scope.date);
	json_object(&call->out, "total");
	put_tally(&call->out, &total);
	json_object_end(&call->out);
	json_array(&call->out, "facilities");
	for (size_t i = 0; i < facilities.count; i++)
		put_facility(call, facilities.rows[i], &classes, &sums);
	json_array_end(&call->out);
	return OK;
}

static const struct grant see_grants[] = {{ROLE(OFFICER), RELATION_CUSTOMER, "count"}, {0}};

static const struct input see_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2}},
	{0},
};

static const struct field see_output[] = {
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2},
	{.name = "id", .ja = "園または組", .en = "Facility or class", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "enrolled", .ja = "在籍", .en = "Enrolled", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "present", .ja = "出席", .en = "Present", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "absent", .ja = "欠席", .en = "Absent", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "late", .ja = "遅刻", .en = "Late", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "early", .ja = "早退", .en = "Leaving early", .type = FIELD_INT, .grade = GRADE_2},
	{0},
};

const struct op counts_see = { /* K-27 */
	.id = "counts.see",
	.ja = "市全体の出席の人数を見る",
	.en = "See the numbers of a day",
	.method = "GET",
	.path = "/v1/counts",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "attendance count",
	.inputs = see_inputs,
	.entity = &facility_entity,
	.output_fields = see_output,
	.status = 200,
	.purpose_ja = "市内の園の出席の人数を確かめるため",
	.purpose_en = "To know how many children are at the city's facilities",
	.grade = GRADE_2,
	.requirements = "K-26 K-27",
	.apply = see_apply,
};
