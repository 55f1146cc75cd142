#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "govern/alert.h"
#include "ledger/blob.h"
#include "ledger/ledger.h"
#include "op/event_side.h"
#include "op/op_entity.h"

#include "govern/alert_scan.h"

#define SECOND_US 1000000LL
#define MOVE_EVERY 4096         /* events after which the place is stored though nothing was found */

static const struct statement before_time = {"alert.before",
    "SELECT first FROM ledger_blob WHERE last_us < :at ORDER BY first DESC LIMIT 1"};
static const struct statement facility_of = {"alert.facility-of",
    "SELECT facility FROM membership WHERE account = :account AND state = 0 AND facility IS NOT NULL ORDER BY id LIMIT 1"};

/*
 * What stands for a while, and began at a moment: raised once for each beginning. Parameters :rule; columns subject, ref, count.
 * check_state: outcome 2 = failed. A job that fails again and again counts once in ten minutes.
 */
static const struct statement checks_failed = {"alert.checks-failed",
    "SELECT check_state.code, check_state.since, 1 FROM check_state WHERE check_state.outcome = 2 AND NOT EXISTS (SELECT 1 FROM alert"
    " WHERE alert.description = :rule AND alert.subject = check_state.code AND alert.ref >= check_state.since) LIMIT 24"};
static const struct statement checks_stale = {"alert.checks-stale",
    "SELECT check_state.code, check_state.stale_at, 1 FROM check_state WHERE check_state.stale = 1 AND NOT EXISTS (SELECT 1 FROM alert"
    " WHERE alert.description = :rule AND alert.subject = check_state.code AND alert.ref >= check_state.stale_at) LIMIT 24"};
static const struct statement jobs_missed = {"alert.jobs-missed",
    "SELECT 'schedule', MAX(missed_at), COUNT(*) FROM schedule WHERE missed_at >"
    " (SELECT COALESCE(MAX(alert.ref), 0) FROM alert WHERE alert.description = :rule) HAVING COUNT(*) > 0"};
static const struct statement jobs_failed = {"alert.jobs-failed",
    "SELECT schedule.code, schedule.failed_at, 1 FROM schedule WHERE schedule.failed_at > 0 AND NOT EXISTS (SELECT 1 FROM alert"
    " WHERE alert.description = :rule AND alert.subject = schedule.code AND alert.ref + 600000000 >= schedule.failed_at) LIMIT 24"};
static const struct statement jobs_late = {"alert.jobs-late",
    "SELECT schedule.code, schedule.late_at, 1 FROM schedule WHERE schedule.late_at > 0 AND NOT EXISTS (SELECT 1 FROM alert"
    " WHERE alert.description = :rule AND alert.subject = schedule.code AND alert.ref >= schedule.late_at) LIMIT 24"};

const struct statement *const alert_scan_statements[] = {
	&before_time, &facility_of, &checks_failed, &checks_stale, &jobs_missed, &jobs_failed, &jobs_late, NULL,
};

static const struct {
	enum alert_on on;
	const char *what;
	const struct statement *statement;
} standing[] = {
	{ALERT_ON_CHECK, "failed", &checks_failed},
	{ALERT_ON_CHECK, "stale", &checks_stale},
	{ALERT_ON_SCHEDULE, "missed", &jobs_missed},
	{ALERT_ON_SCHEDULE, "failed", &jobs_failed},
	{ALERT_ON_SCHEDULE, "late", &jobs_late},
};

/* One event that fits a rule, and the subject that the rule makes of it. */
struct fit {
	uint64_t event;
	int64_t at_us;
	char subject[ALERT_SUBJECT_MAX + 1];
	struct id facility;
	bool probe;
};

/* What was found about one subject; its events in `numbers`. */
struct hit {
	const struct alert_rule *rule;
	struct fit fit;                 /* the newest */
	int64_t first_us, count, ref;
	uint64_t numbers[ALERT_EVENTS_MAX];
	size_t number_count;
};

struct window {
	struct fit *fits;
	size_t count, room;
};

struct scanner {
	bool begun;
	uint64_t position;              /* everything before it has been looked at */
	uint64_t stored;                /* the same as it stands in the row */
	struct window windows[ALERT_RULE_MAX];
	struct hit hits[SCAN_HITS_MAX];
	size_t hit_count;
	struct event_sides sides;
	struct event event;
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row rows[EVENT_ROW_MAX];
};

/* ---- places ---- */

/* The first event of a commit before that time. */
static err first_before(struct db *db, int64_t at_us, uint64_t *out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(db, &before_time, &query);

	if (err_is_ok(e))
		e = query_int(query, "at", at_us);
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		*out = (uint64_t)column_int(query, 0);
	query_end(&query);
	return e;
}

