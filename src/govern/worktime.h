/*
 * worktime - on which days the customer's offices are open: what clocks count by.
 *
 * Which days are closed is set by ordinance (地方自治法 4条の2): days of the week, the national holidays, the turn of the year, and
 * single days either way. Pure: whoever calls brings the editions. Whole days of Japanese time; office hours play no part.
 *
 * W1  The edition that counts for a day is the one in force on that day as it was known by then: what is decided on a day says nothing
 *     about that day or any before it. So no clock is ever measured anew because somebody changes the calendar.
 * W2  Of several editions the one with the latest first day counts; of those that begin on the same day, the one decided last.
 * Source: STANDARDS section 9; S-29.
 */
#ifndef GOVERN_WORKTIME_H
#define GOVERN_WORKTIME_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define WORKTIME_DAYS_MAX 120       /* single days of an edition, each way */
#define WORKTIME_WEEKEND (1u << 0 | 1u << 6)

struct worktime_days {
	int32_t days[WORKTIME_DAYS_MAX]; /* yyyymmdd, rising */
	size_t count;
};

struct worktime_edition {
	int32_t valid_from;             /* its first day */
	int32_t decided_on;             /* the day on which it was decided; 0: before any that is asked about */
	unsigned weekdays;              /* closed ones: bit 0 Sunday … bit 6 Saturday */
	bool holidays;                  /* the national holidays are closed */
	bool year_end;                  /* 29 December to 3 January are closed */
	struct worktime_days closed, open; /* single days; `open` overrules everything */
};

struct worktime {
	unsigned weekdays;              /* where no edition counts: these, the holidays and the turn of the year; 0 = Saturday and Sunday */
	const struct worktime_edition *editions; /* in the order in which they were decided */
	size_t count;
};

enum worktime_why { WORKTIME_OPEN, WORKTIME_ORDINANCE, WORKTIME_HOLIDAY, WORKTIME_YEAR_END, WORKTIME_WEEKDAY };

/* Why a day is closed, or WORKTIME_OPEN. A date that is none is open. */
enum worktime_why worktime_why(const struct worktime *calendar, int32_t date);
static inline bool worktime_open(const struct worktime *calendar, int32_t date)
{
	return worktime_why(calendar, date) == WORKTIME_OPEN;
}

/* "2026-12-28 2027-01-04": dates with one space between, rising, none twice; "" is none. INVALID: anything else, or too many. */
MUST_USE err worktime_days_read(struct bytes text, struct worktime_days *days_out);

#endif
