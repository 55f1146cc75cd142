/*
 * evidence - the ledger as callers see it: events in clear, heads, tiles, proofs (LG-1, LG-2).
 */
#ifndef OP_EVIDENCE_H
#define OP_EVIDENCE_H

#include "op/op.h"

extern const struct op *const evidence_ops[]; /* ends with NULL */

#endif
