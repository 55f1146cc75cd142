/*
 * inspect_ledger - the ledger as it stands, and what its verifiers find in copies that were tampered with (LG-1, LG-2, LG-3).
 */
#ifndef ASSURE_INSPECT_LEDGER_H
#define ASSURE_INSPECT_LEDGER_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_ledger[];        /* ends with name == NULL */
extern const struct check inspect_ledger_checks[];      /* ends with id == NULL */

/* What was verified so far is forgotten; the next look begins with the first entry. */
void inspect_ledger_forget(void);

#endif
