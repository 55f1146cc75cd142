#include <stdlib.h>
#include <string.h>

#include "kinder/child.h"
#include "kinder/class.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"
#include "kinder/placement.h"
#include "ledger/ledger.h"
#include "op/history_item.h"
#include "op/proof.h"

#include "kinder/history.h"

/* guardianship.state 0 = active */
const struct statement history_linked = {"kinder.history-linked",
    "SELECT state FROM guardianship WHERE child = :child AND account = :account"};
const struct statement history_link = {"kinder.history-link",
    "SELECT 1 FROM guardianship WHERE id = :id AND child = :child AND account <> :account AND state <> 0"};

/* The child, where it was, and the events that follow from both. */
struct about {
	struct id child;
	struct placement *placements;
	size_t placement_count;
	struct history history;
	struct history_span spans[1 + 2 * PLACEMENT_MAX];
	size_t span_count;
};

static void add_span(struct about *about, struct id object, uint64_t from, uint64_t until)
{
	if (!id_is_zero(object) && from < until)
		about->spans[about->span_count++] = (struct history_span){object, from, until};
}

static err make_spans(struct about *about)
{
	uint64_t from = 0, until = 0;

	add_span(about, about->child, 0, INT64_MAX);
	for (size_t i = 0; i < about->placement_count; i++) {
		const struct placement *at = &about->placements[i];

		if (i == 0)
			TRY(history_version(&about->history, about->child, at->since, &from));
		until = INT64_MAX;
		if (i + 1 < about->placement_count)
			TRY(history_version(&about->history, about->child, at[1].since, &until));
		add_span(about, at->class, from, until);
		add_span(about, at->facility, from, until);
		from = until;
	}
	return OK;
}

static err about_child(struct call *call, struct id child, struct about **about_out)
{
	struct about *about = arena_alloc(call->arena, sizeof(*about));
	struct id ids[1 + 2 * PLACEMENT_MAX];
	size_t count = 0;

	if (about == NULL)
		return FAIL(UNAVAILABLE);
	about->child = child;
	about->span_count = 0;
	TRY(placement_list(&call->rows, child, &about->placements, &about->placement_count));
	ids[count++] = child;
	for (size_t i = 0; i < about->placement_count; i++) {
		ids[count++] = about->placements[i].facility;
		ids[count++] = about->placements[i].class;
	}
	TRY(history_begin(&call->rows, ids, count, &about->history));
	TRY(make_spans(about));
	*about_out = about;
	return OK;
}

/* ---- what is shown ---- */

enum link { LINK_NONE, LINK_LIVE, LINK_APART };

static err link_of(struct call *call, struct id child, struct id account, enum link *link_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(call->rows.db, &history_linked, &query);

	if (err_is_ok(e))
		e = query_id(query, "child", &child);
	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*link_out = !row ? LINK_NONE : column_int(query, 0) == 0 ? LINK_LIVE : LINK_APART;
	query_end(&query);
	return e;
}

/* Is this row the link of somebody else to the child, and not in force? */
static err link_apart(struct call *call, struct id child, struct bytes entity, struct id id, bool *apart)
{
	struct query *query = NULL;
	bool row = false;
	err e;

	if (*apart || !bytes_is(entity, "guardianship"))
		return OK;
	e = query_start(call->rows.db, &history_link, &query);
	if (err_is_ok(e))
		e = query_id(query, "id", &id);
	if (err_is_ok(e))
		e = query_id(query, "child", &child);
	if (err_is_ok(e))
		e = query_id(query, "account", &call->actor.account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	*apart = row;
	return OK;
}

static err names_apart(struct call *call, struct id child, const struct history_entry *entry, bool *apart_out)
{
	bool apart = false;

	for (size_t i = 0; i < entry->event.object_count; i++)
		TRY(link_apart(call, child, entry->objects[i].entity, entry->objects[i].id, &apart));
	for (size_t i = 0; i < entry->event.row_count; i++)
		TRY(link_apart(call, child, entry->rows[i].entity, entry->rows[i].id, &apart));
	*apart_out = apart;
	return OK;
}

/* V1 */
static err shows_guardian(struct call *call, const struct about *about, const struct history_entry *entry, struct history_view *view)
{
	enum link link = LINK_LIVE;
	bool apart = false;

	if (!history_item_done(entry))
		return OK;
	if (!id_equal(entry->event.actor, call->actor.account))
		TRY(link_of(call, about->child, entry->event.actor, &link));
	if (bytes_is(entry->event.role, access_role_names[ROLE_GUARDIAN]) && link != LINK_LIVE)
		return OK;
	TRY(names_apart(call, about->child, entry, &apart));
	view->shown = !apart;
	view->named = link != LINK_APART;
	return OK;
}

/* V2 */
static void shows_principal(const struct call *call, const struct history_entry *entry, struct history_view *view)
{
	const struct event *event = &entry->event;

	if (!history_item_done(entry) && !history_item_refused(entry))
		return;
	view->shown = id_is_zero(event->facility) || id_equal(event->facility, call->actor.facility);
	view->named = true;
}

/* V3 */
static bool own_reading(const struct call *call, const struct history_entry *entry)
{
	return id_equal(entry->event.actor, call->actor.account) && (entry->op == &history_child || entry->op == &history_child_proof);
}

static const struct placement *placement_at(const struct about *about, uint64_t index, struct id class)
{
	for (size_t i = 0; i < about->span_count; i++)
		for (size_t k = 0; k < about->placement_count; k++)
			if (index >= about->spans[i].from && index < about->spans[i].until &&
			    id_equal(about->spans[i].object, about->placements[k].class) &&
			    (id_is_zero(class) || id_equal(class, about->placements[k].class)))
				return &about->placements[k];
	return NULL;
}

static err class_name(struct call *call, struct id id, struct bytes *name_out)
{
	struct class class = {0};
	err e = row_get(&call->rows, &class_entity, id, &class);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	*name_out = class.name;
	return OK;
}

static err facility_name(struct call *call, struct id id, struct bytes *name_out)
{
	struct facility facility = {0};
	err e = row_get(&call->rows, &facility_entity, id, &facility);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	*name_out = facility.name;
	return OK;
}

/* Of a list: the class that the child was in when it was read, or the whole facility. */
static err place_of(struct call *call, const struct about *about, const struct history_entry *entry, struct bytes *place_out)
{
	bool classes = false;

	if (entry->op == NULL || entry->op->reveals == NULL)
		return OK;
	for (size_t i = 0; i < entry->event.object_count; i++) {
		const struct event_object *object = &entry->objects[i];

		if (bytes_is(object->entity, "child"))
			return OK;
		if (!bytes_is(object->entity, "class"))
			continue;
		classes = true;
		if (placement_at(about, entry->index, object->id) != NULL)
			return class_name(call, object->id, place_out);
	}
	return classes ? OK : facility_name(call, entry->event.facility, place_out);
}

static err shows(struct call *call, void *context, const struct history_entry *entry, struct history_view *view_out)
{
	const struct about *about = context;

	if (own_reading(call, entry))
		return OK;
	if (call->actor.role == ROLE_GUARDIAN)
		TRY(shows_guardian(call, about, entry, view_out));
	else
		shows_principal(call, entry, view_out);
	return view_out->shown ? place_of(call, about, entry, &view_out->place) : OK;
}

static err child_here(struct call *call)
{
	struct child child = {0};

	TRY(child_place(&call->rows, call_id(call, "child"), &child));
	call->event_facility = child.facility;
	return OK;
}

static err history_apply(struct call *call)
{
	struct about *about = NULL;

	TRY(child_here(call));
	TRY(about_child(call, call_id(call, "child"), &about));
	return history_item_list(call, &about->history, about->spans, about->span_count, shows, about);
}

static const struct grant grants[] = {
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, "*"},
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{0},
};

