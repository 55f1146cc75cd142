/*
 * note - C2SP signed notes and checkpoints.
 */
#ifndef LEDGER_NOTE_H
#define LEDGER_NOTE_H

#include "ledger/ledger.h"

#define NOTE_NAME_MAX 128

struct note_key {
	char name[NOTE_NAME_MAX];  /* = origin of the log */
	uint8_t public_key[32];
};

/* Text of a checkpoint: origin, size, root; without signature. */
MUST_USE err note_checkpoint_text(const char *origin, const struct ledger_head *head, struct buf *text_out);
/* Appends blank line and signature line to the text. */
MUST_USE err note_sign_line(const struct note_key *key, const uint8_t signature[static 64], struct buf *note);
/* OK: at least one valid signature by key and none invalid under its name and id. INVALID: malformed. CORRUPT: bad signature. */
MUST_USE err note_verify(struct bytes note, const struct note_key *key, struct bytes *text_out);
/* The text alone, its signatures unchecked. */
MUST_USE err note_text(struct bytes note, struct bytes *text_out);
MUST_USE err note_checkpoint_parse(struct bytes text, char origin_out[static NOTE_NAME_MAX], struct ledger_head *head_out);
MUST_USE err note_vkey_format(const struct note_key *key, struct buf *vkey_out);  /* name+hex+base64 */
MUST_USE err note_vkey_parse(struct bytes vkey, struct note_key *key_out);

/*
 * Cosignatures: a witness says with its own key that it saw this checkpoint at this time, and that the log only grew
 * since the one before (C2SP tlog-cosignature v1, type 0x04). Its key is a note_key that signs nothing else.
 */
#define NOTE_COSIGN_TEXT_MAX 4096
MUST_USE err note_cosigner_format(const struct note_key *key, struct buf *vkey_out);
MUST_USE err note_cosigner_parse(struct bytes vkey, struct note_key *key_out);
/* What is signed: "cosignature/v1", "time", the checkpoint's text. INVALID: a time beyond 2^63, a text over the maximum. */
MUST_USE err note_cosign_text(uint64_t time_s, struct bytes text, struct buf *out);
/* Appends the line alone: behind a signed note it is one more signature. */
MUST_USE err note_cosign_line(const struct note_key *key, uint64_t time_s, const uint8_t signature[static 64], struct buf *lines);
/* The newest time at which key cosigned the note. NOT_FOUND: it did not. CORRUPT: a bad signature under its name and id. INVALID: malformed. */
MUST_USE err note_cosigned(struct bytes note, const struct note_key *key, uint64_t *time_s_out);
/* The lines of the note by key alone, cosignatures or (cosigner false) signatures; unchecked. */
MUST_USE err note_lines_of(struct bytes note, const struct note_key *key, bool cosigner, struct buf *lines_out);

#endif
