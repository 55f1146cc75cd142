/*
 * checks_identity - accounts from issue to leaving, passwords, locks, second factors.
 */
#include <stdio.h>
#include <string.h>

#include "assure/knock.h"
#include "assure/throwaway.h"
#include "assure/tried.h"

#include "assure/checks_identity.h"

#define WRONG_PASSWORD "Chigau-Koto_0000"
#define CITY (CHECK_CUSTOMER | CHECK_PROBE)

/* Signed in whatever an earlier run has left behind. */
static err fresh_person(struct trial *trial, const char *cast, struct seen *out, const struct person **person_out)
{
	const struct sign_in right = {0};

	TRY(trial_sign_in(trial, cast, &right, out, person_out));
	TRY(tried_answered(trial, out));
	if (out->status == 201)
		return OK;
	TRY(trial_renew(trial, cast));
	TRY(trial_sign_in(trial, cast, &right, out, person_out));
	return tried_answered(trial, out);
}

/* ---- ID-1 ---- */

static err subject_turn(struct trial *trial, const char *turn, struct seen *out)
{
	const struct person *principal = NULL;
	char path[96];
	char id[TRIED_FACT_MAX];

	TRY(tried_fact(trial, "subject.account", id));
	TRY(trial_person(trial, "principal-a", &principal));
	(void)snprintf(path, sizeof(path), "/v1/accounts/%s/%s", id, turn);
	return tried_confirmed(trial, principal, "POST", path, THROWAWAY_REASON, out);
}

