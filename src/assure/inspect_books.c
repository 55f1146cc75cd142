#include <stdio.h>
#include <string.h>

#include "assure/books.h"
#include "assure/catalogue.h"
#include "assure/inspect_accord.h"
#include "assure/inspect_books.h"
#include "base/clock.h"

#define YEAR 365

/* ---- what a table can say of a register ---- */

enum rule_kind {
	NEWEST_WITHIN,  /* the newest `field` is at most `days` old */
	EACH_WITHIN,    /* every `field` is at most `days` old */
	EACH_FILLED,    /* `field` says something everywhere */
	EACH_IS,        /* `field` says `value` everywhere */
	NONE_OVERDUE,   /* no `field` has passed while `other` (NULL: nothing) says no day on which it was done */
	SOME_AHEAD,     /* at least one `field` is still to come */
	COVERS,         /* for each word of `value` an entry whose `field` says it */
	FOUND_IN,       /* what `field` says stands as `other_field` in the register `other` */
	APPROVED_WITHIN,
	CONFIRMED_WITHIN, /* by the customer */
	RULE_KIND_COUNT
};

struct rule {
	const char *check;
	enum rule_kind kind;
	const char *book, *field;
	int days;
	const char *value;              /* EACH_IS, COVERS */
	const char *other, *other_field;
	const char *only, *only_value;  /* of those alone whose field `only` says so */
	const char *ja, *en;            /* what the field is called */
};

