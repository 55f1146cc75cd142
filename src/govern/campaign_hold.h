/*
 * campaign_hold - whoever is far too late with a task that says so does nothing else in that role until it is done.
 *
 * As with announcements (engine_config.held): that somebody is held at all is kept by each thread for CAMPAIGN_HOLD_FRESH_US, so that in the
 * usual case no statement is added to a request.
 */
#ifndef GOVERN_CAMPAIGN_HOLD_H
#define GOVERN_CAMPAIGN_HOLD_H

#include "op/op.h"

#define CAMPAIGN_HOLD_FRESH_US ((int64_t)1000000)

/* Sets call->held where a task holds the session's person in the role at hand. */
MUST_USE err campaign_hold(struct call *call);

#endif
