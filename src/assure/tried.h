/*
 * tried - what checks through the doors have in common: confirming, asking as the one who may and as the one who may not, and
 * looking up in the record what was refused.
 *
 * D1  A refusal counts only beside its counterpart: the same thing, asked for by whoever may, is answered. So nothing passes
 *     because everything is refused or nothing is there.
 */
#ifndef ASSURE_TRIED_H
#define ASSURE_TRIED_H

#include "assure/trial.h"

#define TRIED_MAX 512

/* Requests that have to be found in the record, with the outcome that they had. */
struct tried {
	size_t count;
	struct { char request[27]; int status; } entries[TRIED_MAX];
};

struct tried_event {
	int64_t index;
	int outcome;
	char operation[48], rule[80], actor[27], time[40];
};

/* UNAVAILABLE: no reply that says anything (none at all, 429, 503); said as unable. */
MUST_USE err tried_answered(struct trial *trial, const struct seen *seen);
/* trial_ask, and then the same. */
MUST_USE err tried_ask(struct trial *trial, const struct person *who, const char *method, const char *path, const char *json, struct seen *out);
/* Likewise; what asks for a confirmation is confirmed as asked, with its phrase. */
MUST_USE err tried_confirmed(struct trial *trial, const struct person *who, const char *method, const char *path, const char *json, struct seen *out);

/* Not of ours to be read: 403 or 404. */
bool tried_is_refusal(const struct seen *seen);
/* Remembers a request for tried_recorded. */
void tried_note(struct tried *tried, const struct seen *seen);
/*
 * Looks all of them up in the record, as whoever looks after the compartment: one step, ok when each is there with its outcome.
 * ja, en: of what they are, as "拒否" "the refusals".
 */
MUST_USE err tried_recorded(struct trial *trial, const struct tried *tried, const char *ja, const char *en);
/* One of them, as `viewer` sees it (NULL: whoever looks after the compartment). NOT_FOUND: it is not in the newest pages. */
MUST_USE err tried_event(struct trial *trial, const struct person *viewer, const char *request, struct tried_event *out);
/* Who looks after the compartment's record: auditor, at the provider the operator-admin. */
MUST_USE err tried_overseer(struct trial *trial, const struct person **out);
/* The newest events about an account or a child, oldest first, at most max (and 200). */
MUST_USE err tried_events_of(struct trial *trial, const char *object, struct tried_event *list, size_t max, size_t *count_out);

/* A fact of the probes' world; UNAVAILABLE where there is none, which the trial has said. */
#define TRIED_FACT_MAX 40
MUST_USE err tried_fact(struct trial *trial, const char *name, char out[static TRIED_FACT_MAX]);
/*
 * The items of a list, one after the other, without parsing the whole each time: at starts at 0, item_out->body is the item alone.
 * false: there is no further one.
 */
bool tried_item(const struct seen *list, size_t *at, struct seen *item_out);
/* The status, and of what kind, for a step's `seen`: "404 not-found". */
#define TRIED_SEEN "%d%s%s"
#define TRIED_SEEN_OF(seen) (seen)->status, (seen)->type[0] == '\0' ? "" : " ", (seen)->type

#endif
