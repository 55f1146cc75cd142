/*
 * Checks whose subject lies inside a core and that have something to do at the door first: they write what is looked for afterwards, try
 * what must not be possible, or carry a value from one compartment to another.
 */
#include <stdio.h>
#include <string.h>

#include "assure/checks_inside.h"
#include "assure/trial.h"
#include "base/clock.h"
#include "base/id.h"

#define SECOND_US INT64_C(1000000)

/* ---- Words that must not lie anywhere (ID-2, CR-2) ---- */

static err ask_absent(struct trial *trial, const char *const *words, size_t count)
{
	struct inspected said;
	OWN(buf) params = {0};

	TRY(buf_u8(&params, (uint8_t)count));
	for (size_t i = 0; i < count; i++)
		TRY(buf_blob(&params, bytes_str(words[i])));
	return trial_inspect(trial, "words-absent", bytes_of(&params), &said);
}

/* ID-2: the password that opens a session, and one that somebody typed in vain. */
static err passwords(struct trial *trial)
{
	static const char *const casts[] = {"guardian-a1", "staff-a", "operator"};
	const char *cast = trial_where(trial) == CHECK_PROVIDER ? casts[2] : casts[0];
	const char *words[2] = {NULL, NULL};
	struct inspected said;
	struct seen seen;
	char tried[ID_TEXT_MAX + 8];
	struct id id;
	err e;

	TRY(trial_inspect(trial, "stored-hashes", (struct bytes){0}, &said));
	TRY(id_new(&id));
	(void)snprintf(tried, sizeof(tried), "Aa1!");
	id_format(id, tried + 4);
	e = trial_sign_in(trial, cast, &(struct sign_in){.password = tried}, &seen, NULL);
	TRY(e);
	trial_step(trial, seen.status == 401, 1, "誤ったパスワードでサインインした（このあと保存先で探す）", "Signed in with a wrong password, to look for it in storage",
	    "%d %s", seen.status, seen.type);
	TRY(trial_sign_in(trial, cast, &(struct sign_in){0}, &seen, NULL));
	trial_step(trial, seen.status == 201, 1, "正しいパスワードでサインインした（このあと保存先で探す）", "Signed in with the right password, to look for it in storage",
	    "%d %s", seen.status, seen.type);
	TRY(trial_password(trial, cast, &words[0]));
	words[1] = tried;
	return ask_absent(trial, words, 2);
}

/* CR-2: a text that a principal writes about a child, and a query that nobody understands. */
static err marker(struct trial *trial)
{
	const struct person *principal;
	const char *child = trial_fact(trial, "child-a1");
	const char *path;
	struct seen seen;
	struct id id;
	char word[ID_TEXT_MAX], before[ID_TEXT_MAX];
	const char *words[1] = {word};

	if (child == NULL)
		return OK;
	TRY(trial_person(trial, "principal-a", &principal));
	path = trial_text(trial, "/v1/children/%s", child);
	TRY(id_new(&id));
	id_format(id, word);
	TRY(id_new(&id));
	id_format(id, before);
	TRY(trial_ask(trial, principal, "PUT", path, trial_text(trial, "{\"notes\":\"検査 %s\"}", word), &seen));
	trial_step(trial, seen.status == 200, 1, "目印の文字列を園児の備考に書き込んだ", "Wrote a marker into a child's notes", "%d %s", seen.status, seen.type);
	TRY(trial_ask(trial, principal, "GET", path, NULL, &seen));
	trial_step(trial, seen.status == 200 && strstr((const char *)seen.body.ptr, word) != NULL, 1, "書き込んだ目印を画面の経路で読み戻した",
	    "Read the marker back through the door", "%d", seen.status);
	TRY(ask_absent(trial, words, 1));
	TRY(trial_ask(trial, principal, "PUT", path, trial_text(trial, "{\"notes\":\"検査 %s\"}", before), &seen));
	trial_step(trial, seen.status == 200, 1, "備考を別の文字列に書き換えた", "Wrote something else over it", "%d %s", seen.status, seen.type);
	return ask_absent(trial, words, 1);
}

/* ---- Events that cannot be removed (LG-2) ---- */

static void no_such_way(struct trial *trial, const struct person *who, const char *method, const char *path)
{
	struct seen seen;

	if (!err_is_ok(trial_ask(trial, who, method, path, NULL, &seen))) {
		trial_unable(trial, "入口から返事がない。", "The door does not answer.");
		return;
	}
	trial_step(trial, seen.status == 404 || seen.status == 405, 1, "記録の経路に、削除と書換えの要求を送った",
	    "Sent requests that remove or change to the paths of events and ledger", "%d", seen.status);
}

static err delete_tried(struct trial *trial)
{
	static const char *const methods[] = {"DELETE", "PUT", "PATCH"};
	static const char *const casts[] = {"auditor", "officer-admin"};
	struct inspected said;

	for (size_t c = 0; c < 2; c++) {
		const char *cast = trial_where(trial) == CHECK_PROVIDER ? "operator-admin" : casts[c];
		const struct person *who;

		TRY(trial_person(trial, cast, &who));
		for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
			no_such_way(trial, who, methods[i], "/v1/events");
			no_such_way(trial, who, methods[i], "/v1/events/0");
			no_such_way(trial, who, methods[i], trial_text(trial, "/v1/ledger/%s", trial_compartment(trial)));
			no_such_way(trial, who, methods[i], trial_text(trial, "/v1/ledger/%s/checkpoint", trial_compartment(trial)));
			no_such_way(trial, who, methods[i], trial_text(trial, "/v1/ledger/%s/tile/0/000", trial_compartment(trial)));
		}
	}
	return trial_inspect(trial, "ledger-delete-refused", (struct bytes){0}, &said);
}

