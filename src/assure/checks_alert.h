/* checks_alert - that what has to be looked at raises an alert, and that alerts are handled and reported. */
#ifndef ASSURE_CHECKS_ALERT_H
#define ASSURE_CHECKS_ALERT_H

#include "assure/check.h"

extern const struct check checks_alert[];

#endif
