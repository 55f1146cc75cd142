/*
 * checks_proof - that the proof itself is whole, fresh and open to the auditor: through the same pages as everybody's.
 */
#include <stdio.h>
#include <string.h>

#include "assure/catalogue.h"
#include "assure/tried.h"
#include "base/clock.h"

#include "assure/checks_proof.h"

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)
#define SECOND_US ((int64_t)1000000)
#define START_S 60  /* a run takes its time before its result is there */

/* ---- GV-14: no result is older than twice its interval ---- */

struct ages { unsigned fresh, unread; };

static void judge_age(struct trial *trial, const struct seen *item, const char *own, struct ages *ages)
{
	char id[CHECK_ID_MAX];
	int64_t last = 0;
	int64_t every = trial_json_int(item, "every_s");
	int64_t age_s;

	(void)snprintf(id, sizeof(id), "%s", trial_json_text(item, "id"));
	if (strcmp(id, own) == 0)
		return;
	if (!err_is_ok(clock_time_parse(bytes_str(trial_json_text(item, "last_at")), &last))) {
		ages->unread++;
		return;
	}
	age_s = (clock_now_us() - last) / SECOND_US;
	if (age_s <= 2 * every + START_S)
		ages->fresh++;
	else
		trial_step(trial, false, 1, "間隔の2倍より古い結果がある", "There is a result older than twice its interval", "%s", id);
}

static err run_not_stale(struct trial *trial)
{
	const struct person *overseer = NULL;
	struct ages ages = {0};
	struct seen list;
	struct seen item;
	size_t at = 0;

	TRY(tried_overseer(trial, &overseer));
	TRY(tried_ask(trial, overseer, "GET", "/v1/checks", NULL, &list));
	while (tried_item(&list, &at, &item))
		judge_age(trial, &item, "proof-not-stale", &ages);
	trial_step(trial, list.status == 200, ages.fresh, "結果のある検査は、どれも間隔の2倍以内に行われている",
	    "Every check with a result ran within twice its interval", "%u (-%u)", ages.fresh, ages.unread);
	return OK;
}

/* ---- every row can be opened ---- */

#define ROWS_MAX 400

struct rows {
	size_t count;
	char ids[ROWS_MAX][24];
};

static err rows_of(struct trial *trial, const struct person *overseer, const char *path, struct rows *rows)
{
	struct seen list;
	struct seen item;
	size_t at = 0;

	rows->count = 0;
	TRY(tried_ask(trial, overseer, "GET", path, NULL, &list));
	trial_step(trial, list.status == 200, 0, "要件の一覧が開ける", "The list of requirements opens", "%d", list.status);
	while (rows->count < ROWS_MAX && tried_item(&list, &at, &item))
		(void)snprintf(rows->ids[rows->count++], sizeof(rows->ids[0]), "%s", trial_json_text(&item, "id"));
	return OK;
}

/* Every control of the page leads to something that is checked or kept. */
static bool page_whole(struct trial *trial, const struct seen *page)
{
	int64_t controls = trial_json_int(page, "controls.#");

	for (int64_t i = 0; i < controls; i++) {
		const char *checks = trial_text(trial, "controls.%lld.checks.#", (long long)i);
		const char *registers = trial_text(trial, "controls.%lld.registers.#", (long long)i);

		if (trial_json_int(page, checks) + trial_json_int(page, registers) == 0)
			return false;
	}
	return controls > 0 && trial_json_text(page, "status")[0] != '\0' && trial_json_has(page, "why") && trial_json_has(page, "history");
}

static err run_readable(struct trial *trial)
{
	static struct rows rows; /* of this process, which runs one check */
	const struct person *overseer = NULL;
	struct seen page;

	TRY(tried_overseer(trial, &overseer));
	TRY(rows_of(trial, overseer, "/v1/requirements", &rows));
	for (size_t i = 0; i < rows.count; i++) {
		bool whole;

		TRY(tried_ask(trial, overseer, "GET", trial_text(trial, "/v1/requirements/%s", rows.ids[i]), NULL, &page));
		whole = page.status == 200 && page_whole(trial, &page);
		trial_step(trial, whole, 1, whole ? "要件の頁が、対策、検査結果、記録とともに開ける" : "開けないか、欠けている要件の頁がある",
		    whole ? "The page of a requirement opens with its controls, results and records" : "A requirement's page does not open, or lacks something",
		    "%d%s%s", page.status, whole ? "" : " ", whole ? "" : rows.ids[i]);
	}
	return OK;
}

/* ---- every row leads to something ---- */

struct controls {
	size_t count;
	struct { char id[12]; bool leads; } list[ROWS_MAX];
};

static err read_controls(struct trial *trial, const struct person *overseer, struct controls *controls)
{
	struct seen list;
	struct seen item;
	size_t at = 0;

	controls->count = 0;
	TRY(tried_ask(trial, overseer, "GET", "/v1/controls", NULL, &list));
	trial_step(trial, list.status == 200, 0, "対策の一覧が開ける", "The list of controls opens", "%d", list.status);
	while (controls->count < ROWS_MAX && tried_item(&list, &at, &item)) {
		(void)snprintf(controls->list[controls->count].id, sizeof(controls->list[0].id), "%s", trial_json_text(&item, "id"));
		controls->list[controls->count++].leads = trial_json_int(&item, "checks.#") + trial_json_int(&item, "registers.#") > 0;
	}
	return OK;
}

static bool leads(const struct controls *controls, const char *id)
{
	for (size_t i = 0; i < controls->count; i++)
		if (strcmp(controls->list[i].id, id) == 0)
			return controls->list[i].leads;
	return false;
}

static bool all_lead(struct trial *trial, const struct controls *controls, const struct seen *item)
{
	int64_t count = trial_json_int(item, "controls.#");

	for (int64_t i = 0; i < count; i++)
		if (!leads(controls, trial_json_text(item, trial_text(trial, "controls.%lld", (long long)i))))
			return false;
	return count > 0;
}

static err run_without_control(struct trial *trial)
{
	static struct controls controls;
	const struct person *overseer = NULL;
	struct seen list;
	struct seen item;
	size_t at = 0;

	TRY(tried_overseer(trial, &overseer));
	TRY(read_controls(trial, overseer, &controls));
	TRY(tried_ask(trial, overseer, "GET", "/v1/requirements?all=yes", NULL, &list));
	trial_step(trial, list.status == 200, 0, "すべての別紙の要件が一覧にある", "The list holds the requirements of every annex", "%d %zu", list.status,
	    catalogue_get()->requirement_count);
	while (tried_item(&list, &at, &item)) {
		bool ok = all_lead(trial, &controls, &item);

		trial_step(trial, ok, 1, ok ? "どの要件も、検査か記録のある対策につながる" : "検査も記録もない要件がある",
		    ok ? "Every requirement leads to a control that is checked or kept" : "A requirement leads to nothing that is checked or kept", "%s",
		    ok ? "+" : trial_json_text(&item, "id"));
	}
	return OK;
}

const struct check checks_proof[] = {
	{.id = "proof-not-stale", .where = EVERYWHERE, .run = run_not_stale, .seconds = 60},
	{.id = "proof-readable-by-auditor", .where = EVERYWHERE, .run = run_readable, .seconds = 180},
	{.id = "requirement-without-control-none", .where = EVERYWHERE, .run = run_without_control, .seconds = 120},
	{.id = NULL},
};