/* ---- log-time-zone-single ---- */

#define TIMES_LOOKED 100
#define ARRIVAL_US (2 * SECOND_US)

/* The one form: 2026-11-21T19:51:32.123456+09:00 */
static bool one_form(const char *text, int64_t *at_us_out)
{
	char again[CLOCK_TEXT_MAX];

	if (!err_is_ok(clock_time_parse(bytes_str(text), at_us_out)))
		return false;
	clock_time_format(*at_us_out, again);
	return strcmp(again, text) == 0 && strlen(text) == 32 && strcmp(text + 26, "+09:00") == 0;
}

static err time_zone(struct trial *trial)
{
	const char *cast = trial_where(trial) == CHECK_PROVIDER ? "operator" : "auditor";
	const struct person *who;
	struct seen seen;
	int64_t before = clock_now_us(), newest = 0;
	unsigned forms = 0;
	int64_t items;

	TRY(trial_person(trial, cast, &who));
	/* A refusal is recorded at once. */
	TRY(trial_ask(trial, who, "GET", "/v1/children/00000000000000000000000001", NULL, &seen));
	TRY(trial_ask(trial, who, "GET", trial_text(trial, "/v1/events?limit=%d&probe=yes", TIMES_LOOKED), NULL, &seen));
	items = trial_json_int(&seen, "items.#");
	for (int64_t i = 0; i < items; i++) {
		int64_t at = 0;

		forms += one_form(trial_json_text(&seen, trial_text(trial, "items.%d.time", (int)i)), &at);
		if (at > newest)
			newest = at;
	}
	if (seen.status != 200 || items == 0) {
		trial_unable(trial, "記録の一覧を読めない。", "The list of events could not be read.");
		return OK;
	}
	trial_step(trial, forms == items, (unsigned)items, "新しい記録の時刻が、すべて+09:00の一つの形かを調べた",
	    "Looked whether the times of the newest events all have the one form with +09:00", "times %lld, in the form %u", (long long)items, forms);
	trial_step(trial, newest >= before - ARRIVAL_US && newest <= clock_now_us() + ARRIVAL_US, 1, "今起こした事象の時刻を、到着の時刻と比べた",
	    "Compared the time of an event of this moment with its arrival", "%lld ms apart", (long long)((newest - before) / 1000));
	return OK;
}

/* ---- Keys of another customer (AC-2) ---- */

static err other_keys(struct trial *trial)
{
	const char *sample = trial_fact(trial, "other.sealed");
	struct inspected said;
	uint8_t raw[256];
	size_t len;

	if (sample == NULL)
		return OK; /* trial_fact has said so */
	len = strlen(sample) * 3 / 4;
	if (len > sizeof(raw) || !err_is_ok(base64url_decode(bytes_str(sample), raw, len)))
		return FAIL(CORRUPT);
	return trial_inspect(trial, "foreign-sample", (struct bytes){raw, len}, &said);
}

/* ---- Those who have left (ID-7) ---- */

#define REASON "{\"reason\":\"検査のため\"}"

/* One who is issued and leaves at once. */
static err make_leaver(struct trial *trial, const struct person *principal)
{
	const char *facility = trial_fact(trial, "facility-a");
	struct wish leave = {.who = principal, .method = "POST", .json = REASON};
	struct seen seen;

	if (facility == NULL)
		return FAIL(UNAVAILABLE);
	TRY(trial_prove(trial, principal));
	TRY(trial_ask(trial, principal, "POST", "/v1/accounts", trial_text(trial,
	    "{\"login\":\"probe-l%llx\",\"name\":\"検査 離任\",\"role\":\"guardian\",\"facility\":\"%s\"}", (unsigned long long)clock_now_us() / 1000,
	    facility), &seen));
	leave.path = trial_text(trial, "/v1/accounts/%s/leave", trial_json_text(&seen, "id"));
	if (seen.status == 201)
		TRY(trial_ask_raw(trial, &leave, &seen));
	leave.confirm = trial_json_text(&seen, "confirm.token");
	if (seen.status == 428)
		TRY(trial_ask_raw(trial, &leave, &seen));
	trial_step(trial, seen.status == 200, 1, "検査用のアカウントを発行し、離任させた", "Issued an account for checks and let it leave", "%d %s", seen.status,
	    seen.type);
	return OK;
}

static err leavers(struct trial *trial)
{
	const struct person *principal;
	struct inspected said;
	struct seen seen;

	TRY(trial_person(trial, "principal-a", &principal));
	TRY(trial_ask(trial, principal, "GET", "/v1/accounts?state=left&limit=1", NULL, &seen));
	if (trial_json_int(&seen, "items.#") == 0)
		TRY(make_leaver(trial, principal));
	return trial_inspect(trial, "leaver-access-removed", (struct bytes){0}, &said);
}

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)

const struct check checks_inside[] = {
	{.id = "password-stored-only-hashed", .where = EVERYWHERE, .run = passwords, .seconds = 300},
	{.id = "at-rest-marker-not-found", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = marker, .seconds = 300}, /* K-6 T-17 */
	{.id = "other-tenant-key-opens-nothing", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = other_keys, .seconds = 120}, /* K-26 */
	{.id = "leaver-access-removed", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = leavers},
	{.id = "ledger-delete-refused", .where = EVERYWHERE, .run = delete_tried, .seconds = 60},
	{.id = "log-time-zone-single", .where = EVERYWHERE, .run = time_zone},
	{0},
};
