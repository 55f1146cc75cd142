#include <stdlib.h>
#include <string.h>

#include "assure/checkview.h"
#include "assure/requirement.h"
#include "assure/show.h"
#include "ledger/note.h"
#include "op/head_signer.h"
#include "op/proof.h"

#include "assure/package.h"

#define EVENTS_MAX 4096

struct package {
	struct bytes page;              /* JSON of all but the ledger, not yet closed */
	uint64_t *events;               /* descending, each once */
	size_t count;
	size_t left_out;
	struct proof newest;
};

/* ---- which entries ---- */

struct gathering {
	struct json *json;
	struct package *package;
};

static void want(struct package *package, int64_t event)
{
	if (event >= 0 && package->count < EVENTS_MAX)
		package->events[package->count++] = (uint64_t)event;
}

static err take_turn(void *context, const struct checkrow_turn *turn)
{
	struct gathering *gathering = context;

	want(gathering->package, turn->first_event);
	want(gathering->package, turn->last_event);
	return checkview_put_turn(gathering->json, turn);
}

static int newest_first(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? 1 : left > right ? -1 : 0;
}

static void settle_events(struct package *package)
{
	size_t kept = 0;

	qsort(package->events, package->count, sizeof(*package->events), newest_first);
	for (size_t i = 0; i < package->count; i++)
		if (kept == 0 || package->events[kept - 1] != package->events[i])
			package->events[kept++] = package->events[i];
	package->count = kept < PACKAGE_ENTRIES_MAX ? kept : PACKAGE_ENTRIES_MAX;
	package->left_out = kept - package->count;
}

static err put_turns(const struct view *view, const struct catalogue_control *control, struct gathering *gathering)
{
	for (size_t i = 0; i < control->check_count; i++) {
		json_object(gathering->json, NULL);
		json_str(gathering->json, "check", control->checks[i].id);
		json_array(gathering->json, "turns");
		TRY(checkrow_turns(&view->call->rows, control->checks[i].id, take_turn, gathering));
		json_array_end(gathering->json);
		json_object_end(gathering->json);
	}
	return gathering->json->state;
}

static err write_page(struct view *view, const struct catalogue_requirement *requirement, struct package *package, struct buf *text)
{
	struct json json;
	struct gathering gathering = {&json, package};

	json_init(&json, text);
	view->json = &json;
	json_object(&json, NULL);
	json_time(&json, "at", view->call->now_us);
	json_object(&json, "requirement");
	TRY(requirement_put(view, requirement));
	json_object_end(&json);
	json_array(&json, "turns");
	for (size_t i = 0; i < requirement->control_count; i++)
		TRY(put_turns(view, requirement->controls[i], &gathering));
	json_array_end(&json);
	return json.state;
}

static err prepare(struct call *call)
{
	const struct catalogue_requirement *requirement = catalogue_requirement_find(call_text(call, "requirement"));
	struct package *package = arena_alloc(call->arena, sizeof(*package));
	OWN(buf) text = {0};
	struct view view;

	if (requirement == NULL)
		return FAIL(NOT_FOUND);
	if (package == NULL)
		return FAIL(UNAVAILABLE);
	package->events = arena_alloc(call->arena, EVENTS_MAX * sizeof(*package->events));
	if (package->events == NULL)
		return FAIL(UNAVAILABLE);
	TRY(view_open(call, &view));
	TRY(write_page(&view, requirement, package, &text));
	settle_events(package);
	TRY(arena_copy(call->arena, bytes_of(&text), &package->page));
	call->state = package;
	return OK;
}

/* A head that holds the newest of them holds all. */
static err slow(struct call *call)
{
	struct package *package = call->state;

	package->newest.index = package->count > 0 ? package->events[0] : 0;
	return proof_head(call, &package->newest);
}

/* ---- the entries ---- */

static err put_entry(struct call *call, struct json *json, const struct proof *head, uint64_t index)
{
	struct proof proof = *head;
	OWN(buf) entries = {0};
	struct bytes rest, leaf;
	uint16_t len;

	proof.index = index;
	TRY(proof_path(call, &proof));
	TRY(ledger_entries(call->rows.db, index, 1, &entries));
	rest = bytes_of(&entries);
	if (!err_is_ok(cut_u16(&rest, &len)) || !err_is_ok(cut_bytes(&rest, len, &leaf)))
		return FAIL(CORRUPT);
	json_object(json, NULL);
	json_int(json, "index", (int64_t)index);
	json_base64(json, "entry", leaf);
	json_array(json, "hashes");
	for (size_t i = 0; i < proof.count; i++)
		json_base64(json, NULL, (struct bytes){proof.hashes + i * LEDGER_HASH_LEN, LEDGER_HASH_LEN});
	json_array_end(json);
	json_object_end(json);
	return json->state;
}

static err put_key(struct call *call, struct json *json)
{
	struct note_key key;
	OWN(buf) vkey = {0};

	TRY(head_signer_key(call->compartment->signer, &key));
	TRY(note_vkey_format(&key, &vkey));
	json_str(json, "log", call->compartment->name);
	json_str(json, "origin", call->compartment->origin);
	json_text(json, "verifier_key", bytes_of(&vkey));
	return OK;
}

static err apply(struct call *call)
{
	const struct package *package = call->state;
	struct json json;

	json_init(&json, call->out.out);
	TRY(buf_append(json.out, package->page));
	json.comma = true; /* the object goes on */
	TRY(put_key(call, &json));
	json_int(&json, "size", (int64_t)package->newest.size);
	json_text(&json, "checkpoint", package->newest.checkpoint);
	json_array(&json, "entries");
	for (size_t i = 0; i < package->count; i++)
		TRY(put_entry(call, &json, &package->newest, package->events[i]));
	json_array_end(&json);
	json_int(&json, "left_out", (int64_t)package->left_out);
	json_object_end(&json);
	TRY(json.state);
	return buf_printf(&call->detail, "\"requirement\":\"%s\"", catalogue_requirement_find(call_text(call, "requirement"))->id);
}

/* It takes entries of the ledger away: only who may take the ledger away. */
static const struct grant grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{0},
};

static const struct input inputs[] = {
	{.place = IN_PATH, .field = {.name = "requirement", .ja = "要件", .en = "Requirement", .type = FIELD_TEXT, .grade = GRADE_2,
	    .required = true, .min = 1, .max = 48}},
	{0},
};

const struct op package_requirement = { /* GV-14 */
	.id = "requirement.package",
	.ja = "一つの要件の証拠をまとめて得る",
	.en = "Take away the proof of one demand",
	.method = "GET",
	.path = "/v1/requirements/{requirement}/package",
	.kind = OP_READ,
	.reply = REPLY_OCTETS,
	.media = "application/json",
	.file = "proof.json",
	.grants = grants,
	.policy = "ledger export",
	.inputs = inputs,
	.status = 200,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-25 T-6 U-34",
	.prepare = prepare,
	.slow = slow,
	.apply = apply,
};
