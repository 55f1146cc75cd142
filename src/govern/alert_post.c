#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/form.h"
#include "govern/todo.h"

#include "govern/alert_post.h"

#define SECOND_US 1000000LL

static struct row_list copy_of = {"alert.copy-of", &alert_entity, "origin = :origin AND remote = :remote LIMIT 1", NULL};

err alert_post_start(void)
{
	return row_list_make(&copy_of);
}

/* ---- out ---- */

static err put_number(struct buf *body, const char *name, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	return form_put(body, name, bytes_str(text));
}

static err put_judgement(const struct alert *alert, struct buf *body)
{
	TRY(form_put(body, "judgement", bytes_str(alert_judgements[alert->judgement])));
	TRY(put_number(body, "judged_at", alert->judged_at));
	TRY(put_number(body, "closed_at", alert->closed_at));
	return form_put(body, "report", alert->report);
}

static err post_back(struct row_context *c, const struct alert *alert, int64_t now_us)
{
	char to[41];
	struct post_letter letter = {.to = to, .kind = alert_post_judged.kind, .object = alert->remote, .edition = alert->row.version, .probe = alert->probe};
	OWN(buf) body = {0};

	(void)snprintf(to, sizeof(to), "%.*s", (int)alert->origin.len, (const char *)alert->origin.ptr);
	TRY(put_judgement(alert, &body));
	letter.body = bytes_of(&body);
	return post_put(c, &letter, now_us);
}

/* The provider's own: those that every customer is to know of. */
static err post_to_all(struct row_context *c, const struct alert *alert, const struct alert_rule *rule, int64_t now_us)
{
	struct post_letter letter = {.to = POST_ALL, .kind = alert_post_copy.kind, .object = alert->row.id, .edition = alert->row.version,
	    .probe = alert->probe};
	OWN(buf) body = {0};

	TRY(form_put(&body, "rule", bytes_str(rule->described.code)));
	TRY(form_put(&body, "subject", alert->subject));
	TRY(form_put(&body, "label", alert->label));
	TRY(put_number(&body, "count", alert->count));
	TRY(put_number(&body, "first_at", alert->first_at));
	TRY(put_number(&body, "last_at", alert->last_at));
	TRY(put_judgement(alert, &body));
	letter.body = bytes_of(&body);
	return post_put(c, &letter, now_us);
}

err alert_post_judgement(struct row_context *c, const struct alert *alert, int64_t now_us)
{
	const struct alert_rule *rule = alert_rule_of(alert->description);
	bool serious = alert->judgement == ALERT_IMPROPER || alert->judgement == ALERT_ABNORMAL;

	if (alert->origin.len > 0)
		return post_back(c, alert, now_us);
	return serious && rule != NULL && rule->report_s > 0 ? post_to_all(c, alert, rule, now_us) : OK;
}

/* ---- in ---- */

static err get_number(struct bytes body, const char *name, int64_t *out)
{
	struct bytes text = form_get(body, name);
	char digits[24];
	char *end = NULL;

	if (text.len == 0 || text.len >= sizeof(digits))
		return FAIL(INVALID);
	(void)snprintf(digits, sizeof(digits), "%.*s", (int)text.len, (const char *)text.ptr);
	if (digits[0] < '0' || digits[0] > '9')
		return FAIL(INVALID);
	*out = strtoll(digits, &end, 10);
	return *end == '\0' && *out >= 0 && *out < INT64_MAX ? OK : FAIL(INVALID);
}

static err get_judgement(struct bytes body, struct alert *alert)
{
	struct bytes text = form_get(body, "judgement"), report = form_get(body, "report");
	size_t count = 0;

	alert->judgement = ALERT_NOT_JUDGED;
	for (int32_t i = ALERT_FALSE; alert_judgements[i] != NULL; i++)
		if (bytes_is(text, alert_judgements[i]))
			alert->judgement = i;
	if (alert->judgement == ALERT_NOT_JUDGED)
		return FAIL(INVALID);
	TRY(utf8_check(report, &count));
	if (count > 1000)
		return FAIL(INVALID);
	alert->report = report;
	TRY(get_number(body, "judged_at", &alert->judged_at));
	return get_number(body, "closed_at", &alert->closed_at);
}

static err find_copy(struct call *call, const struct post_item *item, struct alert *out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(call->rows.db, copy_of.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "origin", item->from);
	if (err_is_ok(e))
		e = query_id(query, "remote", &item->object);
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		e = row_read(&call->rows, &alert_entity, query, false, out);
	query_end(&query);
	return e;
}