/* ---- subjects ---- */

static err facility_of_account(struct db *db, struct id account, struct id *out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(db, &facility_of, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		e = column_id(query, 0, out);
	query_end(&query);
	return e;
}

static struct id object_of(const struct event *event, const char *entity)
{
	for (size_t i = 0; i < event->object_count; i++)
		if (entity == NULL || bytes_is(event->objects[i].entity, entity))
			return event->objects[i].id;
	return (struct id){{0}};
}

/* Whose sign-in failed stands among the objects: nobody acts there yet. */
static struct id actor_of(const struct event *event)
{
	return id_is_zero(event->actor) ? object_of(event, "account") : event->actor;
}

static err place_of(struct db *db, const struct event *event, struct id *out)
{
	struct id account = actor_of(event);

	*out = event->facility;
	if (id_is_zero(*out))
		*out = object_of(event, "facility");
	return id_is_zero(*out) && !id_is_zero(account) ? facility_of_account(db, account, out) : OK;
}

static err fit_of(struct row_context *c, struct scanner *s, const struct alert_rule *rule, struct fit *fit)
{
	enum event_side side = EVENT_NEITHER;
	struct id subject = {{0}};

	TRY(event_side(c->db, &s->sides, &s->event, &side));
	fit->probe = side == EVENT_PROBE;
	if (rule->by == ALERT_BY_FACILITY)
		TRY(place_of(c->db, &s->event, &fit->facility));
	switch (rule->by) {
	case ALERT_BY_FACILITY:
		subject = fit->facility;
		break;
	case ALERT_BY_ACTOR:
		subject = actor_of(&s->event);
		break;
	case ALERT_BY_OBJECT:
		subject = object_of(&s->event, NULL);
		break;
	case ALERT_BY_COMPARTMENT:
		break;
	}
	if (!id_is_zero(subject))
		id_format(subject, fit->subject);
	return OK;
}

/* ---- counting ---- */

static struct hit *hit_for(struct scanner *s, const struct alert_rule *rule, const struct fit *fit)
{
	struct hit *hit;

	for (size_t i = 0; i < s->hit_count; i++) {
		hit = &s->hits[i];
		if (hit->rule == rule && hit->fit.probe == fit->probe && strcmp(hit->fit.subject, fit->subject) == 0)
			return hit;
	}
	REQUIRE(s->hit_count < SCAN_HITS_MAX);
	hit = &s->hits[s->hit_count++];
	*hit = (struct hit){.rule = rule, .first_us = fit->at_us};
	return hit;
}

static void count_fit(struct hit *hit, const struct fit *fit)
{
	hit->fit = *fit;
	hit->count++;
	hit->ref = (int64_t)fit->event + 1; /* events are counted from 0, refs from 1 */
	if (hit->number_count == ALERT_EVENTS_MAX) {
		memmove(hit->numbers, hit->numbers + 1, (ALERT_EVENTS_MAX - 1) * sizeof(hit->numbers[0]));
		hit->number_count--;
	}
	hit->numbers[hit->number_count++] = fit->event;
}

static bool same_series(const struct fit *a, const struct fit *b)
{
	return a->probe == b->probe && strcmp(a->subject, b->subject) == 0;
}

static err remember(struct window *window, const struct alert_rule *rule, const struct fit *fit)
{
	size_t kept = 0;

	for (size_t i = 0; i < window->count; i++)
		if (window->fits[i].at_us > fit->at_us - rule->within_s * SECOND_US)
			window->fits[kept++] = window->fits[i];
	window->count = kept;
	if (window->count == SCAN_WINDOW_MAX) { /* many subjects, none often enough: the oldest gives way */
		memmove(window->fits, window->fits + 1, (SCAN_WINDOW_MAX - 1) * sizeof(*window->fits));
		window->count--;
	}
	if (window->count == window->room) {
		size_t room = window->room == 0 ? 16 : window->room * 2;
		struct fit *more = reallocarray(window->fits, room, sizeof(*more));

		if (more == NULL)
			return FAIL(UNAVAILABLE);
		window->fits = more;
		window->room = room;
	}
	window->fits[window->count++] = *fit;
	return OK;
}

/* When the series is complete: all of it into one hit. */
static void take_series(struct scanner *s, struct window *window, const struct alert_rule *rule, const struct fit *fit)
{
	struct hit *hit;
	int64_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < window->count; i++)
		count += same_series(&window->fits[i], fit);
	if (count < rule->count)
		return;
	hit = hit_for(s, rule, fit);
	for (size_t i = 0; i < window->count; i++)
		if (same_series(&window->fits[i], fit)) {
			if (hit->count == 0)
				hit->first_us = window->fits[i].at_us;
			count_fit(hit, &window->fits[i]);
		} else {
			window->fits[kept++] = window->fits[i];
		}
	window->count = kept;
}

