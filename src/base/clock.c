/*
 * clock - time, and the calendar by integer arithmetic: no time zone of the machine takes part.
 *
 * Days are counted from 1970-01-01. Years begin in March inside, so that the leap day is their last.
 */
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define DAY_S 86400
#define SECOND_US 1000000
#define YEAR_PARSED_MIN 1900
#define YEAR_PARSED_MAX 2199
#define YEAR_MIN 1
#define YEAR_MAX 9999

static int64_t read_clock_us(clockid_t which)
{
	struct timespec now;

	REQUIRE(clock_gettime(which, &now) == 0);
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static _Atomic int64_t behind_us;
static _Atomic unsigned holders;
static _Atomic bool settled;

int64_t clock_now_us(void)
{
	return read_clock_us(CLOCK_REALTIME) - atomic_load(&behind_us);
}

err clock_move(int64_t at_us)
{
	int64_t true_us = read_clock_us(CLOCK_REALTIME);

	if (at_us > true_us)
		return FAIL(INVALID);
	if (atomic_load(&settled) || (atomic_load(&holders) > 0 && at_us < clock_now_us()))
		return FAIL(CONFLICT);
	atomic_store(&behind_us, true_us - at_us);
	return OK;
}

err clock_catch_up(void)
{
	if (atomic_load(&settled))
		return FAIL(CONFLICT);
	atomic_store(&behind_us, 0);
	return OK;
}

void clock_hold(void)
{
	atomic_fetch_add(&holders, 1);
}

void clock_release(void)
{
	REQUIRE(atomic_fetch_sub(&holders, 1) > 0);
}

void clock_settle(void)
{
	atomic_store(&settled, true);
	atomic_store(&behind_us, 0);
}

int64_t clock_mono_us(void)
{
	return read_clock_us(CLOCK_MONOTONIC);
}

struct date {
	int year;
	int month;
	int day;
};

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool date_exists(struct date date)
{
	static const int days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (date.year < YEAR_MIN || date.year > YEAR_MAX || date.month < 1 || date.month > 12 || date.day < 1)
		return false;
	return date.day <= days[date.month] + (date.month == 2 && is_leap(date.year) ? 1 : 0);
}

static struct date date_split(int32_t date)
{
	return (struct date){date / 10000, date / 100 % 100, date % 100};
}

static int32_t date_join(struct date date)
{
	return date.year * 10000 + date.month * 100 + date.day;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* 719468: days from 0000-03-01 to 1970-01-01. 146097: days in 400 years. */
static int64_t days_from_date(struct date date)
{
	int64_t year = date.month <= 2 ? date.year - 1 : date.year;
	int64_t month = date.month <= 2 ? date.month + 9 : date.month - 3; /* March is 0 */
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static struct date date_from_days(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	int64_t year = era * 400 + year_of_era + (month >= 10 ? 1 : 0);

	return (struct date){
		.year = (int)year,
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
	};
}

/* The days of years 1 to 9999; beyond them there is no date. */
static bool days_have_date(int64_t days)
{
	return days >= days_from_date((struct date){YEAR_MIN, 1, 1}) &&
	    days <= days_from_date((struct date){YEAR_MAX, 12, 31});
}

int32_t clock_date_jst(int64_t at_us)
{
	int64_t at_s = floor_div(at_us, SECOND_US);
	int64_t days = floor_div(at_s + CLOCK_JST_OFFSET_S, DAY_S);

	return days_have_date(days) ? date_join(date_from_days(days)) : 0;
}

int32_t clock_date_add(int32_t date, int32_t days)
{
	struct date split = date_split(date);
	int64_t sum;

	if (!date_exists(split))
		return 0;
	sum = days_from_date(split) + days;
	return days_have_date(sum) ? date_join(date_from_days(sum)) : 0;
}

err clock_midnight(int32_t date, int64_t *at_us_out)
{
	struct date split = date_split(date);

	if (!date_exists(split))
		return FAIL(INVALID);
	*at_us_out = (days_from_date(split) * DAY_S - CLOCK_JST_OFFSET_S) * SECOND_US;
	return OK;
}

int clock_weekday(int32_t date)
{
	struct date split = date_split(date);
	int64_t days;

	if (!date_exists(split))
		return -1;
	days = days_from_date(split) + 4; /* 1970-01-01 was a Thursday */
	return (int)(days - floor_div(days, 7) * 7);
}

static err cut_digits(struct bytes *from, size_t count, int *value_out)
{
	struct bytes text;
	int value = 0;

	TRY(cut_bytes(from, count, &text));
	for (size_t i = 0; i < count; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FAIL(INVALID);
		value = value * 10 + (text.ptr[i] - '0');
	}
	*value_out = value;
	return OK;
}

static err cut_mark(struct bytes *from, char mark)
{
	uint8_t found;

	TRY(cut_u8(from, &found));
	return found == (uint8_t)mark ? OK : FAIL(INVALID);
}

static err cut_date(struct bytes *from, struct date *date_out)
{
	struct date date;

	TRY(cut_digits(from, 4, &date.year));
	TRY(cut_mark(from, '-'));
	TRY(cut_digits(from, 2, &date.month));
	TRY(cut_mark(from, '-'));
	TRY(cut_digits(from, 2, &date.day));
	if (!date_exists(date) || date.year < YEAR_PARSED_MIN || date.year > YEAR_PARSED_MAX)
		return FAIL(INVALID);
	*date_out = date;
	return OK;
}

err clock_date_parse(struct bytes text, int32_t *date_out)
{
	struct date date;

	TRY(cut_date(&text, &date));
	if (text.len != 0)
		return FAIL(INVALID);
	*date_out = date_join(date);
	return OK;
}

/* Writes value in exactly count digits, then mark; returns where to go on. */
static char *put_digits(char *at, int value, int count, char mark)
{
	for (int i = count; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	at[count] = mark;
	return at + count + 1;
}

static char *put_date(char *at, struct date date, char mark)
{
	at = put_digits(at, date.year, 4, '-');
	at = put_digits(at, date.month, 2, '-');
	return put_digits(at, date.day, 2, mark);
}

void clock_date_format(int32_t date, char text_out[static CLOCK_TEXT_MAX])
{
	struct date split = date_split(date);

	text_out[0] = '\0';
	if (date_exists(split))
		put_date(text_out, split, '\0');
}

void clock_time_format(int64_t at_us, char text_out[static CLOCK_TEXT_MAX])
{
	int64_t at_s = floor_div(at_us, SECOND_US);
	int64_t local_s = at_s + CLOCK_JST_OFFSET_S;
	int64_t days = floor_div(local_s, DAY_S);
	int second = (int)(local_s - days * DAY_S);
	char *at = text_out;

	text_out[0] = '\0';
	if (!days_have_date(days))
		return;
	at = put_date(at, date_from_days(days), 'T');
	at = put_digits(at, second / 3600, 2, ':');
	at = put_digits(at, second / 60 % 60, 2, ':');
	at = put_digits(at, second % 60, 2, '.');
	at = put_digits(at, (int)(at_us - at_s * SECOND_US), 6, '+');
	memcpy(at, "09:00", sizeof("09:00"));
}

/* Nothing, or a point and one to six digits. */
static err cut_fraction(struct bytes *from, int *us_out)
{
	int us = 0;
	int scale = SECOND_US;

	if (from->len == 0 || from->ptr[0] != '.') {
		*us_out = 0;
		return OK;
	}
	TRY(cut_mark(from, '.'));
	do {
		int digit;

		TRY(cut_digits(from, 1, &digit));
		scale /= 10;
		us += digit * scale;
	} while (scale > 1 && from->len != 0 && from->ptr[0] >= '0' && from->ptr[0] <= '9');
	*us_out = us;
	return OK;
}

static err cut_clock(struct bytes *from, int *second_out)
{
	int hour;
	int minute;
	int second;

	TRY(cut_digits(from, 2, &hour));
	TRY(cut_mark(from, ':'));
	TRY(cut_digits(from, 2, &minute));
	TRY(cut_mark(from, ':'));
	TRY(cut_digits(from, 2, &second));
	if (hour > 23 || minute > 59 || second > 59)
		return FAIL(INVALID);
	*second_out = hour * 3600 + minute * 60 + second;
	return OK;
}

/* Z, +09:00 or -03:30 */
static err cut_offset(struct bytes *from, int *offset_s_out)
{
	uint8_t sign;
	int hour;
	int minute;

	TRY(cut_u8(from, &sign));
	if (sign == 'Z') {
		*offset_s_out = 0;
		return OK;
	}
	if (sign != '+' && sign != '-')
		return FAIL(INVALID);
	TRY(cut_digits(from, 2, &hour));
	TRY(cut_mark(from, ':'));
	TRY(cut_digits(from, 2, &minute));
	if (hour > 23 || minute > 59)
		return FAIL(INVALID);
	*offset_s_out = (hour * 3600 + minute * 60) * (sign == '-' ? -1 : 1);
	return OK;
}

err clock_time_parse(struct bytes text, int64_t *at_us_out)
{
	struct date date;
	int second;
	int us;
	int offset_s;

	TRY(cut_date(&text, &date));
	TRY(cut_mark(&text, 'T'));
	TRY(cut_clock(&text, &second));
	TRY(cut_fraction(&text, &us));
	TRY(cut_offset(&text, &offset_s));
	if (text.len != 0)
		return FAIL(INVALID);
	*at_us_out = (days_from_date(date) * DAY_S + second - offset_s) * SECOND_US + us;
	return OK;
}
