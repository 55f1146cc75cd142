/*
 * idempotency - a repeated POST with the same Idempotency-Key gets the first one's reply, and has no second effect.
 *
 * Scope: actor (account in one membership) + operation + key, 24 hours. Only replies of success are kept: a refusal had no effect. The caller has
 * been authorised anew before this is asked.
 */
#include <string.h>

#include "op/engine_int.h"
#include "op/op_entity.h"

#define KEEP_US (24LL * 3600 * 1000000)
#define KEEP_BODY_MAX 65536
#define EXPIRE_AT_ONCE 8

static const struct entity *const kept = &op_entity_kept_reply;

static struct row_list find = {"idempotency.find", &op_entity_kept_reply, "key_hash = :key_hash", NULL};
static struct row_list old = {"idempotency.old", &op_entity_kept_reply, "made_at < :before ORDER BY made_at LIMIT 8", NULL};

err idempotency_input(const struct call *call, uint8_t digest_out[static HASH_LEN])
{
	OWN(buf) text = {0};

	TRY(buf_blob(&text, bytes_str(call->op->id)));
	for (int i = 0; call->op->inputs != NULL && call->op->inputs[i].field.name != NULL; i++)
		TRY(value_encode(&call->op->inputs[i].field, &call->values[i], &text));
	return hash_sha256(bytes_of(&text), digest_out);
}

static bool applies(const struct task *task)
{
	return task->idempotency_key.len > 0 && task->call.op->kind == OP_WRITE && !id_is_zero(task->call.actor.account) &&
	    strcmp(task->call.op->method, "POST") == 0;
}

static err key_hash(const struct task *task, uint8_t hash_out[static HASH_LEN])
{
	const struct call *call = &task->call;
	OWN(buf) text = {0};

	TRY(buf_append(&text, id_bytes(&call->actor.account)));
	TRY(buf_append(&text, id_bytes(&call->actor.membership))); /* what one role was shown is not replayed to another */
	TRY(buf_blob(&text, bytes_str(call->op->id)));
	TRY(buf_blob(&text, task->idempotency_key));
	return hash_sha256(bytes_of(&text), hash_out);
}

static err find_kept(struct call *call, const uint8_t hash[static HASH_LEN], struct kept_reply *reply_out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(call->rows.db, find.statement, &query);

	if (err_is_ok(e))
		e = query_blob(query, "key_hash", (struct bytes){hash, HASH_LEN});
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		e = row_read(&call->rows, kept, query, false, reply_out);
	query_end(&query);
	return e;
}

static err expire(struct call *call)
{
	struct kept_reply list[EXPIRE_AT_ONCE];
	struct query *query = NULL;
	size_t count = 0;
	bool row = true;
	err e = query_start(call->rows.db, old.statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "before", call->now_us - KEEP_US);
	while (err_is_ok(e) && row && count < EXPIRE_AT_ONCE) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = row_read(&call->rows, kept, query, true, &list[count++]);
	}
	query_end(&query);
	for (size_t i = 0; err_is_ok(e) && i < count; i++)
		e = row_delete(&call->rows, kept, &list[i]);
	return e;
}

err idempotency_start(void)
{
	TRY(row_list_make(&find));
	return row_list_make(&old);
}

err idempotency_replay(struct task *task, bool *replayed_out)
{
	struct call *call = &task->call;
	struct kept_reply reply = {0};
	uint8_t hash[HASH_LEN], input[HASH_LEN];
	bool found = false;

	*replayed_out = false;
	if (!applies(task))
		return OK;
	TRY(key_hash(task, hash));
	TRY(find_kept(call, hash, &reply, &found));
	if (!found || call->now_us - reply.made_at > KEEP_US)
		return OK;
	TRY(idempotency_input(call, input));
	if (reply.input.len != HASH_LEN || !ct_equal(reply.input.ptr, input, HASH_LEN)) {
		call->reason = "key used for another input";
		return FAIL(CONFLICT);
	}
	buf_clear(&task->body);
	TRY(buf_append(&task->body, reply.body));
	call->status = (int)reply.status;
	call->reason = "replayed";
	task->body_final = true;
	*replayed_out = true;
	return OK;
}

err idempotency_keep(struct task *task)
{
	struct call *call = &task->call;
	struct kept_reply reply = {.made_at = call->now_us, .account = call->actor.account};
	struct kept_reply before = {0};
	uint8_t hash[HASH_LEN], input[HASH_LEN];
	bool found = false;

	if (!applies(task) || call->op->once || call->cookie == COOKIE_SET || task->body.len > KEEP_BODY_MAX)
		return OK;
	TRY(expire(call));
	TRY(key_hash(task, hash));
	TRY(idempotency_input(call, input));
	TRY(find_kept(call, hash, &before, &found));
	if (found) /* expired, not yet swept */
		TRY(row_delete(&call->rows, kept, &before));
	reply.key_hash = (struct bytes){hash, HASH_LEN};
	reply.input = (struct bytes){input, HASH_LEN};
	reply.status = call->status != 0 ? call->status : call->op->status;
	reply.body = bytes_of(&task->body);
	return row_insert(&call->rows, kept, &reply);
}