static err count_event(struct row_context *c, struct scanner *s, size_t at, uint64_t number, bool again)
{
	const struct alert_rule *rule = alert_rule_at(at);
	struct fit fit = {.event = number, .at_us = s->event.time_us};
	int64_t counted = 0;

	TRY(fit_of(c, s, rule, &fit));
	if (again)
		TRY(alert_ref(c, rule, bytes_str(fit.subject), fit.probe, &counted));
	if ((int64_t)number < counted || (again && rule->count == 1))
		return OK; /* S1 */
	if (rule->count == 1) {
		count_fit(hit_for(s, rule, &fit), &fit);
		return OK;
	}
	TRY(remember(&s->windows[at], rule, &fit));
	if (!again)
		take_series(s, &s->windows[at], rule, &fit);
	return OK;
}

/* A change that took effect is the operation that it asked for. */
static err as_applied(struct row_context *c, struct scanner *s)
{
	struct id id = object_of(&s->event, "change");
	struct change change = {0};
	err e;

	if (!bytes_is(s->event.operation, "change.approve") && !bytes_is(s->event.operation, "change.apply-step"))
		return OK;
	if (id_is_zero(id) || s->event.outcome >= 300)
		return OK;
	e = row_get(c, &op_entity_change, id, &change);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	if (change.applied_at != 0)
		TRY(arena_copy(c->arena, change.operation, &s->event.operation));
	return OK;
}

/* full_out: no room for what the event may find; it is left for the next look as a whole. */
static err look_at(struct row_context *c, struct scanner *s, struct bytes leaf, uint64_t number, bool again, bool *full_out)
{
	TRY(event_decode(leaf, &s->event, s->objects, s->rows));
	TRY(as_applied(c, s));
	if (!alert_rule_wanted(s->event.operation))
		return OK;
	*full_out = SCAN_HITS_MAX - s->hit_count < ALERT_RULE_SHARED;
	for (size_t i = 0; !*full_out && alert_rule_at(i) != NULL; i++)
		if (alert_rule_fits(alert_rule_at(i), &s->event))
			TRY(count_event(c, s, i, number, again));
	return OK;
}

/* Up to `end`, or until there is no room for more. */
static err read_on(struct row_context *c, struct scanner *s, uint64_t end, bool again)
{
	bool full = false;

	while (s->position < end && !full) {
		OWN(buf) entries = {0};
		uint64_t left = LEDGER_BUNDLE - s->position % LEDGER_BUNDLE;
		unsigned count = (unsigned)(end - s->position < left ? end - s->position : left);
		struct bytes rest, leaf;

		TRY(ledger_entries(c->db, s->position, count, &entries));
		rest = bytes_of(&entries);
		for (unsigned i = 0; i < count && !full; i++) {
			TRY(blob_next(&rest, &leaf));
			TRY(look_at(c, s, leaf, s->position, again, &full));
			s->position += full ? 0 : 1;
		}
	}
	return OK;
}

static int64_t longest_s(void)
{
	int64_t longest = 0;

	for (size_t i = 0; alert_rule_at(i) != NULL; i++)
		if (alert_rule_at(i)->within_s > longest)
			longest = alert_rule_at(i)->within_s;
	return longest;
}

/* Series under way at the place where we stopped. */
static err read_again(struct job_run *run, struct scanner *s, uint64_t place)
{
	uint64_t first = 0;
	bool found = false;

	TRY(first_before(run->rows.db, run->now_us - longest_s() * SECOND_US, &first, &found));
	s->position = !found ? 0 : first < place ? first : place;
	return read_on(&run->rows, s, place, true);
}

/* The first look of a compartment begins at what is there: the past was nobody's to watch. */
static err begin(struct job_run *run, struct scanner *s, uint64_t size, const uint64_t *place)
{
	for (size_t i = 0; i < ALERT_RULE_MAX; i++)
		s->windows[i].count = 0;
	s->stored = place != NULL ? *place : UINT64_MAX; /* which is to be stored */
	s->position = size;
	if (place != NULL)
		TRY(read_again(run, s, *place));
	s->begun = true;
	return OK;
}

/* ---- what stands for a while ---- */

static const struct statement *statement_of(const struct alert_rule *rule)
{
	for (size_t i = 0; i < sizeof(standing) / sizeof(standing[0]); i++)
		if (standing[i].on == rule->on && strcmp(standing[i].what, rule->what) == 0)
			return standing[i].statement;
	return NULL;
}

