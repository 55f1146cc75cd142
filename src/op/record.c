/*
 * record - the event of a call: what stands in clear, what is sealed, and under whose key.
 *
 * A call that wrote more rows than one leaf holds goes on in further leaves of the same commit: same operation, outcome,
 * actor, request and facility, rule "continued", no objects, nothing sealed. They follow the first one at once.
 *
 * Sealed part: u8 version=1 | key id | nonce | ciphertext | tag of JSON; associated data "sekimori-event-1" | request id | key id.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "op/engine_int.h"

#define SEALED_VERSION 1

/* A password that was tried cost its caller a derivation and is recorded; all else that strangers do is cheap. */
static bool password_tried(const struct task *task)
{
	return task->call.op->open && task->call.op->prepare != NULL &&
	    (err_is(task->outcome, ERR_UNAUTHENTICATED) || err_is(task->outcome, ERR_SECOND_FACTOR));
}

bool record_counted(const struct task *task)
{
	return id_is_zero(task->call.actor.account) && !err_is_ok(task->outcome) && !password_tried(task) &&
	    task->signed_by != SIGNED_LOCAL;
}

/* Nothing has been told yet. */
static bool read_begun(const struct task *task)
{
	return task->phase == PHASE_PREPARE && task->call.op->kind == OP_READ && err_is_ok(task->outcome);
}

bool record_wanted(const struct task *task)
{
	return !read_begun(task) && !record_counted(task) && (task->call.op->event || !err_is_ok(task->outcome));
}

static err sealing_key(const struct call *call, struct data_key *key_out)
{
	struct keys *keys = call->rows.keys;
	err e = FAIL(NOT_FOUND);

	if (!id_is_zero(call->seal_owner))
		e = keys_active(keys, call->seal_kind, call->seal_owner, key_out);
	else if (!id_is_zero(call->actor.account))
		e = keys_active(keys, KEY_PERSON, call->actor.account, key_out);
	if (err_is(e, ERR_NOT_FOUND))
		e = keys_active(keys, KEY_CUSTOMER, (struct id){{0}}, key_out);
	return e;
}

static const char *signed_words(enum signed_by by)
{
	static const char *const words[] = {
		[SIGNED_NOBODY] = "nobody", [SIGNED_COOKIE] = "cookie", [SIGNED_BEARER] = "bearer", [SIGNED_LOCAL] = "local",
	};

	return words[by];
}

static err detail_text(const struct task *task, struct buf *out)
{
	const struct call *call = &task->call;
	struct json json;

	json_init(&json, out);
	json_object(&json, NULL);
	json_str(&json, "by", signed_words(task->signed_by));
	OWN(buf) address = {0};
	TRY(hex_append(&address, (struct bytes){call->address, sizeof(call->address)}));
	json_text(&json, "address", bytes_of(&address)); /* what edge says */
	if (call->agent.len > 0)
		json_text(&json, "agent", call->agent);
	json_id(&json, "session", call->actor.session);
	if (call->op->purpose_ja != NULL)
		json_str(&json, "purpose", call->op->purpose_ja);
	TRY(json.state);
	if (call->detail.len > 0) {
		TRY(buf_append_str(out, ","));
		TRY(buf_append(out, bytes_of(&call->detail)));
	}
	return buf_append_str(out, "}");
}

static err seal_detail(const struct call *call, struct bytes plain, struct buf *out)
{
	struct data_key key;
	OWN(buf) aad = {0};

	TRY(sealing_key(call, &key));
	TRY(buf_append_str(&aad, "sekimori-event-1"));
	TRY(buf_append(&aad, id_bytes(&call->request)));
	TRY(buf_append(&aad, id_bytes(&key.id)));
	TRY(buf_u8(out, SEALED_VERSION));
	TRY(buf_append(out, id_bytes(&key.id)));
	return aead_seal(key.aead, bytes_of(&aad), plain, out);
}

static int status_of(const struct task *task)
{
	if (!err_is_ok(task->outcome))
		return err_row(task->outcome)->status;
	if (task->phase == PHASE_PREPARE)
		return 102;
	return task->call.status != 0 ? task->call.status : task->call.op->status;
}

static struct bytes rule_words(const struct task *task, char text[static EVENT_TEXT_MAX])
{
	const struct call *call = &task->call;

	if (!err_is_ok(task->outcome) && call->reason == NULL)
		return bytes_str(err_row(task->outcome)->slug);
	if (call->reason != NULL)
		return bytes_str(call->reason);
	if (call->grant == NULL)
		return BYTES_LIT("open");
	(void)snprintf(text, EVENT_TEXT_MAX, "%s %s %.40s", access_role_names[call->actor.role],
	    access_relation_names[call->grant->relation], call->grant->groups != NULL ? call->grant->groups : "");
	return bytes_str(text);
}

