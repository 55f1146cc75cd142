#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#include "govern/clock.h"

#define SECOND_US ((int64_t)1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define JST_US (CLOCK_JST_OFFSET_S * SECOND_US)
#define NEVER INT64_MAX

static int64_t midnight_before(int64_t at_us)
{
	int64_t since = (at_us + JST_US) % DAY_US;

	return at_us - (since < 0 ? since + DAY_US : since);
}

static int64_t midnight_after(int64_t at_us) /* itself when it is one */
{
	int64_t before = midnight_before(at_us);

	return before == at_us ? at_us : before + DAY_US;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t target_of(const struct clock_rule *rule)
{
	return rule->reading == CLOCK_SUM ? rule->target_us : (rule->target_us + DAY_US - 1) / DAY_US * DAY_US;
}

/* ---- the stretches in which it ran ---- */

struct stretch {
	int64_t from_us, to_us; /* NEVER: to this day */
};

struct walk {
	const struct clock_rule *rule;
	const struct clock_event *events;
	size_t count, next;
	int64_t start_us, end_us;  /* of the whole; end NEVER */
	int64_t told_us;           /* to where stretches have been given */
	bool begun;                /* the first has been given */
	bool past_end;             /* as though nothing had ended it */
};

static struct walk walk_begin(const struct clock_rule *rule, const struct clock_event *events, size_t count)
{
	struct walk walk = {.rule = rule, .events = events, .count = count, .start_us = NEVER, .end_us = NEVER};

	for (size_t i = 0; i < count; i++) {
		if (events[i].move == CLOCK_START && walk.start_us == NEVER)
			walk.start_us = events[i].at_us;
		if (events[i].move == CLOCK_END && walk.start_us != NEVER && walk.end_us == NEVER)
			walk.end_us = events[i].at_us;
	}
	return walk;
}

/* The next event that turns a running clock (or a standing one) into the other; NULL: none before the end. */
static const struct clock_event *turn(struct walk *walk, bool running)
{
	for (; walk->next < walk->count; walk->next++) {
		const struct clock_event *event = &walk->events[walk->next];

		if (event->at_us >= walk->start_us && event->at_us <= walk->end_us &&
		    event->move == (running ? CLOCK_STAND : CLOCK_GO))
			return event;
	}
	return NULL;
}

/* False: there is no further one. With whole days a day counts in which it ran at all, but the first. */
static bool walk_next(struct walk *walk, struct stretch *out)
{
	bool days = walk->rule->reading == CLOCK_END_OF_DAY;
	int64_t last = walk->past_end ? NEVER : walk->end_us;
	const struct clock_event *event;

	if (walk->start_us == NEVER)
		return false;
	if (!walk->begun) {
		walk->begun = true;
		walk->told_us = out->from_us = days ? midnight_before(walk->start_us) + DAY_US : walk->start_us;
	} else {
		event = turn(walk, false);
		if (event == NULL)
			return false;
		out->from_us = most(walk->told_us, days ? midnight_before(event->at_us) : event->at_us);
	}
	event = turn(walk, true);
	out->to_us = event == NULL ? last : least(last, days ? midnight_after(event->at_us) : event->at_us);
	walk->told_us = most(walk->told_us, out->to_us);
	return true;
}

/* ---- counting ---- */

struct tally {
	int64_t used_us;    /* up to `until` */
	int64_t reached_us; /* when it came, or comes, to `amount`; 0: not */
};

struct question {
	const struct worktime *calendar;
	int64_t until_us, amount_us;
};

/* One stretch, day by day; counted_us: what the ones before it made. False: both answers are there. */
static bool count_stretch(const struct walk *walk, const struct question *q, const struct stretch *stretch, int64_t *counted_us,
    struct tally *tally)
{
	int64_t stop = least(stretch->to_us, walk->start_us + CLOCK_AHEAD_DAYS * DAY_US);

	for (int64_t from = stretch->from_us; from < stop;) {
		int64_t to = least(stop, midnight_before(from) + DAY_US);
		bool counts = !walk->rule->open_days || worktime_open(q->calendar, clock_date_jst(from));

		if (counts) {
			tally->used_us += most(0, least(to, q->until_us) - from);
			if (tally->reached_us == 0 && *counted_us + (to - from) >= q->amount_us)
				tally->reached_us = from + (q->amount_us - *counted_us);
			*counted_us += to - from;
		}
		if (tally->reached_us != 0 && to >= q->until_us)
			return false;
		from = to;
	}
	return true;
}

static struct tally count_all(struct walk walk, const struct question *q)
{
	struct tally tally = {0};
	struct stretch stretch;
	int64_t counted_us = 0;

	while (walk_next(&walk, &stretch) && count_stretch(&walk, q, &stretch, &counted_us, &tally))
		;
	return tally;
}

static enum clock_state state_of(const struct walk *walk, int64_t now_us)
{
	enum clock_state state = CLOCK_IDLE;

	for (size_t i = 0; i < walk->count && walk->events[i].at_us <= now_us; i++)
		switch (walk->events[i].move) {
		case CLOCK_START:
			state = state == CLOCK_IDLE ? CLOCK_RUNNING : state;
			break;
		case CLOCK_STAND:
			state = state == CLOCK_RUNNING ? CLOCK_STANDING : state;
			break;
		case CLOCK_GO:
			state = state == CLOCK_STANDING ? CLOCK_RUNNING : state;
			break;
		case CLOCK_END:
			if (state != CLOCK_IDLE)
				return CLOCK_ENDED;
			break;
		}
	return state;
}

/* ---- what it stood for ---- */

static void note_stand(struct clock_measured *out, struct clock_stand stand)
{
	size_t place = out->stand_count;

	if (out->stand_count == CLOCK_STAND_MAX) {
		out->more_stands = true;
		return;
	}
	for (; place > 0 && out->stands[place - 1].from_us > stand.from_us; place--)
		out->stands[place] = out->stands[place - 1];
	out->stands[place] = stand;
	out->stand_count++;
}

static void note_closed(const struct worktime *calendar, int64_t from_us, int64_t to_us, struct clock_measured *out)
{
	struct clock_stand stand = {.closed = true};

	for (int64_t day = midnight_before(from_us); day < to_us; day += DAY_US) {
		bool open = worktime_open(calendar, clock_date_jst(day));

		if (!open && stand.from_us == 0)
			stand.from_us = day;
		if (!open)
			stand.to_us = day + DAY_US;
		if (stand.from_us != 0 && (open || day + DAY_US >= to_us)) {
			note_stand(out, stand);
			stand = (struct clock_stand){.closed = true};
		}
	}
}

static void note_awaited(struct walk walk, struct clock_measured *out)
{
	const struct clock_event *event = turn(&walk, true);

	while (event != NULL) {
		struct clock_stand stand = {.from_us = event->at_us};

		event = turn(&walk, false);
		stand.to_us = event != NULL ? event->at_us : walk.end_us == NEVER ? 0 : walk.end_us;
		note_stand(out, stand);
		event = event == NULL ? NULL : turn(&walk, true);
	}
}

static void note_stands(const struct walk *walk, const struct worktime *calendar, int64_t now_us, struct clock_measured *out)
{
	int64_t from = walk->rule->reading == CLOCK_SUM ? walk->start_us : midnight_before(walk->start_us) + DAY_US;
	int64_t to = out->state == CLOCK_ENDED ? walk->end_us : out->due_us != 0 ? out->due_us : now_us;

	if (walk->rule->open_days)
		note_closed(calendar, from, least(to, walk->start_us + CLOCK_AHEAD_DAYS * DAY_US), out);
	note_awaited(*walk, out);
}

/* ---- what is asked ---- */

/* What is later than now is not known yet. */
static size_t known_events(const struct clock_event *events, size_t count, int64_t now_us)
{
	while (count > 0 && events[count - 1].at_us > now_us)
		count--;
	return count;
}

void clock_measure(const struct clock_rule *rule, const struct clock_event *events, size_t count, const struct worktime *calendar,
    int64_t now_us, struct clock_measured *out)
{
	struct walk walk = walk_begin(rule, events, known_events(events, count, now_us));
	struct question q = {.calendar = calendar, .until_us = least(now_us, walk.end_us), .amount_us = target_of(rule)};
	struct tally tally;

	REQUIRE(rule->target_us > 0);
	*out = (struct clock_measured){.state = state_of(&walk, now_us), .target_us = q.amount_us};
	if (out->state == CLOCK_IDLE)
		return;
	out->started_us = walk.start_us;
	out->ended_us = walk.end_us == NEVER ? 0 : walk.end_us;
	walk.past_end = true;
	tally = count_all(walk, &q);
	out->used_us = tally.used_us;
	out->late = tally.reached_us != 0 && tally.reached_us <= q.until_us;
	out->due_us = tally.reached_us;
	note_stands(&walk, calendar, now_us, out);
}

int64_t clock_stage(const struct clock_rule *rule, const struct clock_event *events, size_t count, const struct worktime *calendar,
    int64_t now_us, int percent)
{
	struct walk walk = walk_begin(rule, events, known_events(events, count, now_us));
	struct question q = {.calendar = calendar, .until_us = now_us, .amount_us = target_of(rule) / 100 * percent};
	int64_t reached_us;

	REQUIRE(rule->target_us > 0 && percent >= 1 && percent <= 100);
	if (state_of(&walk, now_us) != CLOCK_RUNNING)
		return 0;
	reached_us = count_all(walk, &q).reached_us;
	return reached_us > now_us ? reached_us : 0;
}

/* ---- words ---- */

struct words {
	char *at;
	size_t left;
	bool english;
	int year;       /* is not repeated */
};

static void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct words *words, const char *format, ...)
{
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(words->at, words->left, format, list);
	va_end(list);
	REQUIRE(len >= 0);
	if ((size_t)len >= words->left) { /* what does not fit whole is left out */
		words->at[0] = '\0';
		return;
	}
	words->at += len;
	words->left -= (size_t)len;
}

