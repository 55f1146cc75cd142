/*
 * A page is filled in one of two ways, both bounded, both with an honest `next`:
 *
 *   ledger  bundle by bundle from the newest downwards, at most SCAN_MAX entries
 *   index   of a child or an account (op/history), at most HISTORY_LOOK_MAX entries
 *
 * Entries stand in the order of their time, so days are found by halving.
 */
#include <string.h>

#include "base/clock.h"
#include "ledger/blob.h"
#include "ledger/ledger.h"
#include "op/event_one.h"
#include "op/event_side.h"
#include "op/events.h"
#include "op/history_item.h"

#define SCAN_MAX 16384
#define LIMIT_DEFAULT 100

enum wanted { WANTED_ALL, WANTED_DONE, WANTED_REFUSED };
enum probes { PROBES_LEFT_OUT, PROBES_TOO, PROBES_ALONE };

struct page {
	struct call *call;
	struct bytes operation;         /* empty = any; so are zero ids below */
	enum wanted outcome;
	enum probes probes;             /* events of what is made for checks */
	struct event_sides sides;
	struct id actor, facility, object;
	uint64_t lowest, below;         /* what is left to be looked at */
	int64_t wanted, found;
	int64_t reached_us;             /* of the oldest entry looked at */
	struct bytes leaves[LEDGER_BUNDLE];
	struct history_entry entry;
};

/* ---- one event ---- */

bool events_in_reach(const struct call *call, const struct event *event)
{
	return call->grant->relation != RELATION_FACILITY || id_equal(event->facility, call->actor.facility);
}

void events_put_title(struct json *json, struct bytes operation)
{
	char id[EVENT_TEXT_MAX + 1] = "";
	const struct op *op;

	if (operation.len <= EVENT_TEXT_MAX)
		memcpy(id, operation.ptr, operation.len);
	op = op_find(id);
	if (op == NULL) {
		json_null(json, "title");
		return;
	}
	json_object(json, "title");
	json_str(json, "ja", op->ja);
	json_str(json, "en", op->en);
	json_object_end(json);
}

void events_put(struct json *json, uint64_t index, const struct event *event)
{
	json_int(json, "index", (int64_t)index);
	json_time(json, "time", event->time_us);
	json_text(json, "operation", event->operation);
	events_put_title(json, event->operation);
	json_int(json, "outcome", event->outcome);
	json_id(json, "actor", event->actor);
	json_text(json, "role", event->role);
	json_text(json, "rule", event->rule);
	json_id(json, "facility", event->facility);
	json_array(json, "objects");
	for (size_t i = 0; i < event->object_count; i++) {
		json_object(json, NULL);
		json_text(json, "entity", event->objects[i].entity);
		json_id(json, "id", event->objects[i].id);
		json_object_end(json);
	}
	json_array_end(json);
	json_id(json, "request", event->request);
}

/* ---- filters ---- */

/* 428 asks back, and is neither. */
static bool outcome_fits(enum wanted wanted, unsigned outcome)
{
	if (wanted == WANTED_DONE)
		return outcome < 400;
	return wanted == WANTED_ALL || (outcome >= 400 && outcome != 428);
}

static bool names(const struct event *event, struct id object)
{
	for (size_t i = 0; i < event->object_count; i++)
		if (id_equal(event->objects[i].id, object))
			return true;
	for (size_t i = 0; i < event->row_count; i++)
		if (id_equal(event->rows[i].id, object))
			return true;
	return false;
}

static bool fits(const struct page *page, const struct event *event)
{
	return events_in_reach(page->call, event) && outcome_fits(page->outcome, event->outcome) &&
	    (page->operation.len == 0 || bytes_equal(page->operation, event->operation)) &&
	    (id_is_zero(page->actor) || id_equal(page->actor, event->actor)) &&
	    (id_is_zero(page->facility) || id_equal(page->facility, event->facility));
}