static err take_standing(struct query *query, struct scanner *s, const struct alert_rule *rule)
{
	struct fit fit = {.at_us = column_int(query, 1)};
	struct bytes subject = column_bytes(query, 0);
	struct hit *hit;

	if (subject.len > ALERT_SUBJECT_MAX)
		return FAIL(CORRUPT);
	if (s->hit_count == SCAN_HITS_MAX)
		return OK; /* the next look finds it again */
	memcpy(fit.subject, subject.ptr, subject.len);
	hit = hit_for(s, rule, &fit);
	hit->fit = fit;
	hit->ref = column_int(query, 1);
	hit->count = column_int(query, 2);
	return OK;
}

static err look_standing(struct job_run *run, struct scanner *s, const struct alert_rule *rule, const struct statement *statement)
{
	struct query *query = NULL;
	bool more = true;
	err e = query_start(run->rows.db, statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "rule", &rule->description);
	while (err_is_ok(e) && more) {
		e = query_step(query, &more);
		if (err_is_ok(e) && more)
			e = take_standing(query, s, rule);
	}
	query_end(&query);
	return e;
}

/* ---- the job ---- */

static err look(struct job_run *run, bool *due_out)
{
	struct scanner *s = *run->kept;
	uint64_t size = 0, place = 0, end;
	bool found = false;

	if (s == NULL)
		s = *run->kept = calloc(1, sizeof(*s));
	if (s == NULL)
		return FAIL(UNAVAILABLE);
	s->hit_count = 0;
	TRY(ledger_size(run->rows.db, &size));
	TRY(schedule_place(run->rows.db, alert_scan.name, &place, &found));
	if (found && place > size)
		return FAIL(CORRUPT);
	if (!s->begun || (found ? place != s->stored : s->stored != UINT64_MAX)) { /* also when a step was rolled back */
		s->begun = false;
		TRY(begin(run, s, size, found ? &place : NULL));
	}
	end = size - s->position > SCAN_EVENTS_MAX ? s->position + SCAN_EVENTS_MAX : size;
	TRY(read_on(&run->rows, s, end, false));
	for (size_t i = 0; alert_rule_at(i) != NULL; i++)
		if (statement_of(alert_rule_at(i)) != NULL)
			TRY(look_standing(run, s, alert_rule_at(i), statement_of(alert_rule_at(i))));
	*due_out = s->hit_count > 0 || s->stored == UINT64_MAX || s->position - s->stored >= MOVE_EVERY;
	return OK;
}

/* In words: the name of a facility; else the subject. */
static err label_of(struct row_context *c, const struct hit *hit, struct bytes *label_out)
{
	const struct entity *entity = entity_find(BYTES_LIT("facility"));
	const struct field *name = entity != NULL ? entity_field(entity, "name") : NULL;
	void *row;
	err e;

	if (hit->rule->on == ALERT_ON_EVENT)
		*label_out = id_is_zero(hit->fit.facility) ? BYTES_LIT("全体 (all)") : BYTES_LIT("");
	if (id_is_zero(hit->fit.facility) || name == NULL)
		return OK;
	row = arena_alloc(c->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	e = row_get(c, entity, hit->fit.facility, row);
	if (err_is_ok(e))
		*label_out = *(const struct bytes *)field_in(row, name);
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

static err raise(struct row_context *c, const struct hit *hit, int64_t now_us)
{
	struct alert_news news = {.rule = hit->rule, .subject = bytes_str(hit->fit.subject), .facility = hit->fit.facility,
	    .probe = hit->fit.probe, .count = hit->count, .first_us = hit->first_us, .last_us = hit->fit.at_us, .ref = hit->ref,
	    .events = hit->numbers, .event_count = hit->number_count};

	TRY(label_of(c, hit, &news.label));
	return alert_raise_news(c, &news, now_us);
}

/* What was found and the place are one commit. A1 */
static err step(struct job_run *run)
{
	struct scanner *s = *run->kept;

	for (size_t i = 0; i < s->hit_count; i++)
		TRY(raise(&run->rows, &s->hits[i], run->now_us));
	TRY(schedule_place_set(run->rows.db, alert_scan.name, s->position));
	s->stored = s->position;
	run->done = true;
	return OK;
}

static void drop(void *kept)
{
	struct scanner *s = kept;

	for (size_t i = 0; i < ALERT_RULE_MAX; i++)
		free(s->windows[i].fits);
	free(s);
}

static const struct schedule plan = {
	.ja = "記録を読み、警報の規則に当てはまるものを探す", .en = "Reads the record for what the rules of alerts are about",
	.every_s = 5, .limit_s = 300, .missed = SCHEDULE_ONCE,
};

const struct job_kind alert_scan = {
	.name = "alert.scan-step",
	.schedule = &plan,
	.look = look,
	.step = step,
	.drop = drop,
};
