/*
 * Dates and ids that are accepted come back as the same text, times as the same moment.
 */
#include "base/clock.h"
#include "base/id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_date(struct bytes text)
{
	int32_t date;
	char again[CLOCK_TEXT_MAX];

	if (!err_is_ok(clock_date_parse(text, &date)))
		return;
	clock_date_format(date, again);
	REQUIRE(bytes_is(text, again));
	REQUIRE(clock_date_add(clock_date_add(date, 1), -1) == date);
	REQUIRE(clock_weekday(date) >= 0);
}

static void check_time(struct bytes text)
{
	int64_t at_us;
	int64_t again_us;
	char again[CLOCK_TEXT_MAX];

	if (!err_is_ok(clock_time_parse(text, &at_us)))
		return;
	clock_time_format(at_us, again);
	/* An offset may carry the first and the last hours over the bounds of the years that are read. */
	if (err_is_ok(clock_time_parse(bytes_str(again), &again_us)))
		REQUIRE(again_us == at_us);
}

static void check_id(struct bytes text)
{
	struct id id;
	char again[ID_TEXT_MAX];

	if (!err_is_ok(id_parse(text, &id)))
		return;
	id_format(id, again);
	REQUIRE(bytes_is(text, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {data, len};

	check_date(text);
	check_time(text);
	check_id(text);
	return 0;
}
