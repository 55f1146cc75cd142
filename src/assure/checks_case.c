/*
 * checks_case - what people ask and others answer: how its time is counted, and that a request about data reaches somebody.
 */
#include <stdio.h>
#include <string.h>

#include "assure/tried.h"

#include "assure/checks_case.h"

#define CITY (CHECK_CUSTOMER | CHECK_PROBE)
#define ID_TEXT 40

/* ---- SL-3: closed-day-clock-correct ---- */

/* Counted by hand, with the calendar of the Cabinet Office and the usual closed days. Japanese time. */
static const struct sample {
	const char *reading, *from, *at;
	int64_t used_s;
	const char *due;
} samples[] = {
	/* two ordinary days, and the last second */
	{"sum", "2026-11-17T10:00:00", "2026-11-18T09:00:00", 82800, "2026-11-19T10:00:00"},
	{"sum", "2026-11-17T10:00:00", "2026-11-19T09:59:59", 172799, "2026-11-19T10:00:00"},
	/* a weekend and a Monday that is a holiday */
	{"sum", "2026-11-20T17:00:00", "2026-11-23T12:00:00", 25200, "2026-11-25T17:00:00"},
	/* asked on a Saturday: begins at midnight of the next open day */
	{"sum", "2026-11-21T13:30:00", "2026-11-24T07:00:00", 25200, "2026-11-26T00:00:00"},
	/* five closed days, of which the Tuesday is one only because of its neighbours */
	{"sum", "2026-09-18T09:10:00", "2026-09-24T16:20:00", 112200, "2026-09-25T09:10:00"},
	/* a substitute holiday behind the three days of May */
	{"sum", "2026-05-01T12:00:00", "2026-05-07T06:00:00", 64800, "2026-05-08T12:00:00"},
	/* the turn of the year */
	{"sum", "2026-12-28T12:00:00", "2027-01-04T12:00:00", 86400, "2027-01-05T12:00:00"},
	/* a leap day */
	{"sum", "2028-02-28T08:00:00", "2028-02-29T08:00:00", 86400, "2028-03-01T08:00:00"},
	/* midnight at the end of a Friday */
	{"sum", "2026-11-27T23:59:59", "2026-11-29T23:59:59", 1, "2026-12-01T23:59:59"},
	/* by the other reading: until the end of the second open day */
	{"end-of-day", "2026-11-17T10:00:00", "2026-11-18T12:00:00", 43200, "2026-11-20T00:00:00"},
	{"end-of-day", "2026-11-20T17:00:00", "2026-11-25T23:59:59", 172799, "2026-11-26T00:00:00"},
	{"end-of-day", "2026-09-18T09:10:00", "2026-09-24T16:20:00", 58800, "2026-09-26T00:00:00"},
};

static err clock_correct(struct trial *trial)
{
	const struct person *who = NULL;

	TRY(trial_person(trial, "officer", &who));
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *sample = &samples[i];
		const char *due;
		struct seen seen;
		bool same;

		TRY(tried_ask(trial, who, "GET", trial_text(trial, "/v1/work-calendar/measure?usual=true&hours=48&reading=%s&from=%s%%2B09:00&at=%s%%2B09:00",
		    sample->reading, sample->from, sample->at), NULL, &seen));
		due = trial_json_text(&seen, "due_at");
		same = seen.status == 200 && trial_json_int(&seen, "used_s") == sample->used_s && strncmp(due, sample->due, strlen(sample->due)) == 0;
		trial_step(trial, same, 1, "見本の問合せについて、使った時間と期限を計算させ、手計算の答えと比べた",
		    "Had the used time and the due time of sample inquiries computed, and compared them with answers counted by hand",
		    "%s %s: %lld s, due %s", sample->reading, sample->from, (long long)trial_json_int(&seen, "used_s"), due);
	}
	return OK;
}

/* ---- DA-9: data-request-path-works ---- */

static const char *const asked_for[] = {"disclosure", "correction", "export", "stop-of-use", "erasure"};

