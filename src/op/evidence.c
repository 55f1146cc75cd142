#include <stdio.h>
#include <string.h>

#include "ledger/ledger.h"
#include "ledger/tilepath.h"
#include "ledger/tree.h"
#include "op/cosign.h"
#include "op/evidence.h"
#include "op/head_signer.h"

static int64_t number_or(const struct call *call, const char *name, int64_t otherwise)
{
	const struct value *value = call_value(call, name);

	return value->present ? value->as.integer : otherwise;
}

/* The log is named in the path; another's is not here. */
static err own_log(const struct call *call)
{
	return bytes_is(call_text(call, "log"), call->compartment->name) ? OK : FAIL(NOT_FOUND);
}

static err ledger_see(struct call *call)
{
	struct note_key key;
	OWN(buf) vkey = {0};
	uint64_t size;

	TRY(ledger_size(call->rows.db, &size));
	TRY(head_signer_key(call->compartment->signer, &key));
	TRY(note_vkey_format(&key, &vkey));
	json_str(&call->out, "log", call->compartment->name);
	json_str(&call->out, "origin", call->compartment->origin);
	json_base64(&call->out, "public_key", (struct bytes){key.public_key, sizeof(key.public_key)});
	json_text(&call->out, "verifier_key", bytes_of(&vkey));
	json_int(&call->out, "size", (int64_t)size);
	return cosign_tell(call);
}

static err ledger_checkpoint(struct call *call)
{
	TRY(own_log(call));
	TRY(head_signer_current(call->compartment->signer, call->out.out));
	return cosign_add(call, call->out.out);
}

/* Whoever holds a proof checks it with this. */
static err ledger_key(struct call *call)
{
	struct note_key key;

	TRY(own_log(call));
	TRY(head_signer_key(call->compartment->signer, &key));
	TRY(note_vkey_format(&key, call->out.out));
	return buf_append(call->out.out, BYTES_LIT("\n"));
}

/* Hashes alone: what an entry says cannot be read out of them, not even guessed, for each holds a random number. */
static err ledger_tile_see(struct call *call)
{
	struct tilepath path;
	uint64_t size;

	TRY(own_log(call));
	TRY(ledger_size(call->rows.db, &size));
	if (!err_is_ok(tilepath_parse(call_text(call, "tile"), &path)) || path.entries)
		return FAIL(NOT_FOUND);
	call->immutable = true;
	return ledger_tile(call->rows.db, size, path.level, path.number, path.width, call->out.out);
}

#define ENTRIES_PART_MAX ((size_t)1 << 20)

/* As many whole entries from number `skip` of the bundle on as fit into a part; at least one. */
static err entries_part(struct call *call, uint64_t first, unsigned skip, unsigned width)
{
	struct buf *out = call->out.out;

	for (unsigned at = skip; at < width && out->len < ENTRIES_PART_MAX; at++)
		TRY(ledger_entries(call->rows.db, first + at, 1, out));
	return OK;
}

static err ledger_entries_see(struct call *call)
{
	const struct value *skip = call_value(call, "skip");
	struct bytes text = call_text(call, "bundle");
	char name[TILEPATH_MAX + 8];
	struct tilepath path;
	uint64_t size, first;
	int len;

	TRY(own_log(call));
	TRY(ledger_size(call->rows.db, &size));
	len = snprintf(name, sizeof(name), "entries/%.*s", (int)text.len, (const char *)text.ptr);
	if (len < 0 || (size_t)len >= sizeof(name) || !err_is_ok(tilepath_parse((struct bytes){(const uint8_t *)name, (size_t)len}, &path)) ||
	    path.number > size / LEDGER_BUNDLE || path.number * LEDGER_BUNDLE + path.width > size)
		return FAIL(NOT_FOUND);
	call->immutable = true;
	first = path.number * LEDGER_BUNDLE;
	if (!skip->present)
		return ledger_entries(call->rows.db, first, path.width, call->out.out);
	if ((uint64_t)skip->as.integer >= path.width)
		return call_flaw(call, "skip", FLAW_TOO_LARGE, "この束にはそれだけの記録がありません。", "The bundle does not hold so many entries.");
	return entries_part(call, first, (unsigned)skip->as.integer, path.width);
}

