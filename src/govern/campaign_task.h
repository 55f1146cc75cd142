/*
 * campaign_task - a task of a campaign, as whoever has it sees it, decides on accounts, answers and finishes.
 */
#ifndef GOVERN_CAMPAIGN_TASK_H
#define GOVERN_CAMPAIGN_TASK_H

#include "govern/campaign.h"

extern const struct op campaign_task_mine, campaign_task_see, campaign_task_decide, campaign_task_finish;

#endif
