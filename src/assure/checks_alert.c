#include <stdio.h>
#include <string.h>

#include "assure/tried.h"

#include "assure/checks_alert.h"

#define CITY (CHECK_CUSTOMER | CHECK_PROBE)
#define PATH_MAX_TEXT 160
#define WAIT_S 60

/* ---- CH-2: whoever looks after a place hears of an operation of great impact there ---- */

/* How many such operations alerts have counted there; the newest alert that may be judged, or "". */
static err heard(struct trial *trial, const struct person *who, int64_t *count_out, char open_out[static TRIED_FACT_MAX])
{
	struct seen list;
	struct seen item;
	size_t at = 0;

	*count_out = 0;
	open_out[0] = '\0';
	TRY(tried_ask(trial, who, "GET", "/v1/alerts?limit=200", NULL, &list));
	trial_step(trial, list.status == 200, 0, "警報の一覧が開ける", "The queue of alerts opens", "%d", list.status);
	while (tried_item(&list, &at, &item)) {
		if (strcmp(trial_json_text(&item, "rule.code"), "critical-operation") != 0)
			continue;
		*count_out += trial_json_int(&item, "count");
		if (trial_json_bool(&item, "may.judge"))
			(void)snprintf(open_out, TRIED_FACT_MAX, "%s", trial_json_text(&item, "id"));
	}
	return OK;
}

/* A link to the first child that is not blocked: of the account whose sign-in is tried to be locked, which looks after nobody. */
static err open_link(struct trial *trial, const struct person *principal, char path[static PATH_MAX_TEXT])
{
	char child[TRIED_FACT_MAX], account[TRIED_FACT_MAX], guardians[PATH_MAX_TEXT], link[TRIED_FACT_MAX] = "";
	struct seen seen, item;
	bool blocked = false;
	size_t at = 0;

	TRY(tried_fact(trial, "child-a1", child));
	TRY(tried_fact(trial, "lock.account", account));
	(void)snprintf(guardians, sizeof(guardians), "/v1/children/%s/guardians", child);
	TRY(tried_ask(trial, principal, "GET", guardians, NULL, &seen));
	while (tried_item(&seen, &at, &item))
		if (strcmp(trial_json_text(&item, "account"), account) == 0) {
			(void)snprintf(link, sizeof(link), "%s", trial_json_text(&item, "id"));
			blocked = strcmp(trial_json_text(&item, "state"), "blocked") == 0;
		}
	if (link[0] == '\0') {
		TRY(tried_ask(trial, principal, "POST", guardians, trial_text(trial, "{\"account\":\"%s\",\"relation\":\"検査\"}", account), &seen));
		(void)snprintf(link, sizeof(link), "%s", trial_json_text(&seen, "id"));
	} else if (blocked) {
		TRY(tried_ask(trial, principal, "POST", trial_text(trial, "%s/%s/unblock", guardians, link), "{}", &seen));
	}
	trial_step(trial, link[0] != '\0', 0, "検査用の保護者の登録がある", "There is a guardian of the probes", "%s", link[0] != '\0' ? "+" : "-");
	(void)snprintf(path, PATH_MAX_TEXT, "%.90s/%.30s/block", guardians, link);
	return link[0] == '\0' ? FAIL(UNAVAILABLE) : OK;
}

/* What was announced is what is changed: one link, and no other of the child's. */
static err carry_out(struct trial *trial, const struct person *principal, const char *path)
{
	struct wish wish = {.who = principal, .method = "POST", .path = path, .json = "{}"};
	char token[64];
	struct seen seen;
	int64_t objects;

	TRY(trial_ask_raw(trial, &wish, &seen));
	TRY(tried_answered(trial, &seen));
	objects = trial_json_int(&seen, "confirm.objects");
	(void)snprintf(token, sizeof(token), "%s", trial_json_text(&seen, "confirm.token"));
	wish.confirm = token;
	TRY(trial_ask_raw(trial, &wish, &seen));
	TRY(tried_answered(trial, &seen));
	trial_step(trial, seen.status == 200 && objects == 1 && strcmp(trial_json_text(&seen, "state"), "blocked") == 0, 1,
	    "重要な操作を正しい確認で行うと、予告した数だけが変わる", "A critical operation, rightly confirmed, changes as many objects as were announced",
	    "%lld, " TRIED_SEEN, (long long)objects, TRIED_SEEN_OF(&seen));
	return OK;
}

/* As it was: other checks stand on who sees whom there. */
static err take_back(struct trial *trial, const struct person *principal, const char *path)
{
	char back[PATH_MAX_TEXT];
	struct seen seen;

	(void)snprintf(back, sizeof(back), "%.*s/unblock", (int)(strlen(path) - strlen("/block")), path);
	TRY(tried_ask(trial, principal, "POST", back, "{}", &seen));
	trial_step(trial, seen.status == 200, 0, "行った操作を元に戻した", "Took the operation back", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err run_critical_alerts(struct trial *trial)
{
	const struct person *principal = NULL;
	char path[PATH_MAX_TEXT], open[TRIED_FACT_MAX];
	int64_t before = 0, after = 0;
	struct seen seen;

	TRY(trial_person(trial, "principal-a", &principal));
	TRY(trial_prove(trial, principal));
	TRY(open_link(trial, principal, path));
	TRY(heard(trial, principal, &before, open));
	TRY(carry_out(trial, principal, path));
	TRY(take_back(trial, principal, path));
	for (unsigned i = 0; i < WAIT_S && after <= before; i++) {
		TRY(trial_wait(trial, 1));
		TRY(heard(trial, principal, &after, open));
	}
	trial_step(trial, after > before, 1, "その操作の警報が、園管理者の一覧に届く", "An alert about it reaches the queue of whoever looks after the place",
	    "%lld → %lld", (long long)before, (long long)after);
	if (open[0] == '\0')
		return OK;
	TRY(tried_ask(trial, principal, "POST", trial_text(trial, "/v1/alerts/%s/judge", open), "{\"judgement\":\"normal\",\"note\":\"検査のため\"}", &seen));
	trial_step(trial, seen.status == 200, 0, "届いた警報は判定して終えられる", "The alert is judged and done with", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROVIDER)

const struct check checks_alert[] = {
	{.id = "alert-unhandled-overdue-none", .where = EVERYWHERE, .inspection = "alert-unhandled"},
	{.id = "alert-report-to-customer-within", .where = EVERYWHERE, .inspection = "alert-unreported"},
	{.id = "critical-operation-alerts", .where = CITY, .run = run_critical_alerts, .seconds = 150},
	{.id = NULL},
};
