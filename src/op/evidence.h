/*
 * evidence - the ledger as callers see it: heads, tiles, proofs (LG-2). Its events are op/events.
 */
#ifndef OP_EVIDENCE_H
#define OP_EVIDENCE_H

#include "op/op.h"

extern const struct op *const evidence_ops[]; /* ends with NULL */

#endif
