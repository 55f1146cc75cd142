/*
 * ledger - the tamper-evident record of events: one Merkle tree per compartment (RFC 6962, C2SP tlog-tiles).
 *
 * Stored in the compartment's database: events one blob per commit, split at 256-entry boundaries; full tiles.
 * `append`, `flush`, `settle` belong to the committer's thread; everything else may be called from any thread.
 * L1  An entry, once acknowledged, is never changed or removed.
 * L2  The published head's size equals the number of committed entries.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/bytes.h"
#include "store/store.h"

#define LEDGER_HASH_LEN 32
#define LEDGER_PROOF_MAX 64     /* hashes of one proof */
#define LEDGER_BUNDLE 256       /* entries of a full bundle, hashes of a full tile */

struct ledger;

struct ledger_head {
	uint64_t size;
	uint8_t root[LEDGER_HASH_LEN];
};

extern const char ledger_triggers[];                     /* SQLite: refuse UPDATE and DELETE; run after ledger_schema */
extern const char ledger_schema[];                       /* DDL, run by db_script when the database is made */
extern const struct statement *const ledger_statements[]; /* ends with NULL */

/* Loads the tree's right edge from db. CORRUPT: tables contradict one another. */
MUST_USE err ledger_open(struct db *db, struct ledger **ledger_out);
void ledger_close(struct ledger **ledger);

/* To the open batch. TOO_LARGE: over 65535 bytes. INVALID: time before the previous entry's. */
MUST_USE err ledger_append(struct ledger *ledger, struct bytes leaf, int64_t at_us, uint64_t *index_out);
MUST_USE err ledger_flush(struct ledger *ledger, struct db *db);
void ledger_settle(struct ledger *ledger, bool committed);
void ledger_head(struct ledger *ledger, struct ledger_head *head_out);     /* last committed */
uint64_t ledger_next(struct ledger *ledger);     /* committer: the number that the next appended event gets */
int64_t ledger_last_us(struct ledger *ledger);  /* committer: time of the newest appended entry; new events must not be before it */

/* Reading, on the caller's connection. NOT_FOUND: beyond size. */
/* Entries in the connection's snapshot; the head may be newer. */
MUST_USE err ledger_size(struct db *db, uint64_t *size_out);
/* Leaves [first, first+count) appended to out as uint16 length || entry; count at most 256 within one bundle. */
MUST_USE err ledger_entries(struct db *db, uint64_t first, unsigned count, struct buf *out);
/* Tile of level 0..7, number n, width 1..256 in a tree of `size`: width*32 bytes. */
MUST_USE err ledger_tile(struct db *db, uint64_t size, unsigned level, uint64_t n, unsigned width, struct buf *out);
MUST_USE err ledger_root(struct db *db, uint64_t size, uint8_t root_out[static LEDGER_HASH_LEN]);
MUST_USE err ledger_inclusion(struct db *db, uint64_t index, uint64_t size,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEDGER_HASH_LEN], size_t *count_out);
MUST_USE err ledger_consistency(struct db *db, uint64_t from, uint64_t to,
    uint8_t hashes_out[static LEDGER_PROOF_MAX * LEDGER_HASH_LEN], size_t *count_out);

#endif
