#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "ledger/heads.h"
#include "op/contract.h"
#include "op/cosign.h"
#include "op/cosigned.h"
#include "op/head_signer.h"

#define AHEAD_MAX_S 600   /* how fast a witness's clock may be */

static err own_log(const struct call *call)
{
	return bytes_is(call_text(call, "log"), call->compartment->name) ? OK : FAIL(NOT_FOUND);
}

/* Whom the contract names. NOT_FOUND: nobody. */
static err witness_of(struct call *call, struct note_key *key_out)
{
	struct contract contract = {0};

	TRY(contract_of(&call->rows, (struct id){{0}}, &contract));
	if (contract.witness.len == 0)
		return FAIL(NOT_FOUND);
	return err_is_ok(note_cosigner_parse(contract.witness, key_out)) ? OK : FAIL(NOT_FOUND);
}

/* The newest one of the witness that is named now. NOT_FOUND: none. */
static err newest(struct call *call, const struct note_key *witness, struct buf *copy, struct cosigned_note *note_out)
{
	uint64_t time_s;

	TRY(cosigned_get(head_signer_cosigned(call->compartment->signer), copy, note_out));
	return err_is_ok(note_cosigned(note_out->note, witness, &time_s)) ? OK : FAIL(NOT_FOUND);
}

err cosign_add(struct call *call, struct buf *checkpoint)
{
	struct note_key witness;
	struct cosigned_note found;
	struct bytes text, same;
	OWN(buf) copy = {0};
	err e = cosigned_get(head_signer_cosigned(call->compartment->signer), &copy, &found);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	TRY(note_text(bytes_of(checkpoint), &text));
	TRY(note_text(found.note, &same));
	if (!bytes_equal(text, same))
		return OK; /* the tree has grown since */
	e = witness_of(call, &witness);
	if (err_is_ok(e))
		e = newest(call, &witness, &copy, &found);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return note_lines_of(found.note, &witness, true, checkpoint);
}

err cosign_tell(struct call *call)
{
	struct note_key witness;
	struct cosigned_note found;
	OWN(buf) copy = {0};
	OWN(buf) vkey = {0};
	err e = witness_of(call, &witness);

	if (err_is(e, ERR_NOT_FOUND)) {
		json_null(&call->out, "witness_key");
		json_null(&call->out, "witness");
		return OK;
	}
	TRY(e);
	TRY(note_cosigner_format(&witness, &vkey));
	json_text(&call->out, "witness_key", bytes_of(&vkey));
	e = newest(call, &witness, &copy, &found);
	if (err_is(e, ERR_NOT_FOUND)) {
		json_null(&call->out, "witness");
		return OK;
	}
	TRY(e);
	json_object(&call->out, "witness");
	json_str(&call->out, "name", witness.name);
	json_int(&call->out, "size", (int64_t)found.size);
	json_time(&call->out, "at", (int64_t)found.time_s * 1000000);
	json_object_end(&call->out);
	return OK;
}

static err cosigned_see(struct call *call)
{
	struct note_key witness;
	struct cosigned_note found;
	OWN(buf) copy = {0};

	TRY(own_log(call));
	TRY(witness_of(call, &witness));
	TRY(newest(call, &witness, &copy, &found));
	return buf_append(call->out.out, found.note);
}

/* ---- taking one ---- */

static err flaw_of(struct call *call, enum flaw flaw, const char *ja, const char *en)
{
	return call_flaw(call, "checkpoint", flaw, ja, en);
}

/* A head of this ledger, signed by it, with the root that its entries have. */
static err own_head(struct call *call, const struct note_key *log, struct bytes note, struct ledger_head *head_out)
{
	uint8_t root[LEDGER_HASH_LEN];
	struct ledger_head head;
	uint64_t size;

	if (!err_is_ok(heads_check(note, log, &head)))
		return flaw_of(call, FLAW_RULE, "この記録簿が署名した先頭ではありません。", "This ledger has not signed such a head.");
	TRY(ledger_size(call->rows.db, &size));
	if (head.size > size)
		return flaw_of(call, FLAW_RULE, "この大きさの記録はまだありません。", "The log has not reached this size yet.");
	TRY(ledger_root(call->rows.db, head.size, root));
	if (memcmp(root, head.root, sizeof(root)) != 0) {
		log_error("a head of %" PRIu64 " entries with this ledger's signature has another root than the ledger", head.size);
		call->reason = "another root";
		return FAIL(CONFLICT);
	}
	*head_out = head;
	return OK;
}