static const struct alert_rule *rule_of(struct bytes body)
{
	struct bytes code = form_get(body, "rule");

	for (size_t i = 0; alert_rule_at(i) != NULL; i++)
		if (bytes_is(code, alert_rule_at(i)->described.code))
			return alert_rule_at(i);
	return NULL;
}

static err read_copy(const struct post_item *item, struct alert *alert)
{
	size_t count = 0;

	alert->subject = form_get(item->body, "subject");
	alert->label = form_get(item->body, "label");
	TRY(utf8_check(alert->subject, &count));
	if (count > ALERT_SUBJECT_MAX)
		return FAIL(INVALID);
	TRY(utf8_check(alert->label, &count));
	if (count > ALERT_LABEL_MAX)
		return FAIL(INVALID);
	TRY(get_number(item->body, "count", &alert->count));
	TRY(get_number(item->body, "first_at", &alert->first_at));
	TRY(get_number(item->body, "last_at", &alert->last_at));
	return alert->count > 0 ? OK : FAIL(INVALID);
}

/* What the provider says of itself is judged and reported: nobody here has to handle it. */
static err take_reported(struct call *call, const struct post_item *item, struct alert *alert)
{
	TRY(get_judgement(item->body, alert));
	alert->state = alert->closed_at != 0 ? ALERT_CLOSED : ALERT_JUDGED;
	if (alert->reported_at == 0)
		alert->reported_at = call->now_us;
	return OK;
}

static err take_copy(struct call *call, const struct post_item *item)
{
	const struct alert_rule *rule = rule_of(item->body);
	struct alert alert = {0};
	bool found = false;

	if (rule == NULL)
		return FAIL(INVALID);
	TRY(find_copy(call, item, &alert, &found));
	if (!found)
		alert = (struct alert){.description = rule->description, .probe = item->probe, .origin = item->from, .remote = item->object,
		    .state = ALERT_OPEN, .judgement = ALERT_NOT_JUDGED, .handle_by = call->now_us + rule->handle_s * SECOND_US};
	TRY(read_copy(item, &alert));
	if (item->from_provider)
		TRY(take_reported(call, item, &alert));
	TRY(found ? row_update(&call->rows, &alert_entity, &alert) : row_insert(&call->rows, &alert_entity, &alert));
	TRY(call_object(call, "alert", alert.row.id));
	if (alert.state >= ALERT_JUDGED)
		return OK;
	TRY(alert_put_todo(&call->rows, &alert, call->now_us));
	return found ? OK : alert_mail(&call->rows, &alert, call->now_us);
}

/* The provider has judged what came from here. Where people here handle it themselves, it stays theirs to judge. */
static err take_judged(struct call *call, const struct post_item *item)
{
	struct id everybody = {{0}};
	struct alert alert = {0}, judged = {0};
	const struct alert_rule *rule;
	bool handled_here;

	if (!item->from_provider)
		return FAIL(INVALID);
	TRY(row_get(&call->rows, &alert_entity, item->object, &alert));
	if (alert.origin.len > 0 || alert.probe != item->probe)
		return FAIL(INVALID);
	TRY(get_judgement(item->body, &judged));
	rule = alert_rule_of(alert.description);
	handled_here = rule != NULL && alert_handlers(rule, false) != 0;
	alert.report = judged.report;
	alert.reported_at = alert.reported_at != 0 ? alert.reported_at : call->now_us;
	if (alert.report_by == 0 && rule != NULL && rule->report_s > 0)
		alert.report_by = judged.judged_at + rule->report_s * SECOND_US;
	if (!handled_here) {
		alert.judgement = judged.judgement;
		alert.judged_at = judged.judged_at;
		alert.closed_at = judged.closed_at;
		alert.state = judged.closed_at != 0 ? ALERT_CLOSED : ALERT_JUDGED;
		TRY(todo_done(&call->rows, ALERT_TODO, alert.row.id, everybody, TODO_DONE, call->now_us));
	}
	TRY(row_update(&call->rows, &alert_entity, &alert));
	call->event_facility = alert.facility;
	return call_object(call, "alert", alert.row.id);
}

const struct post_kind alert_post_copy = {.kind = "alert", .take = take_copy};
const struct post_kind alert_post_judged = {.kind = "alert-judged", .take = take_judged};
