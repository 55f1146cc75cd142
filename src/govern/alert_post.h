/*
 * alert_post - alerts between the compartments: the customer's copy to the provider, the provider's judgement back.
 *
 *   customer ──"alert"──▶ provider: a copy to handle ──"alert-judged"──▶ customer: judgement and report on its own alert
 *   provider ──"alert"──▶ all customers: its own ones that were improper or abnormal, judged and reported
 */
#ifndef GOVERN_ALERT_POST_H
#define GOVERN_ALERT_POST_H

#include "govern/alert.h"
#include "govern/post.h"

extern const struct post_kind alert_post_copy, alert_post_judged;

MUST_USE err alert_post_start(void);
/* At the provider, after a judgement or a close. */
MUST_USE err alert_post_judgement(struct row_context *c, const struct alert *alert, int64_t now_us);

#endif