/* What is kept: text, the ledger's lines, the witness's; nobody else's. */
static err put_together(struct bytes note, const struct note_key *log, const struct note_key *witness, struct buf *whole)
{
	struct bytes text;

	TRY(note_text(note, &text));
	TRY(buf_append(whole, text));
	TRY(buf_append_str(whole, "\n"));
	TRY(note_lines_of(note, log, false, whole));
	return note_lines_of(note, witness, true, whole);
}

static err store(struct call *call, const struct note_key *witness, const struct cosigned_note *note)
{
	struct cosigned_note before;
	OWN(buf) copy = {0};
	err e = newest(call, witness, &copy, &before);

	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	return cosigned_put(head_signer_cosigned(call->compartment->signer), note, err_is_ok(e));
}

/* Cheap questions first: whoever has no key of the witness gets no further than a comparison and one signature. */
static err cosign(struct call *call)
{
	struct bytes note = call_text(call, "checkpoint");
	struct note_key witness, log;
	struct cosigned_note taken = {0};
	struct ledger_head head = {0};
	OWN(buf) lines = {0};
	OWN(buf) whole = {0};
	err e;

	TRY(own_log(call));
	e = witness_of(call, &witness);
	if (err_is(e, ERR_NOT_FOUND)) {
		call->reason = "no witness";
		return FAIL(DENIED);
	}
	TRY(e);
	if (!err_is_ok(note_lines_of(note, &witness, true, &lines)))
		return flaw_of(call, FLAW_FORMAT, "署名付きの先頭の形が正しくありません。", "This is not a signed head.");
	if (lines.len == 0 || !err_is_ok(note_cosigned(note, &witness, &taken.time_s))) {
		call->reason = "not the witness";
		return FAIL(DENIED);
	}
	if (taken.time_s > (uint64_t)(call->now_us / 1000000) + AHEAD_MAX_S)
		return flaw_of(call, FLAW_TOO_LARGE, "署名の時刻が先の時刻です。", "The time of the cosignature lies ahead.");
	TRY(head_signer_key(call->compartment->signer, &log));
	TRY(own_head(call, &log, note, &head));
	TRY(put_together(note, &log, &witness, &whole));
	taken.size = head.size;
	taken.note = bytes_of(&whole);
	return store(call, &witness, &taken);
}

#define LOG_NAME {.place = IN_PATH, .field = {.name = "log", .ja = "記録簿", .en = "Log", .type = FIELD_TEXT, .max = 31, .required = true}}

static const struct input log_inputs[] = {LOG_NAME, {0}};
static const struct input cosign_inputs[] = {
	LOG_NAME,
	{.place = IN_BODY, .field = {.name = "checkpoint", .ja = "署名付きの先頭", .en = "Signed head", .type = FIELD_TEXT, .max = 3000,
	    .required = true, .multiline = true}},
	{0},
};

/* Not an event: like a head, it would grow the tree that it speaks of. What it says it says itself, signed and with its time. */
static const struct op cosign_op = {
	.id = "ledger.cosign", .ja = "立会人の署名を受け取る", .en = "Take a witness's cosignature", .method = "POST",
	.path = "/v1/ledger/{log}/cosignatures", .kind = OP_READ, .route = ROUTE_LOG, .open = true, /* PUBLIC: the signature says who */
	.policy = "ledger cosign", .inputs = cosign_inputs, .status = 204, .grade = GRADE_1, .requirements = "K-27", .apply = cosign,
};
static const struct op cosigned_op = {
	.id = "ledger.cosigned", .ja = "立会人が署名した先頭を得る", .en = "Get the newest head that the witness cosigned", .method = "GET",
	.path = "/v1/ledger/{log}/cosigned", .kind = OP_READ, .route = ROUTE_LOG, .reply = REPLY_TEXT, .open = true, /* PUBLIC */
	.policy = "ledger head", .inputs = log_inputs, .status = 200, .grade = GRADE_1, .requirements = "K-27", .apply = cosigned_see,
};

const struct op *const cosign_ops[] = {&cosign_op, &cosigned_op, NULL};
