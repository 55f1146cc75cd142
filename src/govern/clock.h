/*
 * clock - how much of a time that was promised is used up, when it is over, and the words for it.
 *
 * Pure: the same events and calendar give the same answer, at whatever moment they are asked again. A clock starts once, may stand
 * while somebody else is awaited, and ends once. Japanese time throughout: no daylight saving, no time zone of the machine.
 *
 *   `sum`         adds up the time that lies on counted days; it is over when that reaches the target ("48 hours")
 *   `end of day`  counts whole days after the one on which it started (民法 140条); it is over when the last of them ends ("30 days").
 *                 Part of a day in the target is a day. A day during the whole of which the clock stood is not counted.
 *
 * C1  A clock that started on a day that does not count begins at 00:00 of the next that does.
 * C2  used_us never falls while time goes on, and the target is passed exactly when `due_us` is.
 * Source: STANDARDS section 9; S-29; DA-9.
 */
#ifndef GOVERN_CLOCK_H
#define GOVERN_CLOCK_H

#include "entity/value.h"
#include "govern/worktime.h"

#define CLOCK_STAND_MAX 16          /* stretches that are told; further ones count all the same */
#define CLOCK_AHEAD_DAYS 3700       /* how far the end is looked for: where no day is ever open there is none */
#define CLOCK_WORDS_MAX 640
#define CLOCK_TARGET_MAX_US ((int64_t)400 * 86400 * 1000000)
#define CLOCK_LAST_US ((int64_t)7258118400 * 1000000) /* 2200: nothing is later */

enum clock_reading { CLOCK_SUM, CLOCK_END_OF_DAY };

struct clock_rule {
	int64_t target_us;              /* more than 0 */
	enum clock_reading reading;
	bool open_days;                 /* closed days of the calendar do not count */
};

enum clock_move { CLOCK_START, CLOCK_STAND, CLOCK_GO, CLOCK_END };

/* In order of time. What does not fit (a second start, an end of what never started) changes nothing. */
struct clock_event {
	int64_t at_us;
	enum clock_move move;
};

enum clock_state { CLOCK_IDLE, CLOCK_RUNNING, CLOCK_STANDING, CLOCK_ENDED };

/* A stretch in which the clock stood: closed days, first and last in date form; or because somebody was awaited. */
struct clock_stand {
	int64_t from_us, to_us;         /* to_us 0: still */
	bool closed;
};

struct clock_measured {
	enum clock_state state;
	int64_t started_us, ended_us;   /* 0: not yet */
	int64_t used_us, target_us;     /* with CLOCK_END_OF_DAY whole days of target */
	int64_t due_us;                 /* the first moment that is too late; 0: it stands or never started, or no day is ever open */
	bool late;                      /* over, or ended after it was */
	struct clock_stand stands[CLOCK_STAND_MAX]; /* from the start to the end or, of a running clock, to its due time; in order */
	size_t stand_count;
	bool more_stands;
};

void clock_measure(const struct clock_rule *rule, const struct clock_event *events, size_t count, const struct worktime *calendar,
    int64_t now_us, struct clock_measured *out);

/* When so many per cent of the target will be used, if it runs on from now; 0 when that is past, or due_us is 0. */
int64_t clock_stage(const struct clock_rule *rule, const struct clock_event *events, size_t count, const struct worktime *calendar,
    int64_t now_us, int percent);

/* 「48時間のうち31時間10分を使用。期限は9月25日 9:10。9月19日〜23日は閉庁日のため停止。」 Always ends with its NUL. */
void clock_words(const struct clock_rule *rule, const struct clock_measured *measured, enum language language,
    char words_out[static CLOCK_WORDS_MAX]);

#endif
