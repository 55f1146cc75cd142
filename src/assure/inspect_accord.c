#include <stdio.h>
#include <string.h>

#include "assure/books.h"
#include "assure/catalogue.h"
#include "assure/checkrow.h"
#include "assure/inspect_accord.h"
#include "assure/matrix.h"
#include "base/clock.h"
#include "op/contract.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define MAJOR_RECOVERY_US (INT64_C(6) * 3600 * 1000000) /* the annexes' target: 6 hours */
#define MAJOR_YEARLY 3
#define DISCLOSED_DAYS 730
#define ACKNOWLEDGED_DAYS 30
#define REVIEW_CLOSED_DAYS 31

/* The words between commas (、 and , and space) of a text. */
static bool next_word(struct bytes *text, struct bytes *word_out)
{
	static const char mark[] = "、";
	size_t len = 0;

	while (text->len > 0 && (text->ptr[0] == ' ' || text->ptr[0] == ','))
		*text = (struct bytes){text->ptr + 1, text->len - 1};
	while (len < text->len && text->ptr[len] != ',' && text->ptr[len] != ' ' &&
	    (text->len - len < sizeof(mark) - 1 || memcmp(text->ptr + len, mark, sizeof(mark) - 1) != 0))
		len++;
	*word_out = (struct bytes){text->ptr, len};
	if (len < text->len)
		len += text->ptr[len] == ',' || text->ptr[len] == ' ' ? 1 : sizeof(mark) - 1;
	*text = (struct bytes){text->ptr + len, text->len - len};
	return word_out->len > 0 || text->len > 0;
}

static bool has_word(struct bytes text, struct bytes word)
{
	struct bytes found;

	while (next_word(&text, &found))
		if (bytes_equal(found, word))
			return true;
	return false;
}

