/*
 * checks_history - what the record shows, and to whom: an organisation its own people's doings and nobody else's, every kind of
 * event within a minute.
 */
#include <stdio.h>
#include <string.h>

#include "assure/catalogue.h"
#include "assure/tried.h"
#include "base/clock.h"

#include "assure/checks_history.h"

#define CITY (CHECK_CUSTOMER | CHECK_PROBE)
#define BODY_MAX 160
#define WITHIN_US (60 * (int64_t)1000000)

/*
 * Looks until it is there, for a minute at most. found_us_out: how long it took, -1 not found. The record keeps the order of commits and
 * looking is recorded as well: when a look of our own stands there and what was before it does not, it will not come.
 */
static err arrives(struct trial *trial, const struct person *viewer, const char *request, struct tried_event *event, int64_t *took_us_out)
{
	int64_t began = clock_mono_us();
	struct tried_event mark;
	struct seen look;

	*took_us_out = -1;
	TRY(tried_ask(trial, viewer, "GET", "/v1/events?limit=1", NULL, &look));
	for (;;) {
		err e = tried_event(trial, viewer, request, event);

		if (err_is_ok(e)) {
			*took_us_out = clock_mono_us() - began;
			return OK;
		}
		if (!err_is(e, ERR_NOT_FOUND))
			return e;
		e = tried_event(trial, viewer, look.request, &mark);
		if (err_is_ok(e) || clock_mono_us() - began > WITHIN_US)
			return OK;
		if (!err_is(e, ERR_NOT_FOUND))
			return e;
		TRY(trial_wait(trial, 1));
	}
}

/* A time as it is; none stays away. */
static void add_member(char body[static BODY_MAX], const char *name, const char *value)
{
	size_t len = strlen(body);

	if (value[0] != '\0')
		(void)snprintf(body + len, BODY_MAX - len - 1, "%s\"%s\":\"%.5s\"", len > 1 ? "," : "", name, value);
}

/* Writes a facility's hours as they are: a change of a setting that changes nothing. */
static err put_hours(struct trial *trial, struct seen *out)
{
	const struct person *principal = NULL;
	char facility[TRIED_FACT_MAX];
	char body[BODY_MAX] = "{";
	struct seen seen;

	TRY(tried_fact(trial, "facility-a", facility));
	TRY(trial_person(trial, "principal-a", &principal));
	TRY(tried_ask(trial, principal, "GET", trial_text(trial, "/v1/facilities/%s", facility), NULL, &seen));
	add_member(body, "opens", trial_json_text(&seen, "opens"));
	add_member(body, "closes", trial_json_text(&seen, "closes"));
	add_member(body, "cut_off", trial_json_text(&seen, "cut_off"));
	(void)snprintf(body + strlen(body), 2, "}");
	return tried_ask(trial, principal, "PUT", trial_text(trial, "/v1/facilities/%s/hours", facility), body, out);
}

/* ---- ID-10 ---- */

struct deed { char request[27]; const char *operation; bool refused; };

static void remember(struct deed *deed, const struct seen *seen, const char *operation, bool was_refused)
{
	(void)snprintf(deed->request, sizeof(deed->request), "%s", seen->request);
	deed->operation = operation;
	deed->refused = was_refused;
}

static err do_three(struct trial *trial, struct deed deeds[static 3])
{
	const struct sign_in right = {0};
	const struct sign_in wrong = {.password = "Chigau-Koto_0000"};
	struct seen seen;

	TRY(trial_sign_in(trial, "guardian-a2", &right, &seen, NULL));
	TRY(tried_answered(trial, &seen));
	remember(&deeds[0], &seen, "session.create", false);
	TRY(put_hours(trial, &seen));
	remember(&deeds[1], &seen, "facility.hours", false);
	TRY(trial_sign_in(trial, "staff-c", &wrong, &seen, NULL));
	TRY(tried_answered(trial, &seen));
	remember(&deeds[2], &seen, "session.create", true);
	TRY(trial_sign_in(trial, "staff-c", &right, &seen, NULL)); /* the failure is not left standing */
	return tried_answered(trial, &seen);
}

