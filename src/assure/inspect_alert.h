/* inspect_alert - what the cores look up about alerts: whose time has passed, and what was judged and not reported. */
#ifndef ASSURE_INSPECT_ALERT_H
#define ASSURE_INSPECT_ALERT_H

#include "assure/inspect.h"

extern const struct inspection inspect_alert[];

#endif
