/* checks_notice - what must be announced: lead times, delivery, terms that hold until they are accepted, the list of domains. */
#ifndef ASSURE_CHECKS_NOTICE_H
#define ASSURE_CHECKS_NOTICE_H

#include "assure/check.h"

extern const struct check checks_notice[];

#endif
