/*
 * verify - offline verification of a ledger: a compartment's directory or an export.
 *
 * Rehashes every entry from the stored leaves, compares with stored tiles, and with every signed head in the heads file
 * (ledger/heads: concatenated checkpoints, each preceded by a line with its length in decimal), checks that
 * each leaf is canonical and times do not run backwards. Trusts no stored hash.
 */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include "ledger/ledger.h"
#include "ledger/note.h"

struct verify_report {
	uint64_t entries;         /* leaves read */
	uint64_t heads;           /* signed heads compared */
	uint8_t root[LEDGER_HASH_LEN];
	uint64_t first_bad;       /* index of the first difference; UINT64_MAX = none */
	char what[256];           /* what differs, in English */
};

/* database: path; heads: path of the heads file, NULL = none; key: NULL = signatures are not checked.
 * OK with first_bad == UINT64_MAX: genuine. OK otherwise: not. UNAVAILABLE: cannot read.
 * A torn last record of the heads file does not count.
 * visit (may be NULL) is called with each decoded entry, in order, so that callers can compare rows. Its CORRUPT is a
 * difference at this entry; any other error ends the verification and is returned. */
typedef err (*verify_visit)(void *context, uint64_t index, struct bytes leaf);
MUST_USE err verify_database(const char *database, const char *heads, const struct note_key *key,
    verify_visit visit, void *context, struct verify_report *report_out);
/* A directory in tlog-tiles layout (checkpoint, tile/…, tile/entries/…, and heads where there is such a file). */
MUST_USE err verify_export(const char *directory, const struct note_key *key, struct verify_report *report_out);

#endif
