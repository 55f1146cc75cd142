/*
 * inspect_crypto - the algorithms in use are the listed ones, and compute what they should (CR-3).
 */
#ifndef ASSURE_INSPECT_CRYPTO_H
#define ASSURE_INSPECT_CRYPTO_H

#include "assure/check.h"
#include "assure/inspect.h"

extern const struct inspection inspect_crypto[];        /* ends with name == NULL */
extern const struct check inspect_crypto_checks[];      /* ends with id == NULL */

#endif
