/*
 * campaign_record - a finished task leaves a record in the register that its description names (record.h).
 */
#ifndef GOVERN_CAMPAIGN_RECORD_H
#define GOVERN_CAMPAIGN_RECORD_H

#include "govern/campaign.h"

/* Sets task->record. Nothing where the description names no register, or there is none of that name here. */
MUST_USE err campaign_record_file(struct call *call, const struct campaignkind *kind, struct campaign_task *task);

/* Every record that a description wants to file fits its register. INVALID: logged. */
MUST_USE err campaign_record_start(void);

#endif