static size_t first_rows(const struct change_list *changes)
{
	return changes->count < EVENT_ROW_MAX ? changes->count : EVENT_ROW_MAX;
}

/* Whatever happens in a trial names the auditor, refusals too. */
static void name_auditor(struct call *call)
{
	for (size_t i = 0; i < call->object_count; i++)
		if (id_equal(call->objects[i].id, call->actor.trial))
			return;
	REQUIRE(call->object_count < EVENT_OBJECT_MAX);
	call->objects[call->object_count++] = (struct event_object){BYTES_LIT("account"), call->actor.trial};
}

err record_encode(struct task *task, const struct change_list *changes)
{
	struct call *call = &task->call;
	OWN(buf) plain = {0};
	OWN(buf) sealed = {0};
	char words[EVENT_TEXT_MAX];
	struct event event = {
		.operation = bytes_str(call->op->id),
		.outcome = (uint16_t)status_of(task),
		.role = bytes_str(access_role_names[call->actor.role]),
		.actor = call->actor.account,
		.request = call->request,
		.facility = id_is_zero(call->event_facility) ? call->actor.facility : call->event_facility,
		.rule = rule_words(task, words),
		.objects = call->objects,
		.object_count = call->object_count,
		.rows = changes != NULL ? changes->rows : NULL,
		.row_count = changes != NULL ? first_rows(changes) : 0,
	};

	if (!id_is_zero(call->actor.trial)) {
		name_auditor(call);
		event.object_count = call->object_count;
	}
	TRY(detail_text(task, &plain));
	TRY(seal_detail(call, bytes_of(&plain), &sealed));
	event.sealed = bytes_of(&sealed);
	buf_clear(&task->leaf);
	return event_encode(&event, &task->leaf);
}

/* The time of an event is the committer's: it stands in bytes 1..8 of the leaf (ledger/event.h). */
static void stamp(struct buf *leaf, int64_t at_us)
{
	REQUIRE(leaf->len > 9);
	for (int i = 0; i < 8; i++)
		leaf->ptr[1 + i] = (uint8_t)((uint64_t)at_us >> (8 * (7 - i)));
}

static err append_stamped(struct engine *engine, struct buf *leaf)
{
	struct ledger *ledger = engine->config.compartment->ledger;
	int64_t now = clock_now_us();
	int64_t last = ledger_last_us(ledger);
	uint64_t index;

	stamp(leaf, now > last ? now : last);
	return ledger_append(ledger, bytes_of(leaf), now > last ? now : last, &index);
}

static err append_rest(struct task *task, const struct change_list *changes)
{
	const struct call *call = &task->call;
	OWN(buf) leaf = {0};
	struct event event = {
		.operation = bytes_str(call->op->id),
		.outcome = (uint16_t)status_of(task),
		.role = bytes_str(access_role_names[call->actor.role]),
		.actor = call->actor.account,
		.request = call->request,
		.facility = id_is_zero(call->event_facility) ? call->actor.facility : call->event_facility,
		.rule = BYTES_LIT("continued"),
	};

	for (size_t at = EVENT_ROW_MAX; at < changes->count; at += event.row_count) {
		event.rows = changes->rows + at;
		event.row_count = changes->count - at < EVENT_ROW_MAX ? changes->count - at : EVENT_ROW_MAX;
		buf_clear(&leaf);
		TRY(event_encode(&event, &leaf));
		TRY(append_stamped(task->engine, &leaf));
	}
	return OK;
}

err record_append(struct task *task, const struct change_list *changes)
{
	TRY(append_stamped(task->engine, &task->leaf));
	return append_rest(task, changes);
}

err record_system(struct engine *engine, const struct system_event *about)
{
	struct call call = {.rows = {.keys = engine->config.compartment->keys}};
	const struct change_list *changes = about->changes;
	OWN(buf) sealed = {0};
	OWN(buf) plain = {0};
	OWN(buf) leaf = {0};
	struct event event = {
		.operation = bytes_str(about->operation), .outcome = 200, .role = BYTES_LIT("none"), .rule = BYTES_LIT("system"),
		.facility = about->facility, .objects = about->objects, .object_count = about->object_count,
		.rows = changes != NULL ? changes->rows : NULL, .row_count = changes != NULL ? changes->count : 0,
	};

	TRY(id_new(&call.request));
	event.request = call.request;
	TRY(buf_append_str(&plain, "{"));
	TRY(buf_append(&plain, about->detail));
	TRY(buf_append_str(&plain, "}"));
	TRY(seal_detail(&call, bytes_of(&plain), &sealed));
	event.sealed = bytes_of(&sealed);
	TRY(event_encode(&event, &leaf));
	return append_stamped(engine, &leaf);
}
