/*
 * campaign_view - campaigns and their tasks as people read them, and what an overseer does with a campaign.
 */
#ifndef GOVERN_CAMPAIGN_VIEW_H
#define GOVERN_CAMPAIGN_VIEW_H

#include "govern/campaign.h"

extern const struct op campaign_view_kinds, campaign_view_list, campaign_view_see, campaign_view_tasks, campaign_view_begin, campaign_view_close;

/* "kind": {id, code, title}, or its id alone where it is described no longer. */
void campaign_view_put_kind(struct call *call, struct id description);
/* {id, name} of a facility or an account, or null. */
MUST_USE err campaign_view_put_named(struct call *call, const char *member, const char *entity, struct id id);
/* Members of a task that every reader of it sees. */
MUST_USE err campaign_view_put_task(struct call *call, const struct campaign_task *task);

#endif