static err run_history_complete(struct trial *trial)
{
	static const struct { const char *ja, *en; } words[3] = {
		{"サインインが、市管理者の履歴に60秒以内に現れる", "A sign-in appears in the city administrator's history within 60 seconds"},
		{"編集が、市管理者の履歴に60秒以内に現れる", "An edit appears in the city administrator's history within 60 seconds"},
		{"失敗したサインインが、市管理者の履歴に60秒以内に現れる", "A failed sign-in appears in the city administrator's history within 60 seconds"},
	};
	struct deed deeds[3];
	const struct person *admin = NULL;

	TRY(do_three(trial, deeds));
	TRY(trial_person(trial, "officer-admin", &admin));
	for (size_t i = 0; i < 3; i++) {
		struct tried_event event = {0};
		int64_t took_us = -1;

		TRY(arrives(trial, admin, deeds[i].request, &event, &took_us));
		trial_step(trial, took_us >= 0 && strcmp(event.operation, deeds[i].operation) == 0 && (event.outcome >= 400) == deeds[i].refused, 1,
		    words[i].ja, words[i].en, "%s %d", event.operation, event.outcome);
	}
	return OK;
}

#define NOTHING_JA "ほかの団体の履歴を求めても、何も返されない"
#define NOTHING_EN "Asking for another customer's history returns nothing of it"
#define OWN_JA "自分の団体の履歴は返される"
#define OWN_EN "The own history is returned"

static err other_log(struct trial *trial, const struct person *admin, struct tried *tried)
{
	static const char *const parts[] = {"proof/inclusion?index=0", "heads", "tile/entries/000.p/1"};
	const char *text = trial_fact(trial, "other.compartment");
	char other[TRIED_FACT_MAX];
	struct seen seen;

	if (text == NULL)
		return FAIL(UNAVAILABLE);
	(void)snprintf(other, sizeof(other), "%s", text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		TRY(tried_ask(trial, admin, "GET", trial_text(trial, "/v1/ledger/%s/%s", trial_compartment(trial), parts[i]), NULL, &seen));
		trial_step(trial, seen.status == 200, 0, OWN_JA, OWN_EN, "%d", seen.status);
		TRY(tried_ask(trial, admin, "GET", trial_text(trial, "/v1/ledger/%s/%s", other, parts[i]), NULL, &seen));
		tried_note(tried, &seen);
		trial_step(trial, tried_is_refusal(&seen), 1, NOTHING_JA, NOTHING_EN, TRIED_SEEN, TRIED_SEEN_OF(&seen));
	}
	return OK;
}

static err filtered(struct trial *trial, const struct person *admin, const char *own, const char *other, const char *filter, struct tried *tried)
{
	char own_id[TRIED_FACT_MAX];
	char other_id[TRIED_FACT_MAX];
	struct seen seen;

	TRY(tried_fact(trial, own, own_id));
	TRY(tried_fact(trial, other, other_id));
	TRY(tried_ask(trial, admin, "GET", trial_text(trial, "/v1/events?probe=yes&limit=5&%s=%s", filter, own_id), NULL, &seen));
	trial_step(trial, seen.status == 200 && trial_json_int(&seen, "items.#") > 0, 0, OWN_JA, OWN_EN, "%d", seen.status);
	TRY(tried_ask(trial, admin, "GET", trial_text(trial, "/v1/events?probe=yes&limit=5&%s=%s", filter, other_id), NULL, &seen));
	tried_note(tried, &seen);
	trial_step(trial, seen.status >= 200 && seen.status < 500 && trial_json_int(&seen, "items.#") == 0, 1, NOTHING_JA, NOTHING_EN, "%d %lld",
	    seen.status, (long long)trial_json_int(&seen, "items.#"));
	return OK;
}

static err run_history_other(struct trial *trial)
{
	struct tried tried = {0};
	const struct person *admin = NULL;

	TRY(trial_person(trial, "officer-admin", &admin));
	TRY(other_log(trial, admin, &tried));
	TRY(filtered(trial, admin, "facility-a", "other.facility-a", "facility", &tried));
	TRY(filtered(trial, admin, "guardian-a1.account", "other.guardian-a1.account", "actor", &tried));
	TRY(filtered(trial, admin, "child-a1", "other.child-a1", "object", &tried));
	return tried_recorded(trial, &tried, "試みはすべて記録簿に残っている", "Every attempt stands in the record");
}

/* ---- LG-1: one event of each kind ---- */

#define KINDS 5

