#include <stdio.h>
#include <string.h>

#include "entity/text_int.h"

#include "entity/csv_date.h"

#define TEXT_LONGEST 64
#define DATE_LEN 10

/* The first year of an era is its zero plus one; dates outside of it are mistakes (平成32年). */
static const struct era {
	const char *long_name, *short_name;   /* as text_fold leaves them */
	unsigned zero;
	unsigned first, last;
} eras[] = {
	{"令和", "r", 2018, 20190501, 21991231},
	{"平成", "h", 1988, 19890108, 20190430},
	{"昭和", "s", 1925, 19261225, 19890107},
};

static const struct bytes year_marks[] = {{(const uint8_t *)"年", 3}, {(const uint8_t *)"-", 1}, {(const uint8_t *)"/", 1}, {(const uint8_t *)".", 1}};

static bool take(struct bytes *text, const char *word)
{
	size_t len = strlen(word);

	if (text->len < len || memcmp(text->ptr, word, len) != 0)
		return false;
	*text = (struct bytes){text->ptr + len, text->len - len};
	return true;
}

static bool take_number(struct bytes *text, size_t most, unsigned *number_out)
{
	unsigned number = 0;
	size_t digits = 0;

	while (digits < text->len && digits < most && text->ptr[digits] >= '0' && text->ptr[digits] <= '9')
		number = number * 10 + (unsigned)(text->ptr[digits++] - '0');
	*text = (struct bytes){text->ptr + digits, text->len - digits};
	*number_out = number;
	return digits > 0;
}

static const struct era *take_era(struct bytes *text)
{
	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++)
		if (take(text, eras[i].long_name) || take(text, eras[i].short_name))
			return &eras[i];
	return NULL;
}

/* One mark between year and month says which one stands between month and day. */
static bool take_marks_and_days(struct bytes *text, unsigned *month_out, unsigned *day_out)
{
	for (size_t i = 0; i < sizeof(year_marks) / sizeof(year_marks[0]); i++) {
		const char *mark = i == 0 ? "月" : (const char *)year_marks[i].ptr;

		if (!take(text, (const char *)year_marks[i].ptr))
			continue;
		return take_number(text, 2, month_out) && take(text, mark) && take_number(text, 2, day_out) &&
		    (i != 0 || take(text, "日")) && text->len == 0;
	}
	return false;
}

static bool parse(struct bytes text, unsigned *year_out, unsigned *month_out, unsigned *day_out)
{
	const struct era *era = take_era(&text);
	unsigned year = 1;
	unsigned date;

	if (era == NULL || !take(&text, "元")) {
		const uint8_t *start = text.ptr;

		if (!take_number(&text, era == NULL ? 4 : 2, &year) || (era == NULL && text.ptr - start != 4) || year == 0)
			return false;
	}
	if (!take_marks_and_days(&text, month_out, day_out))
		return false;
	*year_out = year + (era == NULL ? 0 : era->zero);
	date = *year_out * 10000 + *month_out * 100 + *day_out;
	return era == NULL || (date >= era->first && date <= era->last);
}

err csv_date(struct bytes text, struct arena *arena, struct bytes *date_out)
{
	struct bytes folded;
	unsigned year, month, day;
	char *date;

	*date_out = text;
	if (text.len > TEXT_LONGEST)
		return OK;
	TRY(text_fold(text, arena, &folded));
	if (!parse(folded, &year, &month, &day))
		return OK;
	date = arena_alloc(arena, DATE_LEN + 1);
	if (date == NULL)
		return FAIL(UNAVAILABLE);
	if (snprintf(date, DATE_LEN + 1, "%04u-%02u-%02u", year, month, day) != DATE_LEN)
		return OK;
	*date_out = (struct bytes){(const uint8_t *)date, DATE_LEN};
	return OK;
}
