#include <string.h>
#include <time.h>

#include "ledger/note.h"
#include "op/head_signer.h"
#include "op/proof.h"

#define HEAD_TRIES 40
#define HEAD_PAUSE_NS 25000000L

/* OK: it holds the entry. LIMITED: it is older than that. */
static err take_head(struct call *call, struct proof *proof, struct bytes note)
{
	char origin[NOTE_NAME_MAX];
	struct ledger_head head;
	struct bytes text;
	uint8_t *kept;

	TRY(note_text(note, &text));
	TRY(note_checkpoint_parse(text, origin, &head));
	if (head.size <= proof->index)
		return FAIL(LIMITED);
	kept = arena_alloc(call->arena, note.len);
	if (kept == NULL)
		return FAIL(UNAVAILABLE);
	memcpy(kept, note.ptr, note.len);
	proof->checkpoint = (struct bytes){kept, note.len};
	proof->size = head.size;
	return OK;
}

/* The signed head may be a moment older than the entry: the next one holds it. */
err proof_head(struct call *call, struct proof *proof)
{
	const struct timespec pause = {.tv_nsec = HEAD_PAUSE_NS};

	for (int i = 0; i < HEAD_TRIES; i++) {
		OWN(buf) note = {0};
		err e;

		TRY(head_signer_current(call->compartment->signer, &note));
		e = take_head(call, proof, bytes_of(&note));
		if (!err_is(e, ERR_LIMITED))
			return e;
		(void)nanosleep(&pause, NULL); /* cut short by a signal: asks again sooner */
	}
	return FAIL(UNAVAILABLE);
}

err proof_path(struct call *call, struct proof *proof)
{
	return ledger_inclusion(call->rows.db, proof->index, proof->size, proof->hashes, &proof->count);
}

err proof_text(const struct proof *proof, struct bytes leaf, struct buf *out)
{
	TRY(buf_append_str(out, "c2sp.org/tlog-proof@v1\nextra "));
	TRY(base64_append(out, leaf));
	TRY(buf_printf(out, "\nindex %llu\n", (unsigned long long)proof->index));
	for (size_t i = 0; i < proof->count; i++) {
		TRY(base64_append(out, (struct bytes){proof->hashes + i * LEDGER_HASH_LEN, LEDGER_HASH_LEN}));
		TRY(buf_append_str(out, "\n"));
	}
	TRY(buf_append_str(out, "\n"));
	return buf_append(out, proof->checkpoint);
}
