/*
 * checks_guard - what needs a confirmation, or a second person: critical operations, privileges, settings.
 *
 * Settings and privileges are tried in the probe compartment, which is a whole city of its own with two administrators.
 */
#include <stdio.h>
#include <string.h>

#include "assure/knock.h"
#include "assure/tried.h"
#include "base/clock.h"

#include "assure/checks_guard.h"

#define CITY (CHECK_CUSTOMER | CHECK_PROBE)
#define PATH_MAX_TEXT 160
#define BODY_MAX 1024
#define REASON "{\"reason\":\"検査のため\"}"
#define WRONG_TOKEN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* As an administrator whose last proof is recent. */
static err proven(struct trial *trial, const char *cast, const struct person **out)
{
	TRY(trial_person(trial, cast, out));
	return trial_prove(trial, *out);
}

/* ---- CH-2 ---- */

struct critical {
	const char *op;
	const char *cast;
	const char *json;
	/* Instead of the things at facility a: a fact that the address names; NULL: knock's own. */
	const char *account;
};

/* Every operation that asks for a confirmation, with a body that would be accepted. */
static const struct critical criticals[] = {
	{"account.suspend", "officer-admin", REASON, "principal-b.account"},
	{"child.leave", "principal-a", "{\"date\":\"2099-03-31\",\"reason\":\"検査のため\"}", NULL},
	{"guardianship.block", "principal-a", "{}", NULL},
	{"import.apply", "principal-a", "{}", NULL},
};

static bool is_known(const struct op *op)
{
	for (size_t i = 0; i < sizeof(criticals) / sizeof(criticals[0]); i++)
		if (strcmp(criticals[i].op, op->id) == 0)
			return true;
	return false;
}

static err ask_with(struct trial *trial, const struct person *who, const struct op *op, const char *path, const char *json, const char *token, struct seen *out)
{
	const struct wish wish = {.who = who, .method = op->method, .path = path, .json = json, .confirm = token};

	TRY(trial_ask_raw(trial, &wish, out));
	return tried_answered(trial, out);
}

static err unconfirmed(struct trial *trial, const struct op *op, const struct critical *critical, const char *path)
{
	const struct person *who = NULL;
	struct seen seen;
	char same[PATH_MAX_TEXT];

	(void)snprintf(same, sizeof(same), "%s", path);
	TRY(proven(trial, critical->cast, &who));
	TRY(ask_with(trial, who, op, same, critical->json, NULL, &seen));
	trial_step(trial, seen.status == 428, 1, "重要な操作は、確認なしでは拒否される", "A critical operation is refused without its confirmation", TRIED_SEEN,
	    TRIED_SEEN_OF(&seen));
	TRY(ask_with(trial, who, op, same, critical->json, WRONG_TOKEN, &seen));
	trial_step(trial, seen.status == 428, 1, "重要な操作は、誤った確認では拒否される", "A critical operation is refused with a wrong confirmation", TRIED_SEEN,
	    TRIED_SEEN_OF(&seen));
	return OK;
}

/* A small roster at facility a that has been checked and waits to be applied, which nobody ever does. */
#define ROSTER_HEAD "\xef\xbb\xbf" "園児番号,氏名,ふりがな,生年月日,住所,組,入園日\r\n"

/* With one child more, in the first class. */
static err write_roster(struct trial *trial, const struct person *principal, const char *facility, char roster[static BODY_MAX])
{
	struct seen seen;

	TRY(tried_ask(trial, principal, "GET", trial_text(trial, "/v1/facilities/%s/classes?limit=1", facility), NULL, &seen));
	(void)snprintf(roster, BODY_MAX, ROSTER_HEAD "probe-901,検査 取込,けんさ とりこみ,2022-05-01,札幌市中央区1,%s,2026-04-08\r\n",
	    trial_json_text(&seen, "items.0.name"));
	return OK;
}

