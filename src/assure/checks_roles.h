/* checks_roles - every role, operation and relation, compared with the access policy. */
#ifndef ASSURE_CHECKS_ROLES_H
#define ASSURE_CHECKS_ROLES_H

#include "assure/check.h"

extern const struct check checks_roles[];

#endif
