#include <string.h>

#include "assure/books.h"
#include "assure/inspect_rounds.h"
#include "base/clock.h"
#include "op/change.h"
#include "op/setting.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define REVIEW_DAYS 180
#define TRAINING_DAYS 365
#define WORKERS_MAX 5000

/* ---- setting-without-change-record-none ---- */

struct compared { unsigned looked, changed, bad; };

/* The value that approved changes leave; nothing was changed: the default. */
static err approved_value(struct inspect *in, const struct setting_definition *one, int64_t *value_out)
{
	struct change change = {0};
	struct value value = {0};
	err e = change_applied(&in->rows, "setting.change", "setting", bytes_str(one->code), &change);

	*value_out = one->value;
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	TRY(change_input(&change, "value", &value));
	if (!value.present)
		return FAIL(CORRUPT);
	*value_out = value.as.integer;
	return OK;
}

static err compare_settings(struct inspect *in, struct compared *seen)
{
	int64_t now_us = clock_now_us();

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_definition *one = setting_at((enum setting_code)i);
		enum setting_code code;
		struct setting row = {0};
		int64_t approved = 0, now = 0;
		err e;

		if (setting_find(bytes_str(one->code), in->compartment, &code) == NULL)
			continue;
		e = setting_row(&in->rows, bytes_str(one->code), &row);
		if (!err_is(e, ERR_NOT_FOUND))
			TRY(e);
		TRY(approved_value(in, one, &approved));
		TRY(setting_value(&in->rows, in->compartment, now_us, code, &now));
		seen->looked++;
		seen->changed += err_is_ok(e);
		seen->bad += now != approved || (err_is_ok(e) && row.value != approved);
	}
	return OK;
}

/* Every field that a change of the contract names. */
static err same_contract(const struct contract *contract, const struct change *change, bool *same_out)
{
	*same_out = true;
	for (size_t i = 0; i < contract_entity.field_count; i++) {
		const struct field *field = &contract_entity.fields[i];
		struct contract asked = {0};
		struct value value = {0}, now = {0};

		if (strcmp(field->name, "facility") == 0)
			continue;
		TRY(change_input(change, field->name, &value));
		if (value.present)
			value_store(field, &value, &asked);
		value_load(field, &asked, &value);
		value_load(field, contract, &now);
		if (field->type == FIELD_TEXT)
			*same_out = *same_out && bytes_equal(value.as.text, now.as.text);
		else if (field->type == FIELD_INT)
			*same_out = *same_out && value.as.integer == now.as.integer;
		else if (field->type == FIELD_DATE)
			*same_out = *same_out && value.as.date == now.as.date;
	}
	return OK;
}

/* As it was installed, or as the last approved change left it. */
static err compare_contract(struct inspect *in, struct compared *seen)
{
	struct contract contract = {0};
	struct change change = {0};
	bool same = false;
	err e = contract_of(&in->rows, (struct id){{0}}, &contract);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	e = change_applied(&in->rows, "contract.change", NULL, (struct bytes){0}, &change);
	seen->looked++;
	if (err_is(e, ERR_NOT_FOUND)) {
		seen->bad += contract.row.version != 1;
		return OK;
	}
	TRY(e);
	TRY(same_contract(&contract, &change, &same));
	seen->changed++;
	seen->bad += !same;
	return OK;
}

static err settings(struct inspect *in)
{
	struct compared seen = {0};
	struct compared agreed = {0};

	TRY(compare_settings(in, &seen));
	inspect_step(in, seen.bad == 0, seen.looked, "効いている設定の値を、承認された変更の結果とすべて比べた",
	    "Compared every setting in effect with what approved changes leave", "settings %u, changed %u, not so %u", seen.looked, seen.changed, seen.bad);
	TRY(compare_contract(in, &agreed));
	if (agreed.looked > 0)
		inspect_step(in, agreed.bad == 0, agreed.looked, "契約の内容を、用意されたときの内容または承認された変更の結果と比べた",
		    "Compared the contract's profile with what was installed or approved", "changed %u, not so %u", agreed.changed, agreed.bad);
	return OK;
}

/* ---- access-review-within ---- */

/* description.kind 3 = campaign; state 1 = done; facility.state 0 = open. */
#define REVIEWED(place) \
	"EXISTS (SELECT 1 FROM campaign_task AS task JOIN description AS kind ON kind.id = task.description WHERE kind.kind = 3" \
	" AND kind.code = 'access-review' AND task.probe = 0 AND task.state = 1 AND task.done_at >= :since" \
	" AND task.examined = task.kept + task.changed + task.deleted AND " place ")"
static const struct statement reviewed_places = {"inspect.reviewed-places",
    "SELECT COUNT(*), coalesce(SUM(CASE WHEN " REVIEWED("task.facility = facility.id") " THEN 1 ELSE 0 END), 0)"
    " FROM facility WHERE facility.probe = 0 AND facility.state = 0"};
static const struct statement reviewed_whole = {"inspect.reviewed-whole",
    "SELECT 1, CASE WHEN " REVIEWED("task.facility IS NULL AND task.account IS NULL") " THEN 1 ELSE 0 END FROM heartbeat WHERE one = 1"};

static err two_numbers(struct inspect *in, const struct statement *statement, int64_t since, int64_t out[static 2])
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(in->rows.db, statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "since", since);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		out[0] = column_int(query, 0);
		out[1] = column_int(query, 1);
	}
	query_end(&query);
	return e;
}

