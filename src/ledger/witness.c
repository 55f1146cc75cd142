/*
 * witness - the request as the protocol writes it, and the answer it deserves.
 *
 *   old <size>
 *   base64 of a hash          at most 63
 *   an empty line
 *   the signed checkpoint
 */
#include <string.h>

#include "ledger/heads.h"
#include "ledger/tree.h"
#include "ledger/witness.h"

#define DIGITS_MAX 19

static err cut_line(struct bytes *rest, struct bytes *line_out)
{
	const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);

	if (end == NULL)
		return FAIL(INVALID);
	line_out->ptr = rest->ptr;
	line_out->len = (size_t)(end - rest->ptr);
	rest->len -= line_out->len + 1;
	rest->ptr = end + 1;
	return OK;
}

err witness_number(struct bytes *rest, uint64_t *number_out)
{
	struct bytes after = *rest;
	struct bytes line;
	uint64_t number = 0;

	TRY(cut_line(&after, &line));
	if (line.len == 0 || line.len > DIGITS_MAX || (line.len > 1 && line.ptr[0] == '0'))
		return FAIL(INVALID);
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] < '0' || line.ptr[i] > '9')
			return FAIL(INVALID);
		number = number * 10 + (uint64_t)(line.ptr[i] - '0'); /* 19 digits fit */
	}
	if (number > INT64_MAX)
		return FAIL(INVALID);
	*rest = after;
	*number_out = number;
	return OK;
}

static err take_hash(struct bytes line, uint8_t hash_out[static LEDGER_HASH_LEN])
{
	OWN(buf) raw = {0};

	TRY(base64_decode(line, &raw));
	if (raw.len != LEDGER_HASH_LEN)
		return FAIL(INVALID);
	memcpy(hash_out, raw.ptr, LEDGER_HASH_LEN);
	return OK;
}

err witness_parse(struct bytes body, struct witness_request *request_out)
{
	struct witness_request request = {0};
	struct bytes word, line;

	if (body.len > WITNESS_BODY_MAX)
		return FAIL(INVALID);
	TRY(cut_bytes(&body, 4, &word));
	if (!bytes_is(word, "old "))
		return FAIL(INVALID);
	TRY(witness_number(&body, &request.old));
	for (;;) {
		TRY(cut_line(&body, &line));
		if (line.len == 0)
			break;
		if (request.count == WITNESS_PROOF_MAX)
			return FAIL(INVALID);
		TRY(take_hash(line, request.hashes + request.count++ * LEDGER_HASH_LEN));
	}
	if (body.len == 0)
		return FAIL(INVALID);
	request.checkpoint = body;
	*request_out = request;
	return OK;
}

/* 200: it follows from the head held. */
static err follows(const struct ledger_head *held, const struct witness_request *request, struct witness_reply *reply)
{
	const struct ledger_head *head = &reply->head;
	uint8_t empty[LEDGER_HASH_LEN];

	reply->status = 422;
	if (head->size == 0) {
		TRY(tree_empty(empty));
		if (memcmp(empty, head->root, sizeof(empty)) != 0 || request->count != 0)
			return OK;
	}
	if (held->size == 0) {
		reply->status = request->count == 0 ? 200 : 422;
		return OK;
	}
	if (head->size == held->size && memcmp(head->root, held->root, sizeof(head->root)) != 0) {
		reply->fork = true;
		return OK;
	}
	if (err_is_ok(tree_check_consistency(held->size, held->root, head->size, head->root, request->hashes, request->count)))
		reply->status = 200;
	return OK;
}

err witness_decide(const struct note_key *key, const struct ledger_head *held, const struct witness_request *request,
    struct witness_reply *reply_out)
{
	struct witness_reply reply = {.status = 400};
	char origin[NOTE_NAME_MAX];
	struct bytes text;

	if (!err_is_ok(note_text(request->checkpoint, &text)) || !err_is_ok(note_checkpoint_parse(text, origin, &reply.head)))
		goto decided;
	reply.status = 404;
	if (strcmp(origin, key->name) != 0)
		goto decided;
	reply.status = 403;
	if (!err_is_ok(note_verify(request->checkpoint, key, &reply.text)))
		goto decided;
	reply.status = 400;
	if (request->old > reply.head.size)
		goto decided;
	reply.status = 409;
	if (request->old != held->size)
		goto decided;
	TRY(follows(held, request, &reply));
decided:
	*reply_out = reply;
	return OK;
}
