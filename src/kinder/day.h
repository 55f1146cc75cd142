/*
 * day - what is known of children on days: reports and attendance in force, and what they come to.
 *
 * D1  Of several reports for one day the latest that is not withdrawn counts.
 * D2  Who came is present, whatever was reported; of the others who is reported absent is absent, and who is reported late is
 *     awaited. Of everyone else nothing is known.
 */
#ifndef KINDER_DAY_H
#define KINDER_DAY_H

#include "kinder/absence.h"
#include "kinder/attendance.h"
#include "kinder/gather.h"

#define DAY_ROW_MAX 20000 /* of one question */

struct day_book {
	struct gather absences;    /* by child, date, latest first */
	struct gather attendances; /* in force; by child, date, kind; without names */
};

MUST_USE err day_start(void);
/* Of a facility's children (of one class when scope->class is set), or of scope->child alone (of one facility when it is set);
 * from scope->first to scope->last. Two statements. */
MUST_USE err day_book_read(struct call *call, const struct gather_scope *scope, struct day_book *book_out);
const struct absence *day_absence(const struct day_book *book, struct id child, int32_t date);       /* NULL */
const struct attendance *day_attendance(const struct day_book *book, struct id child, int32_t date, enum attendance_kind kind);

/* present: came, also those that have left; late and early: as reported, whoever of them came. */
struct day_tally {
	int64_t enrolled, present, absent, late, early, left, unknown;
};
void day_tally_add(struct day_tally *tally, int32_t reported /* enum absence_kind, -1 none */, bool came, bool left);

/* The mark of the register: "○", "遅", "早", "×", "／" on closed days, "" when nothing is known. */
const char *day_mark(bool open, int32_t reported, bool came);

#endif