static const struct rule rules[] = {
	{.check = "algorithm-list-confirmed-within", .kind = NEWEST_WITHIN, .book = "algorithm-list", .field = "compared", .days = YEAR, .ja = "照合日", .en = "comparison"},
	{.check = "baseline-reviewed-within", .kind = EACH_WITHIN, .book = "baseline", .field = "compared", .days = YEAR, .ja = "照合日", .en = "comparison"},
	{.check = "guidance-confirmed-within", .kind = EACH_WITHIN, .book = "manual", .field = "confirmed", .days = YEAR, .ja = "確認日", .en = "confirmation"},
	{.check = "guidance-confirmed-within", .kind = EACH_WITHIN, .book = "risk-notice", .field = "confirmed", .days = YEAR, .ja = "確認日", .en = "confirmation"},
	{.check = "guidance-confirmed-within", .kind = EACH_WITHIN, .book = "legal-notice", .field = "confirmed", .days = YEAR, .ja = "確認日", .en = "confirmation"},
	{.check = "improvement-overdue-none", .kind = NONE_OVERDUE, .book = "improvement-request", .field = "due", .other = "done", .ja = "期限", .en = "due date"},
	{.check = "drill-passed-within", .kind = NEWEST_WITHIN, .book = "drill", .field = "start", .days = YEAR, .only = "result", .only_value = "passed", .ja = "合格した訓練の日", .en = "passed drill"},
	{.check = "drill-passed-within", .kind = NONE_OVERDUE, .book = "drill", .field = "improvement_due", .other = "improved", .ja = "改善の期限", .en = "date of an improvement"},
	{.check = "continuity-plan-reviewed-within", .kind = EACH_WITHIN, .book = "continuity-plan", .field = "reviewed", .days = YEAR, .ja = "見直し日", .en = "review"},
	{.check = "contact-chain-confirmed-within", .kind = EACH_WITHIN, .book = "contact", .field = "tested", .days = 90, .ja = "呼び出しを試した日", .en = "call test"},
	{.check = "disclosure-confirmed-within", .kind = NEWEST_WITHIN, .book = "disclosure", .field = "confirmed", .days = 90, .ja = "確認日", .en = "confirmation"},
	{.check = "vulnerability-overdue-none", .kind = EACH_FILLED, .book = "vulnerability", .field = "assessment", .ja = "評価", .en = "assessment"},
	{.check = "vulnerability-overdue-none", .kind = NONE_OVERDUE, .book = "vulnerability", .field = "due", .other = "fixed", .ja = "期限", .en = "due date"},
	{.check = "vulnerability-scan-within", .kind = NEWEST_WITHIN, .book = "vulnerability-scan", .field = "done", .days = 31, .ja = "実施日", .en = "scan"},
	{.check = "penetration-test-within", .kind = NEWEST_WITHIN, .book = "penetration-test", .field = "done", .days = YEAR, .ja = "実施日", .en = "test"},
	{.check = "penetration-test-within", .kind = NONE_OVERDUE, .book = "penetration-test", .field = "findings_due", .other = "findings_fixed", .ja = "修正の期限", .en = "date of a fix"},
	{.check = "licence-unapproved-none", .kind = FOUND_IN, .book = "sbom", .field = "component", .other = "licence", .other_field = "component", .ja = "部品", .en = "component"},
	{.check = "licence-unapproved-none", .kind = EACH_IS, .book = "licence", .field = "decision", .value = "approved", .ja = "使用可の判断", .en = "approval"},
	{.check = "subcontractor-record-complete", .kind = EACH_IS, .book = "subcontractor", .field = "all_demands", .value = "true", .ja = "要求事項がすべて課されていること", .en = "demands being passed on"},
	{.check = "subcontractor-record-complete", .kind = EACH_FILLED, .book = "subcontractor", .field = "security_officer", .ja = "情報セキュリティ責任者", .en = "security officer"},
	{.check = "subcontractor-record-complete", .kind = EACH_FILLED, .book = "subcontractor", .field = "data_manager", .ja = "個人情報管理者", .en = "personal data manager"},
	{.check = "subcontractor-record-complete", .kind = EACH_FILLED, .book = "subcontractor", .field = "workers", .ja = "従事者", .en = "workers"},
	{.check = "subcontractor-record-complete", .kind = EACH_FILLED, .book = "subcontractor", .field = "demands", .ja = "合意した要求事項", .en = "agreed demands"},
	{.check = "subcontractor-check-within", .kind = EACH_WITHIN, .book = "subcontractor", .field = "checked", .days = YEAR, .ja = "履行の確認日", .en = "check"},
	{.check = "external-service-assessed-within", .kind = EACH_WITHIN, .book = "external-service", .field = "assessed", .days = YEAR, .ja = "評価日", .en = "assessment"},
	{.check = "external-service-assessed-within", .kind = NONE_OVERDUE, .book = "external-service", .field = "next", .ja = "次の評価日", .en = "date of the next assessment"},
	{.check = "external-service-unlisted-none", .kind = FOUND_IN, .book = "flow-allow-list", .field = "service", .other = "external-service", .other_field = "service", .only = "outside", .only_value = "true", .ja = "外部の宛先のサービス", .en = "service of an outside destination"},
	{.check = "media-exception-overdue-none", .kind = NONE_OVERDUE, .book = "media", .field = "due", .other = "disposed", .ja = "返却・廃棄の期限", .en = "date of return or disposal"},
	{.check = "media-exception-overdue-none", .kind = EACH_FILLED, .book = "media", .field = "approver", .ja = "承認者", .en = "approver"},
	{.check = "media-exception-overdue-none", .kind = EACH_FILLED, .book = "media", .field = "protection", .ja = "保護の方法", .en = "protection"},
	{.check = "disposal-report-valid", .kind = FOUND_IN, .book = "data-location", .field = "site", .other = "audit", .other_field = "site", .only = "centre", .only_value = "true", .ja = "データセンター", .en = "data centre"},
	{.check = "disposal-report-valid", .kind = EACH_WITHIN, .book = "audit", .field = "done", .days = YEAR, .only = "kind", .only_value = "disposal", .ja = "第三者報告の日", .en = "third-party report"},
	{.check = "certification-valid", .kind = SOME_AHEAD, .book = "certification", .field = "expires", .ja = "有効期限", .en = "expiry"},
	{.check = "certification-valid", .kind = APPROVED_WITHIN, .book = "certification", .days = YEAR, .ja = "確認日", .en = "confirmation"},
	{.check = "audit-within", .kind = NEWEST_WITHIN, .book = "audit", .field = "done", .days = YEAR, .ja = "実施日", .en = "audit"},
	{.check = "audit-within", .kind = EACH_FILLED, .book = "audit", .field = "report", .ja = "報告書", .en = "report"},
	{.check = "audit-within", .kind = SOME_AHEAD, .book = "audit", .field = "next", .ja = "次回の予定日", .en = "next audit"},
	{.check = "audit-finding-overdue-none", .kind = NONE_OVERDUE, .book = "audit", .field = "correction_due", .other = "corrected", .ja = "是正の期限", .en = "date of a correction"},
	{.check = "risk-assessment-within", .kind = COVERS, .book = "risk-assessment", .field = "subject", .value = "internet keys operation", .ja = "評価の対象", .en = "subject"},
	{.check = "risk-assessment-within", .kind = EACH_WITHIN, .book = "risk-assessment", .field = "assessed", .days = YEAR, .ja = "評価日", .en = "assessment"},
	{.check = "demarcation-confirmed-within", .kind = CONFIRMED_WITHIN, .book = "demarcation", .days = YEAR, .ja = "団体の確認日", .en = "confirmation by the customer"},
	{.check = "release-has-design-review", .kind = FOUND_IN, .book = "release", .field = "version", .other = "design-review", .other_field = "version", .only = "design", .only_value = "true", .ja = "設計を変えた版", .en = "version with a change of design"},
	{.check = "release-has-design-review", .kind = EACH_FILLED, .book = "design-review", .field = "framework", .ja = "照らし合わせた枠組み", .en = "framework compared"},
	{.check = "development-procedure-reviewed-within", .kind = NEWEST_WITHIN, .book = "policy", .field = "approved", .days = YEAR, .only = "subject", .only_value = "development", .ja = "開発規程の承認日", .en = "approval of the development procedure"},
	{.check = "facility-record-complete", .kind = FOUND_IN, .book = "data-location", .field = "site", .other = "facility", .other_field = "site", .only = "centre", .only_value = "true", .ja = "データセンター", .en = "data centre"},
	{.check = "facility-record-complete", .kind = EACH_WITHIN, .book = "facility", .field = "confirmed", .days = YEAR, .ja = "確認日", .en = "confirmation"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "environment", .ja = "室内環境の証拠", .en = "evidence of the room environment"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "redundancy", .ja = "冗長性の証拠", .en = "evidence of redundancy"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "power", .ja = "電源の証拠", .en = "evidence of power"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "cabling", .ja = "配線の証拠", .en = "evidence of cabling"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "upkeep", .ja = "保守の証拠", .en = "evidence of upkeep"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "intrusion", .ja = "侵入・災害対策の証拠", .en = "evidence of intrusion and disaster protection"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "entry", .ja = "入退室管理の証拠", .en = "evidence of entry control"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "carried", .ja = "持込み品の管理の証拠", .en = "evidence on carried-in items"},
	{.check = "facility-record-complete", .kind = EACH_FILLED, .book = "facility", .field = "moves", .ja = "機器の移動の証拠", .en = "evidence on moves of equipment"},
	{.check = "exit-plan-reviewed-within", .kind = EACH_WITHIN, .book = "exit-plan", .field = "reviewed", .days = YEAR, .ja = "見直し日", .en = "review"},
	{.check = "exit-plan-reviewed-within", .kind = NONE_OVERDUE, .book = "exit-plan", .field = "next_due", .ja = "次の手順の期限", .en = "date of the next step"},
	{.check = "compliance-confirmed-within", .kind = EACH_WITHIN, .book = "compliance", .field = "confirmed", .days = YEAR, .ja = "確認日", .en = "confirmation"},
	{.check = "compliance-confirmed-within", .kind = NONE_OVERDUE, .book = "compliance", .field = "correction_due", .other = "corrected", .ja = "是正の期限", .en = "date of a correction"},
	{.check = "policy-reviewed-within", .kind = COVERS, .book = "policy", .field = "subject", .value = "security assets encryption access media disposal take-out subcontracting development incident", .ja = "規程の主題", .en = "subject of a rule"},
	{.check = "policy-reviewed-within", .kind = EACH_WITHIN, .book = "policy", .field = "approved", .days = YEAR, .ja = "承認日", .en = "approval"},
	{.check = "customer-duty-overdue-reminded", .kind = NONE_OVERDUE, .book = "duty", .field = "next", .ja = "次の期日", .en = "next date"},
};