static err import_ready(struct trial *trial, const struct person *principal, const char *facility, char id[static KNOCK_TEXT_MAX], bool *ready_out)
{
	struct wish piece = {.who = principal, .method = "PUT", .raw_type = "application/octet-stream"};
	char roster[BODY_MAX];
	struct seen seen;

	*ready_out = false;
	TRY(write_roster(trial, principal, facility, roster));
	piece.raw = bytes_str(roster);
	TRY(tried_ask(trial, principal, "POST", "/v1/imports",
	    trial_text(trial, "{\"entity\":\"roster\",\"encoding\":\"auto\",\"name\":\"probe.csv\",\"size\":%zu}", piece.raw.len), &seen));
	(void)snprintf(id, KNOCK_TEXT_MAX, "%s", trial_json_text(&seen, "id"));
	if (seen.status != 201)
		return OK;
	piece.path = trial_text(trial, "/v1/imports/%s/chunks/0", id);
	TRY(trial_ask_raw(trial, &piece, &seen));
	TRY(tried_ask(trial, principal, "POST", trial_text(trial, "/v1/imports/%s/check", id), "{}", &seen));
	for (unsigned i = 0; i < 20; i++) {
		TRY(tried_ask(trial, principal, "GET", trial_text(trial, "/v1/imports/%s", id), NULL, &seen));
		*ready_out = strcmp(trial_json_text(&seen, "state"), "checked") == 0;
		if (*ready_out || strcmp(trial_json_text(&seen, "state"), "checking") != 0)
			return OK;
		TRY(trial_wait(trial, 1));
	}
	return OK;
}

/* What those who look after the things see of them. */
static err view(struct trial *trial, const struct knock_things *things, const char *account, struct buf *out)
{
	const struct person *principal = NULL;
	const struct person *admin = NULL;
	struct seen seen;

	TRY(trial_person(trial, "principal-a", &principal));
	TRY(trial_person(trial, "officer-admin", &admin));
	TRY(tried_ask(trial, principal, "GET", trial_text(trial, "/v1/children/%s", things->text[KNOCK_CHILD]), NULL, &seen));
	TRY(buf_append(out, seen.body));
	TRY(tried_ask(trial, principal, "GET", trial_text(trial, "/v1/children/%s/guardians", things->text[KNOCK_CHILD]), NULL, &seen));
	TRY(buf_append(out, seen.body));
	TRY(tried_ask(trial, admin, "GET", trial_text(trial, "/v1/accounts/%s", account), NULL, &seen));
	trial_step(trial, seen.status == 200, 0, "対象は、管理者に見えている", "Those who look after the objects see them", "%d", seen.status);
	return buf_append(out, seen.body);
}

static err each_critical(struct trial *trial, struct knock_things *things)
{
	for (size_t i = 0; ops[i] != NULL; i++)
		if (ops[i]->guard == GUARD_CONFIRM && ops[i]->path != NULL && !is_known(ops[i]))
			trial_step(trial, false, 1, "検査の手順がない重要な操作がある", "There is a critical operation that this check does not know how to call", "%s", ops[i]->id);
	for (size_t i = 0; i < sizeof(criticals) / sizeof(criticals[0]); i++) {
		const struct op *op = op_find(criticals[i].op);
		const char *path;

		REQUIRE(op != NULL); /* the table names operations of this program */
		if (criticals[i].account != NULL)
			TRY(tried_fact(trial, criticals[i].account, things->text[KNOCK_ACCOUNT]));
		path = knock_path(trial, op, things);
		if (path == NULL)
			return FAIL(UNAVAILABLE);
		TRY(unconfirmed(trial, op, &criticals[i], path));
	}
	return OK;
}

/*
 * With the right confirmation it is done: a guardian's link to the second child is blocked, which it is from then on but while this runs.
 */