/* The side is looked up last, and only for what else is wanted. */
static err side_fits(struct page *page, const struct event *event, enum event_side *side_out, bool *fits_out)
{
	TRY(event_side(page->call->rows.db, &page->sides, event, side_out));
	*fits_out = event_side_told(&page->call->actor, *side_out);
	if (page->call->actor.probe)
		return OK; /* is told of nothing else anyway */
	if (page->probes == PROBES_LEFT_OUT)
		*fits_out = *side_out != EVENT_PROBE;
	else if (page->probes == PROBES_ALONE)
		*fits_out = *side_out == EVENT_PROBE;
	return OK;
}

/* The number of the first entry not before at_us, the size when there is none. */
static err first_since(struct page *page, uint64_t size, int64_t at_us, uint64_t *index_out)
{
	uint64_t low = 0, high = size;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		TRY(history_item_read(&page->call->rows, middle, &page->entry));
		if (page->entry.event.time_us < at_us)
			low = middle + 1;
		else
			high = middle;
	}
	*index_out = low;
	return OK;
}

static err take_days(struct page *page, uint64_t size)
{
	const struct value *from = call_value(page->call, "from");
	const struct value *until = call_value(page->call, "until");
	uint64_t end;
	int64_t at_us;

	if (from->present && until->present && until->as.date < from->as.date)
		return call_flaw(page->call, "until", FLAW_RULE, "終わりの日は、始めの日より前にできません。", "The last day is not before the first.");
	if (from->present) {
		TRY(clock_midnight(from->as.date, &at_us));
		TRY(first_since(page, size, at_us, &page->lowest));
	}
	if (until->present) {
		TRY(clock_midnight(clock_date_add(until->as.date, 1), &at_us));
		TRY(first_since(page, size, at_us, &end));
		if (page->below > end)
			page->below = end;
	}
	return OK;
}