/* ---- carrying them out ---- */

struct looking {
	struct inspect *in;
	const struct rule *rule;
	struct books books, other;
	int32_t today, oldest;
	unsigned seen, bad;
	int32_t newest;
};

static const char *title_of(const char *name, bool ja)
{
	const struct catalogue *all = catalogue_get();

	for (size_t i = 0; i < all->register_count; i++)
		if (strcmp(all->registers[i].name, name) == 0)
			return ja ? all->registers[i].title.ja : all->registers[i].title.en;
	return name;
}

static bool day_within(const struct looking *at, int32_t day)
{
	return day >= at->oldest && day <= at->today;
}

static bool us_within(const struct looking *at, int64_t us)
{
	return us != 0 && day_within(at, clock_date_jst(us));
}

static bool overdue(const struct looking *at, const struct books_entry *entry)
{
	int32_t due = books_day(entry, at->rule->field);

	return due != 0 && due < at->today && (at->rule->other == NULL || books_day(entry, at->rule->other) == 0);
}

/* One entry of those that are meant. */
static bool good(struct looking *at, const struct books_entry *entry)
{
	const struct rule *rule = at->rule;
	int32_t day = rule->field != NULL ? books_day(entry, rule->field) : 0;

	if (day <= at->today && day > at->newest)
		at->newest = day;
	switch (rule->kind) {
	case EACH_WITHIN:
		return day_within(at, day);
	case EACH_FILLED:
		return books_text(entry, rule->field).len > 0;
	case EACH_IS:
		return books_is(entry, rule->field, rule->value);
	case NONE_OVERDUE:
		return !overdue(at, entry);
	case FOUND_IN:
		return books_find(&at->other, rule->other_field, books_text(entry, rule->field)) != NULL;
	case APPROVED_WITHIN:
		return us_within(at, entry->approved_us);
	case CONFIRMED_WITHIN:
		return us_within(at, entry->confirmed_us);
	case SOME_AHEAD:
		return day >= at->today;
	case NEWEST_WITHIN:
	case COVERS:
	case RULE_KIND_COUNT:
		break;
	}
	return true;
}

