/* checks_proof - that the proof itself is whole, fresh and open to the auditor. */
#ifndef ASSURE_CHECKS_PROOF_H
#define ASSURE_CHECKS_PROOF_H

#include "assure/check.h"

extern const struct check checks_proof[];

#endif
