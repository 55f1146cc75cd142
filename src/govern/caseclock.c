#include <string.h>

#include "base/clock.h"

#include "govern/caseclock.h"

#define FORMAT 1
#define FLAG_OPEN_DAYS 1
#define FLAG_END_OF_DAY 2
#define FLAG_HOLIDAYS 1
#define FLAG_YEAR_END 2
#define WEEKDAYS_ALL 127
#define SECOND_US ((int64_t)1000000)

#define AT(member) .offset = offsetof(struct caseclock, member)

static const char *const states[] = {[CLOCK_IDLE] = "idle", [CLOCK_RUNNING] = "running", [CLOCK_STANDING] = "standing", [CLOCK_ENDED] = "ended", NULL};

static const struct field fields[] = {
	{.name = "casefile", .ja = "案件", .en = "Case", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "casefile", AT(casefile)},
	{.name = "code", .ja = "時計", .en = "Clock", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = DESCRIBE_CODE_MAX, AT(code)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = states, AT(state)},
	{.name = "started_at", .ja = "始まり", .en = "Started", .type = FIELD_TIME, .grade = GRADE_2, AT(started_at)},
	{.name = "due_at", .ja = "期限", .en = "Due", .type = FIELD_TIME, .grade = GRADE_2, AT(due_at)},
	{.name = "ended_at", .ja = "終わり", .en = "Ended", .type = FIELD_TIME, .grade = GRADE_2, AT(ended_at)},
	{.name = "late", .ja = "期限を過ぎて終わった", .en = "Ended late", .type = FIELD_BOOL, .grade = GRADE_2, AT(late)},
	{.name = "work", .ja = "計算のもと", .en = "What it is counted from", .type = FIELD_BYTES, .grade = GRADE_2, .required = true,
	    .max = CASECLOCK_BYTES_MAX, AT(work)},
};

static const char *const unique[] = {"casefile,code", NULL};
static const char *const indexes[] = {"state,due_at", NULL};