/* Words of the value for which there is no entry. */
static unsigned uncovered(const struct looking *at)
{
	unsigned missing = 0;

	for (const char *word = at->rule->value; *word != '\0';) {
		size_t len = strcspn(word, " ");

		missing += books_find(&at->books, at->rule->field, (struct bytes){(const uint8_t *)word, len}) == NULL;
		word += len + (word[len] == ' ');
	}
	return missing;
}

static void say(struct looking *at)
{
	static const struct { const char *ja_before, *ja_after, *en_before, *en_after; } words[RULE_KIND_COUNT] = {
		[NEWEST_WITHIN] = {"で、最も新しい", "が古くないかを調べた", "whether the newest", " is not too old"},
		[EACH_WITHIN] = {"の全件で、", "が古くないかを調べた", "whether no", " is too old"},
		[EACH_FILLED] = {"の全件に、", "があるかを調べた", "whether every entry has its", ""},
		[EACH_IS] = {"の全件で、", "を確かめた", "for the", " in every entry"},
		[NONE_OVERDUE] = {"に、", "を過ぎて終わっていないものがないかを調べた", "whether no", " has passed with nothing done"},
		[SOME_AHEAD] = {"に、", "がまだ先のものがあるかを調べた", "for an entry whose", " is still ahead"},
		[COVERS] = {"に、必要な", "がすべてあるかを調べた", "for every", " that is needed"},
		[FOUND_IN] = {"の", "が、すべて対応する登録簿にあるかを調べた", "whether every", " stands in the register that belongs to it"},
		[APPROVED_WITHIN] = {"の全件で、承認による", "が古くないかを調べた", "whether no", " by approval is too old"},
		[CONFIRMED_WITHIN] = {"の全件で、", "が古くないかを調べた", "whether no", " is missing or too old"},
	};
	const struct rule *rule = at->rule;
	char ja[STEPS_WORDS_MAX], en[STEPS_WORDS_MAX], limit[40] = "", newest[60] = "", day[CLOCK_TEXT_MAX];

	(void)snprintf(ja, sizeof(ja), "登録簿「%s」%s%s%s", title_of(rule->book, true), words[rule->kind].ja_before, rule->ja, words[rule->kind].ja_after);
	(void)snprintf(en, sizeof(en), "Looked in the register \"%s\" %s %s%s", title_of(rule->book, false), words[rule->kind].en_before, rule->en,
	    words[rule->kind].en_after);
	clock_date_format(at->newest, day);
	if (at->newest != 0)
		(void)snprintf(newest, sizeof(newest), ", newest %s", day);
	if (rule->days != 0)
		(void)snprintf(limit, sizeof(limit), ", at most %d days", rule->days);
	inspect_step(at->in, at->bad == 0, at->seen, ja, en, "in force %zu, looked at %u, not so %u%s%s", at->books.count, at->seen, at->bad, newest, limit);
}

