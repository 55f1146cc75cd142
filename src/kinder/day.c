#include <string.h>

#include "kinder/day.h"

#define OF_FACILITY                                                                                                  \
	"child IN (SELECT pupil.id FROM child AS pupil WHERE pupil.facility = :facility"                             \
	" AND (pupil.class = :class OR :class IS NULL))"
#define OF_CHILD "child = :child"
#define DAYS " AND date >= :first AND date <= :last AND (facility = :facility OR :facility IS NULL)"
#define REPORTED " AND state = 0 ORDER BY child, date, reported_at DESC, id LIMIT :limit"
#define STANDING                                                                                                     \
	" AND cancelled = 0 AND NOT EXISTS (SELECT 1 FROM attendance AS later WHERE later.replaces = attendance.id)" \
	" ORDER BY child, date, kind LIMIT :limit"

static struct row_list absences_of_facility = {
	.name = "kinder.day-absences", .entity = &absence_entity, .where = OF_FACILITY DAYS REPORTED,
};
static struct row_list absences_of_child = {
	.name = "kinder.day-absences-of-child", .entity = &absence_entity, .where = OF_CHILD DAYS REPORTED,
};
static struct row_list attendances_of_facility = {
	.name = "kinder.day-attendances", .entity = &attendance_entity, .where = OF_FACILITY DAYS STANDING,
};
static struct row_list attendances_of_child = {
	.name = "kinder.day-attendances-of-child", .entity = &attendance_entity, .where = OF_CHILD DAYS STANDING,
};

err day_start(void)
{
	TRY(row_list_make(&absences_of_facility));
	TRY(row_list_make(&absences_of_child));
	TRY(row_list_make(&attendances_of_facility));
	return row_list_make(&attendances_of_child);
}

err day_book_read(struct call *call, const struct gather_scope *scope, struct day_book *book_out)
{
	bool one = !id_is_zero(scope->child);
	struct day_book book = {0};

	TRY(gather_rows(call, one ? &absences_of_child : &absences_of_facility, scope, DAY_ROW_MAX, false, &book.absences));
	TRY(gather_rows(call, one ? &attendances_of_child : &attendances_of_facility, scope, DAY_ROW_MAX, true,
	    &book.attendances));
	*book_out = book;
	return OK;
}

/* Both kinds of rows begin alike: the row's head, the child, the facility, the date, the kind. */
struct head {
	struct row row;
	struct id child, facility;
	int32_t date, kind;
};
_Static_assert(offsetof(struct absence, child) == offsetof(struct head, child) &&
    offsetof(struct absence, date) == offsetof(struct head, date) && offsetof(struct absence, kind) == offsetof(struct head, kind),
    "an absence begins like that");
_Static_assert(offsetof(struct attendance, child) == offsetof(struct head, child) &&
    offsetof(struct attendance, date) == offsetof(struct head, date) &&
    offsetof(struct attendance, kind) == offsetof(struct head, kind), "an attendance begins like that");

static bool before(const struct head *one, struct id child, int32_t date, int32_t kind)
{
	int order = memcmp(&one->child, &child, sizeof(child));

	if (order != 0)
		return order < 0;
	return one->date != date ? one->date < date : one->kind < kind;
}

/* The first row that is not before child, date and kind. */
static const struct head *find(const struct gather *rows, struct id child, int32_t date, int32_t kind)
{
	size_t low = 0;
	size_t high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (before(rows->rows[middle], child, date, kind))
			low = middle + 1;
		else
			high = middle;
	}
	return low < rows->count ? rows->rows[low] : NULL;
}

/* kind -1 comes before every kind: the absences of a day are not ordered by it. */
const struct absence *day_absence(const struct day_book *book, struct id child, int32_t date)
{
	const struct head *found = find(&book->absences, child, date, -1);

	return found != NULL && id_equal(found->child, child) && found->date == date ? (const struct absence *)found : NULL;
}

const struct attendance *day_attendance(const struct day_book *book, struct id child, int32_t date, enum attendance_kind kind)
{
	const struct head *found = find(&book->attendances, child, date, (int32_t)kind);

	return found != NULL && id_equal(found->child, child) && found->date == date && found->kind == (int32_t)kind ?
	    (const struct attendance *)found : NULL;
}

void day_tally_add(struct day_tally *tally, int32_t reported, bool came, bool left)
{
	tally->enrolled++;
	tally->present += came;
	tally->left += left;
	tally->late += reported == ABSENCE_LATE;
	tally->early += reported == ABSENCE_EARLY;
	tally->absent += !came && reported == ABSENCE_ABSENCE;
	tally->unknown += !came && reported != ABSENCE_ABSENCE && reported != ABSENCE_LATE;
}

const char *day_mark(bool open, int32_t reported, bool came)
{
	if (came)
		return reported == ABSENCE_LATE ? "遅" : reported == ABSENCE_EARLY ? "早" : "○";
	if (!open)
		return "／";
	return reported == ABSENCE_ABSENCE ? "×" : "";
}