static bool contains(struct bytes text, struct bytes part)
{
	return part.len > 0 && text.len >= part.len && memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

static const struct books_entry *newest(const struct books *books, const char *field)
{
	const struct books_entry *found = NULL;

	for (size_t i = 0; i < books->count; i++)
		if (found == NULL || books_time(&books->entries[i], field) > books_time(found, field))
			found = &books->entries[i];
	return found;
}

/* ---- people of the compartment with the provider's roles ---- */

#define WORKERS_MAX 500

/* Roles as in enum role: 8 operator, 9 operator-admin. */
static const struct statement workers_in_office = {"assure.workers",
    "SELECT account.id FROM account WHERE account.state = 1 AND account.probe = 0 AND EXISTS (SELECT 1 FROM membership AS m"
    " WHERE m.account = account.id AND m.state = 0 AND m.role IN (8, 9) AND (m.until IS NULL OR m.until >= :today)) ORDER BY account.id LIMIT :limit"};

const struct statement *const inspect_accord_statements[] = {&workers_in_office, NULL};

struct worker { struct bytes login, name; };

static err read_workers(struct inspect *in, struct worker *workers, size_t *count_out)
{
	const struct entity *entity = entity_find(bytes_str("account"));
	struct query *query;
	bool row = true;
	err e;

	REQUIRE(entity != NULL);
	TRY(query_start(in->rows.db, &workers_in_office, &query));
	e = query_int(query, "today", clock_date_jst(clock_now_us()));
	if (err_is_ok(e))
		e = query_int(query, "limit", WORKERS_MAX);
	for (*count_out = 0; err_is_ok(e) && *count_out < WORKERS_MAX; (*count_out)++) {
		struct id id;
		void *account = arena_alloc(in->rows.arena, entity->size);

		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		if (account == NULL)
			e = FAIL(UNAVAILABLE);
		if (err_is_ok(e))
			e = column_id(query, 0, &id);
		if (err_is_ok(e))
			e = row_get(&in->rows, entity, id, account);
		if (err_is_ok(e))
			workers[*count_out] = (struct worker){
				.login = *(const struct bytes *)field_in(account, entity_field(entity, "login")),
				.name = *(const struct bytes *)field_in(account, entity_field(entity, "name")),
			};
	}
	query_end(&query);
	return e;
}

/* ---- LG-6 ---- */

/* The last day of the last full month. */
static int32_t month_ended(int32_t today)
{
	return clock_date_add(today - today % 100 + 1, -1);
}

static err log_review(struct inspect *in, const struct books *of, const struct books *unused)
{
	const struct books_entry *last = newest(of, "period_to");
	int32_t today = clock_date_jst(clock_now_us());
	static _Thread_local struct worker workers[WORKERS_MAX];
	size_t count = 0;
	bool own = false;
	int32_t until, closed;

	(void)unused;
	if (last == NULL)
		return OK;
	until = books_day(last, "period_to");
	closed = books_day(last, "closed");
	TRY(read_workers(in, workers, &count));
	for (size_t i = 0; i < count; i++)
		own = own || bytes_equal(workers[i].login, books_text(last, "reviewer")) || bytes_equal(workers[i].name, books_text(last, "reviewer"));
	inspect_step(in, until >= month_ended(today), 1, "最も新しいログの点検が、先月末までを対象にしているかを調べた",
	    "Looked whether the newest review of logs covers the last full month", "until %d, last month ended %d", until, month_ended(today));
	inspect_step(in, closed >= until && closed <= clock_date_add(until, REVIEW_CLOSED_DAYS), 1, "その点検が、期間の終わりから31日以内に終わったかを調べた",
	    "Looked whether that review was closed within 31 days", "closed %d", closed);
	inspect_step(in, !own, 1, "点検者が、点検される運用担当でないかを調べた", "Looked whether its reviewer is none of the operators under review", "operators %zu", count);
	return OK;
}

/* ---- CH-2 ---- */

static err manuals(struct inspect *in, const struct books *of, const struct books *unused)
{
	int32_t oldest = clock_date_add(clock_date_jst(clock_now_us()), -365);
	unsigned critical = 0, missing = 0;
	const char *first = "";

	(void)unused;
	for (size_t i = 0; ops[i] != NULL; i++) {
		bool found = false;

		if (ops[i]->guard == GUARD_PLAIN)
			continue;
		critical++;
		for (size_t k = 0; ops[i]->manual != NULL && k < of->count; k++)
			found = found || (contains(books_text(&of->entries[k], "covers"), bytes_str(ops[i]->manual)) && books_day(&of->entries[k], "confirmed") >= oldest);
		if (!found && missing++ == 0)
			first = ops[i]->id;
	}
	inspect_step(in, missing == 0, critical, "影響の大きい操作のすべてに、1年以内に確認した手引があるかを調べた",
	    "Looked whether each critical operation has a manual confirmed within a year", "critical %u, without %u%s%s", critical, missing, missing > 0 ? ", first " : "",
	    first);
	return OK;
}

/* ---- SL-2, SL-4 ---- */

static err recovery(struct inspect *in, const struct books *of, const struct books *unused)
{
	int64_t now = clock_now_us();
	unsigned major = 0, late = 0;

	(void)unused;
	for (size_t i = 0; i < of->count; i++) {
		int64_t end = books_time(&of->entries[i], "recovery");

		if (!books_is(&of->entries[i], "class", "major"))
			continue;
		major++;
		late += (end != 0 ? end : now) - books_time(&of->entries[i], "start") > MAJOR_RECOVERY_US;
	}
	inspect_step(in, late == 0, (unsigned)of->count, "重大な障害が、目標の6時間以内に復旧しているかを調べた",
	    "Looked whether every major failure was over within the target of 6 hours", "failures %zu, major %u, too long %u", of->count, major, late);
	return OK;
}

/* The day on which the running year of the contract began. */
static int32_t contract_year(int32_t started, int32_t today)
{
	int32_t day = today / 10000 * 10000 + started % 10000;

	return day <= today ? day : day - 10000;
}

static err failure_count(struct inspect *in, const struct books *of, const struct books *unused)
{
	struct contract contract = {0};
	int32_t from;
	unsigned major = 0;
	err e = contract_of(&in->rows, (struct id){{0}}, &contract);

	(void)unused;
	if (!err_is_ok(e) || contract.started == 0) {
		inspect_unable(in, "契約の開始日がない。", "The contract has no first day.");
		return err_is(e, ERR_NOT_FOUND) ? OK : e;
	}
	from = contract_year(contract.started, clock_date_jst(clock_now_us()));
	for (size_t i = 0; i < of->count; i++)
		major += books_is(&of->entries[i], "class", "major") && books_day(&of->entries[i], "start") >= from;
	inspect_step(in, major <= MAJOR_YEARLY, (unsigned)of->count, "契約年度の重大な障害の数が上限以内かを調べた",
	    "Looked whether the major failures of the contract year are within the limit", "since %d: %u of at most %d", from, major, MAJOR_YEARLY);
	return OK;
}

/* ---- SL-7 ---- */

struct missed {
	const char *check;
	const struct books *actions;
	unsigned looked, missed, bare;
	char first[64];
};

static bool acted_on(const struct books *actions, struct bytes about)
{
	for (size_t i = 0; i < actions->count; i++)
		if (has_word(books_text(&actions->entries[i], "about"), about))
			return true;
	return false;
}

static void note_missed(struct missed *missed, struct bytes about)
{
	missed->missed++;
	if (!acted_on(missed->actions, about) && missed->bare++ == 0)
		(void)snprintf(missed->first, sizeof(missed->first), "%.*s", (int)(about.len < 60 ? about.len : 60), (const char *)about.ptr);
}

static err check_missed(void *context, const struct checkrow *row)
{
	struct missed *missed = context;

	if (bytes_is(row->code, missed->check)) /* its own failure needs no other action */
		return OK;
	missed->looked++;
	if (row->outcome == MATRIX_RUN_FAILED)
		note_missed(missed, row->code);
	return OK;
}

static err missed_targets(struct inspect *in, const struct books *levels, const struct books *actions)
{
	struct missed missed = {.check = in->check, .actions = actions};

	TRY(checkrow_each(&in->rows, check_missed, &missed));
	for (size_t i = 0; i < levels->count; i++) {
		const struct books_entry *level = &levels->entries[i];
		int64_t planned = books_number(level, "minutes_planned") - books_number(level, "minutes_excluded");

		missed.looked++;
		if (planned > 0 && books_number(level, "minutes_up") < planned / 10000 * books_number(level, "target") + planned % 10000 * books_number(level, "target") / 10000)
			note_missed(&missed, books_text(level, "month"));
	}
	inspect_step(in, missed.bare == 0, missed.looked, "不適合の検査と未達のサービス水準に、改善の取組みが登録されているかを調べた",
	    "Looked whether each failed check and missed service level has an action in the register", "looked at %u, missed %u, without action %u %s", missed.looked,
	    missed.missed, missed.bare, missed.first);
	return OK;
}

/* ---- BC-4 ---- */

static err plan_contacts(struct inspect *in, const struct books *plans, const struct books *contacts)
{
	unsigned named = 0, gone = 0;

	for (size_t i = 0; i < plans->count; i++) {
		struct bytes roles = books_text(&plans->entries[i], "contacts");
		struct bytes role;

		while (next_word(&roles, &role)) {
			named++;
			gone += books_find(contacts, "role", role) == NULL;
		}
	}
	inspect_step(in, named > 0 && gone == 0, named, "計画が名指しする連絡先が、連絡体制表にあるかを調べた",
	    "Looked whether the contacts that the plans name stand in the contact chain", "named %u, not there %u", named, gone);
	return OK;
}

/* ---- IR-5 ---- */

static err disclosed(struct inspect *in, const struct books *disclosures, const struct books *incidents)
{
	const struct books_entry *last = newest(disclosures, "confirmed");
	int32_t from = clock_date_add(clock_date_jst(clock_now_us()), -DISCLOSED_DAYS);
	unsigned published = 0, missing = 0;

	for (size_t i = 0; last != NULL && i < incidents->count; i++) {
		const struct books_entry *one = &incidents->entries[i];

		if (!books_is(one, "published", "true") || books_day(one, "reported") < from)
			continue;
		published++;
		missing += !contains(books_text(last, "incidents"), books_text(one, "title"));
	}
	inspect_step(in, missing == 0, 1, "公表・報告したインシデントが、すべて開示資料に載っているかを調べた",
	    "Looked whether every published or reported incident of two years stands in the disclosure", "incidents %zu, published %u, missing %u", incidents->count,
	    published, missing);
	return OK;
}

/* ---- VM-2 ---- */

static err scan_covers(struct inspect *in, const struct books *scans, const struct books *unused)
{
	const struct books_entry *last = newest(scans, "done");
	int64_t routes = 0;

	(void)unused;
	if (last == NULL)
		return OK;
	for (size_t i = 0; ops[i] != NULL; i++)
		routes += strcmp(ops[i]->method, "LOCAL") != 0;
	inspect_step(in, books_number(last, "hosts") > 0 && books_number(last, "routes") >= routes, 1, "最も新しい診断が、すべての操作を対象にしているかを調べた",
	    "Looked whether the newest scan covers every operation", "hosts %lld, operations covered %lld of %lld", (long long)books_number(last, "hosts"),
	    (long long)books_number(last, "routes"), (long long)routes);
	return OK;
}

/* ---- GV-4 ---- */

static err gather_outcome(void *context, const struct checkrow *row)
{
	int8_t *outcomes = context;

	for (size_t i = 0; i < catalogue_get()->check_count; i++)
		if (bytes_is(row->code, catalogue_get()->checks[i].id))
			outcomes[i] = (int8_t)row->outcome;
	return OK;
}

struct links { unsigned named, dead, waiting; };

/* A control that is known, has a check, and whose checks have all passed last time. */
static void follow_link(struct bytes id, const int8_t *outcomes, struct links *links)
{
	const struct catalogue *all = catalogue_get();
	unsigned checks = 0, bad = 0, waiting = 0;

	for (size_t i = 0; i < all->check_count; i++) {
		if (!bytes_is(id, all->checks[i].control->id))
			continue;
		checks++;
		waiting += outcomes[i] == MATRIX_NOT_RUN;
		bad += outcomes[i] != MATRIX_NOT_RUN && outcomes[i] != MATRIX_RUN_PASSED;
	}
	links->named++;
	links->dead += bad > 0 || checks == 0;
	links->waiting += waiting > 0;
}

static err risks_linked(struct inspect *in, const struct books *risks, const struct books *unused)
{
	int8_t *outcomes = arena_alloc(in->rows.arena, catalogue_get()->check_count + 1);
	struct links links = {0};
	unsigned bare = 0;

	(void)unused;
	if (outcomes == NULL)
		return FAIL(UNAVAILABLE);
	memset(outcomes, MATRIX_NOT_RUN, catalogue_get()->check_count + 1);
	TRY(checkrow_each(&in->rows, gather_outcome, outcomes));
	for (size_t i = 0; i < risks->count; i++) {
		struct bytes controls = books_text(&risks->entries[i], "controls");
		struct bytes control;
		unsigned before = links.named;

		while (next_word(&controls, &control))
			follow_link(control, outcomes, &links);
		bare += links.named == before;
	}
	if (links.waiting > 0)
		inspect_unable(in, "結び付けた対策に、まだ行われていない検査がある。", "A check of a linked control has not run yet.");
	inspect_step(in, bare == 0 && links.dead == 0, links.named, "リスクに結び付けた対策の検査が、すべて合格しているかを調べた",
	    "Looked whether every control linked to a risk has passed its checks", "risks %zu, without control %u, controls %u, not passing %u", risks->count, bare, links.named, links.dead);
	return OK;
}

/* ---- GV-11 ---- */

static err vetted(struct inspect *in, const struct books *people, const struct books *unused)
{
	static _Thread_local struct worker workers[WORKERS_MAX];
	int32_t today = clock_date_jst(clock_now_us());
	size_t count = 0;
	unsigned bad = 0;

	(void)unused;
	TRY(read_workers(in, workers, &count));
	for (size_t i = 0; i < count; i++) {
		const struct books_entry *person = books_find(people, "account", workers[i].login);
		int32_t end = person == NULL ? 0 : books_day(person, "end");

		bad += person == NULL || books_day(person, "identity") == 0 || books_day(person, "pledge") == 0 || (end != 0 && end < today);
	}
	inspect_step(in, bad == 0, (unsigned)count, "運用のアカウントを持つ全員に、本人確認と誓約の記録があるかを調べた",
	    "Looked whether everybody with an operator's account has proved identity and signed the pledge", "accounts %zu, not so %u", count, bad);
	return OK;
}

static err leavers_closed(struct inspect *in, const struct books *people, const struct books *assets)
{
	static _Thread_local struct worker workers[WORKERS_MAX];
	int32_t today = clock_date_jst(clock_now_us());
	unsigned gone = 0, active = 0, unreturned = 0;
	size_t count = 0;

	TRY(read_workers(in, workers, &count));
	for (size_t i = 0; i < people->count; i++) {
		int32_t end = books_day(&people->entries[i], "end");
		struct bytes login = books_text(&people->entries[i], "account");

		if (end == 0 || end >= today)
			continue;
		gone++;
		for (size_t k = 0; k < count; k++)
			active += bytes_equal(workers[k].login, login);
	}
	for (size_t i = 0; i < assets->count; i++) {
		int32_t due = books_day(&assets->entries[i], "due");

		unreturned += due != 0 && due < today && books_day(&assets->entries[i], "returned") == 0;
	}
	inspect_step(in, active == 0, (unsigned)people->count, "契約を終えた人のアカウントが残っていないかを調べた", "Looked whether nobody whose contract has ended still has an account",
	    "people %zu, ended %u, still active %u", people->count, gone, active);
	inspect_step(in, unreturned == 0, (unsigned)assets->count, "返却期限を過ぎた貸与品がないかを調べた", "Looked whether nothing issued is past its day of return",
	    "issued %zu, overdue %u", assets->count, unreturned);
	return OK;
}

/* ---- GV-15 ---- */

static int32_t later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

/* Within 30 days of the day on which rule and worker met; nobody is late before these have passed. */
static bool acknowledged(const struct books_entry *rule, const struct books_entry *person, int32_t today)
{
	int32_t starts = books_day(rule, "starts");
	int32_t last = clock_date_add(later(starts, books_day(person, "start")), ACKNOWLEDGED_DAYS);
	int32_t end = books_day(person, "end");
	int32_t on = books_day(person, "acknowledged_on");

	return (end != 0 && end < today) || today <= last || (on >= starts && on <= last);
}

static err rules_known(struct inspect *in, const struct books *people, const struct books *rules)
{
	int32_t today = clock_date_jst(clock_now_us());
	unsigned pairs = 0, bad = 0;

	for (size_t i = 0; i < people->count; i++)
		for (size_t k = 0; k < rules->count; k++) {
			pairs++;
			bad += !acknowledged(&rules->entries[k], &people->entries[i], today);
		}
	inspect_step(in, bad == 0, pairs, "従事者の全員が、施行から30日以内に規程を確認したかを調べた",
	    "Looked whether every worker acknowledged each rule within 30 days of its start", "workers %zu, rules %zu, not so %u", people->count, rules->count, bad);
	return OK;
}

/* ---- GV-16 ---- */

static bool duty_assigned(const struct books *duties, const char *requirement)
{
	for (size_t i = 0; i < duties->count; i++)
		if (has_word(books_text(&duties->entries[i], "requirement"), bytes_str(requirement)) && books_text(&duties->entries[i], "owner").len > 0 &&
		    books_day(&duties->entries[i], "next") != 0)
			return true;
	return false;
}

static err duties(struct inspect *in, const struct books *of, const struct books *unused)
{
	const struct catalogue *all = catalogue_get();
	struct contract contract = {0};
	unsigned asked = 0, bare = 0;
	const char *first = "";

	(void)unused;
	TRY(contract_of(&in->rows, (struct id){{0}}, &contract));
	for (size_t i = 0; i < all->requirement_count; i++) {
		const struct catalogue_requirement *one = &all->requirements[i];

		if (one->duty != CATALOGUE_CUSTOMER || !contract_names(contract.annexes, bytes_str(one->annex->id)))
			continue;
		asked++;
		if (!duty_assigned(of, one->id) && bare++ == 0)
			first = one->id;
	}
	if (asked == 0) {
		inspect_unable(in, "契約の別紙に、団体だけの責務がない。", "The annexes of the contract give the customer no duty of its own.");
		return OK;
	}
	inspect_step(in, bare == 0, asked, "別紙で団体の責務とされた項目が、すべて担当と期日とともに責務台帳にあるかを調べた",
	    "Looked whether every duty that the annexes give to the customer stands in the duty book with owner and date", "duties %u, not assigned %u %s", asked, bare, first);
	return OK;
}

/* ---- which check looks for what ---- */

static const struct accord {
	const char *check;
	const char *book, *other;       /* other NULL: one register is enough */
	bool empty;                     /* `book` need not have an entry */
	err (*look)(struct inspect *in, const struct books *books, const struct books *other);
} accords[] = {
	{"log-review-within", "log-review", NULL, false, log_review},
	{"critical-operation-has-manual", "manual", NULL, false, manuals},
	{"major-recovery-within", "failure", NULL, false, recovery},
	{"major-failure-count-within", "failure", NULL, false, failure_count},
	{"missed-target-has-action", "service-level", "improvement-request", true, missed_targets},
	{"continuity-plan-reviewed-within", "continuity-plan", "contact", true, plan_contacts},
	{"disclosure-confirmed-within", "disclosure", "incident", true, disclosed},
	{"vulnerability-scan-within", "vulnerability-scan", NULL, true, scan_covers},
	{"risk-linked-to-live-control", "risk-assessment", NULL, false, risks_linked},
	{"unvetted-worker-right-none", "personnel", NULL, false, vetted},
	{"leaver-closed-within", "personnel", "asset", false, leavers_closed},
	{"policy-acknowledged", "personnel", "policy", false, rules_known},
	{"customer-duty-assigned", "duty", NULL, false, duties},
};

err inspect_accord(struct inspect *in)
{
	for (size_t i = 0; i < sizeof(accords) / sizeof(accords[0]); i++) {
		const struct accord *accord = &accords[i];
		struct books books = {0}, other = {0};

		if (strcmp(accord->check, in->check) != 0)
			continue;
		TRY(books_read(in, accord->book, &books));
		if (accord->other != NULL)
			TRY(books_read(in, accord->other, &other));
		if (books.count == 0 && !accord->empty)
			inspect_unable(in, "必要な登録簿に、有効な記録がまだない。", "The register that is needed has no record in force yet.");
		else
			TRY(accord->look(in, &books, &other));
	}
	return OK;
}
