/*
 * export - the texts that go with a ledger when it is taken away: how to verify it with tools that are not ours.
 */
#ifndef OP_EXPORT_H
#define OP_EXPORT_H

#include "op/op.h"

extern const struct op *const export_ops[]; /* ends with NULL */

#define EXPORT_TEXTS 3
/* The text of number 0..EXPORT_TEXTS-1 for this ledger; its file name. */
MUST_USE err export_text(unsigned number, const char *origin, struct bytes vkey, const char **name_out, struct buf *text_out);

#endif