static void judge(struct looking *at)
{
	const struct rule *rule = at->rule;
	unsigned fits = 0;

	for (size_t i = 0; i < at->books.count; i++) {
		const struct books_entry *entry = &at->books.entries[i];

		if (rule->only != NULL && !books_is(entry, rule->only, rule->only_value))
			continue;
		at->seen++;
		fits += good(at, entry);
	}
	at->bad = at->seen - fits;
	if (rule->kind == SOME_AHEAD)
		at->bad = fits > 0 ? 0 : at->seen;
	if (rule->kind == NEWEST_WITHIN)
		at->bad = day_within(at, at->newest) ? 0 : 1;
	if (rule->kind == COVERS)
		at->bad = uncovered(at);
}

static err apply(struct inspect *in, const struct rule *rule)
{
	struct looking at = {.in = in, .rule = rule, .today = clock_date_jst(clock_now_us())};

	at.oldest = clock_date_add(at.today, -rule->days);
	TRY(books_read(in, rule->book, &at.books));
	if (rule->kind == FOUND_IN)
		TRY(books_read(in, rule->other, &at.other));
	if (at.books.count == 0) {
		char ja[STEPS_WORDS_MAX], en[STEPS_WORDS_MAX];

		(void)snprintf(ja, sizeof(ja), "登録簿「%s」に、有効な記録がまだない。", title_of(rule->book, true));
		(void)snprintf(en, sizeof(en), "The register \"%s\" has no record in force yet.", title_of(rule->book, false));
		inspect_unable(in, ja, en);
		return OK;
	}
	judge(&at);
	say(&at);
	return OK;
}

static err look(struct inspect *in)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].check, in->check) == 0)
			TRY(apply(in, &rules[i]));
	return inspect_accord(in);
}

const struct inspection inspect_books[] = {
	{"books", look},
	{0},
};

#define HERE (CHECK_CUSTOMER | CHECK_PROVIDER)
#define BOOK(name, places) {.id = name, .where = (places), .inspection = "books", .seconds = 60}

const struct check inspect_books_checks[] = {
	BOOK("algorithm-list-confirmed-within", HERE),
	BOOK("log-review-within", HERE),
	BOOK("baseline-reviewed-within", HERE),
	BOOK("guidance-confirmed-within", HERE),
	BOOK("critical-operation-has-manual", HERE),
	BOOK("major-recovery-within", HERE),
	BOOK("major-failure-count-within", CHECK_CUSTOMER),
	BOOK("improvement-overdue-none", HERE),
	BOOK("missed-target-has-action", HERE),
	BOOK("drill-passed-within", HERE),
	BOOK("continuity-plan-reviewed-within", CHECK_PROVIDER), /* the contacts are the provider's */
	BOOK("contact-chain-confirmed-within", HERE),
	BOOK("disclosure-confirmed-within", HERE),
	BOOK("vulnerability-overdue-none", HERE),
	BOOK("vulnerability-scan-within", HERE),
	BOOK("penetration-test-within", HERE),
	BOOK("licence-unapproved-none", HERE),
	BOOK("subcontractor-record-complete", HERE),
	BOOK("subcontractor-check-within", HERE),
	BOOK("external-service-assessed-within", HERE),
	BOOK("external-service-unlisted-none", HERE),
	BOOK("media-exception-overdue-none", HERE),
	BOOK("disposal-report-valid", HERE),
	BOOK("certification-valid", HERE),
	BOOK("audit-within", HERE),
	BOOK("audit-finding-overdue-none", HERE),
	BOOK("risk-assessment-within", HERE),
	BOOK("risk-linked-to-live-control", HERE),
	BOOK("demarcation-confirmed-within", CHECK_CUSTOMER),
	BOOK("release-has-design-review", HERE),
	BOOK("development-procedure-reviewed-within", HERE),
	BOOK("facility-record-complete", HERE),
	BOOK("unvetted-worker-right-none", CHECK_PROVIDER), /* where the workers have their accounts */
	BOOK("leaver-closed-within", CHECK_PROVIDER),
	BOOK("exit-plan-reviewed-within", CHECK_CUSTOMER),
	BOOK("compliance-confirmed-within", HERE),
	BOOK("policy-reviewed-within", HERE),
	BOOK("policy-acknowledged", HERE),
	BOOK("customer-duty-assigned", CHECK_CUSTOMER),
	BOOK("customer-duty-overdue-reminded", CHECK_CUSTOMER),
	{0},
};
