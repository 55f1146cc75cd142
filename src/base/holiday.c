#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

#include "base/holiday.h"

static const struct holiday vernal = {"春分の日", "Vernal Equinox Day"};
static const struct holiday autumnal = {"秋分の日", "Autumnal Equinox Day"};
static const struct holiday substitute = {"振替休日", "Substitute holiday"};
static const struct holiday bridged = {"国民の休日", "Citizens' holiday"};

/* The Games moved these three away from their days in 2020 and 2021 (平成32年東京オリンピック競技大会特別措置法, 29 and 32). */
static bool games_moved(int year)
{
	return year == 2020 || year == 2021;
}

static const struct fixed {
	int day; /* mmdd */
	int first, last;
	bool moved;
	struct holiday holiday;
} fixed_days[] = {
	{101, 0, 9999, false, {"元日", "New Year's Day"}},
	{211, 0, 9999, false, {"建国記念の日", "National Foundation Day"}},
	{223, 2020, 9999, false, {"天皇誕生日", "The Emperor's Birthday"}},
	{429, 0, 9999, false, {"昭和の日", "Showa Day"}},
	{503, 0, 9999, false, {"憲法記念日", "Constitution Memorial Day"}},
	{504, 0, 9999, false, {"みどりの日", "Greenery Day"}},
	{505, 0, 9999, false, {"こどもの日", "Children's Day"}},
	{811, 2016, 9999, true, {"山の日", "Mountain Day"}},
	{1103, 0, 9999, false, {"文化の日", "Culture Day"}},
	{1123, 0, 9999, false, {"勤労感謝の日", "Labour Thanksgiving Day"}},
	{1223, 0, 2018, false, {"天皇誕生日", "The Emperor's Birthday"}},
};

static const struct monday {
	int month;
	int nth;
	int first, last;
	bool moved;
	struct holiday holiday;
} mondays[] = {
	{1, 2, 0, 9999, false, {"成人の日", "Coming of Age Day"}},
	{7, 3, 0, 9999, true, {"海の日", "Marine Day"}},
	{9, 3, 0, 9999, false, {"敬老の日", "Respect for the Aged Day"}},
	{10, 2, 0, 2019, false, {"体育の日", "Health and Sports Day"}},
	{10, 2, 2020, 9999, true, {"スポーツの日", "Sports Day"}},
};

/* By laws for one year. */
static const struct once {
	int32_t date;
	struct holiday holiday;
} once_days[] = {
	{20190501, {"天皇の即位の日", "The Emperor's Accession"}},
	{20191022, {"即位礼正殿の儀の行われる日", "The Emperor's Enthronement Ceremony"}},
	{20200723, {"海の日", "Marine Day"}},
	{20200724, {"スポーツの日", "Sports Day"}},
	{20200810, {"山の日", "Mountain Day"}},
	{20210722, {"海の日", "Marine Day"}},
	{20210723, {"スポーツの日", "Sports Day"}},
	{20210808, {"山の日", "Mountain Day"}},
};

/* Day of the month of an equinox, 1980 to 2099; base_e4: of 1980, in ten-thousandths of a day, whose speed is 0.242194 a year. */
static int equinox(int year, int64_t base_e4)
{
	int64_t years = year - 1980;

	return (int)((base_e4 * 100 + 242194 * years) / 1000000 - years / 4);
}

static const struct holiday *of_equinox(int year, int day)
{
	if (day / 100 == 3 && day % 100 == equinox(year, 208431))
		return &vernal;
	if (day / 100 == 9 && day % 100 == equinox(year, 232488))
		return &autumnal;
	return NULL;
}

static const struct holiday *of_once(int32_t date)
{
	for (size_t i = 0; i < sizeof(once_days) / sizeof(once_days[0]); i++)
		if (once_days[i].date == date)
			return &once_days[i].holiday;
	return NULL;
}

static const struct holiday *of_fixed(int year, int day)
{
	for (size_t i = 0; i < sizeof(fixed_days) / sizeof(fixed_days[0]); i++) {
		const struct fixed *row = &fixed_days[i];

		if (row->day == day && row->first <= year && year <= row->last && !(row->moved && games_moved(year)))
			return &row->holiday;
	}
	return NULL;
}

static const struct holiday *of_mondays(int year, int day, int weekday)
{
	if (weekday != 1)
		return NULL;
	for (size_t i = 0; i < sizeof(mondays) / sizeof(mondays[0]); i++) {
		const struct monday *row = &mondays[i];

		if (row->month == day / 100 && row->nth == (day % 100 + 6) / 7 && row->first <= year && year <= row->last &&
		    !(row->moved && games_moved(year)))
			return &row->holiday;
	}
	return NULL;
}

/* The holidays of article 2: those that stand for themselves. */
static const struct holiday *named(int32_t date)
{
	int year = date / 10000;
	int day = date % 10000;
	const struct holiday *found = of_once(date);

	if (year < HOLIDAY_YEAR_FIRST || year > HOLIDAY_YEAR_LAST)
		return NULL;
	if (found == NULL)
		found = of_fixed(year, day);
	if (found == NULL)
		found = of_equinox(year, day);
	return found != NULL ? found : of_mondays(year, day, clock_weekday(date));
}

/* Holidays without a gap before the day, one of them on a Sunday. */
static bool is_substitute(int32_t date)
{
	for (int32_t day = clock_date_add(date, -1); named(day) != NULL; day = clock_date_add(day, -1))
		if (clock_weekday(day) == 0)
			return true;
	return false;
}

const struct holiday *holiday_find(int32_t date)
{
	const struct holiday *own = named(date);

	if (own != NULL || clock_weekday(date) < 0)
		return own;
	if (is_substitute(date))
		return &substitute;
	return named(clock_date_add(date, -1)) != NULL && named(clock_date_add(date, 1)) != NULL ? &bridged : NULL;
}
