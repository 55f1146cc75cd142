#include <stdio.h>
#include <string.h>

#include "govern/alert.h"
#include "govern/alert_post.h"
#include "govern/todo.h"

#include "govern/alert_op.h"

#define SECOND_US 1000000LL
#define SQL_MAX 1600
#define PAGE_DEFAULT 50
#define PAGE_MAX 200
#define RULE_FILTER "description.kind = 4 AND description.retired = 0 AND "

/* ---- statements ---- */

static char page_where[SQL_MAX], rules_where[SQL_MAX];
static struct row_list page = {"alert.page", &alert_entity, page_where, NULL};
static struct row_list rules = {"alert.rules", &describe_entity, rules_where, NULL};
static struct row_list silences = {"alert.silences", &alert_silence_entity,
    "description = :description AND probe = :probe ORDER BY until DESC, id LIMIT 1", NULL};
static const struct statement holds = {"alert.holds",
    "SELECT role, facility FROM membership WHERE account = :account AND state = 0"};

static void write_sql(char *out, const char *before, const char *predicate, const char *after)
{
	int len = snprintf(out, SQL_MAX, "%s(%s)%s", before, predicate, after);

	REQUIRE(len > 0 && len < SQL_MAX);
}

err alert_op_start(void)
{
	const char *seen = access_predicate("alert", RELATION_SEES), *rule = access_predicate("description", RELATION_SEES);

	REQUIRE(seen != NULL && rule != NULL);
	REQUIRE(strcmp(describe_kinds[4], "alert") == 0); /* RULE_FILTER */
	write_sql(page_where, "(:state < 0 OR alert.state = :state) AND ", seen,
	    " AND (alert.first_at < :after_at OR (alert.first_at = :after_at AND alert.id < :after))"
	    " ORDER BY alert.first_at DESC, alert.id DESC LIMIT :limit");
	write_sql(rules_where, RULE_FILTER, rule, " ORDER BY description.code LIMIT 128");
	TRY(row_list_make(&page));
	TRY(row_list_make(&rules));
	return row_list_make(&silences);
}

/* ---- one alert as JSON ---- */

