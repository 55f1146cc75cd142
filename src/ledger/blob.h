/*
 * blob - entries one behind the other, as stored per commit and served as entry bundles: uint16 length || entry.
 */
#ifndef LEDGER_BLOB_H
#define LEDGER_BLOB_H

#include "base/bytes.h"

/* The next entry; rest advances behind it. CORRUPT: cut off. */
MUST_USE err blob_next(struct bytes *rest, struct bytes *entry_out);
/* The part of blob that holds entries skip .. skip+take-1. CORRUPT: blob does not hold exactly count entries. */
MUST_USE err blob_part(struct bytes blob, uint64_t count, uint64_t skip, uint64_t take, struct bytes *part_out);

#endif