static err ledger_heads_see(struct call *call)
{
	TRY(own_log(call));
	if (!err_is_ok(head_signer_read(call->compartment->signer, (uint64_t)number_or(call, "from", 0), call->out.out)))
		return call_flaw(call, "from", FLAW_FORMAT, "この位置から始まる先頭はありません。", "No head begins at this place.");
	return OK;
}

static void emit_hashes(struct json *json, const uint8_t *hashes, size_t count)
{
	json_array(json, "hashes");
	for (size_t i = 0; i < count; i++)
		json_base64(json, NULL, (struct bytes){hashes + i * LEDGER_HASH_LEN, LEDGER_HASH_LEN});
	json_array_end(json);
}

static err leaf_hash(struct call *call, uint64_t index, uint8_t hash_out[static LEDGER_HASH_LEN])
{
	OWN(buf) entry = {0};
	struct bytes rest, leaf;
	uint16_t len;

	TRY(ledger_entries(call->rows.db, index, 1, &entry));
	rest = bytes_of(&entry);
	TRY(cut_u16(&rest, &len));
	TRY(cut_bytes(&rest, len, &leaf));
	return tree_leaf(leaf, hash_out);
}

static err ledger_inclusion_see(struct call *call)
{
	uint8_t hashes[LEDGER_PROOF_MAX * LEDGER_HASH_LEN];
	uint8_t leaf[LEDGER_HASH_LEN];
	uint64_t index = (uint64_t)number_or(call, "index", 0);
	uint64_t committed, size;
	size_t count = 0;

	TRY(own_log(call));
	TRY(ledger_size(call->rows.db, &committed));
	size = (uint64_t)number_or(call, "size", (int64_t)committed);
	if (size > committed || index >= size)
		return call_flaw(call, "index", FLAW_TOO_LARGE, "この番号の記録はまだありません。", "There is no entry of this number yet.");
	TRY(ledger_inclusion(call->rows.db, index, size, hashes, &count));
	TRY(leaf_hash(call, index, leaf));
	json_int(&call->out, "index", (int64_t)index);
	json_int(&call->out, "size", (int64_t)size);
	json_base64(&call->out, "leaf", (struct bytes){leaf, sizeof(leaf)});
	emit_hashes(&call->out, hashes, count);
	return OK;
}

static err ledger_consistency_see(struct call *call)
{
	uint8_t hashes[LEDGER_PROOF_MAX * LEDGER_HASH_LEN];
	uint64_t from = (uint64_t)number_or(call, "from", 0);
	uint64_t committed, to;
	size_t count = 0;

	TRY(own_log(call));
	TRY(ledger_size(call->rows.db, &committed));
	to = (uint64_t)number_or(call, "to", (int64_t)committed);
	if (to > committed || from > to)
		return call_flaw(call, "to", FLAW_TOO_LARGE, "この大きさの記録はまだありません。", "The log has not reached this size yet.");
	TRY(ledger_consistency(call->rows.db, from, to, hashes, &count));
	json_int(&call->out, "from", (int64_t)from);
	json_int(&call->out, "to", (int64_t)to);
	emit_hashes(&call->out, hashes, count);
	return OK;
}

#define OVERSEERS (ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR))
#define NUMBER(text, label_ja, label_en, least) \
	{.place = IN_QUERY, .field = {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_INT, .min = least, .max = INT64_C(9007199254740991)}}
#define LOG_NAME {.place = IN_PATH, .field = {.name = "log", .ja = "記録簿", .en = "Log", .type = FIELD_TEXT, .max = 31, .required = true}}

static const struct grant ledger_grants[] = {{OVERSEERS, RELATION_CUSTOMER, "*"}, {0}};

static const struct input log_inputs[] = {LOG_NAME, {0}};
static const struct input tile_inputs[] = {
	LOG_NAME, {.place = IN_PATH, .rest = true, .field = {.name = "tile", .ja = "区画", .en = "Tile", .type = FIELD_TEXT, .max = 64, .required = true}}, {0},
};
static const struct input entries_inputs[] = {
	LOG_NAME, {.place = IN_PATH, .rest = true, .field = {.name = "bundle", .ja = "束", .en = "Bundle", .type = FIELD_TEXT, .max = 64, .required = true}},
	NUMBER("skip", "束の中の始まり", "First one of the bundle", 0), {0},
};
static const struct input heads_inputs[] = {LOG_NAME, NUMBER("from", "位置", "Offset", 0), {0}};
static const struct input inclusion_inputs[] = {LOG_NAME, NUMBER("index", "番号", "Index", 0), NUMBER("size", "大きさ", "Size", 1), {0}};
static const struct input consistency_inputs[] = {LOG_NAME, NUMBER("from", "前の大きさ", "From size", 0), NUMBER("to", "後の大きさ", "To size", 0), {0}};

