#include <string.h>

#include "assure/trial_int.h"
#include "assure/world.h"
#include "base/clock.h"

#define CLASS "検査組"
#define DAYS_AHEAD_FIRST 7
#define DAYS_AHEAD_LAST 14

static const struct world_child {
	const char *fact, *absence; /* what they are called */
	const char *code, *name, *kana;
	const char *guardian;
} children[] = {
	{"child-a1", "absence-a1", "KENSA-1", "検査 一郎", "けんさ いちろう", "guardian-a1"},
	{"child-a2", NULL, "KENSA-2", "検査 二子", "けんさ にこ", "guardian-a2"},
	{"child-b", "absence-b", "KENSA-3", "検査 三郎", "けんさ さぶろう", "guardian-b"},
};

static const struct world_place {
	const char *facility, *class_fact, *principal, *teacher;
	size_t from, to;            /* of children */
} places[] = {
	{"facility-a", "class-a", "principal-a", "staff-a", 0, 2},
	{"facility-b", "class-b", "principal-b", "staff-b", 2, 3},
};

static err refused(struct trial *trial, const char *what_ja, const char *what_en, const struct seen *seen)
{
	trial_unable(trial, trial_text(trial, "検査用の%sを用意できません（%d %s）。", what_ja, seen->status, seen->type),
	    trial_text(trial, "The %s for checks cannot be made (%d %s).", what_en, seen->status, seen->type));
	return FAIL(UNAVAILABLE);
}

/* The id of the item whose member is this text; "" when there is none. */
static const char *item(struct trial *trial, const struct seen *seen, const char *member, const char *wanted)
{
	int64_t count = trial_json_int(seen, "items.#");

	for (int64_t i = 0; i < count; i++)
		if (strcmp(trial_json_text(seen, trial_text(trial, "items.%d.%s", (int)i, member)), wanted) == 0)
			return trial_json_text(seen, trial_text(trial, "items.%d.id", (int)i));
	return "";
}

static err find_or_make_class(struct trial *trial, const struct world_place *place, const struct person *principal)
{
	const char *facility = trial_known(trial, place->facility);
	int32_t today = clock_date_jst(clock_now_us());
	struct seen seen;
	const char *id;

	TRY(trial_ask(trial, principal, "GET", trial_text(trial, "/v1/facilities/%s/classes?limit=200", facility), NULL, &seen));
	id = item(trial, &seen, "name", CLASS);
	if (id[0] == '\0') {
		TRY(trial_ask(trial, principal, "POST", trial_text(trial, "/v1/facilities/%s/classes", facility),
		    trial_text(trial, "{\"name\":\"" CLASS "\",\"year\":%d,\"age\":4}", today / 10000 - (today / 100 % 100 < 4 ? 1 : 0)), &seen));
		if (seen.status != 201)
			return refused(trial, "組", "class", &seen);
		id = trial_json_text(&seen, "id");
	}
	TRY(trial_know(trial, place->class_fact, id));
	TRY(trial_ask(trial, principal, "POST", trial_text(trial, "/v1/facilities/%s/classes/%s/teachers", facility, trial_known(trial, place->class_fact)),
	    trial_text(trial, "{\"account\":\"%s\"}", trial_known(trial, trial_text(trial, "%s.account", place->teacher))), &seen));
	return seen.status == 201 || seen.status == 200 || seen.status == 409 ? OK : refused(trial, "担任", "teacher", &seen);
}

static err find_or_make_child(struct trial *trial, const struct world_place *place, const struct world_child *child, const struct person *principal)
{
	struct seen seen;
	const char *id;

	TRY(trial_ask(trial, principal, "GET", "/v1/children?limit=200", NULL, &seen));
	id = item(trial, &seen, "code", child->code);
	if (id[0] == '\0') {
		TRY(trial_ask(trial, principal, "POST", trial_text(trial, "/v1/facilities/%s/children", trial_known(trial, place->facility)),
		    trial_text(trial, "{\"class\":\"%s\",\"code\":\"%s\",\"name\":\"%s\",\"kana\":\"%s\",\"birth_date\":\"2022-05-05\",\"address\":\"検査用（実在しない住所）\","
		    "\"entry_date\":\"2026-04-01\"}", trial_known(trial, place->class_fact), child->code, child->name, child->kana), &seen));
		if (seen.status != 201)
			return refused(trial, "園児", "child", &seen);
		id = trial_json_text(&seen, "id");
	}
	return trial_know(trial, child->fact, id);
}

