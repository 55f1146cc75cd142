/*
 * attendance - that a child came, and that it was fetched.
 *
 * A1  A record is never changed or removed. What was wrong is replaced by a record that names it (`replaces`), with a reason;
 *     a record is replaced at most once.
 * A2  In force is what is neither replaced nor a cancellation. Of a child, facility and day at most one `in` and one `out` are
 *     in force; an `out` only with an `in` that is not after it.
 * A3  `at` is when it happened, `entered_at` when it was written down; `late_entry` says that these are far apart.
 */
#ifndef KINDER_ATTENDANCE_H
#define KINDER_ATTENDANCE_H

#include "kinder/child.h"

#define ATTENDANCE_LATE_US ((int64_t)5 * 60 * 1000000)
#define ATTENDANCE_AHEAD_US ((int64_t)2 * 60 * 1000000) /* a tablet's clock may be fast by so much; taken as now */

enum attendance_kind { ATTENDANCE_IN, ATTENDANCE_OUT };

extern const char *const attendance_kinds[];
#define ATTENDANCE_KIND_FIELD .name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, \
	.choices = attendance_kinds
#define ATTENDANCE_TIME_FIELD .name = "at", .ja = "時刻", .en = "At", .type = FIELD_TIME, .grade = GRADE_2

struct attendance {
	struct row row;
	struct id child;
	struct id facility;
	int32_t date;
	int32_t kind;                 /* enum attendance_kind */
	int64_t at;
	int64_t entered_at;
	bool late_entry;
	struct id recorder;           /* account */
	struct bytes by_name;         /* its name */
	struct bytes with;            /* who brought or fetched the child */
	struct id replaces;           /* zero: a first record */
	bool cancelled;               /* takes the replaced one away */
	struct bytes reason;          /* of a correction */
};

/* What is in force of one child, facility and day. */
struct attendance_day {
	struct attendance in, out;    /* row.id zero: none */
};

extern const struct entity attendance_entity;
extern const struct op attendance_list;
extern const struct op attendance_record;
extern const struct op attendance_correct;

MUST_USE err attendance_start(void);
MUST_USE err attendance_day_read(struct call *call, struct id child, struct id facility, int32_t date, struct attendance_day *day_out);
/* Records for a child of the facility, from the inputs `at` and `with` of the call, if it has them; replies with the record's members.
 * CONFLICT and INVALID with words. */
MUST_USE err attendance_put(struct call *call, const struct child *child, enum attendance_kind kind, const struct attendance_day *day);

/* The rules of time, apart from everything. at_us 0: not given. */
enum attendance_time { ATTENDANCE_TIME_FITS, ATTENDANCE_TIME_FUTURE, ATTENDANCE_TIME_OTHER_DAY };
enum attendance_time attendance_time_check(int32_t date, int64_t at_us, int64_t now_us);
bool attendance_is_late(int64_t at_us, int64_t now_us);

#endif
