#include "base/clock.h"

#include "kinder/cutoff.h"

#define DAY_S 86400

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static int two_digits(const uint8_t *at)
{
	return (at[0] - '0') * 10 + (at[1] - '0');
}

bool cutoff_fits(struct bytes text)
{
	if (text.len != 5 || text.ptr[2] != ':')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (i != 2 && !is_digit(text.ptr[i]))
			return false;
	return two_digits(text.ptr) < 24 && two_digits(text.ptr + 3) < 60;
}

static int64_t second_of_day(int64_t now_us)
{
	int64_t second = (now_us / 1000000 + CLOCK_JST_OFFSET_S) % DAY_S;

	return second < 0 ? second + DAY_S : second;
}

bool cutoff_over(int32_t date, struct bytes cut_off, int64_t now_us)
{
	int32_t today = clock_date_jst(now_us);

	if (date != today)
		return date < today;
	if (!cutoff_fits(cut_off))
		cut_off = BYTES_LIT(CUTOFF_DEFAULT);
	return second_of_day(now_us) >= (two_digits(cut_off.ptr) * 60 + two_digits(cut_off.ptr + 3)) * 60;
}