const struct entity caseclock_entity = {
	.name = "case_clock", .ja = "案件の時計", .en = "Clock of a case", .size = sizeof(struct caseclock), .unique = unique, .indexes = indexes,
	.fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list of_case = {"govern.clocks-of-case", &caseclock_entity, "casefile = :casefile ORDER BY code LIMIT :limit", NULL};

err caseclock_start(void)
{
	return row_list_make(&of_case);
}

/* ---- from the entries ---- */

static bool is_event(const char *event, const struct caseclock_step *step, bool first, bool final)
{
	if (strcmp(event, CASEKIND_OPENED) == 0)
		return first;
	if (strcmp(event, CASEKIND_CLOSED) == 0)
		return final;
	return step->emits != NULL && strcmp(event, step->emits) == 0;
}

err caseclock_events(const struct casekind *kind, const struct casekind_clock *clock, const struct caseclock_step *steps, size_t count,
    struct arena *arena, struct caseclock_work *work_out)
{
	struct clock_event *events = arena_alloc(arena, (3 * count + 1) * sizeof(*events)); /* a case has a bounded number of entries */
	bool standing = false;
	int64_t at = 0;
	size_t made = 0;

	if (events == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < count; i++) {
		bool final = kind->states[steps[i].state].final;
		bool stands = (clock->stands_in & 1u << steps[i].state) != 0;

		at = steps[i].at_us > at ? steps[i].at_us : at; /* a machine's clock may have been set back */
		if (is_event(clock->from, &steps[i], i == 0, final))
			events[made++] = (struct clock_event){at, CLOCK_START};
		if (stands != standing)
			events[made++] = (struct clock_event){at, stands ? CLOCK_STAND : CLOCK_GO};
		standing = stands;
		if (final || is_event(clock->until, &steps[i], i == 0, final))
			events[made++] = (struct clock_event){at, CLOCK_END};
	}
	*work_out = (struct caseclock_work){.rule = clock->rule, .events = events, .count = made};
	return OK;
}

/* ---- the calendar ---- */

/* Of the single days those that are not over before the first. */
static void keep_days(struct worktime_days *days, int32_t first)
{
	size_t kept = 0;

	for (size_t i = 0; i < days->count; i++)
		if (days->days[i] >= first)
			days->days[kept++] = days->days[i];
	days->count = kept;
}

/* Does another one count on that day, and so on every later one? W2 of worktime.h */
static bool outlived(const struct worktime *calendar, size_t index, int32_t first)
{
	const struct worktime_edition *one = &calendar->editions[index];

	for (size_t i = 0; i < calendar->count; i++) {
		const struct worktime_edition *other = &calendar->editions[i];

		if (i != index && other->valid_from <= first && other->decided_on < first &&
		    (other->valid_from > one->valid_from || (other->valid_from == one->valid_from && i > index)))
			return true;
	}
	return false;
}

err caseclock_calendar(const struct worktime *calendar, int64_t start_us, struct arena *arena, struct worktime *out)
{
	int32_t first = clock_date_jst(start_us);
	struct worktime_edition *editions = arena_alloc(arena, (calendar->count + 1) * sizeof(*editions)); /* WORKCALENDAR_EDITIONS_MAX */
	size_t kept = 0;

	if (editions == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < calendar->count; i++) {
		if (outlived(calendar, i, first))
			continue;
		editions[kept] = calendar->editions[i];
		keep_days(&editions[kept].closed, first);
		keep_days(&editions[kept].open, first);
		kept++;
	}
	*out = (struct worktime){.weekdays = calendar->weekdays, .editions = editions, .count = kept};
	return OK;
}

/*
 * u8 format | u8 flags | u64 target in µs | u8 weekdays | u8 editions
 *   { u32 valid from | u32 decided on | u8 weekdays | u8 flags | u8 closed days { u32 } | u8 open days { u32 } }
 * | u16 events { u64 µs | u8 move }
 */

static err put_days(const struct worktime_days *days, struct buf *out)
{
	TRY(buf_u8(out, (uint8_t)days->count));
	for (size_t i = 0; i < days->count; i++)
		TRY(buf_u32(out, (uint32_t)days->days[i]));
	return OK;
}

static err put_edition(const struct worktime_edition *one, struct buf *out)
{
	TRY(buf_u32(out, (uint32_t)one->valid_from));
	TRY(buf_u32(out, (uint32_t)one->decided_on));
	TRY(buf_u8(out, (uint8_t)one->weekdays));
	TRY(buf_u8(out, (uint8_t)((one->holidays ? FLAG_HOLIDAYS : 0) | (one->year_end ? FLAG_YEAR_END : 0))));
	TRY(put_days(&one->closed, out));
	return put_days(&one->open, out);
}

err caseclock_encode(const struct caseclock_work *work, struct buf *out)
{
	size_t before = out->len;

	if (work->calendar.count > CASECLOCK_EDITIONS_MAX || work->count > CASECLOCK_EVENTS_MAX)
		return FAIL(TOO_LARGE);
	TRY(buf_u8(out, FORMAT));
	TRY(buf_u8(out, (uint8_t)((work->rule.open_days ? FLAG_OPEN_DAYS : 0) | (work->rule.reading == CLOCK_END_OF_DAY ? FLAG_END_OF_DAY : 0))));
	TRY(buf_u64(out, (uint64_t)work->rule.target_us));
	TRY(buf_u8(out, (uint8_t)work->calendar.weekdays));
	TRY(buf_u8(out, (uint8_t)work->calendar.count));
	for (size_t i = 0; i < work->calendar.count; i++)
		TRY(put_edition(&work->calendar.editions[i], out));
	TRY(buf_u16(out, (uint16_t)work->count));
	for (size_t i = 0; i < work->count; i++) {
		TRY(buf_u64(out, (uint64_t)work->events[i].at_us));
		TRY(buf_u8(out, (uint8_t)work->events[i].move));
	}
	return out->len - before <= CASECLOCK_BYTES_MAX ? OK : FAIL(TOO_LARGE);
}

static err cut_date(struct bytes *from, int32_t *date_out)
{
	uint32_t date = 0;

	TRY(cut_u32(from, &date));
	if (date != 0 && (date > INT32_MAX || clock_weekday((int32_t)date) < 0))
		return FAIL(INVALID);
	*date_out = (int32_t)date;
	return OK;
}

static err cut_days(struct bytes *from, struct worktime_days *days)
{
	uint8_t count = 0;

	TRY(cut_u8(from, &count));
	if (count > WORKTIME_DAYS_MAX)
		return FAIL(INVALID);
	for (size_t i = 0; i < count; i++) {
		TRY(cut_date(from, &days->days[i]));
		if (days->days[i] == 0 || (i > 0 && days->days[i] <= days->days[i - 1]))
			return FAIL(INVALID);
	}
	days->count = count;
	return OK;
}

static err cut_edition(struct bytes *from, struct worktime_edition *one)
{
	uint8_t weekdays = 0, flags = 0;

	TRY(cut_date(from, &one->valid_from));
	TRY(cut_date(from, &one->decided_on));
	TRY(cut_u8(from, &weekdays));
	TRY(cut_u8(from, &flags));
	if (weekdays > WEEKDAYS_ALL || flags > (FLAG_HOLIDAYS | FLAG_YEAR_END))
		return FAIL(INVALID);
	one->weekdays = weekdays;
	one->holidays = (flags & FLAG_HOLIDAYS) != 0;
	one->year_end = (flags & FLAG_YEAR_END) != 0;
	TRY(cut_days(from, &one->closed));
	return cut_days(from, &one->open);
}

static err cut_rule(struct bytes *from, struct clock_rule *rule)
{
	uint8_t format = 0, flags = 0;
	uint64_t target = 0;

	TRY(cut_u8(from, &format));
	TRY(cut_u8(from, &flags));
	TRY(cut_u64(from, &target));
	if (format != FORMAT || flags > (FLAG_OPEN_DAYS | FLAG_END_OF_DAY) || target < 1 || target > (uint64_t)CLOCK_TARGET_MAX_US)
		return FAIL(INVALID);
	*rule = (struct clock_rule){.target_us = (int64_t)target, .open_days = (flags & FLAG_OPEN_DAYS) != 0,
		.reading = (flags & FLAG_END_OF_DAY) != 0 ? CLOCK_END_OF_DAY : CLOCK_SUM};
	return OK;
}

static err cut_calendar(struct bytes *from, struct arena *arena, struct worktime *calendar)
{
	struct worktime_edition *editions;
	uint8_t weekdays = 0, count = 0;

	TRY(cut_u8(from, &weekdays));
	TRY(cut_u8(from, &count));
	if (weekdays > WEEKDAYS_ALL || count > CASECLOCK_EDITIONS_MAX)
		return FAIL(INVALID);
	editions = arena_alloc(arena, (count + 1u) * sizeof(*editions));
	if (editions == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < count; i++)
		TRY(cut_edition(from, &editions[i]));
	*calendar = (struct worktime){.weekdays = weekdays, .editions = editions, .count = count};
	return OK;
}

static err cut_events(struct bytes *from, struct arena *arena, struct caseclock_work *work)
{
	struct clock_event *events;
	uint16_t count = 0;

	TRY(cut_u16(from, &count));
	if (count > CASECLOCK_EVENTS_MAX)
		return FAIL(INVALID);
	events = arena_alloc(arena, (count + 1u) * sizeof(*events));
	if (events == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < count; i++) {
		uint64_t at = 0;
		uint8_t move = 0;

		TRY(cut_u64(from, &at));
		TRY(cut_u8(from, &move));
		if (at > (uint64_t)CLOCK_LAST_US || move > CLOCK_END || (i > 0 && (int64_t)at < events[i - 1].at_us))
			return FAIL(INVALID);
		events[i] = (struct clock_event){(int64_t)at, (enum clock_move)move};
	}
	work->events = events;
	work->count = count;
	return OK;
}

err caseclock_decode(struct bytes from, struct arena *arena, struct caseclock_work *work_out)
{
	struct caseclock_work work = {0};

	if (from.len > CASECLOCK_BYTES_MAX)
		return FAIL(INVALID);
	TRY(cut_rule(&from, &work.rule));
	TRY(cut_calendar(&from, arena, &work.calendar));
	TRY(cut_events(&from, arena, &work));
	if (from.len != 0)
		return FAIL(INVALID);
	*work_out = work;
	return OK;
}

int64_t caseclock_due(const struct clock_rule *rule, const struct clock_measured *measured)
{
	return measured->due_us == 0 || rule->reading == CLOCK_SUM ? measured->due_us : measured->due_us - SECOND_US;
}

/* ---- the rows ---- */

err caseclock_read(struct row_context *c, struct id casefile, struct caseclock list_out[static CASEKIND_CLOCKS_MAX], size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e = query_start(c->db, of_case.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "casefile", &casefile);
	if (err_is_ok(e))
		e = query_int(query, "limit", CASEKIND_CLOCKS_MAX);
	while (err_is_ok(e) && count < CASEKIND_CLOCKS_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		list_out[count] = (struct caseclock){0};
		e = row_read(c, &caseclock_entity, query, false, &list_out[count]);
		count++;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

static bool same(const struct caseclock *a, const struct caseclock *b)
{
	return a->state == b->state && a->started_at == b->started_at && a->due_at == b->due_at && a->ended_at == b->ended_at &&
	    a->late == b->late && bytes_equal(a->work, b->work);
}

err caseclock_put(struct row_context *c, struct id casefile, const char *code, const struct caseclock_work *work, int64_t now_us,
    struct clock_measured *measured_out)
{
	struct caseclock known[CASEKIND_CLOCKS_MAX], next = {.casefile = casefile, .code = bytes_str(code)};
	OWN(buf) bytes = {0};
	size_t count = 0, i = 0;

	TRY(caseclock_encode(work, &bytes));
	TRY(caseclock_read(c, casefile, known, &count));
	clock_measure(&work->rule, work->events, work->count, &work->calendar, now_us, measured_out);
	next.work = bytes_of(&bytes);
	next.state = (int32_t)measured_out->state;
	next.started_at = measured_out->started_us;
	next.due_at = measured_out->due_us;
	next.ended_at = measured_out->ended_us;
	next.late = measured_out->state == CLOCK_ENDED && measured_out->late;
	while (i < count && !bytes_is(known[i].code, code))
		i++;
	if (i == count)
		return row_insert(c, &caseclock_entity, &next);
	next.row = known[i].row;
	return same(&known[i], &next) ? OK : row_update(c, &caseclock_entity, &next);
}
