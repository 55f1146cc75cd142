#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/holiday.h"
#include "entity/json.h"

#include "cli/demo_month.h"

#define IN_FLIGHT 256
#define MINUTE_US INT64_C(60000000)
#define SLOT_MINUTES 10

enum { NOON = 12 * 60, REPORTS = 7 * 60 + 10, ARRIVALS = 8 * 60 + 30, LATE = 10 * 60 + 20, EARLY = 12 * 60 + 40, LEAVING = 13 * 60 + 50 };

/* What a child does on a day; in parts of a thousand. */
enum deed { DEED_COMES, DEED_ABSENT, DEED_LATE, DEED_EARLY };
static const struct {
	enum deed deed;
	unsigned until;
	const char *kind;
} chances[] = {
	{DEED_ABSENT, 40, "absence"}, {DEED_LATE, 60, "late"}, {DEED_EARLY, 78, "early"}, {DEED_COMES, 1000, NULL},
};

static const char *const reasons[][4] = {
	[DEED_ABSENT] = {"発熱のため休みます。", "かぜ気味のため、家で様子を見ます。", "家の用事のため休みます。", "腹痛のため休みます。"},
	[DEED_LATE] = {"歯科に寄ってから登園します。", "通院のため10時すぎに登園します。", "寝坊のため遅れます。", "家の用事で遅れます。"},
	[DEED_EARLY] = {"通院のため、お昼すぎに迎えに行きます。", "家の用事のため早めに迎えに行きます。", "検診のため早退します。", "習い事のため早退します。"},
};

struct month {
	struct local *local;
	const struct demo_city *city;
	int32_t today;
	int32_t founded;        /* a closed weekday of every facility here */
	enum deed *deeds;       /* of each child on the day */
	uint64_t dice;
	struct buf body;
	size_t open;
};

static int64_t at_minute(int32_t date, int minute)
{
	int64_t at_us = 0;

	REQUIRE(err_is_ok(clock_midnight(date, &at_us)));
	return at_us + minute * MINUTE_US;
}

static unsigned roll(struct month *month, unsigned count)
{
	month->dice ^= month->dice << 13;
	month->dice ^= month->dice >> 7;
	month->dice ^= month->dice << 17;
	return (unsigned)(month->dice % count);
}

static bool school_day(int32_t date)
{
	int weekday = clock_weekday(date);
	int32_t day = date % 10000;

	return weekday >= 1 && weekday <= 5 && holiday_find(date) == NULL && day < 1229 && day > 103;
}

static int32_t next_school_day(int32_t date)
{
	while (!school_day(date))
		date = clock_date_add(date, 1);
	return date;
}

static int32_t next_saturday(int32_t date)
{
	while (clock_weekday(date) != 6)
		date = clock_date_add(date, 1);
	return date;
}

static err settle(struct month *month)
{
	month->open = 0;
	return local_wait(month->local);
}

static err move_to(struct month *month, int32_t date, int minute)
{
	TRY(settle(month));
	return clock_move(at_minute(date, minute));
}

static err put(struct month *month, const struct actor *actor, const char *op, const struct local_input *path)
{
	TRY(local_put(month->local, actor, op, path, bytes_of(&month->body), NULL, NULL));
	return ++month->open < IN_FLIGHT ? OK : settle(month);
}

static struct actor acting(const struct month *month, size_t person)
{
	const struct demo_person *p = &month->city->people[person];

	return (struct actor){.account = p->id, .facility = month->city->facilities[p->facility].id, .role = p->role};
}

static struct json begin(struct month *month)
{
	struct json json;

	buf_clear(&month->body);
	json_init(&json, &month->body);
	json_object(&json, NULL);
	return json;
}

/* ---- own days ---- */

static err put_day(struct month *month, size_t facility, int32_t date, bool open, const char *name)
{
	const struct local_input path[] = {{.name = "facility", .id = month->city->facilities[facility].id}, {.name = "date", .date = date}, {0}};
	struct actor principal = acting(month, month->city->facilities[facility].principal);
	struct json json = begin(month);

	json_bool(&json, "open", open);
	json_str(&json, "name", name);
	json_object_end(&json);
	TRY(json.state);
	return put(month, &principal, "calendar.put", path);
}

static err put_own_days(struct month *month, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		TRY(put_day(month, i, month->founded, false, "創立記念日"));
		TRY(put_day(month, i, next_school_day(clock_date_add(month->today, 9)), true, "遠足"));
		TRY(put_day(month, i, next_saturday(clock_date_add(month->today, 16)), true, "生活発表会"));
	}
	return settle(month);
}

/* ---- a day ---- */

static enum deed roll_deed(struct month *month)
{
	unsigned dice = roll(month, 1000);
	size_t i = 0;

	while (dice >= chances[i].until)
		i++;
	return chances[i].deed;
}