/* It stands in the event of this call, among its words. */
static err take_operation(struct page *page)
{
	struct bytes operation = call_text(page->call, "operation");

	for (size_t i = 0; i < operation.len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", operation.ptr[i]) == NULL || operation.ptr[i] == '\0')
			return call_flaw(page->call, "operation", FLAW_RULE, "操作の識別子は、小文字の英数字、「.」、「-」です。",
			    "An operation is written in small letters, digits, '.' and '-'.");
	page->operation = operation;
	return OK;
}

static err take_filters(struct page *page, uint64_t size)
{
	struct call *call = page->call;
	const struct value *cursor = call_value(call, "cursor");
	const struct value *limit = call_value(call, "limit");
	const struct value *outcome = call_value(call, "outcome");
	const struct value *probes = call_value(call, "probe");

	page->wanted = limit->present ? limit->as.integer : LIMIT_DEFAULT;
	page->outcome = outcome->present ? (enum wanted)outcome->as.choice : WANTED_ALL;
	page->probes = probes->present ? (enum probes)probes->as.choice : PROBES_LEFT_OUT;
	page->actor = call_id(call, "actor");
	page->facility = call_id(call, "facility");
	page->object = call_id(call, "object");
	page->below = cursor->present && (uint64_t)cursor->as.integer < size ? (uint64_t)cursor->as.integer : size;
	TRY(take_operation(page));
	return take_days(page, size);
}

/* ---- pages ---- */

static err put(struct page *page, uint64_t index, const struct event *event)
{
	enum event_side side = EVENT_NEITHER;
	bool fits_too = false;

	TRY(side_fits(page, event, &side, &fits_too));
	if (!fits_too)
		return OK;
	json_object(&page->call->out, NULL);
	events_put(&page->call->out, index, event);
	json_bool(&page->call->out, "probe", side == EVENT_PROBE);
	json_int(&page->call->out, "rows", (int64_t)event->row_count);
	json_object_end(&page->call->out);
	page->found++;
	return OK;
}

/* The entries of one bundle from `first` up to page->below, newest first. */
static err put_bundle(struct page *page, uint64_t first)
{
	OWN(buf) entries = {0};
	unsigned count = (unsigned)(page->below - first);
	struct bytes rest;

	TRY(ledger_entries(page->call->rows.db, first, count, &entries));
	rest = bytes_of(&entries);
	for (unsigned i = 0; i < count; i++)
		TRY(blob_next(&rest, &page->leaves[i]));
	for (unsigned i = count; i > 0 && page->found < page->wanted; i--) {
		struct event event;

		if (!err_is_ok(event_decode(page->leaves[i - 1], &event, page->entry.objects, page->entry.rows)))
			return FAIL(CORRUPT);
		page->below = first + i - 1;
		page->reached_us = event.time_us;
		if (fits(page, &event) && (id_is_zero(page->object) || names(&event, page->object)))
			TRY(put(page, page->below, &event));
	}
	return page->call->out.state;
}

static err from_ledger(struct page *page)
{
	uint64_t last = page->below > SCAN_MAX ? page->below - SCAN_MAX : 0;

	if (last < page->lowest)
		last = page->lowest;
	while (page->below > last && page->found < page->wanted) {
		uint64_t first = (page->below - 1) / LEDGER_BUNDLE * LEDGER_BUNDLE;

		TRY(put_bundle(page, first > last ? first : last));
	}
	return OK;
}

static err put_indexed(struct page *page, const uint64_t *events, size_t count)
{
	for (size_t i = 0; i < count && page->found < page->wanted; i++) {
		TRY(history_item_read(&page->call->rows, events[i], &page->entry));
		page->below = events[i];
		page->reached_us = page->entry.event.time_us;
		if (fits(page, &page->entry.event))
			TRY(put(page, events[i], &page->entry.event));
	}
	return page->call->out.state;
}

/* Whatever is about a child or an account, also through a row that names it. */
static err from_index(struct page *page, const struct history *history)
{
	uint64_t *events = arena_alloc(page->call->arena, (HISTORY_PAGE_MAX + 1) * sizeof(*events));
	size_t count = HISTORY_PAGE_MAX;

	if (events == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t looked = 0; looked < HISTORY_LOOK_MAX && page->found < page->wanted; looked += count) {
		const struct history_span span = {page->object, page->lowest, page->below};

		TRY(history_page(history, &span, 1, page->below, events, HISTORY_PAGE_MAX, &count));
		if (count == 0) {
			page->below = page->lowest;
			return OK;
		}
		TRY(put_indexed(page, events, count));
	}
	return OK;
}

/* The index knows children and accounts by the first version of their rows; other things are looked for in the ledger. */
static err indexed(struct page *page, struct history *history, uint64_t size, bool *indexed_out)
{
	uint64_t made = size;

	*indexed_out = false;
	if (id_is_zero(page->object))
		return OK;
	TRY(history_begin(&page->call->rows, &page->object, 1, history));
	TRY(history_version(history, page->object, 1, &made));
	*indexed_out = made < size;
	return OK;
}

static err put_page(struct page *page, uint64_t size)
{
	struct history history;
	bool by_index;

	TRY(indexed(page, &history, size, &by_index));
	return by_index ? from_index(page, &history) : from_ledger(page);
}

/* What was asked for, in the sealed part of this call's own event. */
static err note_filters(struct page *page)
{
	struct buf *detail = &page->call->detail;
	char id[ID_TEXT_MAX];

	TRY(buf_printf(detail, "\"count\":%lld", (long long)page->found));
	if (page->operation.len > 0)
		TRY(buf_printf(detail, ",\"operation\":\"%.*s\"", (int)page->operation.len, (const char *)page->operation.ptr));
	if (!id_is_zero(page->actor)) {
		id_format(page->actor, id);
		TRY(buf_printf(detail, ",\"actor\":\"%s\"", id));
	}
	if (!id_is_zero(page->object)) {
		id_format(page->object, id);
		TRY(buf_printf(detail, ",\"object\":\"%s\"", id));
	}
	return OK;
}

static err event_list(struct call *call)
{
	struct page *page = arena_alloc(call->arena, sizeof(*page));
	uint64_t size;

	if (page == NULL)
		return FAIL(UNAVAILABLE);
	*page = (struct page){.call = call};
	TRY(ledger_size(call->rows.db, &size));
	TRY(take_filters(page, size));
	json_array(&call->out, "items");
	if (page->below > page->lowest)
		TRY(put_page(page, size));
	json_array_end(&call->out);
	if (page->below > page->lowest)
		json_int(&call->out, "next", (int64_t)page->below);
	else
		json_null(&call->out, "next");
	json_time(&call->out, "reached", page->reached_us);
	return note_filters(page);
}

/* ---- rows ---- */

const struct grant events_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "clear"},
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "clear"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "clear"},
	{0},
};

