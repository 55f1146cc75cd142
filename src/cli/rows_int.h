/*
 * rows_int - for `ledger verify`: are the stored rows those that the ledger's events left behind?
 *
 * Each row's digest is computed again with the compartment's digest key (its key store must be at hand) and compared
 * with the newest event that wrote it; rows that are missing or not known to the ledger are named too.
 */
#ifndef CLI_ROWS_INT_H
#define CLI_ROWS_INT_H

#include "ledger/note.h"

struct rows_report {
	uint64_t rows;      /* compared */
	uint64_t bad;
	char what[160];     /* the first bad one: "child 01h…: stored row differs from event" */
};

/* directory: of the compartment. key_out: of its ledger. One at a time. */
MUST_USE err rows_open(const char *directory, struct note_key *key_out);
err rows_visit(void *context, uint64_t index, struct bytes leaf);   /* a verify_visit */
MUST_USE err rows_compare(const char *database, struct rows_report *report_out);
void rows_close(void);

#endif
