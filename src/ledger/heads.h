/*
 * heads - the file of signed heads: signed checkpoints, each behind a line with its length in decimal.
 *
 * It is appended to and never rewritten. A last record that was cut off by a crash does not count; whoever appends
 * next cuts it off first.
 */
#ifndef LEDGER_HEADS_H
#define LEDGER_HEADS_H

#include "ledger/ledger.h"
#include "ledger/note.h"

#define HEADS_NOTE_MAX 65536

/* Appends the record of a signed checkpoint. INVALID: empty or over HEADS_NOTE_MAX. */
MUST_USE err heads_record(struct bytes note, struct buf *out);
/* The next record of a file read whole; rest advances behind it. NOT_FOUND: no further whole record, rest holds what
 * is left of a torn one. INVALID: something else stands there. */
MUST_USE err heads_next(struct bytes *rest, struct bytes *note_out);
/* What a signed checkpoint says. key NULL: its signature is not checked. CORRUPT: bad signature, other origin. INVALID: malformed. */
MUST_USE err heads_check(struct bytes note, const struct note_key *key, struct ledger_head *head_out);

#endif
