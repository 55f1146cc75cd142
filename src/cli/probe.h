/*
 * probe - the compartment that is made for checks as a whole.
 */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include "base/err.h"

#define PROBE_NAME "probe"

/* Makes it below the folder of the compartments, where it is not there yet. */
MUST_USE err probe_make(const char *dir, bool demo);

#endif