static err confirmed(struct trial *trial)
{
	const struct person *principal = NULL;
	char child[TRIED_FACT_MAX];
	char account[TRIED_FACT_MAX];
	char guardians[PATH_MAX_TEXT];
	char link[TRIED_FACT_MAX] = "";
	struct seen seen;
	struct seen item;
	size_t at = 0;
	bool blocked = false;

	TRY(tried_fact(trial, "child-a2", child));
	TRY(tried_fact(trial, "lock.account", account));
	TRY(proven(trial, "principal-a", &principal));
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
	TRY(tried_confirmed(trial, principal, "POST", trial_text(trial, "%s/%s/block", guardians, link), "{}", &seen));
	trial_step(trial, seen.status == 200 && strcmp(trial_json_text(&seen, "state"), "blocked") == 0, 0, "正しい確認があれば、実行される",
	    "With the right confirmation it is done", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err run_critical_unconfirmed(struct trial *trial)
{
	const struct person *principal = NULL;
	struct knock_things things;
	char account[TRIED_FACT_MAX];
	OWN(buf) before = {0};
	OWN(buf) after = {0};
	bool ready = false;
	bool same;
	err e;

	TRY(knock_gather(trial, "", &things));
	TRY(tried_fact(trial, "principal-b.account", account));
	TRY(trial_person(trial, "principal-a", &principal));
	TRY(import_ready(trial, principal, things.text[KNOCK_FACILITY], things.text[KNOCK_IMPORT], &ready));
	trial_step(trial, ready, 0, "検査用の取込みが確認を待っている", "An import of the probes waits to be confirmed", "%s", ready ? "+" : "-");
	e = view(trial, &things, account, &before);
	if (err_is_ok(e))
		e = each_critical(trial, &things);
	if (err_is_ok(e))
		e = view(trial, &things, account, &after);
	TRY(e);
	same = bytes_equal(bytes_of(&before), bytes_of(&after));
	trial_step(trial, same, 0, "拒否された操作は、何も変えていない", "What was refused has changed nothing", "%s", same ? "=" : "≠");
	return confirmed(trial);
}

/* ---- ID-8 ---- */

/* Files a change as the first administrator; the change's id. */
static err file_change(struct trial *trial, const struct person *who, const char *method, const char *path, const char *json, char id[static TRIED_FACT_MAX],
    struct seen *out)
{
	TRY(tried_ask(trial, who, method, path, json, out));
	(void)snprintf(id, TRIED_FACT_MAX, "%s", out->status == 202 ? trial_json_text(out, "change.id") : "");
	if (id[0] == '\0')
		trial_step(trial, false, 1, "一人の申請は、承認を待つ変更として受け付けられる", "One person's application is filed as a change that waits", TRIED_SEEN,
		    TRIED_SEEN_OF(out));
	return OK;
}

static err approve(struct trial *trial, const struct person *who, const char *change, struct seen *out)
{
	return tried_ask(trial, who, "POST", trial_text(trial, "/v1/changes/%s/approve", change), "{}", out);
}

/* The applicant, and somebody who approves nothing, are refused. */
static err not_by_these(struct trial *trial, const struct person *applicant, const char *change, struct tried *tried)
{
	const struct person *officer = NULL;
	struct seen seen;

	TRY(approve(trial, applicant, change, &seen));
	tried_note(tried, &seen);
	trial_step(trial, tried_is_refusal(&seen), 1, "申請した本人は承認できない", "The applicant cannot approve", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	TRY(trial_person(trial, "officer", &officer));
	TRY(approve(trial, officer, change, &seen));
	tried_note(tried, &seen);
	trial_step(trial, tried_is_refusal(&seen), 1, "権限のない人は承認できない", "Whoever has no right to it cannot approve", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err by_second(struct trial *trial, const struct person *second, const char *change, const char *ja, const char *en)
{
	struct seen seen;

	TRY(approve(trial, second, change, &seen));
	trial_step(trial, seen.status == 200 && strcmp(trial_json_text(&seen, "state"), "applied") == 0, 0, ja, en, "%d %s", seen.status, trial_json_text(&seen, "state"));
	return OK;
}

/* Is there an account with this login? Its id, or "". */
static err account_of(struct trial *trial, const struct person *admin, const char *login, char id[static TRIED_FACT_MAX])
{
	struct seen seen;
	struct seen item;
	size_t at = 0;

	id[0] = '\0';
	TRY(tried_ask(trial, admin, "GET", "/v1/accounts?role=principal&state=invited&limit=200", NULL, &seen));
	while (tried_item(&seen, &at, &item))
		if (strcmp(trial_json_text(&item, "login"), login) == 0)
			(void)snprintf(id, TRIED_FACT_MAX, "%s", trial_json_text(&item, "id"));
	return OK;
}

static err privilege(struct trial *trial, const struct person *first, const struct person *second)
{
	struct tried tried = {0};
	char facility[TRIED_FACT_MAX];
	char login[48];
	char change[TRIED_FACT_MAX];
	char account[TRIED_FACT_MAX];
	struct seen seen;

	TRY(tried_fact(trial, "facility-c", facility));
	(void)snprintf(login, sizeof(login), "probe-p%llx", (unsigned long long)clock_now_us() / 1000);
	TRY(file_change(trial, first, "POST", "/v1/accounts",
	    trial_text(trial, "{\"login\":\"%s\",\"name\":\"検査 特権\",\"role\":\"principal\",\"facility\":\"%s\"}", login, facility), change, &seen));
	if (change[0] == '\0')
		return OK;
	TRY(not_by_these(trial, first, change, &tried));
	TRY(account_of(trial, first, login, account));
	trial_step(trial, account[0] == '\0', 1, "承認されるまで、権限は生まれない", "Until it is approved there is no privilege", "%s", account[0] == '\0' ? "0" : "1");
	TRY(by_second(trial, second, change, "もう一人の権限者だけが承認できる", "Another authorised person, and nobody else, can approve"));
	TRY(account_of(trial, first, login, account));
	trial_step(trial, account[0] != '\0', 0, "承認の後に、はじめて権限が生まれる", "Only after that the privilege is there", "%s", account[0] == '\0' ? "0" : "1");
	TRY(tried_recorded(trial, &tried, "拒否は記録簿に残っている", "The refusals stand in the record"));
	/* Taken away again, which needs the second person as well. */
	TRY(file_change(trial, first, "POST", trial_text(trial, "/v1/accounts/%s/leave", account), REASON, change, &seen));
	return change[0] == '\0' ? OK : by_second(trial, second, change, "特権の取消しも、もう一人の承認で行われる", "Taking a privilege away needs the second person too");
}

static err run_privileged_grant(struct trial *trial)
{
	const struct person *first = NULL;
	const struct person *second = NULL;

	TRY(proven(trial, "officer-admin", &first));
	TRY(proven(trial, "officer-admin-2", &second));
	return privilege(trial, first, second);
}

/* ---- CH-1, CH-4: the contract's settings ---- */

struct settings {
	char annexes[64], started[16], contact[256], witness[256];
	int64_t idle, total, attempts, weekdays;
};

static err read_settings(struct trial *trial, const struct person *admin, struct settings *out)
{
	struct seen seen;

	TRY(tried_ask(trial, admin, "GET", "/v1/contract", NULL, &seen));
	(void)snprintf(out->annexes, sizeof(out->annexes), "%s", trial_json_text(&seen, "annexes"));
	(void)snprintf(out->started, sizeof(out->started), "%s", trial_json_text(&seen, "started"));
	(void)snprintf(out->contact, sizeof(out->contact), "%s", trial_json_text(&seen, "contact"));
	(void)snprintf(out->witness, sizeof(out->witness), "%s", trial_json_text(&seen, "witness"));
	out->idle = trial_json_int(&seen, "session_idle_s");
	out->total = trial_json_int(&seen, "session_total_s");
	out->attempts = trial_json_int(&seen, "lock_attempts");
	out->weekdays = trial_json_int(&seen, "closed_weekdays");
	if (seen.status == 200 && strpbrk(out->contact, "\"\\\n") == NULL && strpbrk(out->witness, "\"\\\n") == NULL)
		return OK;
	trial_unable(trial, "契約の設定を読めませんでした。", "The contract's settings could not be read.");
	return FAIL(UNAVAILABLE);
}

static bool same_settings(const struct settings *a, const struct settings *b)
{
	return strcmp(a->annexes, b->annexes) == 0 && strcmp(a->started, b->started) == 0 && strcmp(a->contact, b->contact) == 0 &&
	    strcmp(a->witness, b->witness) == 0 && a->idle == b->idle && a->total == b->total && a->attempts == b->attempts &&
	    a->weekdays == b->weekdays;
}

static void optional(char body[static BODY_MAX], const char *name, const char *value)
{
	size_t len = strlen(body);

	if (value[0] != '\0')
		(void)snprintf(body + len, BODY_MAX - len, ",\"%s\":\"%s\"", name, value);
}

/* closed: false writes it without the last brace. */
static void settings_body(const struct settings *s, char body[static BODY_MAX])
{
	size_t len;

	(void)snprintf(body, BODY_MAX, "{\"annexes\":\"%s\",\"session_idle_s\":%lld,\"session_total_s\":%lld,\"lock_attempts\":%lld,\"closed_weekdays\":%lld",
	    s->annexes, (long long)s->idle, (long long)s->total, (long long)s->attempts, (long long)s->weekdays);
	optional(body, "started", s->started);
	optional(body, "contact", s->contact);
	optional(body, "witness", s->witness);
	len = strlen(body);
	(void)snprintf(body + len, BODY_MAX - len, "}");
}

#define CHANGED_TOTAL 21600     /* six hours: stricter than the product's twelve, and long enough for everything else that runs */

struct two {
	const struct person *first, *second;
	struct settings before, after;
};

static err two_administrators(struct trial *trial, struct two *two)
{
	*two = (struct two){0};
	TRY(proven(trial, "officer-admin", &two->first));
	TRY(proven(trial, "officer-admin-2", &two->second));
	TRY(read_settings(trial, two->first, &two->before));
	if (two->before.total == CHANGED_TOTAL) /* left behind by a run that was broken off */
		two->before.total = 0;
	two->after = two->before;
	two->after.total = CHANGED_TOTAL;
	return OK;
}

static err put_settings(struct trial *trial, const struct person *who, const struct settings *settings, char change[static TRIED_FACT_MAX], struct seen *out)
{
	char body[BODY_MAX];

	settings_body(settings, body);
	return file_change(trial, who, "PUT", "/v1/contract", body, change, out);
}

static err holds_now(struct trial *trial, const struct two *two, const struct settings *wanted, unsigned objects, const char *ja, const char *en)
{
	struct settings now;
	bool same;

	TRY(read_settings(trial, two->first, &now));
	same = same_settings(&now, wanted);
	trial_step(trial, same, objects, ja, en, "%s", same ? "=" : "≠");
	return OK;
}

/* Back to what was, by the same way. */
static err put_back(struct trial *trial, const struct two *two)
{
	char change[TRIED_FACT_MAX];
	struct seen seen;

	TRY(put_settings(trial, two->first, &two->before, change, &seen));
	return change[0] == '\0' ? OK : by_second(trial, two->second, change, "元の設定に戻す変更も、二人で行われる", "Going back takes two persons as well");
}

static err second_person(struct trial *trial, const struct two *two)
{
	struct tried tried = {0};
	char change[TRIED_FACT_MAX];
	struct seen seen;

	TRY(put_settings(trial, two->first, &two->after, change, &seen));
	if (change[0] == '\0')
		return OK;
	TRY(not_by_these(trial, two->first, change, &tried));
	TRY(holds_now(trial, two, &two->before, 1, "承認されるまで、設定は変わらない", "Until it is approved the setting stays as it was"));
	TRY(by_second(trial, two->second, change, "もう一人の権限者が承認すると、変更が行われる", "When another authorised person approves, it is changed"));
	TRY(holds_now(trial, two, &two->after, 0, "承認の後は、新しい設定が効いている", "After that the new setting holds"));
	return tried_recorded(trial, &tried, "拒否は記録簿に残っている", "The refusals stand in the record");
}

static err run_setting_second_person(struct trial *trial)
{
	struct two two;
	err e;

	TRY(two_administrators(trial, &two));
	e = second_person(trial, &two);
	TRY(put_back(trial, &two));
	return e;
}

/* How long a session begun now may last, as it says itself. */
static err session_length(struct trial *trial, int64_t *seconds_out)
{
	const struct sign_in right = {0};
	const struct person *staff = NULL;
	struct seen seen;
	int64_t expires = 0;

	TRY(trial_wait(trial, 2)); /* a change takes effect within a second */
	TRY(trial_sign_in(trial, "staff-b", &right, &seen, &staff));
	TRY(tried_answered(trial, &seen));
	if (staff == NULL)
		return FAIL(UNAVAILABLE);
	TRY(tried_ask(trial, staff, "GET", "/v1/me", NULL, &seen));
	TRY(clock_time_parse(bytes_str(trial_json_text(&seen, "expires_at")), &expires));
	*seconds_out = (expires - clock_now_us() + 30000000) / 1000000;
	return OK;
}

static bool near(int64_t a, int64_t b)
{
	return a - b < 60 && b - a < 60;
}

static err changed_and_back(struct trial *trial, const struct two *two, bool *changed_out)
{
	char change[TRIED_FACT_MAX];
	struct seen seen;
	int64_t before = 0;
	int64_t during = 0;
	int64_t after = 0;

	TRY(session_length(trial, &before));
	TRY(put_settings(trial, two->first, &two->after, change, &seen));
	if (change[0] == '\0')
		return OK;
	TRY(by_second(trial, two->second, change, "設定を変更する", "A setting is changed"));
	*changed_out = true;
	TRY(session_length(trial, &during));
	trial_step(trial, near(during, CHANGED_TOTAL), 0, "変更した設定どおりに動く", "The service behaves as the changed setting says", "%lld s", (long long)during);
	TRY(put_back(trial, two));
	*changed_out = false;
	TRY(holds_now(trial, two, &two->before, 1, "元に戻すと、設定の値はすべて変更前と同じになる", "After going back every value is as before"));
	TRY(session_length(trial, &after));
	trial_step(trial, near(before, after) && !near(during, after), 1, "元に戻すと、動作も変更前と同じになる", "After going back the service behaves as before",
	    "%lld/%lld s", (long long)before, (long long)after);
	return OK;
}

static err run_setting_rollback(struct trial *trial)
{
	bool changed = false;
	struct two two;
	err e;

	TRY(two_administrators(trial, &two));
	TRY(put_back(trial, &two));
	e = changed_and_back(trial, &two, &changed);
	if (changed)
		TRY(put_back(trial, &two));
	return e;
}

/* ---- each of the service's settings ---- */

#define EACH_MAX 64

struct each { char code[48]; int64_t min, max, value; };

static err read_each(struct trial *trial, const struct person *who, struct each *list, size_t *count_out)
{
	struct seen seen;
	int64_t count;

	TRY(tried_ask(trial, who, "GET", "/v1/settings", NULL, &seen));
	count = seen.status == 200 ? trial_json_int(&seen, "items.#") : 0;
	trial_step(trial, count > 0 && count <= EACH_MAX, 0, "設定の一覧を読めた", "The settings could be listed", "%d %lld", seen.status, (long long)count);
	if (count < 0 || count > EACH_MAX)
		count = 0;
	for (int64_t i = 0; i < count; i++) {
		(void)snprintf(list[i].code, sizeof(list[i].code), "%s", trial_json_text(&seen, trial_text(trial, "items.%lld.code", (long long)i)));
		list[i].min = trial_json_int(&seen, trial_text(trial, "items.%lld.min", (long long)i));
		list[i].max = trial_json_int(&seen, trial_text(trial, "items.%lld.max", (long long)i));
		list[i].value = trial_json_int(&seen, trial_text(trial, "items.%lld.value", (long long)i));
	}
	*count_out = (size_t)count;
	return OK;
}

#define EACH_REASON "probe-reason"

static err put_each(struct trial *trial, const struct person *who, const struct each *one, int64_t value, struct seen *out)
{
	char body[128];

	(void)snprintf(body, sizeof(body), "{\"value\":%lld,\"reason\":\"" EACH_REASON "\"}", (long long)value);
	return tried_ask(trial, who, "PUT", trial_text(trial, "/v1/settings/%s", one->code), body, out);
}

static err each_refuses(struct trial *trial, const struct person *who)
{
	struct each list[EACH_MAX];
	struct seen seen;
	size_t count = 0;

	TRY(read_each(trial, who, list, &count));
	for (size_t i = 0; i < count; i++) {
		const int64_t values[] = {list[i].max + 1, list[i].min - 1, INT64_C(1000000000)};

		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			TRY(put_each(trial, who, &list[i], values[k], &seen));
			trial_step(trial, seen.status == 400, 1, "範囲の外の値は、どの設定でも拒否される", "A value outside its range is refused by every setting", "%d", seen.status);
		}
	}
	return OK;
}

static err each_one_warns(struct trial *trial, const struct two *two, const struct each *one)
{
	int64_t other = one->value == one->min ? one->max : one->min;
	char change[TRIED_FACT_MAX];
	struct seen seen;
	bool impact;

	TRY(put_each(trial, two->first, one, other, &seen));
	(void)snprintf(change, sizeof(change), "%s", seen.status == 202 ? trial_json_text(&seen, "change.id") : "");
	impact = trial_json_text(&seen, "change.impact")[0] != '\0';
	trial_step(trial, change[0] != '\0' && impact, 1, "どの設定の変更の申請にも、影響の説明が示される", "Applying for a change of any setting is answered with its impact", "%d %s",
	    seen.status, impact ? "+" : "-");
	if (change[0] == '\0')
		return OK;
	TRY(tried_ask(trial, two->second, "GET", trial_text(trial, "/v1/changes/%s", change), NULL, &seen));
	trial_step(trial, seen.status == 200 && trial_json_int(&seen, "fields.1.before") == one->value && trial_json_int(&seen, "fields.1.after") == other &&
	    strcmp(trial_json_text(&seen, "reason"), EACH_REASON) == 0 && trial_json_text(&seen, "requester")[0] != '\0', 0,
	    "申請には、申請者、前後の値、理由が示される", "The application shows applicant, both values and the reason", "%d", seen.status);
	TRY(tried_ask(trial, two->first, "POST", trial_text(trial, "/v1/changes/%s/withdraw", change), "{}", &seen));
	trial_step(trial, seen.status == 200, 0, "申請は取り下げられる", "The application is withdrawn", "%d", seen.status);
	return OK;
}

static err each_warns(struct trial *trial, const struct two *two)
{
	struct each list[EACH_MAX];
	size_t count = 0;

	TRY(read_each(trial, two->first, list, &count));
	for (size_t i = 0; i < count; i++)
		TRY(each_one_warns(trial, two, &list[i]));
	return OK;
}

static err run_setting_warning(struct trial *trial)
{
	struct two two;
	char change[TRIED_FACT_MAX];
	char applicant[TRIED_FACT_MAX];
	char impact[400];
	char number[32];
	struct seen seen;

	TRY(two_administrators(trial, &two));
	TRY(tried_fact(trial, "officer-admin.account", applicant));
	TRY(put_settings(trial, two.first, &two.after, change, &seen));
	(void)snprintf(number, sizeof(number), "%d", CHANGED_TOTAL);
	(void)snprintf(impact, sizeof(impact), "%s", trial_json_text(&seen, "change.impact"));
	trial_step(trial, strstr(impact, number) != NULL, 1, "設定の変更を申請すると、影響の説明が示される", "Applying for a change of a setting is answered with its impact",
	    "%d %zu", seen.status, strlen(impact));
	if (change[0] == '\0')
		return OK;
	TRY(tried_ask(trial, two.second, "GET", trial_text(trial, "/v1/changes/%s", change), NULL, &seen));
	trial_step(trial, seen.status == 200 && strcmp(trial_json_text(&seen, "requester"), applicant) == 0 && trial_json_text(&seen, "filed_at")[0] != '\0' &&
	    strcmp(trial_json_text(&seen, "impact"), impact) == 0, 0, "変更の履歴に、申請者、日時、前後の値の説明が示される",
	    "The history shows applicant, time and the values before and after", "%d", seen.status);
	TRY(tried_ask(trial, two.first, "POST", trial_text(trial, "/v1/changes/%s/withdraw", change), "{}", &seen));
	trial_step(trial, seen.status == 200, 0, "申請は取り下げられる", "The application is withdrawn", "%d", seen.status);
	TRY(each_warns(trial, &two));
	return holds_now(trial, &two, &two.before, 0, "取り下げた申請は、何も変えない", "What was withdrawn has changed nothing");
}

static err run_setting_invalid(struct trial *trial)
{
	static const char *const bodies[] = {
		"{\"annexes\":\"K\",\"lock_attempts\":2}", "{\"annexes\":\"K\",\"lock_attempts\":11}", "{\"annexes\":\"K\",\"session_idle_s\":59}",
		"{\"annexes\":\"K\",\"session_idle_s\":99999999}", "{\"annexes\":\"K\",\"session_total_s\":239}", "{\"annexes\":\"K\",\"session_total_s\":99999999}",
		"{\"annexes\":\"K\",\"closed_weekdays\":128}", "{\"annexes\":\"k p\"}", "{\"annexes\":\"K\",\"started\":\"2026-02-30\"}",
		"{\"annexes\":\"K\",\"witness\":\"nobody\"}",
	};
	static const char *const hours[] = {"{\"opens\":\"25:00\"}", "{\"closes\":\"9\"}", "{\"cut_off\":\"08:60\"}"};
	struct two two;
	char facility[TRIED_FACT_MAX];
	struct seen seen;

	TRY(two_administrators(trial, &two));
	TRY(tried_fact(trial, "facility-a", facility));
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		TRY(tried_ask(trial, two.first, "PUT", "/v1/contract", bodies[i], &seen));
		trial_step(trial, seen.status == 400, 1, "範囲の外の値は、契約の設定では拒否される", "A value outside its range is refused in the contract's settings", "%d", seen.status);
	}
	for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		TRY(tried_ask(trial, two.first, "PUT", trial_text(trial, "/v1/facilities/%s/hours", facility), hours[i], &seen));
		trial_step(trial, seen.status == 400, 1, "範囲の外の値は、園の時間の設定では拒否される", "A value outside its range is refused in a facility's hours", "%d", seen.status);
	}
	TRY(each_refuses(trial, two.first));
	TRY(holds_now(trial, &two, &two.before, 0, "設定は変わっていない", "The settings are unchanged"));
	return run_setting_warning(trial); /* a value within its range is taken */
}

const struct check checks_guard[] = {
	{.id = "critical-operation-unconfirmed-refused", .where = CITY, .run = run_critical_unconfirmed, .seconds = 60},
	{.id = "privileged-grant-needs-second-person", .where = CHECK_PROBE, .run = run_privileged_grant, .seconds = 120},
	{.id = "setting-change-needs-second-person", .where = CHECK_PROBE, .run = run_setting_second_person, .seconds = 120},
	{.id = "setting-change-warning-shown", .where = CHECK_PROBE, .run = run_setting_warning, .seconds = 120},
	{.id = "setting-invalid-value-refused", .where = CHECK_PROBE, .run = run_setting_invalid, .seconds = 120},
	{.id = "setting-rollback-restores", .where = CHECK_PROBE, .run = run_setting_rollback, .seconds = 180},
	{.id = NULL},
};
