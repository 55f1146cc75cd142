/*
 * clock - time through libc, and Japanese local time (UTC+9, no daylight saving).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/bytes.h"

#define CLOCK_JST_OFFSET_S 32400
#define CLOCK_TEXT_MAX 36

int64_t clock_now_us(void);   /* wall clock, microseconds since 1970 UTC */
int64_t clock_mono_us(void);  /* monotonic, for durations */

/*
 * For the maker of a demonstration alone: the wall clock may be behind the true time while a past is made in its order.
 *   hold    what must not see time run backwards is open (a compartment); counted
 *   settle  it shows the true time for good; before serving
 */
/* Shows at_us now and runs on from there. INVALID: later than the true time. CONFLICT: back while something holds it, or settled. */
MUST_USE err clock_move(int64_t at_us);
MUST_USE err clock_catch_up(void);   /* to the true time. CONFLICT: settled */
void clock_hold(void);
void clock_release(void);
void clock_settle(void);

/* Dates are the int32 yyyymmdd of the proleptic Gregorian calendar, 0 = none. */
int32_t clock_date_jst(int64_t at_us);                                  /* 0 outside the years 1..9999 */
int32_t clock_date_add(int32_t date, int32_t days);                     /* 0 when either is no date of them */
MUST_USE err clock_midnight(int32_t date, int64_t *at_us_out);          /* at which the day begins in Japan. INVALID: no date */
int clock_weekday(int32_t date);                                        /* 0 Sunday .. 6; -1 no date */
MUST_USE err clock_date_parse(struct bytes text, int32_t *date_out);    /* YYYY-MM-DD, 1900..2199 */
void clock_date_format(int32_t date, char text_out[static CLOCK_TEXT_MAX]); /* empty when no date */
/* 2026-11-21T19:51:32.123456+09:00; empty outside the years 1..9999 */
void clock_time_format(int64_t at_us, char text_out[static CLOCK_TEXT_MAX]);
/* RFC 3339 with T, whole seconds 00..59, at most six digits of fraction, Z or any offset; 1900..2199. */
MUST_USE err clock_time_parse(struct bytes text, int64_t *at_us_out);

#endif
