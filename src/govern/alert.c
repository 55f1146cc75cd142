#include <stdio.h>
#include <string.h>

#include "govern/form.h"
#include "govern/letter.h"
#include "govern/post.h"
#include "govern/todo.h"

#include "govern/alert.h"

#define SECOND_US 1000000LL
#define PROVIDER_ROLES (ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN))
#define WORDS_MAX 200           /* characters on a desk and in a letter */

const char *const alert_states[] = {
	[ALERT_OPEN] = "open", [ALERT_ACKNOWLEDGED] = "acknowledged", [ALERT_JUDGED] = "judged", [ALERT_CLOSED] = "closed", NULL,
};
const char *const alert_judgements[] = {
	[ALERT_NOT_JUDGED] = "none", [ALERT_FALSE] = "false-alarm", [ALERT_NORMAL] = "normal", [ALERT_IMPROPER] = "improper",
	[ALERT_ABNORMAL] = "abnormal", NULL,
};

#define AT(member) .offset = offsetof(struct alert, member)
#define TIME(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2
#define NOTE .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .sealed = true, .multiline = true, .max = 1000

static const struct field fields[] = {
	{.name = "description", .ja = "規則", .en = "Rule", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "description",
	    AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "Made for checks", .type = FIELD_BOOL, .grade = GRADE_2, AT(probe)},
	{.name = "opener", .ja = "起こした人", .en = "Opened by", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", AT(opener)},
	{.name = "origin", .ja = "発生した区画", .en = "Came from", .type = FIELD_TEXT, .grade = GRADE_2, .max = 40, AT(origin)},
	{.name = "remote", .ja = "発生元での番号", .en = "Its id there", .type = FIELD_ID, .grade = GRADE_2, AT(remote)},
	{.name = "subject", .ja = "対象", .en = "Subject", .type = FIELD_TEXT, .grade = GRADE_2, .max = ALERT_SUBJECT_MAX, AT(subject)},
	{.name = "label", .ja = "対象の名前", .en = "Subject in words", .type = FIELD_TEXT, .grade = GRADE_2, .max = ALERT_LABEL_MAX, AT(label)},
	{.name = "count", .ja = "回数", .en = "Count", .type = FIELD_INT, .grade = GRADE_2, .required = true, .min = 1, .max = INT64_MAX, AT(count)},
	{TIME("first_at", "最初の日時", "First"), AT(first_at)},
	{TIME("last_at", "最後の日時", "Last"), AT(last_at)},
	{.name = "ref", .ja = "数え終えた位置", .en = "Counted up to", .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = INT64_MAX, AT(ref)},
	{.name = "events", .ja = "記録の番号", .en = "Events", .type = FIELD_BYTES, .grade = GRADE_2, .max = 8 * ALERT_EVENTS_MAX, AT(events)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = alert_states, AT(state)},
	{.name = "owner", .ja = "担当者", .en = "Owner", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", AT(owner)},
	{TIME("handle_by", "判定の期限", "To be judged by"), AT(handle_by)},
	{TIME("acknowledged_at", "引き受けた日時", "Taken"), AT(acknowledged_at)},
	{TIME("judged_at", "判定した日時", "Judged"), AT(judged_at)},
	{TIME("closed_at", "終えた日時", "Closed"), AT(closed_at)},
	{.name = "judgement", .ja = "判定", .en = "Judgement", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = alert_judgements, AT(judgement)},
	{.name = "note", .ja = "判定の理由", .en = "Note", NOTE, AT(note)},
	{TIME("report_by", "報告の期限", "To be reported by"), AT(report_by)},
	{TIME("reported_at", "報告した日時", "Reported"), AT(reported_at)},
	{.name = "report", .ja = "報告", .en = "Report", NOTE, AT(report)},
	{.name = "silenced", .ja = "知らせを止めている", .en = "Silent", .type = FIELD_BOOL, .grade = GRADE_2, AT(silenced)},
};

static const char *const indexes[] = {"description,subject", "state,first_at", "origin,remote", NULL};

const struct entity alert_entity = {
	.name = "alert",
	.ja = "警報",
	.en = "Alert",
	.size = sizeof(struct alert),
	.seal = SEAL_FACILITY,
	.facility = "facility",
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

#undef AT
#define AT(member) .offset = offsetof(struct alert_silence, member)

static const struct field silence_fields[] = {
	{.name = "description", .ja = "規則", .en = "Rule", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "description",
	    AT(description)},
	{.name = "probe", .ja = "検査用", .en = "Made for checks", .type = FIELD_BOOL, .grade = GRADE_2, AT(probe)},
	{TIME("at", "止めた日時", "Since"), AT(at)},
	{TIME("until", "再開する日時", "Until"), AT(until)},
	{.name = "account", .ja = "止めた人", .en = "By", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .required = true, AT(account)},
	{.name = "reason", .ja = "理由", .en = "Reason", NOTE, .required = true, AT(reason)},
};

static const char *const silence_indexes[] = {"description,until", NULL};

const struct entity alert_silence_entity = {
	.name = "alert_silence",
	.ja = "警報の一時停止",
	.en = "Silence of a rule",
	.size = sizeof(struct alert_silence),
	.seal = SEAL_CUSTOMER,
	.indexes = silence_indexes,
	.fields = silence_fields,
	.field_count = sizeof(silence_fields) / sizeof(silence_fields[0]),
};

/* state 3 = closed */
static struct row_list grouped = {"alert.grouped", &alert_entity,
    "description = :description AND subject = :subject AND probe = :probe AND origin = '' AND state < 3 ORDER BY first_at DESC, id LIMIT 1", NULL};
static struct row_list silent = {"alert.silent", &alert_silence_entity,
    "description = :description AND probe = :probe AND until > :now ORDER BY until DESC, id LIMIT 1", NULL};
static const struct statement greatest_ref = {"alert.ref",
    "SELECT MAX(ref) FROM alert WHERE description = :description AND subject = :subject AND probe = :probe AND origin = ''"};
static const struct statement provider_here = {"alert.provider", "SELECT provider FROM compartment WHERE one = 1"};

err alert_start(void)
{
	TRY(row_list_make(&grouped));
	return row_list_make(&silent);
}

/* ---- asking ---- */

err alert_at_provider(struct db *db, bool *provider_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(db, &provider_here, &query);

	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*provider_out = row && column_int(query, 0) != 0;
	query_end(&query);
	return e;
}

unsigned alert_handlers(const struct alert_rule *rule, bool provider)
{
	return rule->described.handle & (provider ? PROVIDER_ROLES : ~PROVIDER_ROLES);
}

static err bind_key(struct query *query, const struct alert_rule *rule, struct bytes subject, bool probe)
{
	TRY(query_id(query, "description", &rule->description));
	TRY(query_text(query, "subject", subject));
	return query_int(query, "probe", probe ? 1 : 0);
}

err alert_ref(struct row_context *c, const struct alert_rule *rule, struct bytes subject, bool probe, int64_t *ref_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(c->db, &greatest_ref, &query);

	if (err_is_ok(e))
		e = bind_key(query, rule, subject, probe);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*ref_out = row ? column_int(query, 0) : 0;
	query_end(&query);
	return e;
}

static err find_grouped(struct row_context *c, const struct alert_news *news, struct alert *out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(c->db, grouped.statement, &query);

	if (err_is_ok(e))
		e = bind_key(query, news->rule, news->subject, news->probe);
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		e = row_read(c, &alert_entity, query, false, out);
	query_end(&query);
	return e;
}

/* until_out 0: it is not silent. */
static err find_silence(struct row_context *c, const struct alert_news *news, int64_t now_us, int64_t *until_out)
{
	struct alert_silence silence = {0};
	struct query *query = NULL;
	bool row = false;
	err e = query_start(c->db, silent.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", &news->rule->description);
	if (err_is_ok(e))
		e = query_int(query, "probe", news->probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_int(query, "now", now_us);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		e = row_read(c, &alert_silence_entity, query, true, &silence);
	query_end(&query);
	*until_out = row ? silence.until : 0;
	return e;
}

/* This compartment has the rule. */
static err is_here(struct row_context *c, const struct alert_rule *rule, bool *here_out)
{
	struct description description = {0};
	err e = row_get(c, &describe_entity, rule->description, &description);

	*here_out = err_is_ok(e) && !description.retired;
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

/* ---- words ---- */

/* So many characters at most, whole ones. */
static struct bytes cut(struct bytes text, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		if ((text.ptr[i] & 0xc0) != 0x80 && ++count > max)
			return (struct bytes){text.ptr, i};
	return text;
}

static struct bytes shown(const struct alert *alert)
{
	return alert->label.len > 0 ? alert->label : alert->subject;
}

err alert_words(const struct alert *alert, enum language language, struct buf *out)
{
	const struct alert_rule *rule = alert_rule_of(alert->description);
	OWN(buf) text = {0};

	if (rule == NULL)
		return buf_append(out, shown(alert));
	TRY(alert_rule_words(language == LANGUAGE_EN ? rule->words.en : rule->words.ja, alert->count, shown(alert), &text));
	return buf_append(out, cut(bytes_of(&text), WORDS_MAX));
}

/* ---- telling people ---- */

err alert_put_todo(struct row_context *c, const struct alert *alert, int64_t now_us)
{
	const struct alert_rule *rule = alert_rule_of(alert->description);
	int64_t reminders[2] = {0};
	OWN(buf) ja = {0};
	OWN(buf) en = {0};
	struct todo_spec spec = {.kind = ALERT_TODO, .object_kind = alert_entity.name, .object = alert->row.id, .facility = alert->facility,
	    .probe = alert->probe, .account = alert->owner, .link = "/alerts/", .due_us = alert->handle_by, .grade = GRADE_2};
	bool provider = false;

	if (rule == NULL)
		return OK; /* it is gone from the file: its alerts stay, and call nobody */
	TRY(alert_at_provider(c->db, &provider));
	TRY(alert_words(alert, LANGUAGE_JA, &ja));
	TRY(alert_words(alert, LANGUAGE_EN, &en));
	reminders[0] = rule->handle_s / 4 * SECOND_US;
	spec.ja = bytes_of(&ja);
	spec.en = bytes_of(&en);
	spec.roles = alert_handlers(rule, provider);
	spec.mail = rule->mail && !alert->silenced;
	spec.reminders_us = reminders;
	spec.escalate = rule->escalate & (provider ? PROVIDER_ROLES : ~PROVIDER_ROLES);
	/* Nobody has taken it: earlier than what is overdue. */
	if (id_is_zero(alert->owner) && rule->after_s > 0 && !alert->silenced)
		spec.escalate_us = alert->first_at + rule->after_s * SECOND_US;
	if (spec.roles == 0 && id_is_zero(spec.account))
		return OK;
	return todo_put(c, &spec, now_us);
}

err alert_mail(struct row_context *c, const struct alert *alert, int64_t now_us)
{
	const struct alert_rule *rule = alert_rule_of(alert->description);
	bool provider = false;
	struct letter_spec spec = {.template = "alert", .grade = GRADE_2, .cause = alert->row.id, .facility = alert->facility, .probe = alert->probe};
	OWN(buf) values = {0};
	OWN(buf) ja = {0};
	OWN(buf) en = {0};
	OWN(buf) link = {0};
	char id[ID_TEXT_MAX];
	unsigned roles;

	if (rule == NULL)
		return OK;
	TRY(alert_at_provider(c->db, &provider));
	roles = alert_handlers(rule, provider);
	if (!rule->mail || alert->silenced || roles == 0)
		return OK;
	TRY(alert_words(alert, LANGUAGE_JA, &ja));
	TRY(alert_words(alert, LANGUAGE_EN, &en));
	id_format(alert->row.id, id);
	TRY(buf_printf(&link, "/alerts/%s", id));
	TRY(form_put(&values, "title_ja", bytes_of(&ja)));
	TRY(form_put(&values, "title_en", bytes_of(&en)));
	TRY(form_put(&values, "link", bytes_of(&link)));
	spec.values = bytes_of(&values);
	return letter_mail_roles(c, roles, &spec, now_us);
}

static err put_number(struct buf *body, const char *name, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	return form_put(body, name, bytes_str(text));
}

/* The provider gets a copy; nothing of a person stands in it. A4 */
static err post_copy(struct row_context *c, const struct alert *alert, const struct alert_rule *rule, int64_t now_us)
{
	struct post_letter letter = {.to = POST_PROVIDER, .kind = "alert", .object = alert->row.id, .edition = alert->row.version,
	    .facility = alert->facility, .probe = alert->probe};
	OWN(buf) body = {0};

	TRY(form_put(&body, "rule", bytes_str(rule->described.code)));
	TRY(form_put(&body, "subject", alert->subject));
	TRY(form_put(&body, "label", alert->label));
	TRY(put_number(&body, "count", alert->count));
	TRY(put_number(&body, "first_at", alert->first_at));
	TRY(put_number(&body, "last_at", alert->last_at));
	letter.body = bytes_of(&body);
	return post_put(c, &letter, now_us);
}

/* Counts of a series are posted as they double: the first one at once. */
static bool worth_a_copy(int64_t before, int64_t count)
{
	int64_t power = 1;

	while (power <= before)
		power *= 2;
	return count >= power;
}

static err tell(struct row_context *c, const struct alert *alert, const struct alert_rule *rule, int64_t before, int64_t now_us)
{
	bool provider = false;

	TRY(alert_at_provider(c->db, &provider));
	TRY(alert_put_todo(c, alert, now_us));
	if (before == 0)
		TRY(alert_mail(c, alert, now_us));
	return rule->to_provider && !provider && worth_a_copy(before, alert->count) ? post_copy(c, alert, rule, now_us) : OK;
}

/* ---- raising ---- */

static err add_events(const struct alert *alert, const struct alert_news *news, struct buf *out)
{
	size_t fresh = news->event_count < ALERT_EVENTS_MAX ? news->event_count : ALERT_EVENTS_MAX;
	size_t room = ALERT_EVENTS_MAX - fresh, old = alert->events.len / 8;
	size_t kept = old < room ? old : room;

	if (kept > 0)
		TRY(buf_append(out, (struct bytes){alert->events.ptr + (old - kept) * 8, kept * 8}));
	for (size_t i = news->event_count - fresh; i < news->event_count; i++)
		TRY(buf_u64(out, news->events[i]));
	return OK;
}

/* What became of a facility whose key is destroyed is the whole compartment's to look at: under that key nothing is written any more. */
static err find_place(struct row_context *c, struct id facility, struct id *place_out)
{
	struct data_key key = {0};
	err e = id_is_zero(facility) ? OK : keys_active(c->keys, KEY_FACILITY, facility, &key);

	*place_out = err_is_ok(e) ? facility : (struct id){{0}};
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

static err begin(struct row_context *c, const struct alert_news *news, int64_t now_us, struct alert *alert)
{
	struct id place = {{0}};
	int64_t until = 0;

	TRY(find_silence(c, news, now_us, &until));
	TRY(find_place(c, news->facility, &place));
	*alert = (struct alert){.description = news->rule->description, .facility = place, .probe = news->probe,
	    .subject = news->subject, .first_at = news->first_us != 0 ? news->first_us : now_us, .state = ALERT_OPEN,
	    .judgement = ALERT_NOT_JUDGED, .silenced = until != 0};
	alert->handle_by = (until != 0 ? until : alert->first_at) + news->rule->handle_s * SECOND_US; /* A3 */
	return OK;
}

/* A3: one that began in a silence calls when something comes after it, as a new one would. */
static err wake(struct row_context *c, const struct alert_news *news, int64_t now_us, struct alert *alert, bool *woken_out)
{
	int64_t until = 0;

	*woken_out = false;
	if (!alert->silenced)
		return OK;
	TRY(find_silence(c, news, now_us, &until));
	alert->silenced = until != 0;
	*woken_out = until == 0;
	return OK;
}

err alert_raise_news(struct row_context *c, const struct alert_news *news, int64_t now_us)
{
	OWN(buf) events = {0};
	struct alert alert = {0};
	bool found = false, here = false, woken = false;
	int64_t before;

	REQUIRE(news->rule != NULL && news->count > 0 && news->subject.len <= ALERT_SUBJECT_MAX);
	TRY(is_here(c, news->rule, &here));
	if (!here)
		return OK;
	TRY(find_grouped(c, news, &alert, &found));
	TRY(found ? wake(c, news, now_us, &alert, &woken) : begin(c, news, now_us, &alert));
	before = woken ? 0 : alert.count;
	TRY(add_events(&alert, news, &events));
	alert.events = bytes_of(&events);
	alert.label = cut(news->label, ALERT_LABEL_MAX);
	alert.count += news->count;
	alert.last_at = news->last_us != 0 ? news->last_us : now_us;
	alert.ref = news->ref > alert.ref ? news->ref : alert.ref;
	TRY(found ? row_update(c, &alert_entity, &alert) : row_insert(c, &alert_entity, &alert));
	if (alert.state == ALERT_JUDGED)
		return OK; /* it is in hand: counted, nobody is called anew */
	return tell(c, &alert, news->rule, before, now_us);
}

err alert_raise(struct row_context *c, const char *rule, struct bytes subject, struct id facility, bool probe, int64_t now_us)
{
	struct alert_news news = {.rule = alert_rule_find(rule), .subject = subject, .facility = facility, .probe = probe, .count = 1};

	return news.rule == NULL ? FAIL(NOT_FOUND) : alert_raise_news(c, &news, now_us);
}

static bool told_fits(const struct alert_rule *rule, const struct alert_told *told)
{
	return rule->on == told->on && strcmp(rule->what, told->what) == 0 && (rule->todo == NULL || bytes_is(told->kind, rule->todo));
}

err alert_tell(struct row_context *c, const struct alert_told *told, int64_t now_us)
{
	for (size_t i = 0; alert_rule_at(i) != NULL; i++) {
		struct alert_news news = {.rule = alert_rule_at(i), .subject = told->subject, .label = told->label, .facility = told->facility,
		    .probe = told->probe, .count = 1};

		if (told_fits(news.rule, told))
			TRY(alert_raise_news(c, &news, now_us));
	}
	return OK;
}
