#include "base/clock.h"
#include "base/holiday.h"

#include "govern/worktime.h"

#define DATE_LEN 10 /* YYYY-MM-DD */

static bool among(const struct worktime_days *list, int32_t date)
{
	size_t low = 0;
	size_t high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->days[middle] == date)
			return true;
		if (list->days[middle] < date)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool turn_of_year(int32_t date)
{
	int day = date % 10000;

	return day >= 1229 || (day >= 101 && day <= 103);
}

static enum worktime_why by_rule(unsigned weekdays, bool holidays, bool year_end, int32_t date)
{
	int weekday = clock_weekday(date);

	if (weekday < 0)
		return WORKTIME_OPEN;
	if (year_end && turn_of_year(date))
		return WORKTIME_YEAR_END;
	if (holidays && holiday_find(date) != NULL)
		return WORKTIME_HOLIDAY;
	return (weekdays & 1u << weekday) != 0 ? WORKTIME_WEEKDAY : WORKTIME_OPEN;
}

/* W1, W2 */
static const struct worktime_edition *edition_of(const struct worktime *calendar, int32_t date)
{
	const struct worktime_edition *found = NULL;

	for (size_t i = 0; i < calendar->count; i++) {
		const struct worktime_edition *one = &calendar->editions[i];

		if (one->valid_from <= date && one->decided_on < date && (found == NULL || one->valid_from >= found->valid_from))
			found = one;
	}
	return found;
}

enum worktime_why worktime_why(const struct worktime *calendar, int32_t date)
{
	const struct worktime_edition *edition = edition_of(calendar, date);

	if (edition == NULL)
		return by_rule(calendar->weekdays != 0 ? calendar->weekdays : WORKTIME_WEEKEND, true, true, date);
	if (among(&edition->open, date))
		return WORKTIME_OPEN;
	if (among(&edition->closed, date))
		return WORKTIME_ORDINANCE;
	return by_rule(edition->weekdays, edition->holidays, edition->year_end, date);
}

err worktime_days_read(struct bytes text, struct worktime_days *days_out)
{
	struct worktime_days days = {.count = 0};

	while (text.len > 0) {
		struct bytes one = {text.ptr, text.len < DATE_LEN ? text.len : DATE_LEN};
		int32_t date = 0;

		if (days.count == WORKTIME_DAYS_MAX)
			return FAIL(INVALID);
		TRY(clock_date_parse(one, &date));
		if (days.count > 0 && date <= days.days[days.count - 1])
			return FAIL(INVALID);
		days.days[days.count++] = date;
		text = (struct bytes){text.ptr + DATE_LEN, text.len - DATE_LEN};
		if (text.len == 0)
			break;
		if (text.ptr[0] != ' ' || text.len == 1)
			return FAIL(INVALID);
		text = (struct bytes){text.ptr + 1, text.len - 1};
	}
	*days_out = days;
	return OK;
}