/* Id and name of what another module keeps; null when there is none. */
static err put_named(struct call *call, const char *member, const char *entity_name, struct id id)
{
	const struct entity *entity = entity_find(bytes_str(entity_name));
	const struct field *name;
	void *row;
	err e;

	REQUIRE(entity != NULL);
	name = entity_field(entity, "name");
	if (id_is_zero(id)) {
		json_null(&call->out, member);
		return OK;
	}
	row = arena_alloc(call->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	e = row_get(&call->rows, entity, id, row);
	json_object(&call->out, member);
	json_id(&call->out, "id", id);
	if (err_is_ok(e))
		json_field(&call->out, name, row);
	else
		json_null(&call->out, "name");
	json_object_end(&call->out);
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

static err put_title(struct call *call, const struct alert *alert)
{
	OWN(buf) ja = {0};
	OWN(buf) en = {0};

	TRY(alert_words(alert, LANGUAGE_JA, &ja));
	TRY(alert_words(alert, LANGUAGE_EN, &en));
	json_object(&call->out, "title");
	json_text(&call->out, "ja", bytes_of(&ja));
	json_text(&call->out, "en", bytes_of(&en));
	json_object_end(&call->out);
	return OK;
}

static void put_rule(struct call *call, const struct alert *alert)
{
	const struct alert_rule *rule = alert_rule_of(alert->description);

	json_object(&call->out, "rule");
	if (rule != NULL)
		describe_json(&call->out, &rule->described);
	else
		json_id(&call->out, "id", alert->description);
	json_object_end(&call->out);
	json_str(&call->out, "severity", alert_rule_severities[rule != NULL ? rule->severity : ALERT_WARNING]);
}

static void put_may(struct call *call, const struct alert *alert)
{
	bool handles = call_may(call, &alert_op_judge, alert->row.id);

	json_object(&call->out, "may");
	json_bool(&call->out, "acknowledge", handles && alert->state == ALERT_OPEN);
	json_bool(&call->out, "assign", handles && alert->state < ALERT_JUDGED);
	json_bool(&call->out, "judge", handles && alert->state < ALERT_JUDGED);
	json_bool(&call->out, "close", handles && alert->state == ALERT_JUDGED);
	json_object_end(&call->out);
}

static err put_alert(struct call *call, const struct alert *alert)
{
	struct json *out = &call->out;

	json_id(out, "id", alert->row.id);
	put_rule(call, alert);
	TRY(put_title(call, alert));
	json_text(out, "subject", alert->subject);
	TRY(put_named(call, "facility", "facility", alert->facility));
	json_int(out, "count", alert->count);
	json_time(out, "first_at", alert->first_at);
	json_time(out, "last_at", alert->last_at);
	json_str(out, "state", alert_states[alert->state]);
	TRY(put_named(call, "owner", "account", alert->owner));
	json_time(out, "due_at", alert->handle_by);
	json_bool(out, "overdue", alert->state < ALERT_JUDGED && alert->handle_by <= call->now_us);
	json_str(out, "judgement", alert_judgements[alert->judgement]);
	json_time(out, "report_by", alert->report_by);
	json_time(out, "reported_at", alert->reported_at);
	json_bool(out, "silenced", alert->silenced);
	json_text(out, "origin", alert->origin);
	put_may(call, alert);
	return out->state;
}

/* ---- the queue ---- */

struct span { int64_t state, after_at; struct id after; int64_t limit; };

/* A cursor that is nothing in reach: nothing follows it. */
static err start_after(struct call *call, struct span *span)
{
	const struct grant *grant = NULL;
	struct alert last = {0};
	err e;

	if (!call_value(call, "cursor")->present)
		return OK;
	e = access_decide(call->rows.db, &call->actor, call->op->grants, "alert", call_id(call, "cursor"), &grant);
	if (err_is_ok(e))
		e = row_get(&call->rows, &alert_entity, call_id(call, "cursor"), &last);
	span->after_at = err_is_ok(e) ? last.first_at : 0;
	span->after = last.row.id;
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

static err bind_span(struct call *call, struct query *query, const struct span *span)
{
	TRY(access_bind(query, &call->actor));
	TRY(query_int(query, "state", span->state));
	TRY(query_int(query, "after_at", span->after_at));
	TRY(query_id(query, "after", &span->after));
	return query_int(query, "limit", span->limit + 1);
}

static err put_page(struct call *call, struct query *query, const struct span *span, int64_t *count_out, struct id *next_out)
{
	bool more = true;
	struct id last = {{0}};

	while (more) {
		struct alert alert = {0};

		TRY(query_step(query, &more));
		if (!more)
			break;
		TRY(row_read(&call->rows, &alert_entity, query, false, &alert));
		if (*count_out == span->limit) {
			*next_out = last;
			return OK;
		}
		json_object(&call->out, NULL);
		TRY(put_alert(call, &alert));
		json_object_end(&call->out);
		last = alert.row.id;
		(*count_out)++;
	}
	return OK;
}

static err list_apply(struct call *call)
{
	const struct value *limit = call_value(call, "limit"), *state = call_value(call, "state");
	struct span span = {.after_at = INT64_MAX, .limit = limit->present ? limit->as.integer : PAGE_DEFAULT,
	    .state = state->present ? state->as.choice : -1};
	struct query *query = NULL;
	struct id next = {{0}};
	int64_t count = 0;
	err e;

	span.limit = span.limit > PAGE_MAX ? PAGE_MAX : span.limit;
	TRY(start_after(call, &span));
	json_array(&call->out, "items");
	e = query_start(call->rows.db, page.statement, &query);
	if (err_is_ok(e))
		e = bind_span(call, query, &span);
	if (err_is_ok(e))
		e = put_page(call, query, &span, &count, &next);
	query_end(&query);
	TRY(e);
	json_array_end(&call->out);
	json_id(&call->out, "next", next);
	return buf_printf(&call->detail, "%s\"count\":%lld", call->detail.len > 0 ? "," : "", (long long)count);
}

static void put_event_numbers(struct json *out, const struct alert *alert)
{
	struct bytes left = alert->events;
	uint64_t number = 0;

	json_array(out, "events");
	while (err_is_ok(cut_u64(&left, &number)))
		json_int(out, NULL, (int64_t)number);
	json_array_end(out);
}

static err put_whole(struct call *call, const struct alert *alert)
{
	struct json *out = &call->out;

	TRY(put_alert(call, alert));
	json_text(out, "note", alert->note);
	json_text(out, "report", alert->report);
	put_event_numbers(out, alert);
	json_object(out, "course");
	json_time(out, "raised_at", alert->first_at);
	json_time(out, "acknowledged_at", alert->acknowledged_at);
	json_time(out, "judged_at", alert->judged_at);
	json_time(out, "reported_at", alert->reported_at);
	json_time(out, "closed_at", alert->closed_at);
	json_object_end(out);
	call->event_facility = alert->facility;
	return call_object(call, "alert", alert->row.id);
}

static err load(struct call *call, struct alert *alert)
{
	return row_get(&call->rows, &alert_entity, call_id(call, "alert"), alert);
}

static err see_apply(struct call *call)
{
	struct alert alert = {0};

	TRY(load(call, &alert));
	return put_whole(call, &alert);
}

/* ---- handling ---- */

static err wrong_state(struct call *call, const char *ja, const char *en)
{
	problems_add(call->problems, "alert", NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

static err not_judged_yet(struct call *call, const struct alert *alert)
{
	return alert->state < ALERT_JUDGED ? OK : wrong_state(call, "この警報はもう判定されています。", "This alert has been judged already.");
}

static err store(struct call *call, struct alert *alert)
{
	TRY(row_update(&call->rows, &alert_entity, alert));
	return put_whole(call, alert);
}

/* It waits for this person now, for nobody else. */
static err own(struct call *call, struct alert *alert, struct id account)
{
	struct id nobody = {{0}};

	TRY(todo_done(&call->rows, ALERT_TODO, alert->row.id, nobody, TODO_VOID, call->now_us));
	alert->owner = account;
	return alert_put_todo(&call->rows, alert, call->now_us);
}

static err acknowledge_apply(struct call *call)
{
	struct alert alert = {0};

	TRY(load(call, &alert));
	if (alert.state != ALERT_OPEN)
		return wrong_state(call, "この警報はもう引き受けられています。", "Somebody has taken this alert already.");
	alert.state = ALERT_ACKNOWLEDGED;
	alert.acknowledged_at = call->now_us;
	TRY(own(call, &alert, call->actor.account));
	return store(call, &alert);
}

/* Holds a role that handles it, for the whole compartment or at the alert's facility. */
static err can_handle(struct call *call, const struct alert *alert, struct id account, bool *can_out)
{
	const struct alert_rule *rule = alert_rule_of(alert->description);
	struct query *query = NULL;
	bool row = true;
	err e = query_start(call->rows.db, &holds, &query);

	*can_out = false;
	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	while (err_is_ok(e) && row && rule != NULL) {
		struct id place = {{0}};

		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		if (!column_null(query, 1))
			e = column_id(query, 1, &place);
		if ((rule->described.handle & (1u << column_int(query, 0))) != 0 &&
		    (id_is_zero(place) || id_is_zero(alert->facility) || id_equal(place, alert->facility)))
			*can_out = true;
	}
	query_end(&query);
	return e;
}

static err assign_apply(struct call *call)
{
	struct alert alert = {0};
	bool can = false;

	TRY(load(call, &alert));
	TRY(not_judged_yet(call, &alert));
	TRY(can_handle(call, &alert, call_id(call, "account"), &can));
	if (!can)
		return call_flaw(call, "account", FLAW_RULE, "この警報に対応できる役割の人ではありません。",
		    "This person does not hold a role that handles the alert.");
	if (alert.acknowledged_at == 0)
		alert.acknowledged_at = call->now_us;
	alert.state = ALERT_ACKNOWLEDGED;
	TRY(own(call, &alert, call_id(call, "account")));
	return store(call, &alert);
}

/* Of what came from a customer, or of the provider's own that its rule wants told. */
static bool to_report(const struct alert *alert, const struct alert_rule *rule, bool provider)
{
	return provider && rule != NULL && (alert->origin.len > 0 || rule->report_s > 0);
}

static err judge_apply(struct call *call)
{
	enum alert_judgement judgement = (enum alert_judgement)(call_value(call, "judgement")->as.choice + 1);
	bool serious = judgement == ALERT_IMPROPER || judgement == ALERT_ABNORMAL;
	struct id everybody = {{0}};
	struct alert alert = {0};
	bool provider = false, reports;

	TRY(load(call, &alert));
	TRY(not_judged_yet(call, &alert));
	TRY(alert_at_provider(call->rows.db, &provider));
	reports = to_report(&alert, alert_rule_of(alert.description), provider);
	if (serious && reports && call_text(call, "report").len == 0)
		return call_flaw(call, "report", FLAW_MISSING, "不正または異常と判定するときは、契約団体への報告を入力してください。",
		    "What is improper or abnormal is reported to the customer: write what they are told.");
	if (id_is_zero(alert.owner))
		alert.owner = call->actor.account;
	if (alert.acknowledged_at == 0)
		alert.acknowledged_at = call->now_us;
	alert.judgement = (int32_t)judgement;
	alert.judged_at = call->now_us;
	alert.note = call_text(call, "note");
	alert.report = call_text(call, "report");
	alert.state = serious ? ALERT_JUDGED : ALERT_CLOSED;
	alert.closed_at = serious ? 0 : call->now_us;
	if (serious) {
		/* At a customer it is the customer itself that has judged: it knows. */
		alert.report_by = call->now_us + (reports ? alert_rule_of(alert.description)->report_s * SECOND_US : 0);
		alert.reported_at = call->now_us;
	}
	TRY(todo_done(&call->rows, ALERT_TODO, alert.row.id, everybody, TODO_DONE, call->now_us));
	TRY(store(call, &alert));
	return provider ? alert_post_judgement(&call->rows, &alert, call->now_us) : OK;
}

static err close_apply(struct call *call)
{
	struct alert alert = {0};
	bool provider = false;

	TRY(load(call, &alert));
	if (alert.state != ALERT_JUDGED)
		return wrong_state(call, alert.state == ALERT_CLOSED ? "この警報はもう終わっています。" : "先に判定してください。",
		    alert.state == ALERT_CLOSED ? "This alert is closed already." : "Judge it first.");
	alert.state = ALERT_CLOSED;
	alert.closed_at = call->now_us;
	TRY(alert_at_provider(call->rows.db, &provider));
	TRY(store(call, &alert));
	return provider ? alert_post_judgement(&call->rows, &alert, call->now_us) : OK;
}

/* ---- rules ---- */

static err newest_silence(struct call *call, struct id description, struct alert_silence *out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(call->rows.db, silences.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", &description);
	if (err_is_ok(e))
		e = query_int(query, "probe", call->actor.probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		e = row_read(&call->rows, &alert_silence_entity, query, false, out);
	query_end(&query);
	return e;
}

static void put_roles(struct json *out, const char *name, unsigned roles)
{
	json_array(out, name);
	for (unsigned role = ROLE_GUARDIAN; role < ROLE_COUNT; role++)
		if ((roles & (1u << role)) != 0)
			json_str(out, NULL, access_role_names[role]);
	json_array_end(out);
}

static void put_both(struct json *out, const char *name, const struct describe_words *words)
{
	json_object(out, name);
	json_str(out, "ja", words->ja);
	json_str(out, "en", words->en);
	json_object_end(out);
}

static err put_one_rule(struct call *call, const struct alert_rule *rule)
{
	struct alert_silence silence = {0};
	struct json *out = &call->out;
	bool silent = false;

	TRY(newest_silence(call, rule->description, &silence, &silent));
	silent = silent && silence.until > call->now_us;
	describe_json(out, &rule->described);
	json_str(out, "severity", alert_rule_severities[rule->severity]);
	put_both(out, "words", &rule->words);
	json_int(out, "count", rule->count);
	json_int(out, "within_s", rule->within_s);
	json_int(out, "handle_within_s", rule->handle_s);
	json_int(out, "escalate_after_s", rule->after_s);
	json_int(out, "report_within_s", rule->report_s);
	put_roles(out, "handle", rule->described.handle);
	put_roles(out, "escalate", rule->escalate);
	json_bool(out, "mail", rule->mail);
	json_bool(out, "to_provider", rule->to_provider);
	json_time(out, "silent_until", silent ? silence.until : 0);
	json_text(out, "silent_reason", silent ? silence.reason : (struct bytes){0});
	json_bool(out, "may_silence", call_may(call, &alert_op_silence, rule->description));
	return out->state;
}

static err rules_apply(struct call *call)
{
	struct query *query = NULL;
	bool more = true;
	err e;

	json_array(&call->out, "items");
	e = query_start(call->rows.db, rules.statement, &query);
	if (err_is_ok(e))
		e = access_bind(query, &call->actor);
	while (err_is_ok(e) && more) {
		struct description description = {0};
		const struct alert_rule *rule = NULL;

		e = query_step(query, &more);
		if (err_is_ok(e) && more)
			e = row_read(&call->rows, &describe_entity, query, false, &description);
		if (err_is_ok(e) && more)
			rule = alert_rule_of(description.row.id);
		if (rule == NULL)
			continue;
		json_object(&call->out, NULL);
		e = put_one_rule(call, rule);
		json_object_end(&call->out);
	}
	query_end(&query);
	TRY(e);
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

static const struct grant see_grants[] = {{ROLES_ANY, RELATION_SEES, "*"}, {0}};

/* Another kind's description may be in reach, too: it is no rule. */
static err not_a_rule(struct call *call, struct id description)
{
	const struct grant *grant = NULL;

	TRY(access_decide(call->rows.db, &call->actor, see_grants, "description", description, &grant));
	return FAIL(DENIED);
}

static err silence_apply(struct call *call)
{
	const struct alert_rule *rule = alert_rule_of(call_id(call, "rule"));
	struct alert_silence silence = {.description = call_id(call, "rule"), .probe = call->actor.probe, .at = call->now_us,
	    .until = call_value(call, "until")->as.time_us, .account = call->actor.account, .reason = call_text(call, "reason")};

	if (rule == NULL)
		return not_a_rule(call, call_id(call, "rule"));
	if (silence.until <= call->now_us || silence.until > call->now_us + ALERT_RULE_SILENCE_MAX_S * SECOND_US)
		return call_flaw(call, "until", FLAW_RULE, "今から7日以内の日時を入力してください。", "Choose a time within the next 7 days.");
	TRY(row_insert(&call->rows, &alert_silence_entity, &silence));
	TRY(put_one_rule(call, rule));
	return call_object(call, "description", rule->description);
}

/* ---- rows ---- */

static const struct grant handle_grants[] = {{ROLES_ANY, RELATION_HANDLES, "*"}, {0}};

#define TEXT(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TEXT, .grade = GRADE_2}
#define TIME(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2}
#define NUMBER(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2}
#define ALERT_OUTPUT \
	{.name = "id", .ja = "警報", .en = "Alert", .type = FIELD_ID, .grade = GRADE_2}, \
	TEXT("rule", "規則", "Rule"), \
	{.name = "severity", .ja = "重さ", .en = "Severity", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = alert_rule_severities}, \
	TEXT("title", "内容", "Title"), TEXT("subject", "対象", "Subject"), TEXT("facility", "園", "Facility"), \
	NUMBER("count", "回数", "Count"), TIME("first_at", "最初の日時", "First"), TIME("last_at", "最後の日時", "Last"), \
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = alert_states}, \
	{.name = "owner", .ja = "担当者", .en = "Owner", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true}, \
	TIME("due_at", "判定の期限", "To be judged by"), \
	{.name = "overdue", .ja = "期限を過ぎた", .en = "Overdue", .type = FIELD_BOOL, .grade = GRADE_2}, \
	{.name = "judgement", .ja = "判定", .en = "Judgement", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = alert_judgements}, \
	TIME("report_by", "報告の期限", "To be reported by"), TIME("reported_at", "報告した日時", "Reported"), \
	{.name = "silenced", .ja = "知らせを止めている", .en = "Silent", .type = FIELD_BOOL, .grade = GRADE_2}, \
	TEXT("origin", "発生した区画", "Came from"), TEXT("may", "できること", "What may be done")

static const struct field list_output[] = {ALERT_OUTPUT, {0}};
static const struct field one_output[] = {
	ALERT_OUTPUT,
	{.name = "note", .ja = "判定の理由", .en = "Note", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "report", .ja = "報告", .en = "Report", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	TEXT("events", "記録の番号", "Numbers of events"), TEXT("course", "経過", "Course"),
	{0},
};
static const struct field rule_output[] = {
	{.name = "id", .ja = "規則", .en = "Rule", .type = FIELD_ID, .grade = GRADE_2},
	TEXT("code", "符号", "Code"), TEXT("title", "名前", "Title"),
	{.name = "severity", .ja = "重さ", .en = "Severity", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = alert_rule_severities},
	TEXT("words", "文", "Words"), NUMBER("count", "回数", "Count"), NUMBER("within_s", "この間に（秒）", "Within seconds"),
	NUMBER("handle_within_s", "判定まで（秒）", "Seconds until judged"), NUMBER("escalate_after_s", "引き上げるまで（秒）", "Seconds until escalated"),
	NUMBER("report_within_s", "報告まで（秒）", "Seconds until reported"), TEXT("handle", "対応する役割", "Handled by"),
	TEXT("escalate", "引き上げる先", "Escalated to"),
	{.name = "mail", .ja = "メールでも", .en = "By mail, too", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "to_provider", .ja = "事業者にも", .en = "To the provider, too", .type = FIELD_BOOL, .grade = GRADE_2},
	TIME("silent_until", "知らせを止めている期限", "Silent until"),
	{.name = "silent_reason", .ja = "止めている理由", .en = "Why it is silent", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "may_silence", .ja = "止められる", .en = "May be silenced", .type = FIELD_BOOL, .grade = GRADE_2},
	{0},
};

static const char *const serious_judgements[] = {"false-alarm", "normal", "improper", "abnormal", NULL};

#define PATH_ALERT \
	{.place = IN_PATH, .object = true, .field = {.name = "alert", .ja = "警報", .en = "Alert", .type = FIELD_ID, .grade = GRADE_2, \
	    .required = true, .refers = "alert"}}
#define WORDS_INPUT(text, label_ja, label_en) \
	{.place = IN_BODY, .field = {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, \
	    .multiline = true, .max = 1000}}

static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = alert_states}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};
static const struct input one_inputs[] = {PATH_ALERT, {0}};
static const struct input assign_inputs[] = {
	PATH_ALERT,
	{.place = IN_BODY, .field = {.name = "account", .ja = "担当者", .en = "Owner", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account"}},
	{0},
};
static const struct input judge_inputs[] = {
	PATH_ALERT,
	{.place = IN_BODY, .field = {.name = "judgement", .ja = "判定", .en = "Judgement", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = serious_judgements}},
	{.place = IN_BODY, .field = {.name = "note", .ja = "判定の理由", .en = "Note", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true,
	    .required = true, .multiline = true, .max = 1000}},
	WORDS_INPUT("report", "契約団体への報告", "What the customer is told"),
	{0},
};
static const struct input no_inputs[] = {{0}};
static const struct input silence_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "rule", .ja = "規則", .en = "Rule", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true, .refers = "description"}},
	{.place = IN_BODY, .field = {.name = "until", .ja = "再開する日時", .en = "Until", .type = FIELD_TIME, .grade = GRADE_2, .required = true}},
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true,
	    .required = true, .multiline = true, .max = 1000}},
	{0},
};

#define PURPOSE .purpose_ja = "異常に気付き、担当者が期限内に対応するため", \
	.purpose_en = "To notice what is out of order, so that somebody deals with it in time"
#define REQUIREMENTS .requirements = "K-39 K-56 P-7.1 S-23 S-51"
#define HANDLING(words_ja, words_en, last, input_list, function) \
	.ja = words_ja, .en = words_en, .method = "POST", .path = "/v1/alerts/{alert}/" last, .kind = OP_WRITE, .grants = handle_grants, \
	.policy = "alert handle", .inputs = input_list, .entity = &alert_entity, .output_fields = one_output, .status = 200, PURPOSE, \
	.event = true, .grade = GRADE_3B, REQUIREMENTS, .apply = function

const struct op alert_op_list = {
	.id = "alert.list", .ja = "警報の一覧を見る", .en = "List alerts", .method = "GET", .path = "/v1/alerts", .kind = OP_READ,
	.grants = see_grants, .policy = "alert see", .inputs = list_inputs, .entity = &alert_entity, .output_fields = list_output, .list = true,
	.status = 200, PURPOSE, .event = true, .grade = GRADE_3B, REQUIREMENTS, .apply = list_apply,
};
const struct op alert_op_see = {
	.id = "alert.see", .ja = "警報を見る", .en = "See an alert", .method = "GET", .path = "/v1/alerts/{alert}", .kind = OP_READ,
	.grants = see_grants, .policy = "alert see", .inputs = one_inputs, .entity = &alert_entity, .output_fields = one_output,
	.status = 200, PURPOSE, .event = true, .grade = GRADE_3B, REQUIREMENTS, .apply = see_apply,
};
const struct op alert_op_acknowledge = {
	.id = "alert.acknowledge", HANDLING("警報を引き受ける", "Take an alert", "acknowledge", one_inputs, acknowledge_apply),
};
const struct op alert_op_assign = {
	.id = "alert.assign", HANDLING("警報の担当者を決める", "Give an alert to somebody", "assign", assign_inputs, assign_apply),
};
const struct op alert_op_judge = {
	.id = "alert.judge", HANDLING("警報を判定する", "Judge an alert", "judge", judge_inputs, judge_apply),
};
const struct op alert_op_close = {
	.id = "alert.close", HANDLING("警報を終える", "Close an alert", "close", one_inputs, close_apply),
};
const struct op alert_op_rules = {
	.id = "alert.rule-list", .ja = "警報の規則を見る", .en = "See the rules of alerts", .method = "GET", .path = "/v1/alert-rules",
	.kind = OP_READ, .grants = see_grants, .policy = "alert-rule see", .inputs = no_inputs, .entity = &describe_entity,
	.output_fields = rule_output, .list = true, .status = 200, PURPOSE, .event = true, .grade = GRADE_3B, REQUIREMENTS, .apply = rules_apply,
};
const struct op alert_op_silence = {
	.id = "alert.rule-silence", .ja = "警報の知らせを一時止める", .en = "Silence a rule for a while", .method = "POST",
	.path = "/v1/alert-rules/{rule}/silence", .kind = OP_WRITE, .grants = handle_grants, .policy = "alert-rule silence",
	.inputs = silence_inputs, .entity = &describe_entity, .output_fields = rule_output, .status = 200, PURPOSE, .event = true,
	.grade = GRADE_3B, REQUIREMENTS, .apply = silence_apply,
};