static err link_guardian(struct trial *trial, const struct world_child *child, const struct person *principal)
{
	const char *id = trial_known(trial, child->fact);
	const char *account = trial_known(trial, trial_text(trial, "%s.account", child->guardian));
	struct seen seen;

	TRY(trial_ask(trial, principal, "GET", trial_text(trial, "/v1/children/%s/guardians", id), NULL, &seen));
	if (item(trial, &seen, "account", account)[0] != '\0')
		return OK;
	TRY(trial_ask(trial, principal, "POST", trial_text(trial, "/v1/children/%s/guardians", id),
	    trial_text(trial, "{\"account\":\"%s\",\"relation\":\"母\"}", account), &seen));
	return seen.status == 201 ? OK : refused(trial, "保護者との結び付け", "link to the guardian", &seen);
}

/* Closed days are refused: another day will do. */
static err find_or_make_absence(struct trial *trial, const struct world_child *child)
{
	const char *id = trial_known(trial, child->fact);
	int32_t today = clock_date_jst(clock_now_us());
	const struct person *guardian;
	struct seen seen;

	TRY(trial_person(trial, child->guardian, &guardian));
	TRY(trial_ask(trial, guardian, "GET", trial_text(trial, "/v1/children/%s/absences", id), NULL, &seen));
	if (item(trial, &seen, "state", "active")[0] != '\0')
		return trial_know(trial, child->absence, item(trial, &seen, "state", "active"));
	for (int32_t days = DAYS_AHEAD_FIRST; days <= DAYS_AHEAD_LAST; days++) {
		char date[CLOCK_TEXT_MAX];

		clock_date_format(clock_date_add(today, days), date);
		TRY(trial_ask(trial, guardian, "POST", trial_text(trial, "/v1/children/%s/absences", id),
		    trial_text(trial, "{\"date\":\"%s\",\"kind\":\"absence\",\"reason\":\"検査\"}", date), &seen));
		if (seen.status == 201)
			return trial_know(trial, child->absence, trial_json_text(&seen, "id"));
	}
	return refused(trial, "欠席連絡", "absence", &seen);
}

static err furnish(struct trial *trial, const struct world_place *place)
{
	const struct person *principal;

	if (trial_fact(trial, place->facility) == NULL)
		return FAIL(UNAVAILABLE);
	TRY(trial_person(trial, place->principal, &principal));
	TRY(find_or_make_class(trial, place, principal));
	for (size_t i = place->from; i < place->to; i++) {
		TRY(find_or_make_child(trial, place, &children[i], principal));
		TRY(link_guardian(trial, &children[i], principal));
		if (children[i].absence != NULL)
			TRY(find_or_make_absence(trial, &children[i]));
	}
	trial_step(trial, true, 1, "検査に使う組・園児・欠席連絡を用意しました。", "Class, children and absences for checks are in place.", "%s", place->facility);
	return OK;
}

/* A sealed value of this compartment, for the other one to try its keys on. */
static err share_sealed(struct trial *trial)
{
	struct inspected said;
	OWN(buf) text = {0};

	TRY(trial_inspect(trial, "sealed-sample", (struct bytes){0}, &said));
	TRY(base64url_append(&text, said.data));
	TRY(buf_u8(&text, 0));
	return trial_know(trial, "sealed", (const char *)text.ptr);
}

err world_make(struct trial *trial)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		TRY(furnish(trial, &places[i]));
	return share_sealed(trial);
}
