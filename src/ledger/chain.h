/*
 * chain - a ledger in use verified in bounded parts, each going on where the one before it ended; for whoever looks again and again.
 *
 *   entries ──hash──▶ bundle ──▶ stored tiles of every level
 *      │                └──▶ root at the size of each signed head ──▶ the heads file, whose signatures are checked too
 *      └──▶ what the memory holds of them: entries that were verified once must stay as they were
 *
 * It trusts no stored hash. Like verify.h it names the lowest index that a difference can be tied to; what only a signed head shows
 * lies from the last head that agrees on. After a difference the chain stands still: chain_again begins anew.
 */
#ifndef LEDGER_CHAIN_H
#define LEDGER_CHAIN_H

#include "ledger/ledger.h"
#include "ledger/note.h"

/* Of the newest entries that were verified, so that another past is found even when everything stored tells it alike. */
#define CHAIN_MEMORY 65536
struct chain_memory {
	uint64_t size;                     /* entries verified so far */
	uint64_t hashes[CHAIN_MEMORY];     /* first bytes of the leaf hash of entry i at i % CHAIN_MEMORY */
};

struct chain;

struct chain_report {
	uint64_t entries, heads;           /* looked at by this part */
	uint64_t first_bad;                /* UINT64_MAX: none so far */
	char what[256];                    /* what differs, in English */
	bool whole;                        /* all there is has been verified from this chain's beginning on */
};

/* memory is borrowed; chains of the same ledger may share one, used by one thread. */
MUST_USE err chain_new(const struct note_key *key, struct chain_memory *memory, struct chain **chain_out);
void chain_free(struct chain **chain);
void chain_again(struct chain *chain);
uint64_t chain_size(const struct chain *chain);    /* entries verified, in whole bundles */

/* How much of the heads file belongs to what a snapshot opened afterwards holds. UNAVAILABLE: it cannot be read. */
MUST_USE err chain_heads_end(const char *heads, int64_t *end_out);
/*
 * Verifies at most `bundles` bundles in db's snapshot, and the heads that end in them.
 *
 * heads_end    from chain_heads_end, asked before the snapshot was opened
 *
 * UNAVAILABLE: could not be read; the same part may be asked for again.
 */
MUST_USE err chain_part(struct chain *chain, struct db *db, const char *heads, int64_t heads_end, unsigned bundles,
    struct chain_report *report_out);

#endif