static err report(struct month *month, const struct demo_child *child, enum deed deed, int32_t date)
{
	const struct local_input path[] = {{.name = "child", .id = child->id}, {0}};
	struct actor guardian = acting(month, child->guardians[roll(month, (unsigned)child->guardian_count)]);
	struct json json = begin(month);

	json_date(&json, "date", date);
	for (size_t i = 0; i < sizeof(chances) / sizeof(chances[0]); i++)
		if (chances[i].deed == deed)
			json_str(&json, "kind", chances[i].kind);
	json_str(&json, "reason", reasons[deed][roll(month, 4)]);
	json_object_end(&json);
	TRY(json.state);
	return put(month, &guardian, "absence.report", path);
}

static err record(struct month *month, const struct demo_child *child, const char *kind)
{
	const struct demo_facility *facility = &month->city->facilities[child->facility];
	const struct local_input path[] = {{.name = "facility", .id = facility->id}, {0}};
	struct actor teacher = acting(month, facility->staff[child->class]);
	struct json json = begin(month);

	json_id(&json, "child", child->id);
	json_str(&json, "kind", kind);
	json_object_end(&json);
	TRY(json.state);
	return put(month, &teacher, "attendance.record", path);
}

/* Children come and go in turns; which turn is the child's habit. */
static err record_turn(struct month *month, size_t facilities, enum deed wanted, const char *kind, size_t turn, size_t turns)
{
	for (size_t i = 0; i < month->city->child_count; i++) {
		const struct demo_child *child = &month->city->children[i];

		if (child->facility < facilities && month->deeds[i] == wanted && i % turns == turn)
			TRY(record(month, child, kind));
	}
	return OK;
}

static err make_reports(struct month *month, size_t facilities, int32_t date)
{
	for (size_t i = 0; i < month->city->child_count; i++) {
		const struct demo_child *child = &month->city->children[i];

		if (child->facility >= facilities)
			continue;
		month->deeds[i] = child->guardian_count > 0 ? roll_deed(month) : DEED_COMES;
		if (month->deeds[i] != DEED_COMES)
			TRY(report(month, child, month->deeds[i], date));
	}
	return OK;
}

static err make_day(struct month *month, size_t facilities, int32_t date)
{
	enum { TURNS = 3 };

	TRY(move_to(month, date, REPORTS));
	TRY(make_reports(month, facilities, date));
	for (int turn = 0; turn < TURNS; turn++) {
		TRY(move_to(month, date, ARRIVALS + turn * SLOT_MINUTES));
		TRY(record_turn(month, facilities, DEED_COMES, "in", (size_t)turn, TURNS));
		TRY(record_turn(month, facilities, DEED_EARLY, "in", (size_t)turn, TURNS));
	}
	TRY(move_to(month, date, LATE));
	TRY(record_turn(month, facilities, DEED_LATE, "in", 0, 1));
	TRY(move_to(month, date, EARLY));
	TRY(record_turn(month, facilities, DEED_EARLY, "out", 0, 1));
	for (int turn = 0; turn < TURNS; turn++) {
		TRY(move_to(month, date, LEAVING + turn * SLOT_MINUTES));
		TRY(record_turn(month, facilities, DEED_COMES, "out", (size_t)turn, TURNS));
		TRY(record_turn(month, facilities, DEED_LATE, "out", (size_t)turn, TURNS));
	}
	return settle(month);
}

static err make_days(struct month *month, unsigned days)
{
	size_t facilities = month->city->facility_count < DEMO_MONTH_FACILITIES ? month->city->facility_count : DEMO_MONTH_FACILITIES;

	month->founded = next_school_day(clock_date_add(month->today, 3 - (int32_t)days));
	TRY(put_own_days(month, facilities));
	for (int32_t back = (int32_t)days - 1; back > 0; back--) {
		int32_t date = clock_date_add(month->today, -back);

		if (school_day(date) && date != month->founded)
			TRY(make_day(month, facilities, date));
	}
	return OK;
}

err demo_month_begin(int32_t today, unsigned days)
{
	return days == 0 ? OK : clock_move(at_minute(clock_date_add(today, -(int32_t)days), NOON));
}

err demo_month_fill(struct local *local, const struct demo_city *city, int32_t today, unsigned days)
{
	struct month month = {.local = local, .city = city, .today = today, .dice = UINT64_C(0x9e3779b97f4a7c15) ^ city->child_count};
	err e = OK;

	if (days == 0)
		return OK;
	if (!city->provider) {
		month.deeds = calloc(city->child_count + 1, sizeof(*month.deeds));
		e = month.deeds == NULL ? FAIL(UNAVAILABLE) : make_days(&month, days);
	}
	if (!err_is_ok(e))
		err_ignore(local_wait(local)); /* the first failure is told */
	else
		e = clock_catch_up();
	buf_free(&month.body);
	free(month.deeds);
	return e;
}
