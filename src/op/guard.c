/*
 * guard - confirm: the first call is answered 428 with the number of objects, the impact and a token; the second call
 * must carry that token. A token is single-use, lives ten minutes and is bound to actor, operation, input and the
 * state it described (CH-2). approve: the call is filed as a change (change.c).
 */
#include <stdio.h>
#include <string.h>

#include "op/engine_int.h"
#include "op/op_entity.h"

#define CONFIRM_US (10LL * 60 * 1000000)
#define EXPIRE_AT_ONCE 8

static const struct entity *const confirmation = &op_entity_confirmation;

static struct row_list find = {"guard.find", &op_entity_confirmation, "token_hash = :token_hash", NULL};
static struct row_list old = {"guard.old", &op_entity_confirmation, "expires_at < :now ORDER BY expires_at LIMIT 8", NULL};

err guard_start(void)
{
	TRY(row_list_make(&find));
	return row_list_make(&old);
}

static err bind_state(struct task *task, uint8_t bound_out[static HASH_LEN])
{
	struct call *call = &task->call;
	OWN(buf) text = {0};
	struct bytes state = {0};
	uint8_t input[HASH_LEN];

	TRY(call->op->impact(call, &task->confirm_objects, task->confirm_impact, sizeof(task->confirm_impact)));
	TRY(change_digest(call, &state));
	TRY(idempotency_input(call, input));
	TRY(buf_append(&text, id_bytes(&call->actor.account)));
	TRY(buf_append(&text, id_bytes(&call->actor.session)));
	TRY(buf_blob(&text, (struct bytes){input, sizeof(input)}));
	TRY(buf_blob(&text, state));
	TRY(buf_u64(&text, (uint64_t)task->confirm_objects));
	TRY(buf_blob(&text, bytes_str(task->confirm_impact)));
	return hash_sha256(bytes_of(&text), bound_out);
}

static err promise(struct task *task)
{
	TRY(random_bytes(task->confirm_token, sizeof(task->confirm_token)));
	TRY(hash_sha256((struct bytes){task->confirm_token, sizeof(task->confirm_token)}, task->confirm_hash));
	task->confirm_due = true;
	task->call.reason = "confirmation asked";
	return FAIL(CONFIRM);
}

static err find_promise(struct call *call, struct bytes token, struct confirmation *promised_out)
{
	uint8_t raw[32], hash[HASH_LEN];
	struct query *query = NULL;
	bool row = false;
	err e;

	if (!err_is_ok(base64url_decode(token, raw, sizeof(raw))))
		return FAIL(NOT_FOUND);
	TRY(hash_sha256((struct bytes){raw, sizeof(raw)}, hash));
	e = query_start(call->rows.db, find.statement, &query);
	if (err_is_ok(e))
		e = query_blob(query, "token_hash", (struct bytes){hash, sizeof(hash)});
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		e = row_read(&call->rows, confirmation, query, false, promised_out);
	query_end(&query);
	TRY(e);
	return row ? OK : FAIL(NOT_FOUND);
}

static err confirm(struct task *task)
{
	struct call *call = &task->call;
	struct confirmation promised = {0};
	err e;

	TRY(bind_state(task, task->confirm_bound));
	if (task->confirm.len == 0)
		return promise(task);
	e = find_promise(call, task->confirm, &promised);
	if (err_is(e, ERR_NOT_FOUND))
		return promise(task);
	TRY(e);
	if (promised.expires_at < call->now_us || promised.bound.len != HASH_LEN ||
	    !ct_equal(promised.bound.ptr, task->confirm_bound, HASH_LEN))
		return promise(task);
	if (call->op->phrase != NULL && !bytes_is(task->phrase, call->op->phrase))
		return promise(task);
	return row_delete(&call->rows, confirmation, &promised); /* used up in the transaction of its effect */
}

static enum op_guard guard_of(struct call *call)
{
	const struct op *op = call->op;

	return op->guarded == NULL || op->guarded(call) ? op->guard : op->otherwise;
}

err guard_pass(struct task *task)
{
	if (task->signed_by == SIGNED_LOCAL)
		return OK;
	switch (guard_of(&task->call)) {
	case GUARD_PLAIN:
		return OK;
	case GUARD_CONFIRM:
		return confirm(task);
	case GUARD_APPROVE:
		task->filed = true;
		return change_file(&task->call);
	}
	REQUIRE(false);
}

static err expire(struct call *call)
{
	struct confirmation list[EXPIRE_AT_ONCE];
	struct query *query = NULL;
	size_t count = 0;
	bool row = true;
	err e = query_start(call->rows.db, old.statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", call->now_us);
	while (err_is_ok(e) && row && count < EXPIRE_AT_ONCE) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = row_read(&call->rows, confirmation, query, false, &list[count++]);
	}
	query_end(&query);
	for (size_t i = 0; err_is_ok(e) && i < count; i++)
		e = row_delete(&call->rows, confirmation, &list[i]);
	return e;
}

err guard_record(struct task *task)
{
	struct call *call = &task->call;
	struct confirmation promised = {
		.token_hash = {task->confirm_hash, HASH_LEN}, .bound = {task->confirm_bound, HASH_LEN},
		.expires_at = call->now_us + CONFIRM_US,
	};

	if (!task->confirm_due)
		return OK;
	TRY(expire(call));
	return row_insert(&call->rows, confirmation, &promised);
}

err guard_problem(struct task *task)
{
	struct buf *body = &task->body;
	struct json json;

	if (!task->confirm_due)
		return OK;
	REQUIRE(body->len > 2 && body->ptr[body->len - 1] == '}');
	body->len--;
	json_init(&json, body);
	json.comma = true;
	json_object(&json, "confirm");
	OWN(buf) token = {0};
	TRY(base64url_append(&token, (struct bytes){task->confirm_token, sizeof(task->confirm_token)}));
	json_text(&json, "token", bytes_of(&token));
	json_int(&json, "objects", task->confirm_objects);
	json_str(&json, "impact", task->confirm_impact);
	json_str(&json, "manual", task->call.op->manual);
	if (task->call.op->phrase != NULL)
		json_str(&json, "phrase", task->call.op->phrase);
	json_object_end(&json);
	TRY(json.state);
	return buf_append_str(body, "}");
}
