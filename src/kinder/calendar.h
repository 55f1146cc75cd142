/*
 * calendar - on which days a facility is open: by default all but weekends (or the days of the week that the contract says),
 * national holidays and the days from 29 December to 3 January; a facility's own entry overrules the default.
 */
#ifndef KINDER_CALENDAR_H
#define KINDER_CALENDAR_H

#include "op/op.h"

#define CALENDAR_DAY_MAX 400 /* of one question */

struct calendar {
	struct row row;
	struct id facility;
	int32_t date;
	bool open;
	struct bytes name;
};

struct calendar_day {
	bool open;
	bool own;            /* by the facility's own entry */
	struct bytes name;   /* why, or what day it is; empty: nothing special */
};

/* A facility's own entries of some days. */
struct calendar_span {
	struct calendar *rows;
	size_t count;
	int64_t closed_weekdays; /* bit 0 Sunday …; 0: weekends */
	enum language language;
};

extern const struct entity calendar_entity;
extern const struct op calendar_see;
extern const struct op calendar_put;
extern const struct op calendar_remove;

MUST_USE err calendar_start(void);

struct calendar_day calendar_usual(int32_t date, int64_t closed_weekdays, enum language language);
/* One statement. first..last: at most CALENDAR_DAY_MAX days; TOO_LARGE. */
MUST_USE err calendar_span_read(struct call *call, struct id facility, int32_t first, int32_t last, struct calendar_span *span_out);
struct calendar_day calendar_day_of(const struct calendar_span *span, int32_t date);
/* "2026-11" -> 20261101, 20261130. INVALID */
MUST_USE err calendar_month(struct bytes text, int32_t *first_out, int32_t *last_out);
/* The school year that a day belongs to: April to March. */
int calendar_year(int32_t date);

#endif