static err kind_id(struct trial *trial, const struct person *who, char id[static ID_TEXT])
{
	struct seen seen, item;
	size_t at = 0;

	TRY(tried_ask(trial, who, "GET", "/v1/case-kinds", NULL, &seen));
	while (tried_item(&seen, &at, &item))
		if (strcmp(trial_json_text(&item, "code"), "data-request") == 0) {
			(void)snprintf(id, ID_TEXT, "%s", trial_json_text(&item, "id"));
			return OK;
		}
	trial_unable(trial, "データに関する求めの種類が、ここにはありません。", "There is no kind of case for requests about data here.");
	return FAIL(UNAVAILABLE);
}

/* In the queue of whoever handles it: found in the list of open ones, with a due time and somebody who has it. */
static err is_queued(struct trial *trial, const struct person *handler, const char *kind, const char *id)
{
	struct seen seen, item;
	bool listed = false, due = false, owned = false;
	size_t at = 0;

	TRY(tried_ask(trial, handler, "GET", trial_text(trial, "/v1/cases?kind=%s&state=open", kind), NULL, &seen));
	while (!listed && tried_item(&seen, &at, &item))
		if (strcmp(trial_json_text(&item, "id"), id) == 0) {
			listed = true;
			due = trial_json_text(&item, "due_at")[0] != '\0';
			owned = trial_json_text(&item, "assignee.id")[0] != '\0';
		}
	trial_step(trial, listed && due && owned, 1, "出した求めが、期限と担当者の付いた状態で担当の一覧に届いた",
	    "The request reached the queue of those who handle it, with due date and owner", "listed %d, due %d, owner %d", listed, due, owned);
	return OK;
}

static err file_one(struct trial *trial, const struct person *who, const struct person *handler, const struct person *other, const char *kind, const char *what)
{
	char id[ID_TEXT];
	struct seen seen;

	TRY(tried_ask(trial, who, "POST", trial_text(trial, "/v1/case-kinds/%s/cases", kind),
	    trial_text(trial, "{\"fields\":{\"kind\":\"%s\",\"whose\":\"検査用\",\"what\":\"検査のための求め\"}}", what), &seen));
	trial_step(trial, seen.status == 201, 1, "検査用の利用者が、データに関する求めを出した", "A request about data was filed by an account made for checks", TRIED_SEEN,
	    TRIED_SEEN_OF(&seen));
	if (seen.status != 201)
		return OK;
	(void)snprintf(id, sizeof(id), "%s", trial_json_text(&seen, "id"));
	TRY(is_queued(trial, handler, kind, id));
	TRY(tried_ask(trial, other, "GET", trial_text(trial, "/v1/cases/%s", id), NULL, &seen));
	trial_step(trial, tried_is_refusal(&seen), 1, "ほかの保護者には、その求めは見えない", "Another guardian does not see it", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	TRY(tried_ask(trial, who, "POST", trial_text(trial, "/v1/cases/%s/moves", id), "{\"move\":\"withdraw\"}", &seen));
	trial_step(trial, seen.status == 200, 0, "検査用の求めを取り下げた", "Withdrew the request made for the check", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err path_works(struct trial *trial)
{
	const struct person *guardian = NULL, *other = NULL, *admin = NULL;
	char kind[ID_TEXT];

	TRY(trial_person(trial, "guardian-a1", &guardian));
	TRY(trial_person(trial, "guardian-a2", &other));
	TRY(trial_person(trial, "officer-admin", &admin));
	TRY(kind_id(trial, admin, kind));
	for (size_t i = 0; i < sizeof(asked_for) / sizeof(asked_for[0]); i++) {
		TRY(file_one(trial, guardian, admin, other, kind, asked_for[i]));
		TRY(file_one(trial, admin, admin, other, kind, asked_for[i]));
	}
	return OK;
}

const struct check checks_case[] = {
	{.id = "closed-day-clock-correct", .where = CITY, .run = clock_correct},                /* S-29 */
	{.id = "data-request-path-works", .where = CITY, .run = path_works, .seconds = 60},     /* P-1.7 P-9.4 */
	{0},
};