struct kind_probe {
	enum catalogue_event_kind kind;
	const char *operation;
	char request[27];
};

/* Does the catalogue say so too? */
static bool is_of_kind(const struct kind_probe *probe)
{
	const struct catalogue_event *event = catalogue_event_find(probe->operation);

	return event != NULL && event->kind == probe->kind;
}

static err trigger(struct trial *trial, struct kind_probe probes[static KINDS])
{
	const struct sign_in right = {0};
	const struct person *guardian = NULL;
	char child[TRIED_FACT_MAX];
	struct seen seen;

	probes[0] = (struct kind_probe){EVENT_SIGN_IN, "session.create", ""};
	probes[1] = (struct kind_probe){EVENT_ACCESS, "child.see", ""};
	probes[2] = (struct kind_probe){EVENT_OPERATION, "notice.seen", ""};
	probes[3] = (struct kind_probe){EVENT_SETTING, "facility.hours", ""};
	probes[4] = (struct kind_probe){EVENT_PLATFORM, "account.probe", ""}; /* by the system itself, without a request */
	TRY(tried_fact(trial, "child-a2", child));
	TRY(trial_sign_in(trial, "guardian-a2", &right, &seen, &guardian));
	TRY(tried_answered(trial, &seen));
	if (guardian == NULL)
		return FAIL(UNAVAILABLE);
	(void)snprintf(probes[0].request, sizeof(probes[0].request), "%s", seen.request);
	TRY(tried_ask(trial, guardian, "GET", trial_text(trial, "/v1/children/%s", child), NULL, &seen));
	(void)snprintf(probes[1].request, sizeof(probes[1].request), "%s", seen.request);
	TRY(tried_ask(trial, guardian, "POST", "/v1/me/notices/seen", "{}", &seen));
	(void)snprintf(probes[2].request, sizeof(probes[2].request), "%s", seen.request);
	TRY(put_hours(trial, &seen));
	(void)snprintf(probes[3].request, sizeof(probes[3].request), "%s", seen.request);
	return trial_renew(trial, "staff-c");
}

/* The newest event of an operation that nobody asked for by a request: is it of this run? */
static err newest_since(struct trial *trial, const char *operation, int64_t since_us, bool *found_out)
{
	const struct person *overseer = NULL;
	int64_t began = clock_mono_us();
	int64_t at = 0;
	struct seen seen;

	TRY(tried_overseer(trial, &overseer));
	for (;;) {
		TRY(tried_ask(trial, overseer, "GET", trial_text(trial, "/v1/events?probe=yes&limit=1&operation=%s", operation), NULL, &seen));
		*found_out = err_is_ok(clock_time_parse(bytes_str(trial_json_text(&seen, "items.0.time")), &at)) && at >= since_us;
		if (*found_out || clock_mono_us() - began > WITHIN_US)
			return OK;
		TRY(trial_wait(trial, 1));
	}
}

static err run_kind_silent(struct trial *trial)
{
	struct kind_probe probes[KINDS];
	const struct person *overseer = NULL;
	int64_t since_us = clock_now_us() / 1000000 * 1000000; /* times are shown in seconds or finer */

	TRY(trigger(trial, probes));
	TRY(tried_overseer(trial, &overseer));
	for (size_t i = 0; i < KINDS; i++) {
		struct tried_event event = {0};
		int64_t took_us = -1;
		bool found = false;

		if (probes[i].request[0] != '\0') {
			TRY(arrives(trial, overseer, probes[i].request, &event, &took_us));
			found = took_us >= 0 && strcmp(event.operation, probes[i].operation) == 0;
		} else {
			TRY(newest_since(trial, probes[i].operation, since_us, &found));
		}
		trial_step(trial, found && is_of_kind(&probes[i]), 1, "どの種類の事象も、60秒以内に記録簿に現れる", "An event of each kind is in the record within 60 seconds",
		    "%s %s", catalogue_event_kinds[probes[i].kind], found ? "+" : "-");
	}
	return OK;
}

const struct check checks_history[] = {
	{.id = "event-kind-silent-none", .where = CITY, .run = run_kind_silent, .seconds = 400},
	{.id = "organisation-history-complete", .where = CITY, .run = run_history_complete, .seconds = 240},
	{.id = "organisation-history-other-refused", .where = CITY, .run = run_history_other, .seconds = 60},
	{.id = NULL},
};
