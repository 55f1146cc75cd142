/*
 * checks_notice - lead times, delivery, acceptance: tried with announcements made for checks, which go to the compartment made for checks.
 */
#include <stdio.h>
#include <string.h>

#include "assure/tried.h"
#include "base/clock.h"
#include "op/op.h"

#include "assure/checks_notice.h"

#define BODY_MAX 1200
#define ID_TEXT 40
#define WAIT_S 12
#define REASON "{\"reason\":\"検査の終わり\"}"
#define TITLE "検査用の告知"

/* ---- writing and publishing ---- */

static err kind_id(struct trial *trial, const struct person *who, const char *code, char id[static ID_TEXT])
{
	struct seen seen, item;
	size_t at = 0;

	TRY(tried_ask(trial, who, "GET", "/v1/announcement-kinds", NULL, &seen));
	while (tried_item(&seen, &at, &item))
		if (strcmp(trial_json_text(&item, "code"), code) == 0) {
			(void)snprintf(id, ID_TEXT, "%s", trial_json_text(&item, "id"));
			return OK;
		}
	trial_unable(trial, "この種類の告知が、ここにはありません。", "There is no announcement of this kind here.");
	return FAIL(UNAVAILABLE);
}

struct draft {
	const char *kind;       /* id */
	const char *matters, *body, *urgency, *facility; /* facility NULL: everywhere */
	int32_t effective_on;
};

static err file(struct trial *trial, const struct person *who, const struct draft *draft, struct seen *out)
{
	char json[BODY_MAX], day[CLOCK_TEXT_MAX];
	int len;

	clock_date_format(draft->effective_on, day);
	len = snprintf(json, sizeof(json), "{\"title\":\"" TITLE "\",\"body\":\"%s\",\"matters\":\"%s\",\"urgency\":\"%s\",\"effective_on\":\"%s\"%s%s%s}",
	    draft->body, draft->matters, draft->urgency, day, draft->facility == NULL ? "" : ",\"facility\":\"",
	    draft->facility == NULL ? "" : draft->facility, draft->facility == NULL ? "" : "\"");
	REQUIRE(len > 0 && (size_t)len < sizeof(json));
	return tried_ask(trial, who, "POST", trial_text(trial, "/v1/announcement-kinds/%s/announcements", draft->kind), json, out);
}

