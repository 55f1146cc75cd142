#include <stdio.h>

#include "base/clock.h"

#include "govern/lead.h"

static bool read_number(struct bytes *from, int32_t *out)
{
	int32_t value = 0;
	size_t len = 0;

	while (len < from->len && len < 5 && from->ptr[len] >= '0' && from->ptr[len] <= '9')
		value = value * 10 + (from->ptr[len++] - '0');
	if (len == 0 || len == 5 || (len > 1 && from->ptr[0] == '0'))
		return false;
	*from = (struct bytes){from->ptr + len, from->len - len};
	*out = value;
	return true;
}

err lead_parse(struct bytes text, struct lead *lead_out)
{
	int32_t number = 0;

	if (!read_number(&text, &number))
		return FAIL(INVALID);
	if (text.len == 0 && number == 0)
		*lead_out = (struct lead){0};
	else if (bytes_is(text, "mo") && number >= 1 && number <= LEAD_MONTHS_MAX)
		*lead_out = (struct lead){.months = number};
	else if (bytes_is(text, "d") && number >= 1 && number <= LEAD_DAYS_MAX)
		*lead_out = (struct lead){.days = number};
	else
		return FAIL(INVALID);
	return OK;
}

static int32_t first_of_month(int32_t date, int32_t months)
{
	int32_t month = date / 100 % 100 - 1 + months;

	return (date / 10000 + month / 12) * 10000 + (month % 12 + 1) * 100 + 1;
}

/* L1. A day that the month does not have is the first of the next. */
static int32_t add_months(int32_t date, int32_t months)
{
	int32_t sum = first_of_month(date, months) - 1 + date % 100;

	return clock_weekday(sum) >= 0 ? sum : first_of_month(date, months + 1);
}

int32_t lead_first(struct lead lead, int32_t published)
{
	REQUIRE(lead.months >= 0 && lead.months <= LEAD_MONTHS_MAX && lead.days >= 0 && lead.days <= LEAD_DAYS_MAX);
	if (clock_weekday(published) < 0)
		return 0;
	if (lead.months > 0)
		published = add_months(published, lead.months);
	return clock_date_add(published, lead.days);
}

int32_t lead_case_first(const struct lead_case *of)
{
	int32_t last = lead_first((struct lead){0}, of->published);

	for (size_t i = 0; i < of->count; i++) {
		bool at_once = of->urgency != LEAD_NORMAL && !of->leads[i].firm; /* L3 */
		int32_t first = at_once ? last : lead_first(of->leads[i], of->published);

		if (first == 0)
			return 0;
		last = first > last ? first : last; /* L2 */
	}
	return of->consented >= of->published && of->consented < last ? of->consented : last;
}

void lead_words(struct lead lead, bool english, char text_out[static LEAD_TEXT_MAX])
{
	if (lead.months > 0)
		(void)snprintf(text_out, LEAD_TEXT_MAX, english ? "%d months ahead" : "%dか月前まで", (int)lead.months);
	else if (lead.days > 0)
		(void)snprintf(text_out, LEAD_TEXT_MAX, english ? "%d days ahead" : "%d日前まで", (int)lead.days);
	else
		(void)snprintf(text_out, LEAD_TEXT_MAX, "%s", english ? "at once" : "すぐ");
}
