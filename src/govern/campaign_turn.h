/*
 * campaign_turn - what the clock does to campaigns: starts those that come again, makes tasks, holds whoever is too late, closes what is done.
 */
#ifndef GOVERN_CAMPAIGN_TURN_H
#define GOVERN_CAMPAIGN_TURN_H

#include "govern/campaign.h"

MUST_USE err campaign_turn_start(void);

#endif
