/* checks_identity - accounts, passwords, second factors and sessions. */
#ifndef ASSURE_CHECKS_IDENTITY_H
#define ASSURE_CHECKS_IDENTITY_H

#include "assure/check.h"

extern const struct check checks_identity[];

#endif