struct piece { char text[64]; };

/* 31時間10分; seconds only where the target itself is shorter than an hour. */
static struct piece span(const struct words *words, int64_t us, bool seconds)
{
	long long hours = us / HOUR_US, minutes = us % HOUR_US / MINUTE_US, rest = us % MINUTE_US / SECOND_US;
	struct piece hour = {""}, minute = {""}, second = {""}, whole;

	if (hours > 0)
		(void)snprintf(hour.text, 32, words->english ? "%lld h" : "%lld時間", hours);
	if (minutes > 0 || (hours == 0 && !(seconds && rest > 0)))
		(void)snprintf(minute.text, 32, words->english ? "%s%lld min" : "%s%lld分", words->english && hours > 0 ? " " : "", minutes);
	if (seconds && rest > 0)
		(void)snprintf(second.text, 32, words->english ? "%s%lld s" : "%s%lld秒", words->english && us >= MINUTE_US ? " " : "", rest);
	(void)snprintf(whole.text, sizeof(whole.text), "%.20s%.20s%.20s", hour.text, minute.text, second.text);
	return whole;
}

static struct piece days(const struct words *words, int64_t count, bool open)
{
	struct piece piece;

	(void)snprintf(piece.text, sizeof(piece.text),
	    words->english ? (open ? "%lld open day%s" : "%lld day%s") : (open ? "%lld開庁日%s" : "%lld日%s"), (long long)count,
	    words->english && count != 1 ? "s" : "");
	return piece;
}

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December"};
static const char *const weekdays_ja[] = {"日", "月", "火", "水", "木", "金", "土"};
static const char *const weekdays_en[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* 9月25日; with its year where that is another one than that of the start. */
static struct piece day_name(const struct words *words, int32_t date, bool weekday)
{
	struct piece piece = {""};
	int year = date / 10000, month = date / 100 % 100, day = date % 100;
	int wd = clock_weekday(date);
	char with_year[16] = "";

	if (wd < 0)
		return piece;
	if (year != words->year)
		(void)snprintf(with_year, sizeof(with_year), words->english ? " %d" : "%d年", year);
	if (words->english)
		(void)snprintf(piece.text, sizeof(piece.text), "%s%s%d %s%s", weekday ? weekdays_en[wd] : "", weekday ? " " : "", day,
		    months[month - 1], with_year);
	else
		(void)snprintf(piece.text, sizeof(piece.text), "%s%d月%d日%s%s%s", with_year, month, day, weekday ? "（" : "",
		    weekday ? weekdays_ja[wd] : "", weekday ? "）" : "");
	return piece;
}

static struct piece moment(const struct words *words, int64_t at_us, bool weekday)
{
	struct piece day = day_name(words, clock_date_jst(at_us), weekday), whole;
	int64_t since = at_us - midnight_before(at_us);
	bool gap = words->english || !weekday;

	(void)snprintf(whole.text, sizeof(whole.text), "%.50s%s%d:%02d", day.text, gap ? " " : "", (int)(since / HOUR_US),
	    (int)(since % HOUR_US / MINUTE_US));
	return whole;
}

static void say_use(struct words *words, const struct clock_rule *rule, const struct clock_measured *m)
{
	bool whole_days = rule->reading == CLOCK_END_OF_DAY, fine = m->target_us < HOUR_US, ended = m->state == CLOCK_ENDED;
	int64_t over = m->used_us - m->target_us;
	struct piece target = whole_days ? days(words, m->target_us / DAY_US, rule->open_days) : span(words, m->target_us, fine);
	struct piece used = whole_days ? days(words, m->used_us / DAY_US, false) : span(words, m->used_us, fine);
	struct piece excess = whole_days ? days(words, over / DAY_US + 1, false) : span(words, over, fine);

	if (m->late && over >= 0 && ended)
		say(words, words->english ? "Done %2$s after the target of %1$s." : "%sを%s超えて完了。", target.text, excess.text);
	else if (m->late && over >= 0)
		say(words, words->english ? "Over the target of %s by %s." : "%sを%s超過。", target.text, excess.text);
	else if (ended)
		say(words, words->english ? "Done with %2$s of %1$s used." : "%sのうち%sで完了。", target.text, used.text);
	else
		say(words, words->english ? "%2$s of %1$s used." : "%sのうち%sを使用。", target.text, used.text);
}

static void say_due(struct words *words, const struct clock_rule *rule, const struct clock_measured *m)
{
	struct piece due;

	if (m->state == CLOCK_STANDING && !m->late)
		say(words, words->english ? " Stands still until an answer comes." : "回答待ちのため停止中。");
	if (m->state == CLOCK_ENDED || m->due_us == 0)
		return;
	due = rule->reading == CLOCK_SUM ? moment(words, m->due_us, true) : day_name(words, clock_date_jst(m->due_us - 1), true);
	if (words->english)
		say(words, m->late ? " Was due %s." : " Due %s.", due.text);
	else
		say(words, m->late ? "期限は%sでした。" : "期限は%s。", due.text);
}

/* 9月19日〜23日, 12月29日〜2027年1月3日, 9月22日; in English 19–23 September, 29 December – 3 January 2027. */
static void say_closed(struct words *words, const struct clock_stand *stand)
{
	int32_t first = clock_date_jst(stand->from_us), last = clock_date_jst(stand->to_us - 1);
	struct piece from = day_name(words, first, false), to = day_name(words, last, false);

	if (words->english && first == last)
		say(words, " Stands still on %s (closed).", from.text);
	else if (words->english && first / 100 == last / 100)
		say(words, " Stands still %d–%s (closed days).", first % 100, to.text);
	else if (words->english)
		say(words, " Stands still %s – %s (closed days).", from.text, to.text);
	else if (first == last)
		say(words, "%sは閉庁日のため停止。", from.text);
	else if (first / 100 == last / 100)
		say(words, "%s〜%d日は閉庁日のため停止。", from.text, last % 100);
	else
		say(words, "%s〜%sは閉庁日のため停止。", from.text, to.text);
}

static void say_awaited(struct words *words, const struct clock_stand *stand)
{
	struct piece from = moment(words, stand->from_us, false), to;

	if (stand->to_us == 0) {
		say(words, words->english ? " Has stood still since %s." : "%sから停止。", from.text);
		return;
	}
	to = moment(words, stand->to_us, false);
	say(words, words->english ? " Stood still from %s to %s, waiting for an answer." : "%sから%sまで回答待ちのため停止。", from.text, to.text);
}

void clock_words(const struct clock_rule *rule, const struct clock_measured *measured, enum language language,
    char words_out[static CLOCK_WORDS_MAX])
{
	struct words words = {.at = words_out, .left = CLOCK_WORDS_MAX, .english = language == LANGUAGE_EN};

	words_out[0] = '\0';
	if (measured->state == CLOCK_IDLE) {
		say(&words, words.english ? "Not started." : "始まっていません。");
		return;
	}
	words.year = clock_date_jst(measured->started_us) / 10000;
	say_use(&words, rule, measured);
	say_due(&words, rule, measured);
	for (size_t i = 0; i < measured->stand_count; i++)
		if (measured->stands[i].closed)
			say_closed(&words, &measured->stands[i]);
		else
			say_awaited(&words, &measured->stands[i]);
	if (measured->more_stands)
		say(&words, words.english ? " And further stops." : "ほかにも停止があります。");
}