static const struct input history_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	HISTORY_CURSOR,
	OP_INPUT_LIMIT,
	{0},
};

const struct op history_child = { /* K-27 */
	.id = "child.history",
	.ja = "だれが園児の情報を見たかを見る",
	.en = "See who looked at a child's data",
	.method = "GET",
	.path = "/v1/children/{child}/history",
	.kind = OP_READ,
	.grants = grants,
	.policy = "access-history see",
	.inputs = history_inputs,
	.entity = &child_entity,
	.output_fields = history_item_fields,
	.list = true,
	.status = 200,
	.purpose_ja = "園児の情報がだれにいつ何のために使われたかを確かめるため",
	.purpose_en = "To know who used a child's data, when and what for",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-27",
	.apply = history_apply,
};

/* ---- the proof ---- */

static err proof_prepare(struct call *call)
{
	struct proof *proof = arena_alloc(call->arena, sizeof(*proof));
	struct history_entry *entry = arena_alloc(call->arena, sizeof(*entry));
	struct history_view view = {0};
	struct about *about = NULL;
	bool has = false;

	if (proof == NULL || entry == NULL)
		return FAIL(UNAVAILABLE);
	*proof = (struct proof){.index = (uint64_t)call_value(call, "index")->as.integer};
	TRY(child_here(call));
	TRY(about_child(call, call_id(call, "child"), &about));
	TRY(history_has(&about->history, about->spans, about->span_count, proof->index, &has));
	if (!has)
		return FAIL(NOT_FOUND);
	TRY(history_item_read(&call->rows, proof->index, entry));
	TRY(shows(call, about, entry, &view));
	if (!view.shown)
		return FAIL(NOT_FOUND);
	call->state = proof;
	return OK;
}

static err proof_slow(struct call *call)
{
	return proof_head(call, call->state);
}

static err proof_apply(struct call *call)
{
	struct proof *proof = call->state;
	struct history_entry *entry = arena_alloc(call->arena, sizeof(*entry));

	if (entry == NULL)
		return FAIL(UNAVAILABLE);
	TRY(child_here(call));
	TRY(history_item_read(&call->rows, proof->index, entry));
	TRY(proof_path(call, proof));
	TRY(proof_text(proof, entry->leaf, call->out.out));
	return buf_printf(&call->detail, "\"index\":%llu", (unsigned long long)proof->index);
}

static const struct input proof_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	{.place = IN_PATH, .field = {.name = "index", .ja = "記録の番号", .en = "Index", .type = FIELD_INT, .grade = GRADE_2,
	    .required = true, .min = 0, .max = INT64_C(9007199254740991)}},
	{0},
};

const struct op history_child_proof = { /* K-27 */
	.id = "child.history-proof",
	.ja = "見た記録の証明を得る",
	.en = "Get the proof of an entry of the history",
	.method = "GET",
	.path = "/v1/children/{child}/history/{index}/proof",
	.kind = OP_READ,
	.reply = REPLY_TEXT,
	.file = "sekimori.tlog-proof",
	.grants = grants,
	.policy = "access-history prove",
	.inputs = proof_inputs,
	.entity = &child_entity,
	.status = 200,
	.purpose_ja = "記録があとから書き換えられていないことを確かめるため",
	.purpose_en = "To check that the record was not rewritten",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-27",
	.prepare = proof_prepare,
	.slow = proof_slow,
	.apply = proof_apply,
};