static err withdraw(struct trial *trial, const struct person *who, const char *id)
{
	struct seen seen;

	TRY(tried_ask(trial, who, "POST", trial_text(trial, "/v1/announcements/%s/withdraw", id), REASON, &seen));
	trial_step(trial, seen.status == 200, 0, "検査用の告知を取り下げた", "Withdrew the announcement made for the check", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

/* Written by one and published by another; "" when it could not be, which is a step. */
static err publish(struct trial *trial, const char *writer_cast, const char *signer_cast, const struct draft *draft, char id[static ID_TEXT],
    struct seen *out)
{
	const struct person *writer = NULL;
	const struct person *signer = NULL;
	char made[ID_TEXT];

	id[0] = '\0';
	TRY(trial_person(trial, writer_cast, &writer));
	TRY(file(trial, writer, draft, out));
	(void)snprintf(made, sizeof(made), "%s", out->status == 201 ? trial_json_text(out, "id") : "");
	if (made[0] != '\0') {
		TRY(trial_person(trial, signer_cast, &signer));
		TRY(tried_ask(trial, signer, "POST", trial_text(trial, "/v1/announcements/%s/publish", made), "{}", out));
	}
	trial_step(trial, out->status == 200, 0, "検査用の告知を、書いた人と別の人が公開した", "An announcement made for the check was published by a second person",
	    TRIED_SEEN, TRIED_SEEN_OF(out));
	if (out->status == 200)
		(void)snprintf(id, ID_TEXT, "%s", made);
	return OK;
}

/* ---- NT-1: short-lead-notice-refused ---- */

/* By the annexes: months, else days. */
static const struct { const char *matter; int months, days; const char *ja, *en; } leads[] = {
	{"service-end", 6, 0, "サービスの終了は、6か月前に1日足りない適用日では登録できない", "The end of the service, a day short of six months, is refused"},
	{"service-change", 0, 14, "サービスの変更は、2週間前に1日足りない適用日では登録できない", "A change of the service, a day short of two weeks, is refused"},
	{"terms-or-settings", 2, 0, "規約・設定の変更は、2か月前に1日足りない適用日では登録できない",
	    "A change of terms or settings, a day short of two months, is refused"},
};

/* A day that the month does not have is the first of the next. */
static int32_t months_after(int32_t date, int months)
{
	int32_t month = date / 100 % 100 - 1 + months;
	int32_t first = (date / 10000 + month / 12) * 10000 + (month % 12 + 1) * 100 + 1;
	int32_t day = first - 1 + date % 100;

	return clock_weekday(day) >= 0 ? day : clock_date_add(first, 31) / 100 * 100 + 1;
}

static err try_lead(struct trial *trial, const struct person *operator, const char *kind, size_t index)
{
	int32_t today = clock_date_jst(clock_now_us());
	int32_t first = leads[index].months > 0 ? months_after(today, leads[index].months) : clock_date_add(today, leads[index].days);
	struct draft draft = {.kind = kind, .matters = leads[index].matter, .body = "検査のための文です。", .urgency = "normal"};
	struct seen seen;
	char id[ID_TEXT];

	draft.effective_on = clock_date_add(first, -1);
	TRY(file(trial, operator, &draft, &seen));
	trial_step(trial, seen.status == 400, 1, leads[index].ja, leads[index].en, TRIED_SEEN, TRIED_SEEN_OF(&seen));
	if (seen.status == 201)
		TRY(withdraw(trial, operator, trial_text(trial, "%s", trial_json_text(&seen, "id"))));
	draft.effective_on = first;
	TRY(file(trial, operator, &draft, &seen));
	trial_step(trial, seen.status == 201, 1, "期間の足りる適用日なら、登録できる", "With its full lead the same is accepted", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	if (seen.status != 201)
		return OK;
	(void)snprintf(id, sizeof(id), "%s", trial_json_text(&seen, "id"));
	return withdraw(trial, operator, id);
}

static err short_lead(struct trial *trial)
{
	const struct person *operator = NULL;
	char kind[ID_TEXT];

	TRY(trial_person(trial, "operator", &operator));
	TRY(kind_id(trial, operator, "service-notice", kind));
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		TRY(try_lead(trial, operator, kind, i));
	return OK;
}

/* ---- NT-1, NT-4: delivered ---- */

/* Waits until every customer to whom it went has answered; made for checks it goes to the compartment made for checks alone. */
static err wait_arrival(struct trial *trial, const struct person *who, const char *id, bool *arrived_out)
{
	struct seen seen;

	*arrived_out = false;
	for (unsigned i = 0; i < WAIT_S && !*arrived_out; i++) {
		int64_t addressed;

		TRY(tried_ask(trial, who, "GET", trial_text(trial, "/v1/announcements/%s", id), NULL, &seen));
		addressed = trial_json_int(&seen, "addressed");
		*arrived_out = addressed > 0 && trial_json_int(&seen, "deliveries.#") >= addressed;
		for (int64_t k = 0; *arrived_out && k < addressed; k++)
			*arrived_out = trial_json_bool(&seen, trial_text(trial, "deliveries.%lld.published", (long long)k));
		if (!*arrived_out)
			TRY(trial_wait(trial, 1));
	}
	trial_step(trial, *arrived_out, 1, "検査用の告知が検査用の団体に届き、届いたことが事業者に返った",
	    "An announcement made for the check arrived at the customer made for checks, and its arrival came back", "addressed %lld, arrived %lld",
	    (long long)trial_json_int(&seen, "addressed"), (long long)trial_json_int(&seen, "deliveries.#"));
	return OK;
}

static err send_and_look(struct trial *trial, struct draft *draft, const char *code, const char *params)
{
	const struct person *operator = NULL;
	const struct person *admin = NULL;
	struct inspected inspected;
	struct seen seen;
	char kind[ID_TEXT], id[ID_TEXT];
	bool arrived = false;

	TRY(trial_person(trial, "operator", &operator));
	TRY(trial_person(trial, "operator-admin", &admin));
	TRY(kind_id(trial, operator, code, kind));
	draft->kind = kind;
	TRY(publish(trial, "operator", "operator-admin", draft, id, &seen));
	if (id[0] != '\0') {
		TRY(wait_arrival(trial, operator, id, &arrived));
		TRY(withdraw(trial, admin, id));
	}
	return trial_inspect(trial, "announcement-deliveries", bytes_str(params), &inspected);
}

static err delivery_confirmed(struct trial *trial)
{
	struct draft draft = {.matters = "outage", .body = "検査のための文です。", .urgency = "normal", .effective_on = clock_date_jst(clock_now_us())};

	return send_and_look(trial, &draft, "service-notice", "");
}

static err domains_noticed(struct trial *trial)
{
	struct draft draft = {
		.matters = "destinations", .body = "probe.example.jp | 443 | 検査 | 2026-04-01 |", .urgency = "normal",
		.effective_on = clock_date_add(clock_date_jst(clock_now_us()), 14),
	};

	return send_and_look(trial, &draft, "domain-list", "domain-list");
}

/* ---- NT-3: terms-unaccepted-user-held ---- */

struct terms {
	char facility[TRIED_FACT_MAX], kind[ID_TEXT];
	char former[ID_TEXT], now[ID_TEXT];
	char digest[80];
	int64_t edition;
};

static err publish_terms(struct trial *trial, struct terms *terms, const char *body, char id[static ID_TEXT])
{
	const struct draft draft = {
		.kind = terms->kind, .matters = "", .body = body, .urgency = "security", .facility = terms->facility,
		.effective_on = clock_date_jst(clock_now_us()),
	};
	struct seen seen;

	TRY(publish(trial, "officer-admin", "officer-admin-2", &draft, id, &seen));
	if (id[0] == '\0')
		return FAIL(UNAVAILABLE);
	(void)snprintf(terms->digest, sizeof(terms->digest), "%s", trial_json_text(&seen, "digest"));
	terms->edition = trial_json_int(&seen, "edition");
	return OK;
}

/* Polls until what everybody may ask for answers so. */
static err until_status(struct trial *trial, const struct person *who, int status, struct seen *out)
{
	for (unsigned i = 0; i < WAIT_S; i++) {
		TRY(tried_ask(trial, who, "GET", "/v1/facilities", NULL, out));
		if (out->status == status)
			return OK;
		TRY(trial_wait(trial, 1));
	}
	return OK;
}

static err accept(struct trial *trial, const struct person *who, const struct terms *terms, const char *id, const char *digest, struct seen *out)
{
	return tried_ask(trial, who, "POST", trial_text(trial, "/v1/announcements/%s/accept", id),
	    trial_text(trial, "{\"edition\":%lld,\"digest\":\"%s\"}", (long long)terms->edition, digest), out);
}

static err accept_now(struct trial *trial, const struct person *who, const struct terms *terms, const char *id)
{
	struct seen seen;

	TRY(accept(trial, who, terms, id, terms->digest, &seen));
	trial_step(trial, seen.status == 204, 0, "表示された版に同意した", "Accepted the edition that was shown", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	TRY(until_status(trial, who, 200, &seen));
	trial_step(trial, seen.status == 200, 1, "現行の版に同意すると、利用できる", "Once the edition in force is accepted, the service can be used", TRIED_SEEN,
	    TRIED_SEEN_OF(&seen));
	return OK;
}

/* Everything but what leads to accepting, signing out and the like is refused before anything else is looked at. */
static err nothing_else(struct trial *trial, const struct person *who)
{
	unsigned refused = 0, open = 0;
	const char *first = "";

	for (size_t i = 0; ops[i] != NULL; i++) {
		const struct op *op = ops[i];
		struct seen seen;

		if (op->open || op->path == NULL || op->kind != OP_READ || op->while_unaccepted || op->before_factor || strcmp(op->method, "GET") != 0 ||
		    strchr(op->path, '{') != NULL)
			continue;
		TRY(tried_ask(trial, who, "GET", op->path, NULL, &seen));
		if (strcmp(seen.type, "terms-unaccepted") == 0) {
			refused++;
			continue;
		}
		open++;
		first = op->id;
	}
	trial_step(trial, open == 0 && refused > 10, refused, "同意するまで、ほかのどの画面の情報も得られない", "Until then nothing else can be read",
	    "refused %u, open %u %s", refused, open, first);
	return OK;
}

static err shows_difference(struct trial *trial, const struct person *who, const struct terms *terms)
{
	struct seen seen;
	bool gone = false, new = false;

	TRY(tried_ask(trial, who, "GET", trial_text(trial, "/v1/announcements/%s", terms->now), NULL, &seen));
	for (int i = 0; i < 4; i++) {
		const char *op = trial_json_text(&seen, trial_text(trial, "difference.%d.op", i));

		gone = gone || strcmp(op, "gone") == 0;
		new = new || strcmp(op, "new") == 0;
	}
	trial_step(trial, gone && new, 1, "新しい版には、前の版との差分が示される", "The new edition is shown with its difference to the one before", TRIED_SEEN,
	    TRIED_SEEN_OF(&seen));
	return OK;
}

static err hold(struct trial *trial, struct terms *terms)
{
	const struct person *guardian = NULL;
	struct seen seen;

	TRY(publish_terms(trial, terms, "第1条　検査用の規約です。\\n第2条　18時までです。", terms->former));
	TRY(trial_person(trial, "guardian-c", &guardian));
	TRY(accept_now(trial, guardian, terms, terms->former));
	TRY(publish_terms(trial, terms, "第1条　検査用の規約です。\\n第2条　17時までです。", terms->now));
	TRY(until_status(trial, guardian, 403, &seen));
	trial_step(trial, seen.status == 403 && strcmp(seen.type, "terms-unaccepted") == 0, 1, "前の版にだけ同意した利用者は、先に進めない",
	    "Whoever has accepted only the edition before cannot go on", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	TRY(nothing_else(trial, guardian));
	TRY(shows_difference(trial, guardian, terms));
	TRY(accept(trial, guardian, terms, terms->now, "0000000000000000000000000000000000000000000000000000000000000000", &seen));
	trial_step(trial, seen.status == 409, 1, "別の本文への同意は、受け付けられない", "Accepting another text is refused", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return accept_now(trial, guardian, terms, terms->now);
}

static err terms_held(struct trial *trial)
{
	const struct person *admin = NULL;
	struct terms terms = {0};
	err e;

	TRY(tried_fact(trial, "facility-c", terms.facility));
	TRY(trial_person(trial, "officer-admin", &admin));
	TRY(kind_id(trial, admin, "terms", terms.kind));
	e = hold(trial, &terms);
	/* Whatever came: nobody stays held by what the check has published. */
	if (terms.now[0] != '\0')
		TRY(withdraw(trial, admin, terms.now));
	if (terms.former[0] != '\0')
		TRY(withdraw(trial, admin, terms.former));
	return e;
}

const struct check checks_notice[] = {
	{.id = "short-lead-notice-refused", .where = CHECK_PROVIDER, .run = short_lead},                                    /* T-3 T-9 K-59 */
	{.id = "notice-delivery-confirmed", .where = CHECK_PROVIDER, .run = delivery_confirmed, .seconds = 60},             /* T-3 T-9 */
	{.id = "domain-change-noticed", .where = CHECK_PROVIDER, .run = domains_noticed, .seconds = 60},                    /* K-58 */
	{.id = "terms-unaccepted-user-held", .where = CHECK_PROBE, .run = terms_held, .seconds = 120},                      /* T-9 K-46 U-38 */
	{0},
};
