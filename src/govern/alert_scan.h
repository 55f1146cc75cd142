/*
 * alert_scan - reads on in the record of events, and looks at checks and jobs, for what the rules are about.
 *
 *   ledger ──look──▶ what fits a rule ──step──▶ alerts, and the place up to which was read: in one commit
 *
 * Its place stands in a row (schedule_place); where nothing was found it is only moved now and then, without an event. After a start the
 * last hour before it is read again to know what was under way in it; what an alert has counted already is passed over.
 * S1  An event is counted by a rule once, or, after a crash before the commit, not yet.
 * S2  A look costs nothing that grows with the ledger: it reads what is new, SCAN_EVENTS_MAX at most.
 */
#ifndef GOVERN_ALERT_SCAN_H
#define GOVERN_ALERT_SCAN_H

#include "op/job.h"

#define SCAN_EVENTS_MAX 20000
#define SCAN_HITS_MAX 24        /* of one step */
#define SCAN_WINDOW_MAX 4096    /* events of one rule that are remembered while they are not enough */

extern const struct job_kind alert_scan;
extern const struct statement *const alert_scan_statements[];   /* ends with NULL */

#endif
