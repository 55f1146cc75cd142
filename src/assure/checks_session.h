/* checks_session - when sessions end. */
#ifndef ASSURE_CHECKS_SESSION_H
#define ASSURE_CHECKS_SESSION_H

#include "assure/check.h"

extern const struct check checks_session[];

#endif