static err while_suspended(struct trial *trial, const char *cookie)
{
	const struct sign_in right = {0};
	const struct wish wish = {.cookie = cookie, .method = "GET", .path = "/v1/me"};
	struct seen seen;

	TRY(trial_ask_raw(trial, &wish, &seen));
	TRY(tried_answered(trial, &seen));
	trial_step(trial, seen.status == 401, 1, "停止したアカウントの開いていたセッションは、次の要求から拒否される",
	    "The open session of a suspended account is refused from the next request on", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	TRY(trial_sign_in(trial, "subject", &right, &seen, NULL));
	TRY(tried_answered(trial, &seen));
	trial_step(trial, seen.status == 401 && !seen.cookie_set, 1, "停止したアカウントの新しいサインインは拒否される",
	    "A new sign-in of a suspended account is refused", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err run_account_suspension(struct trial *trial)
{
	const struct sign_in right = {0};
	const struct person *subject = NULL;
	struct seen seen;
	char cookie[96];
	err e;

	TRY(fresh_person(trial, "subject", &seen, &subject));
	(void)snprintf(cookie, sizeof(cookie), "%s", seen.cookie);
	const struct wish wish = {.cookie = cookie, .method = "GET", .path = "/v1/me"};
	TRY(trial_ask_raw(trial, &wish, &seen));
	trial_step(trial, seen.status == 200, 0, "停止の前は、セッションを使える", "Before the suspension the session works", "%d", seen.status);
	TRY(subject_turn(trial, "suspend", &seen));
	trial_step(trial, seen.status == 200, 0, "園管理者が停止する", "The principal suspends the account", "%d", seen.status);
	e = while_suspended(trial, cookie);
	trial_forget(trial, "subject");
	TRY(subject_turn(trial, "reactivate", &seen));
	TRY(e);
	trial_step(trial, seen.status == 200, 0, "園管理者が再開する", "The principal reactivates the account", "%d", seen.status);
	TRY(trial_sign_in(trial, "subject", &right, &seen, NULL));
	trial_step(trial, seen.status == 201, 0, "再開の後は、またサインインできる", "After that it can sign in again", "%d", seen.status);
	return OK;
}

/* One step of an account's life, and who does it. */
struct life_step { const char *operation; bool by_principal; };
static const struct life_step life[] = {
	{"account.issue", true}, {"invitation.issue", true}, {"invitation.accept", false}, {"account.suspend", true},
	{"account.reactivate", true}, {"account.leave", true},
};
#define LIFE_STEPS (sizeof(life) / sizeof(life[0]))
#define LIFE_EVENTS 40

static err live(struct trial *trial, struct throwaway *one)
{
	static const char *const turns[] = {"suspend", "reactivate", "leave"};
	struct seen seen;
	char token[96];

	TRY(throwaway_link(trial, one, "invitation", token));
	TRY(throwaway_accept(trial, token, THROWAWAY_PASSWORD, &seen));
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		TRY(throwaway_turn(trial, one, turns[i], &seen));
		trial_step(trial, seen.status == 200, 0, "発行・停止・再開・終了のすべての段階が行える", "Issue, suspension, reactivation and end can all be done", "%d",
		    seen.status);
	}
	return OK;
}

static err compare_life(struct trial *trial, const struct throwaway *one)
{
	struct tried_event list[LIFE_EVENTS];
	char principal[40];
	size_t count = 0;
	size_t step = 0;
	bool exact = true;

	TRY(tried_fact(trial, "principal-a.account", principal));
	TRY(tried_events_of(trial, one->id, list, LIFE_EVENTS, &count));
	for (size_t i = 0; i < count; i++) {
		const struct tried_event *event = &list[i];

		if (event->outcome < 200 || event->outcome >= 400) /* begun only, or refused */
			continue;
		exact = exact && step < LIFE_STEPS && strcmp(event->operation, life[step].operation) == 0 &&
		    (!life[step].by_principal || strcmp(event->actor, principal) == 0) && strstr(event->time, "+09:00") != NULL;
		step++;
	}
	trial_step(trial, exact && step == LIFE_STEPS, 1, "記録簿には、その段階だけが順に、操作者と時刻とともに残っている",
	    "The record holds exactly those steps in order, each with its actor and time", "%zu/%zu", step, LIFE_STEPS);
	return OK;
}

static err run_account_transitions(struct trial *trial)
{
	struct throwaway one;
	err e;

	TRY(throwaway_issue(trial, &one));
	e = live(trial, &one);
	throwaway_end(trial, &one);
	TRY(e);
	return compare_life(trial, &one);
}

/*
 * With a login that is taken: at the own facility the request gets as far as that (409), so nothing is made either way.
 */
static err run_guardian_issue_other_facility(struct trial *trial)
{
	static const char *const issuers[] = {"staff-a", "principal-a"};
	struct tried tried = {0};
	const struct person *issuer = NULL;
	struct seen seen;
	char facility_a[40];
	char facility_b[40];
	char body_a[256];
	char body_b[256];

	TRY(tried_fact(trial, "facility-a", facility_a));
	TRY(tried_fact(trial, "facility-b", facility_b));
	(void)snprintf(body_a, sizeof(body_a), "{\"login\":\"probe-guardian-a1\",\"name\":\"検査 発行\",\"role\":\"guardian\",\"facility\":\"%s\"}", facility_a);
	(void)snprintf(body_b, sizeof(body_b), "{\"login\":\"probe-guardian-a1\",\"name\":\"検査 発行\",\"role\":\"guardian\",\"facility\":\"%s\"}", facility_b);
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++) {
		TRY(trial_person(trial, issuers[i], &issuer));
		TRY(tried_ask(trial, issuer, "POST", "/v1/accounts", body_b, &seen));
		tried_note(&tried, &seen);
		trial_step(trial, tried_is_refusal(&seen), 1, "園Aの人が園Bの保護者のアカウントを発行しようとすると拒否される",
		    "Whoever is of facility A is refused issuing a guardian's account for facility B", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	}
	TRY(tried_ask(trial, issuer, "POST", "/v1/accounts", body_a, &seen));
	trial_step(trial, seen.status == 409 || seen.status == 400, 0, "園Aには発行の権限があり、使用中のログイン名だけが断られる",
	    "For facility A the right is there: only the login, which is taken, is refused", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return tried_recorded(trial, &tried, "拒否は記録簿に残っている", "The refusals stand in the record");
}

/* ---- ID-2 ---- */

static const struct weak_password { const char *text, *ja, *en; } weak_passwords[] = {
	{"Kaze8_niW", "9文字", "nine characters"},
	{"kinmokusei-88_niwa", "大文字なし", "no upper case"},
	{"KINMOKUSEI-88_NIWA", "小文字なし", "no lower case"},
	{"Kinmokusei-hh_niwa", "数字なし", "no digit"},
	{"Kinmokusei88xniwa", "記号なし", "no symbol"},
};
#define WEAK_PASSWORDS (sizeof(weak_passwords) / sizeof(weak_passwords[0]))

static void weak_step(struct trial *trial, const struct seen *seen, const char *field, const char *ja, const char *en)
{
	bool told = seen->status == 400 && strcmp(trial_json_text(seen, "errors.0.field"), field) == 0;

	trial_step(trial, told, 1, ja, en, "%d %s", seen->status, trial_json_text(seen, "errors.0.field"));
}

/* By a link: all weak ones are refused, then one that conforms is taken. */
static err by_link(struct trial *trial, struct throwaway *one, const char *kind, const char *good)
{
	struct seen seen;
	char token[96];

	TRY(throwaway_link(trial, one, kind, token));
	for (size_t i = 0; i < WEAK_PASSWORDS; i++) {
		TRY(throwaway_accept(trial, token, weak_passwords[i].text, &seen));
		weak_step(trial, &seen, "password",
		    kind[0] == 'i' ? "招待の受諾で、9文字や文字種の足りないパスワードは拒否される" : "再設定で、9文字や文字種の足りないパスワードは拒否される",
		    kind[0] == 'i' ? "Accepting an invitation refuses nine characters and any missing class" :
		    "Setting a new one after loss refuses nine characters and any missing class");
	}
	TRY(throwaway_accept(trial, token, good, &seen));
	trial_step(trial, seen.status == 200, 0, "条件を満たすパスワードは受け付けられる", "A conforming password is accepted", "%d", seen.status);
	return OK;
}

static err change_to(struct trial *trial, const char *cookie, const char *password, struct seen *out)
{
	const struct wish wish = {
		.cookie = cookie, .method = "PUT", .path = "/v1/me/password",
		.json = trial_text(trial, "{\"current\":\"" THROWAWAY_PASSWORD "\",\"new\":\"%s\"}", password),
	};

	TRY(trial_ask_raw(trial, &wish, out));
	return tried_answered(trial, out);
}

static err by_change(struct trial *trial, const struct throwaway *one, const char *good)
{
	struct seen seen;
	char cookie[96];

	TRY(throwaway_sign_in(trial, one, THROWAWAY_PASSWORD, &seen));
	(void)snprintf(cookie, sizeof(cookie), "%s", seen.cookie);
	for (size_t i = 0; i < WEAK_PASSWORDS; i++) {
		TRY(change_to(trial, cookie, weak_passwords[i].text, &seen));
		weak_step(trial, &seen, "new", "変更で、9文字や文字種の足りないパスワードは拒否される",
		    "Changing the password refuses nine characters and any missing class");
	}
	TRY(change_to(trial, cookie, good, &seen));
	trial_step(trial, seen.status == 204, 0, "条件を満たすパスワードは受け付けられる", "A conforming password is accepted", "%d", seen.status);
	return OK;
}

static err every_path(struct trial *trial, struct throwaway *one)
{
	struct seen seen;

	TRY(by_link(trial, one, "invitation", THROWAWAY_PASSWORD));
	TRY(by_change(trial, one, "Hanamizuki-77_michi"));
	TRY(by_link(trial, one, "recovery", "Yamabuki-55_kawabe"));
	TRY(throwaway_sign_in(trial, one, "Yamabuki-55_kawabe", &seen));
	trial_step(trial, seen.status == 201, 0, "最後に設定したパスワードでサインインできる", "The password set last opens a session", "%d", seen.status);
	return OK;
}

static err run_password_policy(struct trial *trial)
{
	struct throwaway one;
	err e;

	TRY(throwaway_issue(trial, &one));
	e = every_path(trial, &one);
	throwaway_end(trial, &one);
	return e;
}

/* ---- ID-3 ---- */

#define ATTEMPTS_DEFAULT 5
#define ATTEMPTS_MIN 3
#define ATTEMPTS_MAX 10

/* A number of the contract; 0 where it leaves the product's own. */
static err contract_number(struct trial *trial, const char *name, int64_t *number_out)
{
	const struct person *overseer = NULL;
	struct seen seen;

	TRY(tried_overseer(trial, &overseer));
	TRY(tried_ask(trial, overseer, "GET", "/v1/contract", NULL, &seen));
	if (seen.status != 200) {
		trial_unable(trial, "契約の設定を読めませんでした。", "The contract's settings could not be read.");
		return FAIL(UNAVAILABLE);
	}
	*number_out = trial_json_int(&seen, name);
	return OK;
}

static err fail_to_sign_in(struct trial *trial, int64_t times)
{
	const struct sign_in wrong = {.password = WRONG_PASSWORD};
	struct seen seen;

	for (int64_t i = 0; i < times; i++) {
		TRY(trial_sign_in(trial, "lock", &wrong, &seen, NULL));
		TRY(tried_answered(trial, &seen));
		trial_step(trial, seen.status == 401, 1, "誤ったパスワードは拒否される", "A wrong password is refused", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	}
	return OK;
}

static err while_locked(struct trial *trial)
{
	const struct sign_in right = {0};
	struct tried_event event = {0};
	struct seen seen;
	err e;

	TRY(trial_sign_in(trial, "lock", &right, &seen, NULL));
	TRY(tried_answered(trial, &seen));
	trial_step(trial, seen.status == 401 && !seen.cookie_set, 1, "設定した回数の失敗の後は、正しいパスワードも拒否される",
	    "After the configured number of failures the right password is refused too", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	e = tried_event(trial, NULL, seen.request, &event);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	trial_step(trial, strcmp(event.rule, "locked") == 0, 0, "ロックが記録簿に残っている", "The lock stands in the record", "%s %s", event.operation, event.rule);
	return OK;
}

static err unlock(struct trial *trial)
{
	const struct sign_in right = {0};
	const struct person *principal = NULL;
	struct tried_event event = {0};
	struct seen seen;
	char path[96];
	char id[TRIED_FACT_MAX];
	err e;

	TRY(tried_fact(trial, "lock.account", id));
	TRY(trial_person(trial, "principal-a", &principal));
	(void)snprintf(path, sizeof(path), "/v1/accounts/%s/unlock", id);
	TRY(tried_confirmed(trial, principal, "POST", path, THROWAWAY_REASON, &seen));
	trial_step(trial, seen.status == 200, 0, "園管理者がロックを解除する", "The principal lifts the lock", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	e = tried_event(trial, NULL, seen.request, &event);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	trial_step(trial, strcmp(event.operation, "account.unlock") == 0, 0, "解除が記録簿に残っている", "The unlocking stands in the record", "%s", event.operation);
	TRY(trial_sign_in(trial, "lock", &right, &seen, NULL));
	trial_step(trial, seen.status == 201, 0, "解除の後は、正しいパスワードでサインインできる", "After that the right password opens a session", "%d", seen.status);
	return OK;
}

static err run_lockout(struct trial *trial)
{
	struct seen seen;
	int64_t attempts = 0;

	TRY(contract_number(trial, "lock_attempts", &attempts));
	if (attempts == 0 || attempts > ATTEMPTS_DEFAULT) /* the stricter number holds */
		attempts = ATTEMPTS_DEFAULT;
	TRY(fresh_person(trial, "lock", &seen, NULL));
	trial_step(trial, seen.status == 201, 0, "はじめは正しいパスワードでサインインできる", "At first the right password opens a session", "%d", seen.status);
	TRY(fail_to_sign_in(trial, attempts));
	TRY(while_locked(trial));
	return unlock(trial);
}

static err run_lockout_bounds(struct trial *trial)
{
	int64_t attempts = 0;

	TRY(contract_number(trial, "lock_attempts", &attempts));
	if (attempts == 0)
		attempts = ATTEMPTS_DEFAULT;
	trial_step(trial, attempts >= ATTEMPTS_MIN && attempts <= ATTEMPTS_MAX, 1, "ロックまでの回数は3回から10回の間にある",
	    "The lock comes after between 3 and 10 attempts", "%lld", (long long)attempts);
	return OK;
}

/* ---- ID-4 ---- */

static const char *const privileged_city[] = {"principal-a", "officer-admin", NULL};
static const char *const privileged_provider[] = {"operator", "operator-admin", NULL};

static const char *const *privileged(const struct trial *trial)
{
	return trial_where(trial) == CHECK_PROVIDER ? privileged_provider : privileged_city;
}

static err password_only(struct trial *trial, const char *cast)
{
	const struct sign_in without = {.code = ""};
	const struct person *person = NULL;
	struct seen seen;

	TRY(trial_sign_in(trial, cast, &without, &seen, NULL));
	TRY(tried_answered(trial, &seen));
	trial_step(trial, seen.status == 403 && strcmp(seen.type, "second-factor-required") == 0 && !seen.cookie_set, 1,
	    "特権アカウントは、正しいパスワードだけではセッションを得られない", "A privileged account gets no session with the right password alone", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	if (seen.cookie_set)
		trial_forget(trial, cast); /* a session of this kind is no use to the other checks */
	TRY(trial_person(trial, cast, &person));
	TRY(tried_ask(trial, person, "GET", "/v1/accounts?limit=1", NULL, &seen));
	trial_step(trial, seen.status == 200, 0, "二つ目の要素を確認した後は、特権の操作を行える", "After the second factor privileged operations are open", "%d", seen.status);
	return OK;
}

static void any_things(struct knock_things *things)
{
	for (size_t i = 0; i < KNOCK_THINGS; i++)
		(void)snprintf(things->text[i], KNOCK_TEXT_MAX, "0123456789abcdefghjkmnpqrs");
	(void)snprintf(things->text[KNOCK_INDEX], KNOCK_TEXT_MAX, "0");
}

static unsigned roles_of(const struct op *op)
{
	unsigned roles = 0;

	for (const struct grant *grant = op->grants; grant != NULL && grant->roles != 0; grant++)
		roles |= grant->roles;
	return roles;
}

/* What the reply of a sign-in without a code leaves one with. */
static err operations_refused(struct trial *trial)
{
	struct knock_things things;

	any_things(&things);
	(void)snprintf(things.text[KNOCK_LOG], KNOCK_TEXT_MAX, "%s", trial_compartment(trial));
	for (size_t i = 0; ops[i] != NULL; i++) {
		enum knock_answer answer;
		struct seen seen;
		const char *path;

		if (ops[i]->open || ops[i]->path == NULL || (roles_of(ops[i]) & ROLES_PRIVILEGED) == 0)
			continue;
		path = knock_path(trial, ops[i], &things);
		if (path == NULL)
			continue;
		TRY(knock(trial, ops[i], NULL, path, &seen, &answer));
		trial_step(trial, answer == KNOCK_STRANGER, 1, "セッションがなければ、特権の操作はすべて拒否される", "Without a session every privileged operation is refused",
		    "%d", seen.status);
	}
	return OK;
}

static err run_privileged_password_only(struct trial *trial)
{
	for (const char *const *cast = privileged(trial); *cast != NULL; cast++)
		TRY(password_only(trial, *cast));
	return operations_refused(trial);
}

static err run_code_replay(struct trial *trial)
{
	const char *cast = privileged(trial)[1];
	const struct person *person = NULL;
	struct seen seen;
	char code[16];

	TRY(trial_code(trial, cast, code));
	const struct sign_in with = {.code = code};
	TRY(trial_sign_in(trial, cast, &with, &seen, &person));
	TRY(tried_answered(trial, &seen));
	trial_step(trial, seen.status == 201, 0, "ワンタイムコードは一度目は受け付けられる", "A one-time code is accepted the first time", "%d", seen.status);
	TRY(trial_sign_in(trial, cast, &with, &seen, NULL));
	TRY(tried_answered(trial, &seen));
	trial_step(trial, seen.status == 401 && !seen.cookie_set, 1, "同じコードの二度目の使用は拒否される", "The same code is refused the second time", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

/* ---- DA-6 ---- */

/* Takes it to where it has all that an account can have, a PIN aside, and ends it. */
static err use_and_leave(struct trial *trial, struct throwaway *one, char cookie[static 96])
{
	struct seen seen;
	char token[96];

	TRY(throwaway_link(trial, one, "invitation", token));
	TRY(throwaway_accept(trial, token, THROWAWAY_PASSWORD, &seen));
	TRY(throwaway_sign_in(trial, one, THROWAWAY_PASSWORD, &seen));
	(void)snprintf(cookie, 96, "%s", seen.cookie);
	trial_step(trial, seen.status == 201, 0, "廃止の前は、サインインできる", "Before it is deleted the account can sign in", "%d", seen.status);
	TRY(throwaway_turn(trial, one, "leave", &seen));
	trial_step(trial, seen.status == 200, 0, "園管理者がアカウントを廃止する", "The principal deletes the account", "%d", seen.status);
	return OK;
}

static err residue(struct trial *trial, struct throwaway *one, const char *cookie)
{
	const struct wish wish = {.cookie = cookie, .method = "GET", .path = "/v1/me"};
	struct inspected found;
	struct seen seen;

	TRY(throwaway_sign_in(trial, one, THROWAWAY_PASSWORD, &seen));
	trial_step(trial, seen.status == 401 && !seen.cookie_set, 1, "廃止したアカウントのサインインは拒否される", "A deleted account's sign-in is refused", TRIED_SEEN,
	    TRIED_SEEN_OF(&seen));
	TRY(trial_ask_raw(trial, &wish, &seen));
	trial_step(trial, seen.status == 401, 1, "廃止したアカウントの開いていたセッションは拒否される", "A deleted account's open session is refused", TRIED_SEEN,
	    TRIED_SEEN_OF(&seen));
	return trial_inspect(trial, "residue", bytes_str(one->id), &found);
}

static err run_residue(struct trial *trial)
{
	struct throwaway one;
	char cookie[96] = "";
	err e;

	TRY(throwaway_issue(trial, &one));
	e = use_and_leave(trial, &one, cookie);
	throwaway_end(trial, &one);
	TRY(e);
	return residue(trial, &one, cookie);
}

const struct check checks_identity[] = {
	{.id = "account-suspension-takes-effect", .where = CITY, .run = run_account_suspension, .seconds = 60},
	{.id = "account-transitions-recorded", .where = CITY, .run = run_account_transitions, .seconds = 60},
	{.id = "guardian-issue-other-facility-refused", .where = CITY, .run = run_guardian_issue_other_facility, .seconds = 60},
	{.id = "password-policy-refuses-weak", .where = CITY, .run = run_password_policy, .seconds = 60},
	{.id = "lockout-after-failures", .where = CITY, .run = run_lockout, .seconds = 60},
	{.id = "lockout-setting-within-bounds", .where = CITY | CHECK_PROVIDER, .run = run_lockout_bounds},
	{.id = "privileged-password-only-refused", .where = CITY | CHECK_PROVIDER, .run = run_privileged_password_only, .seconds = 90},
	{.id = "one-time-code-replay-refused", .where = CITY | CHECK_PROVIDER, .run = run_code_replay, .seconds = 120},
	{.id = "deleted-account-residue-none", .where = CITY, .run = run_residue, .seconds = 60},
	{.id = NULL},
};