static err reviews(struct inspect *in) /* ID-7 */
{
	int64_t since = clock_now_us() - REVIEW_DAYS * DAY_US;
	int64_t places[2] = {0}, whole[2] = {0};

	TRY(two_numbers(in, &reviewed_places, since, places));
	TRY(two_numbers(in, &reviewed_whole, since, whole));
	if (places[0] == 0) {
		inspect_unable(in, "園がまだない。", "There is no facility yet.");
		return OK;
	}
	inspect_step(in, places[0] == places[1], (unsigned)places[0], "どの園にも、180日以内に終えた、全アカウントについて判断した見直しがあるかを調べた",
	    "Looked whether every facility has a review of at most 180 days ago that decided on every account", "facilities %lld, reviewed %lld",
	    (long long)places[0], (long long)places[1]);
	inspect_step(in, whole[1] == 1, 1, "市の職員と管理者のアカウントについても、同じかを調べた", "Looked whether the same is so for the accounts of the city's own people",
	    "%s", whole[1] == 1 ? "reviewed" : "not reviewed");
	return OK;
}

/* ---- training-complete ---- */

/* account.state 1 = active; roles 2 staff, 3 principal, 4 officer, 5 officer-admin, 8 operator, 9 operator-admin. */
static const struct statement workers = {"inspect.workers",
    "SELECT account.id FROM account WHERE account.probe = 0 AND account.state = 1 AND EXISTS (SELECT 1 FROM membership AS held"
    " WHERE held.account = account.id AND held.state = 0 AND held.role IN (2, 3, 4, 5, 8, 9) AND held.since <= :today"
    " AND (held.until IS NULL OR held.until = 0 OR held.until >= :today)) ORDER BY account.id LIMIT :limit"};

static err read_workers(struct inspect *in, struct id *list, size_t *count_out)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(in->rows.db, &workers, &query);

	*count_out = 0;
	if (err_is_ok(e))
		e = query_int(query, "today", clock_date_jst(clock_now_us()));
	if (err_is_ok(e))
		e = query_int(query, "limit", WORKERS_MAX);
	while (err_is_ok(e) && *count_out < WORKERS_MAX) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = column_id(query, 0, &list[(*count_out)++]);
	}
	query_end(&query);
	return e;
}

static bool passed(const struct books *trainings, struct bytes login, int32_t oldest)
{
	for (size_t i = 0; i < trainings->count; i++) {
		const struct books_entry *one = &trainings->entries[i];

		if (bytes_equal(books_text(one, "person"), login) && books_is(one, "result", "passed") && books_day(one, "done") >= oldest)
			return true;
	}
	return false;
}

static err login_of(struct inspect *in, struct id account, struct bytes *login_out)
{
	const struct entity *entity = entity_find(BYTES_LIT("account"));
	const struct field *login = entity != NULL ? entity_field(entity, "login") : NULL;
	void *row;

	REQUIRE(login != NULL && login->type == FIELD_TEXT);
	row = arena_alloc(in->rows.arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&in->rows, entity, account, row));
	*login_out = *(const struct bytes *)field_in(row, login);
	return OK;
}

/* Those of the register of personnel who have an account and have not left. */
static err personnel(struct inspect *in, const struct books *trainings, int32_t oldest)
{
	int32_t today = clock_date_jst(clock_now_us());
	struct books people = {0};
	unsigned looked = 0, bad = 0;

	TRY(books_read(in, "personnel", &people));
	for (size_t i = 0; i < people.count; i++) {
		struct bytes login = books_text(&people.entries[i], "account");
		int32_t end = books_day(&people.entries[i], "end");

		if (login.len == 0 || (end != 0 && end < today))
			continue;
		looked++;
		bad += !passed(trainings, login, oldest);
	}
	if (looked > 0)
		inspect_step(in, bad == 0, looked, "従事者の登録簿にいる人が、1年以内に研修を修了しているかを調べた",
		    "Looked whether everybody in the register of personnel has passed the training within a year", "people %u, not so %u", looked, bad);
	return OK;
}

static err trained(struct inspect *in) /* GV-5 */
{
	int32_t oldest = clock_date_add(clock_date_jst(clock_now_us()), -TRAINING_DAYS);
	struct id *list = arena_alloc(in->rows.arena, WORKERS_MAX * sizeof(*list));
	struct books trainings = {0};
	unsigned bad = 0;
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_workers(in, list, &count));
	TRY(books_read(in, "training", &trainings));
	if (count == 0) {
		inspect_unable(in, "業務の権限を持つ人がまだいない。", "Nobody has a working right yet.");
		return OK;
	}
	for (size_t i = 0; i < count; i++) {
		struct bytes login = {0};

		TRY(login_of(in, list[i], &login));
		bad += !passed(&trainings, login, oldest);
	}
	inspect_step(in, bad == 0, (unsigned)count, "業務の権限を持つ全員が、1年以内に研修を修了し、その記録が承認されているかを調べた",
	    "Looked whether everybody with a working right has passed the training within a year, by an approved record", "people %zu, records in force %zu, not so %u",
	    count, trainings.count, bad);
	return in->compartment->provider ? personnel(in, &trainings, oldest) : OK; /* where the workers have their accounts */
}

const struct inspection inspect_rounds[] = {
	{"settings", settings},
	{"reviews", reviews},
	{"trained", trained},
	{0},
};

const struct check inspect_rounds_checks[] = {
	{.id = "setting-without-change-record-none", .where = CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER, .inspection = "settings"},
	{.id = "access-review-within", .where = CHECK_CUSTOMER, .inspection = "reviews", .seconds = 60},
	{.id = "training-complete", .where = CHECK_CUSTOMER | CHECK_PROVIDER, .inspection = "trained", .seconds = 60},
	{0},
};
