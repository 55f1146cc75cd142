#include <string.h>

#include "ledger/note.h"
#include "ledger/tree.h"
#include "op/event_one.h"
#include "op/event_side.h"
#include "op/events.h"
#include "op/head_signer.h"
#include "op/history_item.h"
#include "op/proof.h"

/* Between prepare and apply. */
struct one {
	struct proof proof;
	bool proven;            /* the caller may have the proof */
	enum event_side side;
	struct event_sides sides;
	struct history_entry entry;
};

/* An entry out of reach is not there. */
static err find(struct call *call, struct one **one_out)
{
	struct one *one = arena_alloc(call->arena, sizeof(*one));
	uint64_t size;

	if (one == NULL)
		return FAIL(UNAVAILABLE);
	*one = (struct one){.proof = {.index = (uint64_t)call_value(call, "index")->as.integer}};
	TRY(ledger_size(call->rows.db, &size));
	if (one->proof.index >= size)
		return FAIL(NOT_FOUND);
	TRY(history_item_read(&call->rows, one->proof.index, &one->entry));
	TRY(event_side(call->rows.db, &one->sides, &one->entry.event, &one->side));
	if (!events_in_reach(call, &one->entry.event) || !event_side_told(&call->actor, one->side))
		return FAIL(NOT_FOUND);
	*one_out = one;
	return OK;
}

static err prepare(struct call *call)
{
	struct one *one = NULL;

	TRY(find(call, &one));
	one->proven = call_may(call, &event_one_proof, (struct id){{0}});
	call->state = one;
	return OK;
}

static err slow(struct call *call)
{
	struct one *one = call->state;

	return one->proven ? proof_head(call, &one->proof) : OK;
}

/* The entry as it is now, and as far as the caller may still see it. */
static err again(struct call *call, struct one **one_out)
{
	const struct one *before = call->state;
	struct one *one = NULL;

	TRY(find(call, &one));
	one->proof = before->proof;
	one->proven = before->proven && call_may(call, &event_one_proof, (struct id){{0}});
	if (one->proven)
		TRY(proof_path(call, &one->proof));
	*one_out = one;
	return buf_printf(&call->detail, "\"index\":%llu", (unsigned long long)one->proof.index);
}

static void put_digest(struct json *json, const char *name, const uint8_t digest[static 32])
{
	static const uint8_t none[32];

	if (memcmp(digest, none, sizeof(none)) == 0) /* not secret: it stands in clear in the leaf */
		json_null(json, name);
	else
		json_base64(json, name, (struct bytes){digest, 32});
}

static void put_rows(struct json *json, const struct event *event)
{
	json_array(json, "rows");
	for (size_t i = 0; i < event->row_count; i++) {
		const struct event_row *row = &event->rows[i];

		json_object(json, NULL);
		json_text(json, "entity", row->entity);
		json_id(json, "id", row->id);
		json_int(json, "version", (int64_t)row->version);
		put_digest(json, "before", row->before);
		put_digest(json, "after", row->after);
		json_object_end(json);
	}
	json_array_end(json);
}

static err put_proof(struct call *call, const struct one *one)
{
	const struct proof *proof = &one->proof;
	uint8_t leaf_hash[LEDGER_HASH_LEN];
	struct json *json = &call->out;
	OWN(buf) vkey = {0};
	struct note_key key;

	if (!one->proven) {
		json_null(json, "proof");
		return OK;
	}
	TRY(head_signer_key(call->compartment->signer, &key));
	TRY(note_vkey_format(&key, &vkey));
	TRY(tree_leaf(one->entry.leaf, leaf_hash));
	json_object(json, "proof");
	json_base64(json, "leaf", one->entry.leaf);
	json_base64(json, "leaf_hash", (struct bytes){leaf_hash, sizeof(leaf_hash)});
	json_int(json, "size", (int64_t)proof->size);
	json_array(json, "hashes");
	for (size_t i = 0; i < proof->count; i++)
		json_base64(json, NULL, (struct bytes){proof->hashes + i * LEDGER_HASH_LEN, LEDGER_HASH_LEN});
	json_array_end(json);
	json_text(json, "checkpoint", proof->checkpoint);
	json_text(json, "verifier_key", bytes_of(&vkey));
	json_object_end(json);
	return OK;
}

static err see_apply(struct call *call)
{
	struct one *one = NULL;

	TRY(again(call, &one));
	events_put(&call->out, one->proof.index, &one->entry.event);
	json_bool(&call->out, "probe", one->side == EVENT_PROBE);
	put_rows(&call->out, &one->entry.event);
	json_int(&call->out, "sealed", (int64_t)one->entry.event.sealed.len);
	TRY(put_proof(call, one));
	return call->out.state;
}

static err proof_apply(struct call *call)
{
	struct one *one = NULL;

	TRY(again(call, &one));
	return proof_text(&one->proof, one->entry.leaf, call->out.out);
}

static const struct grant proof_grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "clear"}, {0},
};

static const struct input inputs[] = {
	{.place = IN_PATH, .field = {.name = "index", .ja = "記録の番号", .en = "Index", .type = FIELD_INT, .grade = GRADE_2,
	    .required = true, .min = 0, .max = INT64_C(9007199254740991)}},
	{0},
};

static const struct field see_fields[] = {
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
	{.name = "rows", .ja = "書いた行と、その前後の要約値", .en = "Rows written, with their digests before and after", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "sealed", .ja = "封印された部分の長さ", .en = "Length of the sealed part", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "proof", .ja = "記録簿にあることの証明", .en = "Proof that it stands in the ledger", .type = FIELD_TEXT, .grade = GRADE_2},
	{0},
};

const struct op event_one_see = { /* K-27 */
	.id = "event.see",
	.ja = "操作の記録を1件見る",
	.en = "See an event",
	.method = "GET",
	.path = "/v1/events/{index}",
	.kind = OP_READ,
	.grants = events_grants,
	.policy = "event see",
	.inputs = inputs,
	.output_fields = see_fields,
	.status = 200,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-27",
	.prepare = prepare,
	.slow = slow,
	.apply = see_apply,
};

const struct op event_one_proof = { /* K-27 */
	.id = "event.proof",
	.ja = "操作の記録の証明を得る",
	.en = "Get the proof of an event",
	.method = "GET",
	.path = "/v1/events/{index}/proof",
	.kind = OP_READ,
	.reply = REPLY_TEXT,
	.file = "sekimori.tlog-proof",
	.grants = proof_grants,
	.policy = "event prove",
	.inputs = inputs,
	.status = 200,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-27",
	.prepare = prepare,
	.slow = slow,
	.apply = proof_apply,
};