static const struct op see_op = {
	.id = "ledger.see", .ja = "記録簿の概要を見る", .en = "See the ledger", .method = "GET", .path = "/v1/ledger",
	.kind = OP_READ, .grants = ledger_grants, .policy = "ledger see", .status = 200, .grade = GRADE_2,
	.requirements = "K-27", .apply = ledger_see,
};
static const struct op checkpoint_op = {
	.id = "ledger.checkpoint", .ja = "記録簿の署名付き先頭を得る", .en = "Get the ledger's signed head", .method = "GET",
	.path = "/v1/ledger/{log}/checkpoint", .kind = OP_READ, .route = ROUTE_LOG, .reply = REPLY_TEXT, .open = true,
	.policy = "ledger head", .inputs = log_inputs, .status = 200, .grade = GRADE_1, .requirements = "K-27", .apply = ledger_checkpoint,
};
static const struct op key_op = {
	.id = "ledger.key", .ja = "記録簿の検証鍵を得る", .en = "Get the ledger's verifier key", .method = "GET",
	.path = "/v1/ledger/{log}/key", .kind = OP_READ, .route = ROUTE_LOG, .reply = REPLY_TEXT, .open = true,
	.policy = "ledger head", .inputs = log_inputs, .status = 200, .grade = GRADE_1, .requirements = "K-27", .apply = ledger_key,
};
static const struct op tile_op = {
	.id = "ledger.tile", .ja = "記録簿のハッシュの区画を得る", .en = "Get a tile of the ledger's hashes", .method = "GET",
	.path = "/v1/ledger/{log}/tile/{tile}", .kind = OP_READ, .route = ROUTE_LOG, .reply = REPLY_OCTETS, .open = true, /* PUBLIC: a witness has no account */
	.policy = "ledger hashes", .inputs = tile_inputs, .status = 200, .grade = GRADE_1, .requirements = "K-27", .apply = ledger_tile_see,
};
static const struct op entries_op = {
	.id = "ledger.entries", .ja = "記録簿の記録の束を得る", .en = "Get a bundle of the ledger's entries", .method = "GET",
	.path = "/v1/ledger/{log}/tile/entries/{bundle}", .kind = OP_READ, .reply = REPLY_OCTETS, .grants = ledger_grants,
	.policy = "ledger export", .inputs = entries_inputs, .status = 200, .grade = GRADE_2, .requirements = "K-27", .apply = ledger_entries_see,
};
static const struct op heads_op = {
	.id = "ledger.heads", .ja = "署名付き先頭をすべて得る", .en = "Get all signed heads", .method = "GET",
	.path = "/v1/ledger/{log}/heads", .kind = OP_READ, .reply = REPLY_OCTETS, .grants = ledger_grants,
	.policy = "ledger export", .inputs = heads_inputs, .status = 200, .grade = GRADE_2, .requirements = "K-27", .apply = ledger_heads_see,
};
static const struct op inclusion_op = {
	.id = "ledger.inclusion", .ja = "記録が含まれる証明を得る", .en = "Prove that an entry is included", .method = "GET",
	.path = "/v1/ledger/{log}/proof/inclusion", .kind = OP_READ, .grants = ledger_grants, .policy = "ledger verify",
	.inputs = inclusion_inputs, .status = 200, .grade = GRADE_2, .requirements = "K-27", .apply = ledger_inclusion_see,
};
static const struct op consistency_op = {
	.id = "ledger.consistency", .ja = "記録簿が書き換わっていない証明を得る", .en = "Prove that the ledger only grew", .method = "GET",
	.path = "/v1/ledger/{log}/proof/consistency", .kind = OP_READ, .route = ROUTE_LOG, .open = true, /* PUBLIC: likewise */
	.policy = "ledger hashes", .inputs = consistency_inputs, .status = 200, .grade = GRADE_1, .requirements = "K-27", .apply = ledger_consistency_see,
};

/* Entries before tiles: the path of a tile takes the rest. */
const struct op *const evidence_ops[] = {
	&see_op, &checkpoint_op, &key_op, &entries_op, &tile_op, &heads_op, &inclusion_op, &consistency_op, NULL,
};
