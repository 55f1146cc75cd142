/*
 * checks_access - who reaches what: other cities, other facilities, other people's children, nobody at all.
 *
 * Everywhere the same pair of questions (D1): whoever may gets an answer, whoever may not is refused as if there were nothing.
 */
#include <stdio.h>
#include <string.h>

#include "assure/catalogue.h"
#include "assure/knock.h"
#include "assure/policy.h"
#include "assure/tried.h"

#include "assure/checks_access.h"

#define OTHER "other."
#define RECORDED_JA "拒否はすべて記録簿に残っている"
#define RECORDED_EN "Every refusal stands in the record"

/* ---- two people, one address ---- */

/* Words of a step: whoever may not, and whoever may. */
struct pair_words { const char *refused_ja, *refused_en, *answered_ja, *answered_en; };

struct pair {
	const struct person *wrong, *right;
	const struct pair_words *words;
	struct tried *tried;
};

static err refused(struct trial *trial, const struct pair *pair, const char *method, const char *path, const char *json)
{
	struct seen seen;

	TRY(tried_ask(trial, pair->wrong, method, path, json, &seen));
	tried_note(pair->tried, &seen);
	trial_step(trial, tried_is_refusal(&seen), 1, pair->words->refused_ja, pair->words->refused_en, TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err answered(struct trial *trial, const struct pair *pair, const char *path)
{
	struct seen seen;

	TRY(tried_ask(trial, pair->right, "GET", path, NULL, &seen));
	trial_step(trial, seen.status == 200, 0, pair->words->answered_ja, pair->words->answered_en, "%d%s%s", seen.status,
	    seen.type[0] == '\0' ? "" : " ", seen.type);
	return OK;
}

static err both(struct trial *trial, const struct pair *pair, const char *path)
{
	char same[512];

	(void)snprintf(same, sizeof(same), "%s", path);
	TRY(answered(trial, pair, same));
	return refused(trial, pair, "GET", same, NULL);
}

/* ---- another city ---- */

static const struct pair_words other_read = {
	"別の団体の情報を、実在する番号で閲覧しようとすると拒否される", "Reading another customer's things by their real ids is refused",
	"その団体の人には同じ経路が応答する", "The same address answers whoever belongs there",
};

/* As whoever has the widest right to the operation at home: the strongest that could be tried. */
static err other_tenant_read_one(struct trial *trial, const struct op *op, const char *path, struct tried *tried)
{
	const char *holder = knock_holder(trial, op);
	struct pair pair = {.words = &other_read, .tried = tried};
	char same[512];

	if (holder == NULL)
		return OK;
	(void)snprintf(same, sizeof(same), "%s", path);
	TRY(trial_person(trial, holder, &pair.wrong));
	TRY(trial_person(trial, trial_text(trial, OTHER "%s", holder), &pair.right));
	return both(trial, &pair, same);
}

/* What needs a number of the record that the thing's own history has. */
static bool is_reading(const struct op *op)
{
	return op->kind == OP_READ && !op->open && op->path != NULL && knock_about(op);
}

static err run_other_tenant_read(struct trial *trial)
{
	struct tried tried = {0};
	struct knock_things theirs;

	TRY(knock_gather(trial, OTHER, &theirs));
	for (size_t i = 0; ops[i] != NULL; i++) {
		const char *path = is_reading(ops[i]) ? knock_path(trial, ops[i], &theirs) : NULL;

		if (path != NULL)
			TRY(other_tenant_read_one(trial, ops[i], path, &tried));
	}
	return tried_recorded(trial, &tried, RECORDED_JA, RECORDED_EN);
}

/* What their own principal sees of the things that are tried, as text. */
static err view(struct trial *trial, const struct person *principal, const struct knock_things *things, struct buf *out)
{
	const char *const paths[] = {
		trial_text(trial, "/v1/children/%s", things->text[KNOCK_CHILD]),
		trial_text(trial, "/v1/children/%s/guardians", things->text[KNOCK_CHILD]),
		trial_text(trial, "/v1/children/%s/absences", things->text[KNOCK_CHILD]),
		trial_text(trial, "/v1/accounts/%s", things->text[KNOCK_ACCOUNT]),
		trial_text(trial, "/v1/facilities/%s", things->text[KNOCK_FACILITY]),
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct seen seen;

		TRY(tried_ask(trial, principal, "GET", paths[i], NULL, &seen));
		trial_step(trial, seen.status == 200, 0, "その団体の園長には、対象がすべて見えている", "Their own principal sees all that is tried on", "%d", seen.status);
		TRY(buf_append(out, seen.body));
	}
	return OK;
}

static err other_tenant_write_one(struct trial *trial, const struct op *op, const char *path, struct tried *tried)
{
	const char *holder = knock_holder(trial, op);
	const struct person *wrong = NULL;
	enum knock_answer answer;
	struct seen seen;
	char same[512];

	if (holder == NULL)
		return OK;
	(void)snprintf(same, sizeof(same), "%s", path);
	TRY(trial_person(trial, holder, &wrong));
	TRY(knock(trial, op, wrong, same, &seen, &answer));
	tried_note(tried, &seen);
	trial_step(trial, tried_is_refusal(&seen), 1, "別の団体の情報を、実在する番号で変更・削除しようとすると拒否される",
	    "Changing and deleting another customer's things by their real ids is refused", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

/* The own things with the same request: the right to it is there, only the object is not theirs. */
static err own_write_one(struct trial *trial, const struct op *op, const char *path)
{
	const struct person *right = NULL;
	enum knock_answer answer;
	struct seen seen;
	char same[512];

	(void)snprintf(same, sizeof(same), "%s", path);
	TRY(trial_person(trial, knock_holder(trial, op), &right));
	TRY(knock(trial, op, right, same, &seen, &answer));
	trial_step(trial, answer == KNOCK_ENTERED, 0, "自分の団体のものには同じ操作の権限がある", "To one's own things the same operation is open", "%d",
	    seen.status);
	return OK;
}

static err try_all_writes(struct trial *trial, const struct knock_things *ours, const struct knock_things *theirs, struct tried *tried)
{
	bool own = false;

	for (size_t i = 0; ops[i] != NULL; i++) {
		const char *path;

		if (ops[i]->kind != OP_WRITE || ops[i]->open || ops[i]->path == NULL || !knock_about(ops[i]))
			continue;
		path = knock_path(trial, ops[i], theirs);
		if (path == NULL)
			continue;
		TRY(other_tenant_write_one(trial, ops[i], path, tried));
		if (!own && strcmp(ops[i]->id, "child.change") == 0) {
			own = true;
			path = knock_path(trial, ops[i], ours);
			if (path != NULL)
				TRY(own_write_one(trial, ops[i], path));
		}
	}
	return OK;
}

static err run_other_tenant_write(struct trial *trial)
{
	struct tried tried = {0};
	struct knock_things ours;
	struct knock_things theirs;
	const struct person *principal = NULL;
	OWN(buf) before = {0};
	OWN(buf) after = {0};

	TRY(knock_gather(trial, "", &ours));
	TRY(knock_gather(trial, OTHER, &theirs));
	TRY(trial_person(trial, OTHER "principal-a", &principal));
	TRY(view(trial, principal, &theirs, &before));
	TRY(try_all_writes(trial, &ours, &theirs, &tried));
	TRY(view(trial, principal, &theirs, &after));
	trial_step(trial, bytes_equal(bytes_of(&before), bytes_of(&after)), 0, "その団体から見た内容は、試みの前後で同じである",
	    "What they see of it is the same before and after", "%s", bytes_equal(bytes_of(&before), bytes_of(&after)) ? "=" : "≠");
	return tried_recorded(trial, &tried, RECORDED_JA, RECORDED_EN);
}

/* ---- another facility of the same city ---- */

static const char *const child_reads[] = {
	"/v1/children/%s", "/v1/children/%s/absences", "/v1/children/%s/attendance", "/v1/children/%s/guardians", NULL,
};
static const char *const facility_reads[] = {
	"/v1/facilities/%s", "/v1/facilities/%s/classes", "/v1/facilities/%s/board", NULL,
};

static err each_of(struct trial *trial, const struct pair *pair, const char *const *formats, const char *id)
{
	for (size_t i = 0; formats[i] != NULL; i++) {
		char path[160];
		const char *gap = strstr(formats[i], "%s");

		REQUIRE(gap != NULL);
		(void)snprintf(path, sizeof(path), "%.*s%s%s", (int)(gap - formats[i]), formats[i], id, gap + 2);
		TRY(both(trial, pair, path));
	}
	return OK;
}

static const struct pair_words other_facility = {
	"園Aの教職員が園Bの園児と園の情報を閲覧しようとすると拒否される", "A teacher of facility A is refused the children and pages of facility B",
	"園Bの教職員には同じ経路が応答する", "The same address answers a teacher of facility B",
};
/* The class of the child at b is not the teacher's: what only the class may is asked of the principal. */
static const struct pair_words other_facility_care = {
	"園Aの教職員が園Bの園児の保護者を閲覧しようとすると拒否される", "A teacher of facility A is refused the guardians of a child at B",
	"園Bの園長には同じ経路が応答する", "The same address answers the principal of B",
};

static err run_other_facility_read(struct trial *trial)
{
	static const char *const of_child[] = {"/v1/children/%s", "/v1/children/%s/absences", "/v1/children/%s/attendance", NULL};
	static const char *const of_guardians[] = {"/v1/children/%s/guardians", NULL};
	struct tried tried = {0};
	struct pair pair = {.words = &other_facility, .tried = &tried};
	struct pair care = {.words = &other_facility_care, .tried = &tried};
	char child[TRIED_FACT_MAX];
	char facility[TRIED_FACT_MAX];

	TRY(tried_fact(trial, "child-b", child));
	TRY(tried_fact(trial, "facility-b", facility));
	TRY(trial_person(trial, "staff-a", &pair.wrong));
	TRY(trial_person(trial, "staff-b", &pair.right));
	TRY(trial_person(trial, "principal-b", &care.right));
	care.wrong = pair.wrong;
	TRY(each_of(trial, &pair, of_child, child));
	TRY(each_of(trial, &care, of_guardians, child));
	TRY(each_of(trial, &pair, facility_reads, facility));
	return tried_recorded(trial, &tried, RECORDED_JA, RECORDED_EN);
}

/* ---- guardians ---- */

static const struct pair_words other_child = {
	"同じ組のほかの園児の情報を保護者が閲覧しようとすると拒否される", "A guardian is refused what is of another child of the same class",
	"その園児の保護者には同じ経路が応答する", "The same address answers that child's guardian",
};

static err not_listed(struct trial *trial, const struct person *guardian, const char *own, const char *other)
{
	struct seen seen;
	bool has_own;
	bool has_other;

	TRY(tried_ask(trial, guardian, "GET", "/v1/children?limit=200", NULL, &seen));
	has_own = seen.body.len > 0 && memmem(seen.body.ptr, seen.body.len, own, strlen(own)) != NULL;
	has_other = seen.body.len > 0 && memmem(seen.body.ptr, seen.body.len, other, strlen(other)) != NULL;
	trial_step(trial, seen.status == 200 && has_own && !has_other, 1, "保護者の一覧には自分の子どもだけがある", "A guardian's list holds the own child and no other",
	    "%d %s %s", seen.status, has_own ? "+" : "-", has_other ? "+" : "-");
	return OK;
}

static err run_guardian_other_child(struct trial *trial)
{
	static const char *const histories[] = {"/v1/children/%s/history", NULL};
	struct tried tried = {0};
	struct pair pair = {.words = &other_child, .tried = &tried};
	char own[TRIED_FACT_MAX];
	char other[TRIED_FACT_MAX];

	TRY(tried_fact(trial, "child-a1", own));
	TRY(tried_fact(trial, "child-a2", other));
	TRY(trial_person(trial, "guardian-a1", &pair.wrong));
	TRY(trial_person(trial, "guardian-a2", &pair.right));
	TRY(each_of(trial, &pair, child_reads, other));
	TRY(each_of(trial, &pair, histories, other));
	TRY(not_listed(trial, pair.wrong, own, other));
	TRY(refused(trial, &pair, "POST", trial_text(trial, "/v1/children/%s/absences", other), "{\"no-such-member\":1}"));
	return tried_recorded(trial, &tried, RECORDED_JA, RECORDED_EN);
}

static const struct pair_words guardian_elsewhere = {
	"保護者がほかの園の案内と園児の情報を閲覧しようとすると拒否される", "A guardian is refused the pages and children of another facility",
	"その園の保護者には同じ経路が応答する", "The same address answers a guardian of that facility",
};

static err run_guardian_other_facility(struct trial *trial)
{
	static const char *const of_facility[] = {"/v1/facilities/%s", "/v1/facilities/%s/calendar?from=2026-04-01&to=2026-04-30", NULL};
	struct tried tried = {0};
	struct pair pair = {.words = &guardian_elsewhere, .tried = &tried};
	char facility[TRIED_FACT_MAX];
	char child[TRIED_FACT_MAX];

	TRY(tried_fact(trial, "facility-b", facility));
	TRY(tried_fact(trial, "child-b", child));
	TRY(trial_person(trial, "guardian-a1", &pair.wrong));
	TRY(trial_person(trial, "guardian-b", &pair.right));
	TRY(each_of(trial, &pair, of_facility, facility));
	TRY(each_of(trial, &pair, child_reads, child));
	return tried_recorded(trial, &tried, RECORDED_JA, RECORDED_EN);
}

/* ---- nobody ---- */

#define STRANGER_JA "発行されたアカウントのない人の登録・サインインは受け付けられない"
#define STRANGER_EN "Whoever has no account from a facility can neither register nor sign in"
#define STRANGER_LOGIN "probe-stranger"

struct stranger {
	const char *path, *json;
	int status;
};

static err as_stranger(struct trial *trial, const struct stranger *one)
{
	char path[96];
	char json[512];
	struct seen seen;

	(void)snprintf(path, sizeof(path), "%s", one->path);
	(void)snprintf(json, sizeof(json), "%s", one->json);
	TRY(tried_ask(trial, NULL, "POST", path, json, &seen));
	trial_step(trial, seen.status == one->status && !seen.cookie_set, 1, STRANGER_JA, STRANGER_EN, TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

/* The lists of those who look after accounts do not know the login; they do know one that a facility has issued. */
static err no_account(struct trial *trial)
{
	const struct person *principal = NULL;
	const char *known = trial_fact(trial, "guardian-a1.account");
	char id[TRIED_FACT_MAX];
	struct seen seen;
	bool other;
	bool own;

	if (known == NULL)
		return FAIL(UNAVAILABLE);
	(void)snprintf(id, sizeof(id), "%s", known);
	TRY(trial_person(trial, "principal-a", &principal));
	TRY(tried_ask(trial, principal, "GET", "/v1/accounts?limit=200", NULL, &seen));
	own = seen.body.len > 0 && memmem(seen.body.ptr, seen.body.len, id, strlen(id)) != NULL;
	other = seen.body.len > 0 && memmem(seen.body.ptr, seen.body.len, STRANGER_LOGIN, strlen(STRANGER_LOGIN)) != NULL;
	trial_step(trial, seen.status == 200 && own && !other, 1, "園のアカウント一覧には、園が発行した人だけがいる", "The facility's accounts hold those it issued and nobody else",
	    "%d %s %s", seen.status, own ? "+" : "-", other ? "+" : "-");
	return OK;
}

static err run_guardian_self_registration(struct trial *trial)
{
	const char *city = trial_compartment(trial);
	const struct person *guardian = NULL;
	char facility[TRIED_FACT_MAX];
	struct seen seen;

	TRY(tried_fact(trial, "facility-a", facility));
	const struct stranger tries[] = {
		{"/v1/accounts", trial_text(trial, "{\"login\":\"" STRANGER_LOGIN "\",\"name\":\"検査 部外者\",\"role\":\"guardian\",\"facility\":\"%s\"}", facility), 401},
		{"/v1/invitation/accept", trial_text(trial, "{\"token\":\"%s.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"password\":\"Kawaru-Koto_4711\"}", city), 404},
		{"/v1/invitation/see", trial_text(trial, "{\"token\":\"%s.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", city), 404},
		{"/v1/session", trial_text(trial, "{\"login\":\"" STRANGER_LOGIN "@%s\",\"password\":\"Kawaru-Koto_4711\"}", city), 401},
	};

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		TRY(as_stranger(trial, &tries[i]));
	TRY(tried_ask(trial, NULL, "GET", "/v1/children", NULL, &seen));
	trial_step(trial, seen.status == 401, 1, "サインインしていない人には何も返されない", "Nothing is returned to whoever has not signed in", "%d", seen.status);
	TRY(trial_person(trial, "guardian-a1", &guardian));
	TRY(tried_ask(trial, guardian, "GET", "/v1/children", NULL, &seen));
	trial_step(trial, seen.status == 200, 0, "園が発行したアカウントの保護者は利用できる", "A guardian with an account from the facility gets in", "%d", seen.status);
	return no_account(trial);
}

/* ---- anonymous ---- */

/* On the list of what is public, which is the access policy's; signing in is the way to everything else. */
static bool is_public(const struct op *op)
{
	const struct catalogue *catalogue = catalogue_get();
	size_t len = strcspn(op->policy, " ");

	for (size_t i = 0; i < catalogue->rule_count; i++) {
		const struct policy_rule *rule = &catalogue->rules[i];

		if (rule->open && strlen(rule->entity) == len && memcmp(rule->entity, op->policy, len) == 0 && op->policy[len] != '\0' &&
		    policy_has_action(rule, op->policy + len + 1))
			return true;
	}
	return strcmp(op->id, "session.create") == 0;
}

static err as_nobody(struct trial *trial, const struct op *op, const char *path, unsigned *public_out)
{
	enum knock_answer answer;
	struct seen seen;
	char same[512];

	(void)snprintf(same, sizeof(same), "%s", path);
	TRY(knock(trial, op, NULL, same, &seen, &answer));
	if (is_public(op)) {
		trial_step(trial, answer != KNOCK_STRANGER, 1, "公開の一覧にある経路は、サインインしていない人にも応答する",
		    "Routes on the list of public pages answer without a session", "%d%s%s", seen.status, answer == KNOCK_STRANGER ? " " : "",
		    answer == KNOCK_STRANGER ? op->id : "");
		*public_out += seen.status == 200 ? 1 : 0;
		return OK;
	}
	answer = seen.status == 401 && strcmp(seen.type, "unauthenticated") == 0 && !seen.cookie_set ? KNOCK_STRANGER : KNOCK_OTHER;
	trial_step(trial, answer == KNOCK_STRANGER, 1, answer == KNOCK_STRANGER ? "それ以外の経路は、サインインしていない人をすべて拒否する" : "サインインしていない人に応答する経路がある",
	    answer == KNOCK_STRANGER ? "Every other route refuses whoever has not signed in" : "A route answers whoever has not signed in", "%d%s%s", seen.status,
	    answer == KNOCK_STRANGER ? "" : " ", answer == KNOCK_STRANGER ? "" : op->id);
	return OK;
}

/* Of no operation: what every visitor may have, and what nobody has. */
static err plain_page(struct trial *trial, const char *path, int status, unsigned *public_out)
{
	struct seen seen;

	TRY(tried_ask(trial, NULL, "GET", path, NULL, &seen));
	trial_step(trial, seen.status == status, 1, status == 200 ? "案内と稼働確認の頁は公開されている" : "登録されていない経路には何もない",
	    status == 200 ? "The pages of description and health are public" : "There is nothing behind a route that is not registered", "%d", seen.status);
	*public_out += seen.status == 200 ? 1 : 0;
	return OK;
}

static err run_anonymous(struct trial *trial)
{
	struct knock_things things;
	unsigned public = 0;

	if (catalogue_get()->rule_count == 0)
		return FAIL(UNAVAILABLE);
	if (trial_where(trial) == CHECK_PROVIDER)
		memset(&things, 0, sizeof(things));
	else
		TRY(knock_gather(trial, "", &things));
	for (size_t i = 0; i < KNOCK_THINGS; i++) /* what is not there does not matter to whoever may see nothing */
		if (things.text[i][0] == '\0')
			(void)snprintf(things.text[i], KNOCK_TEXT_MAX, "%s", i == KNOCK_LOG ? trial_compartment(trial) : i == KNOCK_INDEX ? "0" : "0123456789abcdefghjkmnpqrs");
	for (size_t i = 0; ops[i] != NULL; i++) {
		const char *path = ops[i]->path == NULL ? NULL : knock_path(trial, ops[i], &things);

		if (path != NULL)
			TRY(as_nobody(trial, ops[i], path, &public));
	}
	TRY(plain_page(trial, "/healthz", 200, &public));
	TRY(plain_page(trial, "/openapi.json", 200, &public));
	TRY(plain_page(trial, "/v1/nothing-here", 404, &public));
	trial_step(trial, public >= 3, 0, "公開の頁からは内容が返る", "Public pages answer with content", "%u", public);
	return OK;
}

const struct check checks_access[] = {
	{.id = "anonymous-sees-only-public-pages", .where = CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER, .run = run_anonymous, .seconds = 60},
	{.id = "other-tenant-read-refused", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_other_tenant_read, .seconds = 60},
	{.id = "other-tenant-write-refused", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_other_tenant_write, .seconds = 60},
	{.id = "other-facility-read-refused", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_other_facility_read, .seconds = 60},
	{.id = "guardian-other-child-refused", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_guardian_other_child, .seconds = 60},
	{.id = "guardian-other-facility-refused", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_guardian_other_facility, .seconds = 60},
	{.id = "guardian-self-registration-refused", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_guardian_self_registration, .seconds = 60},
	{.id = NULL},
};