static const char *const outcomes[] = {[WANTED_ALL] = "all", [WANTED_DONE] = "done", [WANTED_REFUSED] = "refused", NULL};
static const char *const probe_words[] = {[PROBES_LEFT_OUT] = "no", [PROBES_TOO] = "yes", [PROBES_ALONE] = "only", NULL};

#define QUERY(text, label_ja, label_en, kind, ...) \
	{.place = IN_QUERY, .field = {.name = text, .ja = label_ja, .en = label_en, .type = kind, .grade = GRADE_2, __VA_ARGS__}}

static const struct input list_inputs[] = {
	QUERY("cursor", "続きの位置", "Cursor", FIELD_INT, .max = INT64_C(9007199254740991)),
	OP_INPUT_LIMIT,
	QUERY("operation", "操作", "Operation", FIELD_TEXT, .max = EVENT_TEXT_MAX),
	QUERY("outcome", "結果", "Outcome", FIELD_CHOICE, .choices = outcomes),
	QUERY("probe", "検査の記録", "Events of checks", FIELD_CHOICE, .choices = probe_words),
	QUERY("from", "始めの日", "First day", FIELD_DATE, .min = 19000101),
	QUERY("until", "終わりの日", "Last day", FIELD_DATE, .min = 19000101),
	QUERY("actor", "操作した人", "Who did it", FIELD_ID, .min = 0),
	QUERY("facility", "施設", "Facility", FIELD_ID, .min = 0),
	QUERY("object", "対象", "Object", FIELD_ID, .min = 0),
	{0},
};

static const struct field list_fields[] = {
	{.name = "index", .ja = "記録の番号", .en = "Index", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "time", .ja = "日時", .en = "Time", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "operation", .ja = "操作", .en = "Operation", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "title", .ja = "操作の説明", .en = "What the operation does", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "outcome", .ja = "結果", .en = "Outcome", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "actor", .ja = "操作した人", .en = "Who did it", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "rule", .ja = "適用された規則", .en = "Deciding rule", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "facility", .ja = "施設", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "objects", .ja = "対象", .en = "Objects", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "request", .ja = "要求の番号", .en = "Request", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "probe", .ja = "検査の記録", .en = "Of what is made for checks", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "rows", .ja = "書いた行の数", .en = "Rows written", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "reached", .ja = "調べた最も古い日時", .en = "Oldest time looked at", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

static const struct op list_op = { /* K-27 */
	.id = "event.list",
	.ja = "操作の記録を見る",
	.en = "List events",
	.method = "GET",
	.path = "/v1/events",
	.kind = OP_READ,
	.grants = events_grants,
	.policy = "event see",
	.inputs = list_inputs,
	.output_fields = list_fields,
	.list = true,
	.status = 200,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-27",
	.apply = event_list,
};

const struct op *const events_ops[] = {&list_op, &event_one_see, &event_one_proof, NULL};
