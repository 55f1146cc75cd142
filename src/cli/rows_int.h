/*
 * rows_int - for `ledger verify`: collects what the events say of rows while the tree is verified, then sweeps the rows
 * against it, with the compartment's own keys.
 */
#ifndef CLI_ROWS_INT_H
#define CLI_ROWS_INT_H

#include "ledger/note.h"
#include "op/sweep.h"

/* directory: of the compartment. key_out: of its ledger. One at a time. */
MUST_USE err rows_open(const char *directory, struct note_key *key_out);
err rows_visit(void *context, uint64_t index, struct bytes leaf);   /* a verify_visit */
MUST_USE err rows_compare(const char *database, struct sweep_report *report_out);
void rows_close(void);

#endif
