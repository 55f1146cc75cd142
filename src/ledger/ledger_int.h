/*
 * ledger_int - what the verifier shares with the ledger: the form of its tables.
 */
#ifndef LEDGER_LEDGER_INT_H
#define LEDGER_LEDGER_INT_H

#include "ledger/ledger.h"

#define LEDGER_LEVELS 8
#define LEDGER_TILE_LEN (LEDGER_BUNDLE * LEDGER_HASH_LEN)

extern const struct statement ledger_scan; /* first, count, last_us, entries: of the blobs :first <= first < :end, in order */
extern const struct statement ledger_last; /* first, count, last_us: of the newest blob */

/* A full tile. found_out false: not stored. CORRUPT: stored with another length. */
MUST_USE err ledger_tile_load(struct db *db, unsigned level, uint64_t number,
    uint8_t hashes_out[static LEDGER_TILE_LEN], bool *found_out);
/* How many full tiles a level has by its last one's number. */
MUST_USE err ledger_tile_count(struct db *db, unsigned level, uint64_t *count_out);

#endif
