/*
 * known_int - the self-tests of the start, one by one.
 */
#ifndef CRYPTO_KNOWN_INT_H
#define CRYPTO_KNOWN_INT_H

#include "base/err.h"

/* false: this folder does not compute that itself. Otherwise right_out: it agrees with the published answer. */
bool crypto_known(const char *use, const char *name, bool *right_out);

#endif
